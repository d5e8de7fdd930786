// How a bucket is made, and which settings S3 takes and hands back: what a bootstrap of the central account lives on.

/* oxlint-disable unicorn/consistent-function-scoping -- a test's own words stand beside it */

import {
  CreateBucketCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyStatusCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  type ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/index.js';
import { tutorialWorld } from '../../sandbox/worlds.js';
import { administrator, bucket, DEV, refusalOf, region, SEC, s3 } from './sdk.js';

let sandbox: Sandbox;

async function start(options: SandboxOptions = {}): Promise<void> {
  sandbox = await startSandbox(options);
  tutorialWorld(sandbox);
}

beforeEach(() => start());

afterEach(() => sandbox.close());

const owner = (at = region) =>
  s3(sandbox, { credentials: administrator(sandbox, SEC), region: at });
const Bucket = bucket;

describe('a bucket is created', () => {
  const Name = 'a-second-bucket';
  const create = (more: object = {}) => new CreateBucketCommand({ Bucket: Name, ...more });
  const located = (at: string) => create({ CreateBucketConfiguration: { LocationConstraint: at } });
  const location = async (at: string) =>
    (await owner(at).send(new GetBucketLocationCommand({ Bucket: Name }))).LocationConstraint;

  test.each([
    ['eu-west-1', () => located('eu-west-1'), 'eu-west-1'],
    ['us-east-1', () => create(), undefined],
  ])('in %s', async (at, command, constraint) => {
    await owner(at).send(command());
    expect(await location(at)).toBe(constraint);
  });

  test.each([
    ['for another Region than that of the endpoint', region, () => located('eu-west-1')],
    ['for another Region at the oldest endpoint', 'us-east-1', () => located(region)],
  ])('but not %s', async (_, at, command) => {
    expect(await refusalOf(owner(at).send(command()))).toMatchObject({
      name: 'IllegalLocationConstraintException',
      status: 400,
    });
  });

  test('but not elsewhere without naming the Region', async () => {
    // The SDK names it, unless another kind of place is given.
    const nowhere = create({ CreateBucketConfiguration: { Location: {} } });
    expect(await refusalOf(owner().send(nowhere))).toEqual({
      name: 'IllegalLocationConstraintException',
      message:
        'The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.',
      status: 400,
    });
  });

  test('but not in us-east-1 by its name', async () => {
    expect(await refusalOf(owner('us-east-1').send(located('us-east-1')))).toMatchObject({
      name: 'InvalidLocationConstraint',
    });
  });

  test('a second time by its owner only in us-east-1', async () => {
    await owner('us-east-1').send(create());
    expect(await owner('us-east-1').send(create())).toHaveProperty('Location', `/${Name}`);
    expect(await refusalOf(owner().send(create()))).toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
      status: 409,
    });
  });

  test('by nobody else under a name that is taken', async () => {
    const stranger = s3(sandbox, { credentials: administrator(sandbox, DEV) });
    expect(await refusalOf(stranger.send(new CreateBucketCommand({ Bucket })))).toMatchObject({
      name: 'BucketAlreadyExists',
      status: 409,
    });
  });

  test('private, owned by its account, encrypted, and closed to keys of uploaders', async () => {
    await owner().send(create());
    const ask = { Bucket: Name };
    const { PublicAccessBlockConfiguration } = await owner().send(
      new GetPublicAccessBlockCommand(ask),
    );
    const { OwnershipControls } = await owner().send(new GetBucketOwnershipControlsCommand(ask));
    const { ServerSideEncryptionConfiguration } = await owner().send(
      new GetBucketEncryptionCommand(ask),
    );
    const { Status } = await owner().send(new GetBucketVersioningCommand(ask));
    expect(PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
    expect(OwnershipControls).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
    expect(ServerSideEncryptionConfiguration?.Rules).toEqual([
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
        BucketKeyEnabled: false,
        BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
      },
    ]);
    expect(Status).toBeUndefined();
  });
});

