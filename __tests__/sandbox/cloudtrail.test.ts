// What CloudTrail refuses and what it shows: names, buckets, limits, home Regions, partial updates, status.

/* oxlint-disable unicorn/consistent-function-scoping -- a test's own words stand beside it */

import {
  AddTagsCommand,
  CreateTrailCommand,
  type CreateTrailCommandInput,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetInsightSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  ListTagsCommand,
  ListTrailsCommand,
  PutEventSelectorsCommand,
  PutInsightSelectorsCommand,
  RemoveTagsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/index.js';
import { tutorialWorld } from '../../sandbox/worlds.js';
import {
  administrator,
  bucket,
  cloudTrail,
  DEV,
  devTrailArn,
  refusalOf,
  region,
  roles,
  SEC,
  s3,
  secTrailArn,
  takeRole,
} from './sdk.js';

let sandbox: Sandbox;

async function start(options: SandboxOptions = {}): Promise<void> {
  sandbox = await startSandbox(options);
  tutorialWorld(sandbox);
}

afterEach(() => sandbox.close());

/** The policy of the tutorial's end: both trails write, each under its account's path. */
function admitDev(changes: { readonly condition?: object; readonly write?: object } = {}): void {
  const condition = changes.condition ?? { 'aws:SourceArn': [secTrailArn, devTrailArn] };
  const shared = { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' } };
  sandbox.world.putBucketPolicy(bucket, {
    Version: '2012-10-17',
    Statement: [
      {
        ...shared,
        Action: 's3:GetBucketAcl',
        Resource: `arn:aws:s3:::${bucket}`,
        Condition: { StringEquals: condition },
      },
      {
        ...shared,
        Action: 's3:PutObject',
        Resource: [SEC, DEV].map((account) => `arn:aws:s3:::${bucket}/AWSLogs/${account}/*`),
        Condition: {
          StringEquals: { ...condition, 's3:x-amz-acl': 'bucket-owner-full-control' },
        },
        ...changes.write,
      },
    ],
  });
}

function dev(at = region) {
  return cloudTrail(sandbox, { credentials: administrator(sandbox, DEV), region: at });
}

const create = (more: Partial<CreateTrailCommandInput> = {}) =>
  new CreateTrailCommand({ Name: 'DEV-CLOUDTRAIL', S3BucketName: bucket, ...more });

describe('a trail is created', () => {
  beforeEach(() => start());

  test('when the bucket policy admits it, and is not logging yet', async () => {
    admitDev();
    const credentials = await takeRole(sandbox, { role: roles.member });
    const client = cloudTrail(sandbox, { credentials });

    const created = await client.send(create());
    const status = await client.send(new GetTrailStatusCommand({ Name: devTrailArn }));

    expect(created).toMatchObject({ TrailARN: devTrailArn, IsMultiRegionTrail: false });
    expect(created.LogFileValidationEnabled).toBe(false);
    expect(status.IsLogging).toBe(false);
  });

  test('and leaves an empty object where its logs will be', async () => {
    admitDev();
    await dev().send(create());
    expect(sandbox.world.objects(bucket, `AWSLogs/${DEV}/`)).toMatchObject([
      { key: `AWSLogs/${DEV}/CloudTrail/`, size: 0 },
    ]);
  });

  test.each([
    ['by account', { 'aws:SourceAccount': DEV }],
    ['by the same key in other letters', { 'AWS:SourceArn': devTrailArn }],
  ])('when the policy knows it %s', async (_, condition) => {
    admitDev({ condition });
    expect(await dev().send(create())).toHaveProperty('TrailARN', devTrailArn);
  });

  test('when the policy knows its organization', async () => {
    admitDev({ condition: { 'aws:SourceOrgID': 'o-example123' } });
    expect(await refusalOf(dev().send(create()))).toMatchObject({
      name: 'InsufficientS3BucketPolicyException',
    });
    sandbox.world.createAccount({ id: DEV, name: 'DEV', organization: 'o-example123' });
    expect(await dev().send(create())).toHaveProperty('TrailARN', devTrailArn);
  });

  test('with tags only by who may tag', async () => {
    admitDev();
    const tagged = create({ TagsList: [{ Key: 'team', Value: 'security' }] });
    const credentials = await takeRole(sandbox, { role: roles.member });
    const member = cloudTrail(sandbox, { credentials });
    expect((await refusalOf(member.send(tagged))).message).toContain('cloudtrail:AddTags');
    await dev().send(tagged);
    expect(sandbox.world.trails(DEV)[0]?.tags).toEqual({ team: 'security' });
  });
});

describe('a trail is not created', () => {
  beforeEach(() => start());

  test.each([
    ['the policy does not name it', undefined],
    [
      'its name was added under the same key in other letters',
      { 'aws:SourceArn': [devTrailArn], 'AWS:SourceArn': [secTrailArn] },
    ],
    [
      'the policy names it by a pattern in StringEquals',
      { 'aws:SourceArn': `arn:aws:cloudtrail:*:${DEV}:trail/*` },
    ],
  ])('when %s', async (_, condition) => {
    if (condition !== undefined) admitDev({ condition });
    expect(await refusalOf(dev().send(create()))).toEqual({
      name: 'InsufficientS3BucketPolicyException',
      message: `Incorrect S3 bucket policy is detected for bucket: ${bucket}`,
      status: 400,
    });
    expect(sandbox.world.trails(DEV)).toEqual([]);
    expect(sandbox.world.objects(bucket, `AWSLogs/${DEV}/`)).toEqual([]);
  });

  test('when only the ACL check is admitted', async () => {
    admitDev({ write: { Resource: `arn:aws:s3:::${bucket}/AWSLogs/${SEC}/*` } });
    expect(await refusalOf(dev().send(create()))).toMatchObject({
      name: 'InsufficientS3BucketPolicyException',
    });
  });

  test('under a prefix the policy has no path for', async () => {
    admitDev();
    expect(await refusalOf(dev().send(create({ S3KeyPrefix: 'logs' })))).toMatchObject({
      name: 'InsufficientS3BucketPolicyException',
    });
    admitDev({ write: { Resource: `arn:aws:s3:::${bucket}/logs/AWSLogs/${DEV}/*` } });
    await dev().send(create({ S3KeyPrefix: 'logs' }));
    expect(sandbox.world.objects(bucket, 'logs/')).toHaveLength(1);
  });

  test.each([
    ['a bucket that is not there', { S3BucketName: 'no-such-bucket' }, 'S3BucketDoesNotExist'],
    ['a bucket name S3 does not take', { S3BucketName: 'Bucket' }, 'InvalidS3BucketName'],
    ['a name of two letters', { Name: 'ab' }, 'InvalidTrailName'],
    ['a name with adjacent punctuation', { Name: 'a._b' }, 'InvalidTrailName'],
    ['a name with a space', { Name: 'a trail' }, 'InvalidTrailName'],
    ['a name like an address', { Name: '192.168.5.4' }, 'InvalidTrailName'],
    ['a prefix of 201 characters', { S3KeyPrefix: 'p'.repeat(201) }, 'InvalidS3Prefix'],
    ["a prefix into other accounts' logs", { S3KeyPrefix: `AWSLogs/${SEC}` }, 'InvalidS3Prefix'],
    [
      'every Region but no global events',
      { IsMultiRegionTrail: true, IncludeGlobalServiceEvents: false },
      'InvalidParameterCombination',
    ],
    [
      'a key that is not there',
      { KmsKeyId: `arn:aws:kms:${region}:${SEC}:key/none` },
      'KmsKeyNotFound',
    ],
    [
      'the same tag twice',
      {
        TagsList: [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      },
      'InvalidTagParameter',
    ],
  ])('with %s', async (_, input, name) => {
    admitDev();
    expect(await refusalOf(dev().send(create(input)))).toMatchObject({
      name: `${name}Exception`,
      status: 400,
    });
  });

  test('a second time', async () => {
    admitDev();
    await dev().send(create());
    expect(await refusalOf(dev().send(create()))).toMatchObject({
      name: 'TrailAlreadyExistsException',
    });
  });

  test('as a sixth in its Region, shadows counted', async () => {
    admitDev();
    for (const name of ['one', 'two', 'three', 'four']) seedTrail(name, region);
    seedTrail('five', 'eu-west-1');
    expect(await refusalOf(dev().send(create()))).toMatchObject({
      name: 'MaximumNumberOfTrailsExceededException',
      message: `User: ${DEV} already has 5 trails in ${region}.`,
    });
  });

  test('by a session that may only read', async () => {
    admitDev();
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'cloudtrail:DescribeTrails', Resource: '*' }],
    });
    const credentials = await takeRole(sandbox, { role: roles.member, policy });
    const client = cloudTrail(sandbox, { credentials });

    expect(await client.send(new DescribeTrailsCommand())).toHaveProperty('trailList', []);
    expect(await refusalOf(client.send(create()))).toEqual({
      name: 'AccessDeniedException',
      message: `User: arn:aws:sts::${DEV}:assumed-role/CloudTrailOnboardingMember/GitHubActions is not authorized to perform: cloudtrail:CreateTrail on resource: ${devTrailArn} because no session policy allows the cloudtrail:CreateTrail action`,
      status: 400,
    });
  });

  test('by a role without the permission', async () => {
    admitDev();
    const credentials = await takeRole(sandbox, { role: roles.central });
    const refusal = await refusalOf(cloudTrail(sandbox, { credentials }).send(create()));
    expect(refusal.message).toMatch(
      /because no identity-based policy allows the cloudtrail:CreateTrail action$/,
    );
  });
});

