// What a user sees when something is not as it should be: the message, the account, the remedy. Whatever fails, no statement
// is lost, and a rerun after the cause is gone finishes the work.

import type { RunResult } from '../../sandbox/runner.js';
import { githubTrust } from '../../sandbox/worlds.js';
import { calls, closeStages, DEV_ARN, findings, openStage, type Stage } from './stage.js';

afterEach(closeStages);

/** The one error of a failed run; annotated, in the summary and in the outputs alike. */
function onlyError(run: RunResult): ReturnType<typeof findings>[number] {
  const [error, ...others] = findings(run).filter(({ severity }) => severity === 'error');
  expect(others).toEqual([]);
  expect(run.exitCode).toBe(1);
  expect(run.annotations.filter(({ level }) => level === 'error')).toMatchObject([
    { message: `${error?.message}\n→ ${error?.remedy}` },
  ]);
  if (error === undefined) throw new Error(`No error in: ${run.log}`);
  return error;
}

/** Afterwards the policy must still hold all that it held, and a rerun must finish. */
async function finishes({ sandbox, scene, apply, devTrail }: Stage): Promise<void> {
  const run = await apply();
  expect(['applied', 'no-changes']).toContain(run.outputs['result']);
  expect(devTrail()).toMatchObject({ logging: true });
  const policy = JSON.stringify(sandbox.world.bucketPolicy(scene.bucket));
  for (const arn of [
    DEV_ARN,
    DEV_ARN.replace('222222222222', '111111111111').replace('DEV', 'SEC'),
  ])
    expect(policy.split(arn)).toHaveLength(3);
}

describe('before anything is read', () => {
  test('no OIDC token: the permission is missing', async () => {
    const stage = await openStage();
    const run = await stage.apply({}, { idToken: false });
    expect(onlyError(run)).toMatchObject({
      code: 'oidc-permission-missing',
      remedy: expect.stringContaining('id-token: write'),
    });
    expect(run.outputs['result']).toBe('failed');
    expect(calls(run)).toEqual([]);
    await finishes(stage);
  });

  test('the token is of another audience', async () => {
    const stage = await openStage();
    const run = await stage.apply({ audience: 'https://example.com' });
    const found = findings(run);
    expect(found.map(({ account }) => account)).toContain('111111111111');
    expect(found[0]?.message).toContain('Incorrect token audience');
    expect(found[0]?.remedy).toContain('that lists the audience https://example.com');
    await finishes(stage);
  });

  test('the token has expired', async () => {
    const stage = await openStage();
    stage.sandbox.oidc.settings.expired = true;
    const run = await stage.apply();
    expect(findings(run)[0]?.message).toContain('Token expired');
    expect(findings(run)[0]?.remedy).toContain('check its clock');
    stage.sandbox.oidc.settings.expired = false;
    await finishes(stage);
  });

  test('the trust policy does not admit the job: the error shows the subject that was sent, and both forms', async () => {
    const stage = await openStage();
    const { world } = stage.sandbox;
    const another = { fullName: 'example-org/another', id: '1', ownerId: '2' };
    const central = world.createRole({
      account: '111111111111',
      name: 'ForAnotherRepository',
      trust: githubTrust(world.createOidcProvider({ account: '111111111111' }), another),
      policy: ANYTHING,
    });
    const run = await stage.apply({ 'central-role-arn': central });
    const [error] = findings(run);
    expect(error).toMatchObject({
      code: 'role-not-taken',
      message: expect.stringContaining('Not authorized to perform sts:AssumeRoleWithWebIdentity'),
    });
    expect(error?.remedy).toMatch(/subject is repo:\S+:ref:refs\/heads\/main/);
    expect(error?.remedy).toContain('repo:OWNER/REPO:');
    expect(error?.remedy).toContain('repo:OWNER@OWNER-ID/REPO@REPO-ID:');
    await finishes(stage);
  });

  test('both roles are refused: both are told, so that both are mended in one go', async () => {
    const stage = await openStage();
    const missing = (account: string): string => `arn:aws:iam::${account}:role/Missing`;
    const run = await stage.apply({
      'central-role-arn': missing('111111111111'),
      'member-role-arn': missing('222222222222'),
    });
    expect(run.outputs['result']).toBe('failed');
    expect(findings(run)).toMatchObject([
      { code: 'role-not-taken', account: '111111111111' },
      { code: 'role-not-taken', account: '222222222222' },
    ]);
    await finishes(stage);
  });

  test('both subject forms that GitHub sends are taken by the documented trust policy', async () => {
    const stage = await openStage();
    stage.sandbox.oidc.settings.subjectForm = 'immutable';
    expect((await stage.apply()).outputs['result']).toBe('applied');
  });

  test("the environment's credentials are of another account", async () => {
    const stage = await openStage();
    const { world } = stage.sandbox;
    const user = world.createUser({ account: '999999999999', name: 'me', policy: ANYTHING });
    const key = world.credentialsFor(user);
    const env = {
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    };
    const run = await stage.apply({ 'central-role-arn': '' }, { env });
    expect(onlyError(run)).toMatchObject({
      code: 'wrong-account',
      account: '111111111111',
      message: 'The credentials belong to account 999999999999; account 111111111111 is expected.',
    });
    expect(calls(run)).not.toContain('GetBucketPolicy');
    await finishes(stage);
  });

  test('wrong inputs are told all together, and nothing is asked of anybody', async () => {
    const stage = await openStage();
    const run = await stage.apply({ bucket: 'Not_A_Bucket', 'trail-name': '', region: 'Seoul' });
    expect(run.annotations.filter(({ level }) => level === 'error')).toHaveLength(3);
    expect(run.summary).toContain('is not an AWS Region');
    expect(calls(run)).toEqual([]);
  });
});