describe('Block Public Access', () => {
  const put = (PublicAccessBlockConfiguration: object) =>
    owner().send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  const get = () => owner().send(new GetPublicAccessBlockCommand({ Bucket }));
  const open = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:ListBucket',
        Resource: `arn:aws:s3:::${bucket}`,
      },
    ],
  });

  test('comes back with the flags left out as false', async () => {
    await put({ BlockPublicAcls: true });
    expect((await get()).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: false,
      BlockPublicPolicy: false,
      RestrictPublicBuckets: false,
    });
  });

  test('is missing once it is deleted', async () => {
    await owner().send(new DeletePublicAccessBlockCommand({ Bucket }));
    expect(await refusalOf(get())).toMatchObject({
      name: 'NoSuchPublicAccessBlockConfiguration',
      status: 404,
    });
  });

  test('refuses a public policy only while it blocks public policies', async () => {
    const write = () => owner().send(new PutBucketPolicyCommand({ Bucket, Policy: open }));
    expect(await refusalOf(write())).toMatchObject({ name: 'AccessDenied', status: 403 });
    await put({ BlockPublicPolicy: false });
    await write();
    const { PolicyStatus } = await owner().send(new GetBucketPolicyStatusCommand({ Bucket }));
    expect(PolicyStatus?.IsPublic).toBe(true);
  });

  const allow = { Effect: 'Allow', Principal: '*', Action: 's3:ListBucket' };
  const held = (Condition: object) => ({ ...allow, Condition });
  test.each([
    ['anybody', false, allow],
    ['nobody but one account', true, { ...allow, Principal: { AWS: DEV } }],
    ['a service', true, { ...allow, Principal: { Service: 'cloudtrail.amazonaws.com' } }],
    ['anybody of an organization', true, held({ StringEquals: { 'aws:PrincipalOrgID': 'o-a' } })],
    ['anybody from anywhere', false, held({ StringLike: { 'aws:SourceArn': '*' } })],
    ['anybody but one account', false, held({ StringNotEquals: { 'aws:SourceAccount': DEV } })],
    ['anybody with TLS', false, held({ Bool: { 'aws:SecureTransport': 'true' } })],
    ['nobody without TLS', true, { ...allow, Effect: 'Deny' }],
  ])('takes a policy for %s: %s', async (_, taken, statement) => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ ...statement, Resource: `arn:aws:s3:::${bucket}` }],
    });
    const write = owner().send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const result = await write.then(
      () => true,
      () => false,
    );
    expect(result).toBe(taken);
  });
});

describe('ownership', () => {
  test('is one rule that S3 knows', async () => {
    const put = (...ownerships: readonly string[]) =>
      owner().send(
        new PutBucketOwnershipControlsCommand({
          Bucket,
          OwnershipControls: {
            Rules: ownerships.map((name) => ({ ObjectOwnership: name as 'ObjectWriter' })),
          },
        }),
      );
    const get = () => owner().send(new GetBucketOwnershipControlsCommand({ Bucket }));
    await put('ObjectWriter');
    expect((await get()).OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'ObjectWriter' }]);
    for (const wrong of [['Everybody'], [], ['ObjectWriter', 'ObjectWriter']]) {
      expect(await refusalOf(put(...wrong))).toMatchObject({ name: 'MalformedXML', status: 400 });
    }
    await owner().send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
    expect(await refusalOf(get())).toMatchObject({
      name: 'OwnershipControlsNotFoundError',
      status: 404,
    });
  });
});

describe('encryption', () => {
  const put = (...Rules: ServerSideEncryptionRule[]) =>
    owner().send(
      new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }),
    );
  const rules = async () =>
    (await owner().send(new GetBucketEncryptionCommand({ Bucket })))
      .ServerSideEncryptionConfiguration?.Rules;
  const kmsRule = {
    ApplyServerSideEncryptionByDefault: {
      SSEAlgorithm: 'aws:kms',
      KMSMasterKeyID: `arn:aws:kms:${region}:${SEC}:key/k`,
    },
    BucketKeyEnabled: true,
    BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
  } satisfies ServerSideEncryptionRule;

  test('comes back as it was put', async () => {
    await put(kmsRule);
    expect(await rules()).toEqual([kmsRule]);
  });

  test.each([
    ['no rule', []],
    ['two rules', [kmsRule, kmsRule]],
    [
      'an algorithm of its own',
      [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'rot13' as 'AES256' } }],
    ],
    [
      'a block of what cannot be blocked',
      [{ ...kmsRule, BlockedEncryptionTypes: { EncryptionType: ['SSE-S3' as 'SSE-C'] } }],
    ],
  ] satisfies [string, ServerSideEncryptionRule[]][])('is not taken with %s', async (_, wrong) => {
    expect(await refusalOf(put(...wrong))).toMatchObject({ name: 'MalformedXML', status: 400 });
  });

  test('with SSE-S3 has no key', async () => {
    const { KMSMasterKeyID } = kmsRule.ApplyServerSideEncryptionByDefault;
    const wrong = { SSEAlgorithm: 'AES256', KMSMasterKeyID } as const;
    expect(await refusalOf(put({ ApplyServerSideEncryptionByDefault: wrong }))).toMatchObject({
      name: 'InvalidArgument',
    });
  });

  test('goes back to SSE-S3 when it is deleted, and SSE-C is no longer blocked', async () => {
    const upload = () =>
      owner().send(
        new PutObjectCommand({
          Bucket,
          Key: 'k',
          Body: 'b',
          SSECustomerAlgorithm: 'AES256',
          SSECustomerKey: Buffer.alloc(32).toString('base64'),
          SSECustomerKeyMD5: 'cLyPS3KoaSFGi/jRsHgzVA==',
        }),
      );
    expect(await refusalOf(upload())).toMatchObject({ name: 'AccessDenied', status: 403 });
    await owner().send(new DeleteBucketEncryptionCommand({ Bucket }));
    expect(await rules()).toEqual([
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
        BucketKeyEnabled: false,
      },
    ]);
    await put({ BlockedEncryptionTypes: { EncryptionType: ['NONE'] } });
    expect((await rules())?.[0]?.BlockedEncryptionTypes?.EncryptionType).toEqual(['NONE']);
  });
});

