import { readFileSync, statSync } from 'node:fs';
import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { calls, closeStages, DEV_ARN, findings, openStage } from './stage.js';

afterEach(closeStages);

test('a pull request shows the plan and writes nothing', async () => {
  const { sandbox, scene, plan, devTrail } = await openStage();
  const before = sandbox.world.bucketPolicyText(scene.bucket);
  const run = await plan();
  expect(run.exitCode).toBe(0);
  expect(run.outputs).toMatchObject({
    result: 'planned',
    changed: 'true',
    'trail-arn': DEV_ARN,
    'trail-arns': JSON.stringify({ [scene.ids.DEV]: DEV_ARN }),
    'policy-backup-file': '',
    broadened: 'false',
    findings: '[]',
  });
  expect(run.outputs['plan-digest']).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(calls(run, 'writes')).toEqual([]);
  expect(sandbox.world.bucketPolicyText(scene.bucket)).toBe(before);
  expect(devTrail()).toBeUndefined();
});

test('an apply makes the three edits, creates the trail and starts logging, in that order', async () => {
  const { sandbox, scene, apply, devTrail } = await openStage();
  const run = await apply();
  expect(run.exitCode).toBe(0);
  expect(run.outputs).toMatchObject({ result: 'applied', changed: 'true', findings: '[]' });
  expect(calls(run, 'writes')).toEqual(['PutBucketPolicy', 'CreateTrail', 'StartLogging']);
  const sec = DEV_ARN.replace('222222222222', '111111111111').replace('DEV', 'SEC');
  const listed = [sec, DEV_ARN].toSorted();
  expect(sorted(sandbox.world.bucketPolicy(scene.bucket)?.Statement)).toMatchObject([
    { Action: 's3:GetBucketAcl', Condition: { StringEquals: { 'AWS:SourceArn': listed } } },
    {
      Action: 's3:PutObject',
      Resource: [
        'arn:aws:s3:::sec-cloudtrail-log/AWSLogs/111111111111/*',
        'arn:aws:s3:::sec-cloudtrail-log/AWSLogs/222222222222/*',
      ],
      Condition: { StringEquals: { 'AWS:SourceArn': listed } },
    },
  ]);
  expect(devTrail()).toMatchObject({
    logging: true,
    S3BucketName: scene.bucket,
    IsMultiRegionTrail: true,
    IncludeGlobalServiceEvents: true,
    LogFileValidationEnabled: true,
  });
});

/** S3 hands lists back in an order of its own. */
function sorted(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    Array.isArray(inner) && inner.every((one) => typeof one === 'string')
      ? inner.toSorted()
      : inner,
  );
  return JSON.parse(text);
}

test('logs of the new account arrive', async () => {
  const { sandbox, scene, apply } = await openStage();
  await apply();
  sandbox.advance(10);
  const logs = sandbox.world.objects(scene.bucket, `AWSLogs/${scene.ids.DEV}/CloudTrail/`);
  expect(logs.some(({ key, size }) => key.endsWith('.json.gz') && size > 0)).toBe(true);
});

test('the same run twice writes once', async () => {
  const { sandbox, scene, apply } = await openStage();
  await apply();
  const after = sandbox.world.bucketPolicyText(scene.bucket);
  const run = await apply();
  expect(calls(run, 'writes')).toEqual([]);
  expect(run.outputs).toMatchObject({ result: 'no-changes', changed: 'false', 'policy-diff': '' });
  expect(run.exitCode).toBe(0);
  expect(sandbox.world.bucketPolicyText(scene.bucket)).toBe(after);
});

test('the plan digest is the same before, after and half-way', async () => {
  const { sandbox, plan, apply } = await openStage();
  const planned = await plan();
  sandbox.faults.inject({
    operation: 'CreateTrail',
    times: 1,
    answer: { code: 'AccessDeniedException', status: 400 },
  });
  const half = await apply();
  const whole = await apply();
  const done = await apply();
  const digests = [planned, half, whole, done].map(({ outputs }) => outputs['plan-digest']);
  expect(new Set(digests).size).toBe(1);
});

test('an apply is six sequential round trips, one without changes three', async () => {
  const { apply } = await openStage({ latencyMs: 50 });
  const first = await apply();
  const second = await apply();
  expect(calls(first).toSorted()).toEqual(
    [
      'GetIdToken',
      'AssumeRoleWithWebIdentity',
      'AssumeRoleWithWebIdentity',
      'GetBucketPolicy',
      'DescribeTrails',
      'GetTrailStatus',
      'PutBucketPolicy',
      'CreateTrail',
      'GetBucketPolicy',
      'StartLogging',
    ].toSorted(),
  );
  expect(longestChain(first.requests)).toBe(6);
  expect(calls(second)).toHaveLength(6);
  expect(longestChain(second.requests)).toBe(3);
});