test('CloudTrail can be slow to see a policy that readers see already', async () => {
  await start({ policyDelayMs: 1_500 });
  const before = JSON.stringify(sandbox.world.bucketPolicy(bucket));
  admitDev();
  const Policy = JSON.stringify(sandbox.world.bucketPolicy(bucket));
  sandbox.world.putBucketPolicy(bucket, before);
  const credentials = administrator(sandbox, SEC);
  const write = new PutBucketPolicyCommand({ Bucket: bucket, Policy });
  await s3(sandbox, { credentials }).send(write);

  expect(await refusalOf(dev().send(create()))).toMatchObject({
    name: 'InsufficientS3BucketPolicyException',
  });
  await new Promise((done) => {
    setTimeout(done, 1_550);
  });
  expect(await dev().send(create())).toHaveProperty('TrailARN', devTrailArn);
});

describe('an update', () => {
  beforeEach(async () => {
    await start();
    admitDev();
    sandbox.world.createTopic(`arn:aws:sns:${region}:${DEV}:trails`, {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: 'SNS:Publish',
          Resource: '*',
        },
      ],
    });
    await dev().send(create({ SnsTopicName: 'trails', EnableLogFileValidation: true }));
  });

  const update = (change: object) =>
    dev().send(new UpdateTrailCommand({ Name: 'DEV-CLOUDTRAIL', ...change }));

  test('changes what it mentions and nothing else', async () => {
    const before = sandbox.world.trails(DEV)[0];
    await update({ IsMultiRegionTrail: true });
    expect(sandbox.world.trails(DEV)[0]).toEqual({ ...before, IsMultiRegionTrail: true });
  });

  test('clears with an empty text', async () => {
    expect(sandbox.world.trails(DEV)[0]?.SnsTopicARN).toBe(`arn:aws:sns:${region}:${DEV}:trails`);
    await update({ SnsTopicName: '' });
    expect(sandbox.world.trails(DEV)[0]).not.toHaveProperty('SnsTopicARN');
  });

  test('to one Region turns global events off unless they are asked for', async () => {
    await update({ IsMultiRegionTrail: true });
    await update({ IsMultiRegionTrail: false });
    expect(sandbox.world.trails(DEV)[0]?.IncludeGlobalServiceEvents).toBe(false);
  });

  test('to a bucket that does not admit the trail is refused and changes nothing', async () => {
    sandbox.world.createBucket({ account: SEC, name: 'another-log', region });
    expect(await refusalOf(update({ S3BucketName: 'another-log' }))).toMatchObject({
      name: 'InsufficientS3BucketPolicyException',
    });
    expect(sandbox.world.trails(DEV)[0]?.S3BucketName).toBe(bucket);
  });
});