test('versioning is enabled or suspended, never undone', async () => {
  const put = (Status: string) =>
    owner().send(
      new PutBucketVersioningCommand({
        Bucket,
        VersioningConfiguration: { Status: Status as 'Enabled' },
      }),
    );
  for (const status of ['Enabled', 'Suspended']) {
    await put(status);
    expect(await owner().send(new GetBucketVersioningCommand({ Bucket }))).toHaveProperty(
      'Status',
      status,
    );
  }
  expect(await refusalOf(put('Off'))).toMatchObject({ name: 'MalformedXML' });
});

test('an old bucket says by name what it was never given', async () => {
  sandbox.world.createBucket({
    account: SEC,
    name: 'an-old-bucket',
    region,
    without: ['publicAccessBlock', 'ownershipControls', 'encryption'],
  });
  const ask = { Bucket: 'an-old-bucket' };
  const answers = [
    [
      owner().send(new GetPublicAccessBlockCommand(ask)),
      'NoSuchPublicAccessBlockConfiguration',
    ] as const,
    [
      owner().send(new GetBucketOwnershipControlsCommand(ask)),
      'OwnershipControlsNotFoundError',
    ] as const,
    [
      owner().send(new GetBucketEncryptionCommand(ask)),
      'ServerSideEncryptionConfigurationNotFoundError',
    ] as const,
    [owner().send(new GetBucketPolicyStatusCommand(ask)), 'NoSuchBucketPolicy'] as const,
  ];
  for (const [answer, name] of answers) {
    expect(await refusalOf(answer)).toMatchObject({ name, status: 404 });
  }
});

test('a policy that is not there is deleted all the same', async () => {
  for (const _ of [1, 2]) await owner().send(new DeleteBucketPolicyCommand({ Bucket }));
  expect(sandbox.world.bucketPolicy(bucket)).toBeUndefined();
});

test('a setting is not written while the policy is', async () => {
  await sandbox.close();
  await start({ policyWriteMs: 100 });
  const credentials = administrator(sandbox, SEC);
  const [policy, versioning] = await Promise.allSettled([
    s3(sandbox, { credentials }).send(new DeleteBucketPolicyCommand({ Bucket })),
    new Promise((later) => {
      setTimeout(later, 30);
    }).then(() =>
      s3(sandbox, { credentials }).send(
        new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
      ),
    ),
  ]);
  expect(policy.status).toBe('fulfilled');
  expect(versioning).toMatchObject({ reason: { name: 'OperationAborted' } });
});

test.each([
  [
    'PutBucketPublicAccessBlock',
    () => new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: {} }),
  ],
  ['GetEncryptionConfiguration', () => new GetBucketEncryptionCommand({ Bucket })],
  [
    'PutBucketVersioning',
    () =>
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  ],
  ['DeleteBucketPolicy', () => new DeleteBucketPolicyCommand({ Bucket })],
])('s3:%s is asked for', async (action, command) => {
  const user = sandbox.world.createUser({
    account: SEC,
    name: 'almost',
    policy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', NotAction: `s3:${action}`, Resource: '*' }],
    },
  });
  const client = s3(sandbox, { credentials: sandbox.world.credentialsFor(user) });
  const refusal = await refusalOf(client.send(command() as GetBucketEncryptionCommand));
  expect(refusal).toMatchObject({ name: 'AccessDenied', status: 403 });
  expect(refusal.message).toContain(`s3:${action} on resource`);
});