/** How many requests at most waited for one another: each begun after the one before had been answered. */
function longestChain(
  requests: readonly { readonly at: number; readonly endedAt: number }[],
): number {
  let chain = 0;
  let free = 0;
  for (const { at, endedAt } of requests.toSorted((a, b) => a.endedAt - b.endedAt)) {
    if (at < free) continue;
    chain += 1;
    free = endedAt;
  }
  return chain;
}

test("a dry run's credentials cannot write, even if the code tried", async () => {
  const { sandbox, scene, plan } = await openStage();
  const run = await plan();
  const accessKeyId = run.requests.find(
    ({ operation }) => operation === 'GetBucketPolicy',
  )?.accessKeyId;
  const masked = [...run.rawLog.matchAll(/^::add-mask::(.+)$/gm)].map(([, secret = '']) => secret);
  const attempts = masked.flatMap((secretAccessKey) =>
    masked.map(async (sessionToken) => {
      const s3 = new S3Client({
        region: scene.region,
        endpoint: sandbox.url,
        forcePathStyle: true,
        credentials: { accessKeyId: accessKeyId ?? '', secretAccessKey, sessionToken },
      });
      const write = new PutBucketPolicyCommand({ Bucket: scene.bucket, Policy: '{}' });
      return s3.send(write).then(
        () => 'written',
        (error: unknown) => (error as Error).message,
      );
    }),
  );
  const answers = await Promise.all(attempts);
  expect(answers).not.toContain('written');
  expect(
    answers.some((answer) =>
      answer.includes('no session policy allows the s3:PutBucketPolicy action'),
    ),
  ).toBe(true);
});

test('the bucket policy as it was is kept, for its owner only, before it is written over', async () => {
  const { sandbox, scene, apply } = await openStage();
  const before = sandbox.world.bucketPolicyText(scene.bucket);
  const run = await apply();
  const backup = run.outputs['policy-backup-file'] ?? '';
  expect(readFileSync(backup, 'utf8')).toBe(before);
  expect(statSync(backup).mode & 0o777).toBe(0o600);
  expect(run.summary).toContain(
    `aws s3api put-bucket-policy --bucket ${scene.bucket} --expected-bucket-owner ${scene.ids.SEC}`,
  );
});

test('a bucket without a policy gets one', async () => {
  const { sandbox, scene, apply } = await openStage();
  sandbox.world.putBucketPolicy(scene.bucket, undefined);
  const run = await apply();
  expect(run.outputs['result']).toBe('applied');
  expect(sandbox.world.bucketPolicy(scene.bucket)?.Statement).toHaveLength(2);
  expect(run.outputs['policy-backup-file']).toBe('');
  expect(run.summary).toContain('aws s3api delete-bucket-policy');
});