describe('seen from another Region', () => {
  beforeEach(async () => {
    await start();
    seedTrail('DEV-CLOUDTRAIL', region);
    seedTrail('LOCAL', region, { IsMultiRegionTrail: false });
  });

  const elsewhere = () => dev('eu-west-1');
  const names = async (input: object) => {
    const { trailList = [] } = await elsewhere().send(new DescribeTrailsCommand(input));
    return trailList.map(({ Name }) => Name);
  };

  test('a multi-Region trail has a shadow, a local one does not', async () => {
    expect(await names({})).toEqual(['DEV-CLOUDTRAIL']);
    expect(await names({ includeShadowTrails: false })).toEqual([]);
    expect(await names({ trailNameList: ['DEV-CLOUDTRAIL'] })).toEqual([]);
    expect(await names({ trailNameList: [devTrailArn, 'unknown-trail'] })).toEqual([
      'DEV-CLOUDTRAIL',
    ]);
    const { Trails = [] } = await elsewhere().send(new ListTrailsCommand());
    expect(Trails.map(({ HomeRegion }) => HomeRegion)).toEqual([region, region]);
  });

  test('a shadow is read by its ARN only', async () => {
    const read = (name: string) => elsewhere().send(new GetTrailStatusCommand({ Name: name }));
    expect(await read(devTrailArn)).toHaveProperty('IsLogging', true);
    expect(await refusalOf(read('DEV-CLOUDTRAIL'))).toMatchObject({
      name: 'TrailNotFoundException',
      message: `Unknown trail: arn:aws:cloudtrail:eu-west-1:${DEV}:trail/DEV-CLOUDTRAIL for the user: ${DEV}`,
    });
  });

  test('a trail cannot be changed', async () => {
    for (const name of [devTrailArn, 'DEV-CLOUDTRAIL']) {
      for (const command of [
        new StopLoggingCommand({ Name: name }),
        new UpdateTrailCommand({ Name: name }),
        new DeleteTrailCommand({ Name: name }),
      ]) {
        expect(await refusalOf(elsewhere().send(command))).toMatchObject({
          name: 'InvalidHomeRegionException',
        });
      }
    }
  });

  test('a trail of its name can be made where it has no shadow, and not where it has', async () => {
    const name = (Name: string) => new CreateTrailCommand({ Name, S3BucketName: bucket });
    expect(await refusalOf(elsewhere().send(name('DEV-CLOUDTRAIL')))).toMatchObject({
      name: 'TrailAlreadyExistsException',
    });
    expect(await refusalOf(elsewhere().send(name('LOCAL')))).toMatchObject({
      name: 'InsufficientS3BucketPolicyException',
    });
  });
});