describe('while looking', () => {
  test('the bucket is another account’s', async () => {
    const stage = await openStage();
    const { world } = stage.sandbox;
    world.createBucket({ account: '999999999999', name: 'their-bucket', region: 'ap-northeast-2' });
    const run = await stage.apply({ bucket: 'their-bucket' });
    const error = onlyError(run);
    expect(error).toMatchObject({ code: 'aws-access-denied', account: '111111111111' });
    expect(error.message).toContain('s3:GetBucketPolicy on bucket their-bucket');
    await finishes(stage);
  });

  test('there is no such bucket', async () => {
    const stage = await openStage();
    const { world } = stage.sandbox;
    const central = world.createRole({
      account: '111111111111',
      name: 'Wide',
      trust: githubTrust(
        world.createOidcProvider({ account: '111111111111' }),
        stage.scene.repository,
      ),
      policy: ANYTHING,
    });
    const run = await stage.apply({ bucket: 'no-such-bucket', 'central-role-arn': central });
    expect(onlyError(run)).toMatchObject({
      code: 'aws-no-such-bucket',
      remedy: 'There is no bucket no-such-bucket. Check the input bucket, and bucket-region.',
    });
    await finishes(stage);
  });

  test('GetBucketPolicy is denied: that does not mean "no policy"', async () => {
    const stage = await openStage();
    const before = stage.sandbox.world.bucketPolicyText(stage.scene.bucket);
    const takeBack = stage.sandbox.faults.inject({
      operation: 'GetBucketPolicy',
      answer: { code: 'AccessDenied', status: 403, message: 'Access Denied' },
    });
    const run = await stage.apply();
    expect(onlyError(run)).toMatchObject({
      code: 'aws-access-denied',
      account: '111111111111',
      remedy: expect.stringContaining('lacks s3:GetBucketPolicy'),
    });
    expect(calls(run, 'writes')).toEqual([]);
    expect(stage.sandbox.world.bucketPolicyText(stage.scene.bucket)).toBe(before);
    takeBack();
    await finishes(stage);
  });

  test('five trails already: blocked before anything is written, with their names', async () => {
    const stage = await openStage();
    const { world } = stage.sandbox;
    const arns = ['one', 'two', 'three', 'four', 'five'].map((name) =>
      world.createTrail({
        account: '222222222222',
        region: 'ap-northeast-2',
        name,
        bucket: 'another',
      }),
    );
    const run = await stage.apply();
    expect(run.outputs['result']).toBe('blocked');
    expect(onlyError(run)).toMatchObject({ code: 'trail-slots-full', account: '222222222222' });
    expect(onlyError(run).message).toContain('five (ap-northeast-2)');
    expect(calls(run, 'writes')).toEqual([]);
    world.deleteTrail(arns[0] ?? '');
    await finishes(stage);
  });

  test('a Deny that would stop CloudTrail blocks the plan; the Deny is not touched', async () => {
    const stage = await openStage();
    const { world } = stage.sandbox;
    const deny = {
      Sid: 'OnlyOurs',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::sec-cloudtrail-log/*',
      Condition: { StringNotEquals: { 'aws:SourceAccount': ['111111111111'] } },
    };
    const policy = world.bucketPolicy(stage.scene.bucket);
    const statements = [...((policy?.Statement ?? []) as object[]), deny];
    world.putBucketPolicy(stage.scene.bucket, JSON.stringify({ ...policy, Statement: statements }));
    const run = await stage.apply();
    expect(run.outputs['result']).toBe('blocked');
    const error = findings(run).find(({ severity }) => severity === 'error');
    expect(error?.message).toMatch(/statement 3.*OnlyOurs/i);
    expect(error?.remedy).toContain('222222222222');
    expect(calls(run, 'writes')).toEqual([]);
  });

  test('a policy that names a deleted role is told before S3 would refuse it', async () => {
    const stage = await openStage();
    const { world } = stage.sandbox;
    const reader = {
      Sid: 'Auditor',
      Effect: 'Allow',
      Principal: { AWS: ['AROAEXAMPLEEXAMPLEEX', 'arn:aws:iam::111111111111:root'] },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::sec-cloudtrail-log/*',
    };
    const policy = world.bucketPolicy(stage.scene.bucket);
    const statements = [...((policy?.Statement ?? []) as object[]), reader];
    world.putBucketPolicy(stage.scene.bucket, JSON.stringify({ ...policy, Statement: statements }));
    const run = await stage.apply();
    expect(run.outputs['result']).toBe('blocked');
    expect(onlyError(run)).toMatchObject({ code: 'policy-dead-principal' });
    expect(onlyError(run).message).toContain('AROAEXAMPLEEXAMPLEEX');
    expect(calls(run, 'writes')).toEqual([]);
  });
});

describe('while applying', () => {
  test('CreateTrail is denied: the policy is written, the run says partial and what to allow', async () => {
    const stage = await openStage();
    const takeBack = stage.sandbox.faults.inject({
      operation: 'CreateTrail',
      answer: {
        code: 'AccessDeniedException',
        status: 400,
        message: 'User: x is not authorized to perform: cloudtrail:CreateTrail',
      },
    });
    const run = await stage.apply();
    expect(run.outputs).toMatchObject({ result: 'partial', changed: 'true' });
    expect(onlyError(run)).toMatchObject({
      account: '222222222222',
      remedy: 'Allow cloudtrail:CreateTrail for the role of account 222222222222.',
    });
    expect(run.summary).toContain('| done |');
    expect(run.summary).toContain('failed: cloudtrail:CreateTrail');
    takeBack();
    await finishes(stage);
  });

  test('the policy takes three seconds to reach CloudTrail: it is waited for', async () => {
    const stage = await openStage({ policyDelayMs: 3_000 });
    const run = await stage.apply();
    expect(run.outputs['result']).toBe('applied');
    expect(calls(run).filter((call) => call === 'CreateTrail').length).toBeGreaterThan(1);
    expect(calls(run).filter((call) => call === 'PutBucketPolicy')).toHaveLength(1);
    await finishes(stage);
  });

  test.each(['reset-before', 'reset-after'] as const)(
    'the connection breaks at the policy write (%s): read again, merged again, never sent again as it stands',
    async (answer) => {
      const stage = await openStage();
      stage.sandbox.faults.inject({ operation: 'PutBucketPolicy', times: 1, answer });
      const run = await stage.apply();
      expect(run.outputs).toMatchObject({ result: 'applied', findings: '[]' });
      const policyCalls = calls(run).filter((call) => call.endsWith('BucketPolicy'));
      const writes = answer === 'reset-before' ? 2 : 1;
      expect(policyCalls.filter((call) => call === 'PutBucketPolicy')).toHaveLength(writes);
      expect(policyCalls.slice(0, 3)).toEqual([
        'GetBucketPolicy',
        'PutBucketPolicy',
        'GetBucketPolicy',
      ]);
      expect(run.outputs['policy-backup-file']).not.toBe('');
      await finishes(stage);
    },
  );

  test.each(['OperationAborted', 'SlowDown'])(
    '%s at the policy write is waited out',
    async (code) => {
      const stage = await openStage();
      stage.sandbox.faults.inject({
        operation: 'PutBucketPolicy',
        times: 1,
        answer: { code, status: 409 },
      });
      expect((await stage.apply()).outputs['result']).toBe('applied');
      await finishes(stage);
    },
  );

  test.each(['CreateTrail', 'StartLogging'])(
    '%s is throttled: it is waited out',
    async (operation) => {
      const stage = await openStage();
      stage.sandbox.faults.inject({
        operation,
        times: 4,
        answer: { code: 'ThrottlingException', status: 400 },
      });
      expect((await stage.apply()).outputs['result']).toBe('applied');
      await finishes(stage);
    },
  );

  test('the answer of CreateTrail is lost: the trail that is there is taken, not made again', async () => {
    const stage = await openStage();
    stage.sandbox.faults.inject({ operation: 'CreateTrail', times: 1, answer: 'reset-after' });
    const run = await stage.apply();
    expect(run.outputs).toMatchObject({ result: 'applied', findings: '[]' });
    expect(stage.sandbox.world.trails('222222222222')).toHaveLength(1);
    await finishes(stage);
  });

  test('a trail just made is unknown to the next call for a moment', async () => {
    const stage = await openStage();
    stage.sandbox.faults.inject({
      operation: 'StartLogging',
      times: 2,
      answer: { code: 'TrailNotFoundException', status: 400 },
    });
    expect((await stage.apply()).outputs['result']).toBe('applied');
  });

  test('another writer undoes our write within the settle time: our grants, and only ours, are merged again', async () => {
    const stage = await openStage();
    const { sandbox, scene } = stage;
    const before = sandbox.world.bucketPolicyText(scene.bucket) ?? '';
    const overwritten = whenSeen(stage, 'StartLogging', () =>
      sandbox.world.putBucketPolicy(scene.bucket, before),
    );
    const run = await stage.apply({ 'settle-seconds': '2' });
    overwritten.stop();
    expect(overwritten.happened()).toBe(true);
    expect(run.outputs['result']).toBe('applied');
    expect(calls(run).filter((call) => call === 'PutBucketPolicy')).toHaveLength(2);
    await finishes(stage);
  });
});

/** Does something once, right after a call has been recorded. */
function whenSeen({ sandbox }: Stage, operation: string, act: () => void) {
  let happened = false;
  const timer = setInterval(() => {
    if (happened || !sandbox.requests.some((request) => request.operation === operation)) return;
    happened = true;
    act();
  }, 5);
  return { stop: () => clearInterval(timer), happened: () => happened };
}

const ANYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});