test('a statement about somebody else comes out as it went in', async () => {
  const { sandbox, scene, apply } = await openStage();
  const foreign = {
    Sid: 'DenyInsecureTransport',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: ['arn:aws:s3:::sec-cloudtrail-log', 'arn:aws:s3:::sec-cloudtrail-log/*'],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  const policy = sandbox.world.bucketPolicy(scene.bucket);
  const statements = [foreign, ...((policy?.Statement ?? []) as object[])];
  sandbox.world.putBucketPolicy(scene.bucket, JSON.stringify({ ...policy, Statement: statements }));
  expect((await apply()).outputs['result']).toBe('applied');
  expect(sandbox.world.bucketPolicy(scene.bucket)?.Statement).toContainEqual(foreign);
});

describe('an existing trail', () => {
  const existing = (bucket: string) => ({
    account: '222222222222',
    region: 'ap-northeast-2',
    name: 'DEV-CLOUDTRAIL',
    bucket,
    IsMultiRegionTrail: true,
    IncludeGlobalServiceEvents: true,
    LogFileValidationEnabled: false,
  });

  test('that delivers to another bucket blocks the plan, and nothing is written', async () => {
    const { sandbox, apply, devTrail } = await openStage();
    sandbox.world.createTrail(existing('somebody-elses-bucket'));
    const run = await apply();
    expect(run.exitCode).toBe(1);
    expect(run.outputs['result']).toBe('blocked');
    expect(calls(run, 'writes')).toEqual([]);
    expect(findings(run)).toMatchObject([
      {
        code: 'trail-delivers-elsewhere',
        account: '222222222222',
        message: expect.stringContaining(
          'delivers to bucket somebody-elses-bucket, not to sec-cloudtrail-log',
        ),
        remedy: expect.stringContaining('allow-repoint'),
      },
    ]);
    expect(devTrail()).toMatchObject({ S3BucketName: 'somebody-elses-bucket' });
  });

  test('is re-pointed where that is allowed, after the new bucket admits it', async () => {
    const { sandbox, scene, apply, devTrail } = await openStage();
    sandbox.world.createTrail(existing('somebody-elses-bucket'));
    const run = await apply({ 'allow-repoint': 'true' });
    expect(run.outputs['result']).toBe('applied');
    expect(calls(run, 'writes')).toEqual(['PutBucketPolicy', 'UpdateTrail']);
    expect(devTrail()).toMatchObject({
      S3BucketName: scene.bucket,
      LogFileValidationEnabled: false,
    });
  });

  test('is changed only in what is mentioned', async () => {
    const { sandbox, scene, apply, devTrail } = await openStage();
    sandbox.world.createTrail({ ...existing(scene.bucket), logging: false });
    const run = await apply({ 'log-file-validation': 'true' });
    expect(calls(run, 'writes')).toEqual(['PutBucketPolicy', 'UpdateTrail', 'StartLogging']);
    expect(devTrail()).toMatchObject({ LogFileValidationEnabled: true, logging: true });
  });
});

describe('an existing trail that changes between one Region and all', () => {
  const existing = (bucket: string) => ({
    account: '222222222222',
    region: 'ap-northeast-2',
    name: 'DEV-CLOUDTRAIL',
    bucket,
  });

  test('keeps its global service events, which CloudTrail would turn off by itself', async () => {
    const { sandbox, scene, apply, devTrail } = await openStage();
    sandbox.world.createTrail({ ...existing(scene.bucket), IsMultiRegionTrail: true });
    const run = await apply({ 'multi-region': 'false' });
    expect(run.outputs['result']).toBe('applied');
    expect(devTrail()).toMatchObject({
      IsMultiRegionTrail: false,
      IncludeGlobalServiceEvents: true,
    });
  });

  test('records global service events once it records all Regions, as CloudTrail wants it', async () => {
    const { sandbox, scene, apply, devTrail } = await openStage();
    const single = { IsMultiRegionTrail: false, IncludeGlobalServiceEvents: false };
    sandbox.world.createTrail({ ...existing(scene.bucket), ...single });
    const run = await apply({ 'multi-region': 'true' });
    expect(run.outputs['result']).toBe('applied');
    expect(run.summary).toContain('global service events false → true');
    expect(devTrail()).toMatchObject({
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
    });
  });
});

describe('credentials', () => {
  test('roles are taken from a hub role with an external ID', async () => {
    const { sandbox, scene, apply } = await openStage();
    const hub = 'arn:aws:iam::999999999999:role/Hub';
    const provider = sandbox.world.createOidcProvider({ account: scene.ids.OTHER });
    const trust = JSON.parse(JSON.stringify(GITHUB_TRUST).replace('PROVIDER', provider)) as object;
    const assume = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' };
    sandbox.world.createRole({
      account: scene.ids.OTHER,
      name: 'Hub',
      trust: JSON.stringify(trust),
      policy: JSON.stringify({ Version: '2012-10-17', Statement: [assume] }),
    });
    const trustHub = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: hub },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': 'landing-zone' } },
        },
      ],
    });
    const central = sandbox.world.createRole({
      account: scene.ids.SEC,
      name: 'CentralFromHub',
      trust: trustHub,
      policy: JSON.stringify(ANYTHING),
    });
    const member = sandbox.world.createRole({
      account: scene.ids.DEV,
      name: 'MemberFromHub',
      trust: trustHub,
      policy: JSON.stringify(ANYTHING),
    });
    const inputs = { 'hub-role-arn': hub, 'central-role-arn': central, 'member-role-arn': member };
    const refused = await apply({ ...inputs, 'external-id': 'wrong' });
    expect(findings(refused)).toMatchObject([
      { account: scene.ids.SEC, message: expect.stringContaining('sts:AssumeRole') },
      { account: scene.ids.DEV, remedy: expect.stringContaining('external-id') },
    ]);
    const run = await apply({ ...inputs, 'external-id': 'landing-zone' });
    expect(run.outputs['result']).toBe('applied');
  });

  test("the environment's are used where a role is left out, and a dry run says that nothing limits them", async () => {
    const { sandbox, scene, plan, apply } = await openStage();
    const user = sandbox.world.createUser({
      account: scene.ids.SEC,
      name: 'pipeline',
      policy: JSON.stringify(ANYTHING),
    });
    const key = sandbox.world.credentialsFor(user);
    const env = {
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    };
    const dry = await plan({ 'central-role-arn': '' }, { env });
    expect(dry.outputs['result']).toBe('planned');
    expect(dry.summary).toContain('no session policy');
    expect((await apply({ 'central-role-arn': '' }, { env })).outputs['result']).toBe('applied');
  });
});

const ANYTHING = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};
const GITHUB_TRUST = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: 'PROVIDER' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
        StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:*:ref:refs/heads/main' },
      },
    },
  ],
};