describe('a trail', () => {
  beforeEach(async () => {
    await start();
    seedTrail('DEV-CLOUDTRAIL', region, { logging: false });
  });

  const Name = 'DEV-CLOUDTRAIL';

  test('starts, stops and is deleted', async () => {
    const status = () => dev().send(new GetTrailStatusCommand({ Name }));
    await dev().send(new StartLoggingCommand({ Name }));
    expect(await status()).toMatchObject({ IsLogging: true, StartLoggingTime: expect.any(Date) });
    await dev().send(new StopLoggingCommand({ Name }));
    expect(await status()).toMatchObject({ IsLogging: false, StopLoggingTime: expect.any(Date) });
    await dev().send(new DeleteTrailCommand({ Name }));
    expect(await refusalOf(status())).toMatchObject({ name: 'TrailNotFoundException' });
  });

  test('is described by GetTrail as by DescribeTrails', async () => {
    const { Trail } = await dev().send(new GetTrailCommand({ Name }));
    const { trailList } = await dev().send(new DescribeTrailsCommand({ trailNameList: [Name] }));
    expect([Trail]).toEqual(trailList);
    expect(Trail).toMatchObject({ TrailARN: devTrailArn, HomeRegion: region });
  });

  test('keeps tags', async () => {
    const tag = (Key: string, Value: string) => ({
      ResourceId: devTrailArn,
      TagsList: [{ Key, Value }],
    });
    await dev().send(new AddTagsCommand(tag('team', 'a')));
    await dev().send(new AddTagsCommand(tag('team', 'b')));
    await dev().send(new AddTagsCommand(tag('stage', 'dev')));
    await dev().send(new RemoveTagsCommand(tag('stage', 'dev')));
    const { ResourceTagList } = await dev().send(
      new ListTagsCommand({ ResourceIdList: [devTrailArn] }),
    );
    expect(ResourceTagList).toEqual([
      { ResourceId: devTrailArn, TagsList: [{ Key: 'team', Value: 'b' }] },
    ]);
  });

  test('has one kind of event selectors at a time', async () => {
    const AdvancedEventSelectors = [
      { Name: 'management', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
    ];
    const put = (input: object) =>
      dev().send(new PutEventSelectorsCommand({ TrailName: Name, ...input }));
    const get = () => dev().send(new GetEventSelectorsCommand({ TrailName: Name }));
    expect((await get()).EventSelectors).toHaveLength(1);
    await put({ AdvancedEventSelectors });
    expect(await get()).toMatchObject({ AdvancedEventSelectors });
    expect((await get()).EventSelectors).toBeUndefined();
    expect(await refusalOf(put({ EventSelectors: [], AdvancedEventSelectors: [] }))).toMatchObject({
      name: 'InvalidEventSelectorsException',
    });
  });

  test('has Insights only when they were turned on', async () => {
    const get = () => dev().send(new GetInsightSelectorsCommand({ TrailName: Name }));
    const put = (...types: string[]) =>
      dev().send(
        new PutInsightSelectorsCommand({
          TrailName: Name,
          InsightSelectors: types.map((type) => ({ InsightType: type as 'ApiCallRateInsight' })),
        }),
      );
    expect(await refusalOf(get())).toMatchObject({ name: 'InsightNotEnabledException' });
    await put('ApiErrorRateInsight');
    expect((await get()).InsightSelectors).toEqual([{ InsightType: 'ApiErrorRateInsight' }]);
    expect(await refusalOf(put('Nonsense'))).toMatchObject({
      name: 'InvalidInsightSelectorsException',
    });
    await put();
    expect(await refusalOf(get())).toMatchObject({ name: 'InsightNotEnabledException' });
  });

  test('of another account is out of reach', async () => {
    const read = dev().send(new GetTrailCommand({ Name: secTrailArn }));
    expect(await refusalOf(read)).toMatchObject({ name: 'AccessDeniedException' });
  });
});

test.each([
  ['an unknown key', { accessKeyId: 'AKIAUNKNOWN000000000' }, 'UnrecognizedClientException'],
  ['a wrong secret', { secretAccessKey: 'x' }, 'InvalidSignatureException'],
])('a request signed with %s is refused', async (_, wrong, name) => {
  await start();
  const credentials = { ...administrator(sandbox, DEV), ...wrong };
  const call = cloudTrail(sandbox, { credentials }).send(new DescribeTrailsCommand());
  expect(await refusalOf(call)).toMatchObject({ name });
});

function seedTrail(name: string, home: string, more: object = {}): string {
  return sandbox.world.createTrail({ account: DEV, region: home, name, bucket, ...more });
}
