// The proof that logs arrive, on its own and after an apply: what counts as one, what does not, and what is said where logs do
// not arrive.

import { gzipSync } from 'node:zlib';
import type { SandboxOptions } from '../../sandbox/index.js';
import type { RunResult } from '../../sandbox/runner.js';
import { addVerifyingCentral, githubTrust } from '../../sandbox/worlds.js';
import { calls, closeStages, DEV_ARN, findings, openStage, type Stage } from './stage.js';

afterEach(closeStages);

const DEV = '222222222222';
const LOOK_ONCE = { operation: 'verify', 'delivery-timeout-minutes': '0' };

/** With a central role that may read the logs. */
async function verifying(options: SandboxOptions = {}): Promise<Stage> {
  const stage = await openStage(options);
  addVerifyingCentral(stage.sandbox, stage.scene.ids.SEC, stage.scene.bucket);
  return stage;
}

/** DEV is onboarded, and so many minutes have passed since. */
async function onboarded(minutes = 7, options: SandboxOptions = {}): Promise<Stage> {
  const stage = await verifying(options);
  expect((await stage.apply()).outputs['result']).toBe('applied');
  stage.sandbox.advance(minutes);
  return stage;
}

const stateOf = (run: RunResult): unknown =>
  (JSON.parse(run.outputs['delivery'] ?? '{}') as { readonly [id: string]: unknown })[DEV];

const codes = (run: RunResult): readonly string[] => findings(run).map(({ code }) => code);

const planFile = (
  stage: Stage,
): {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly bucket: string;
} => ({
  account: DEV,
  region: stage.scene.region,
  name: 'DEV-OTHER',
  bucket: stage.scene.bucket,
});

describe('operation verify', () => {
  test('finds the log, opens it, names the proof, and writes nothing', async () => {
    const stage = await onboarded();
    const run = await stage.apply(LOOK_ONCE);
    expect(stateOf(run)).toBe('delivered');
    expect(run).toMatchObject({ exitCode: 0, outputs: { result: 'no-changes', changed: 'false' } });
    expect(calls(run, 'writes')).toEqual([]);
    expect(findings(run)).toEqual([]);
    expect(run.summary).toContain('verify · logs of 1 of 1 account arrive');
    expect(run.summary).toMatch(/✅ delivered \| a log and the trail's status; no other trail/);
    expect(run.summary).toMatch(/json\.gz` \(1 record\) \| [01] s \|/);
    expect(run.summary).toContain('no, by the policy; its own role tried and was refused');
  });

  test('says pending, as a warning, where nothing has arrived in time', async () => {
    const stage = await onboarded(2);
    const run = await stage.apply(LOOK_ONCE);
    expect(stateOf(run)).toBe('pending');
    expect(run).toMatchObject({ exitCode: 0, outputs: { result: 'no-changes' } });
    expect(findings(run)).toMatchObject([{ severity: 'warning', code: 'delivery-pending' }]);
    expect(run.summary).toContain('⏳ pending');
  });

  test('waits until the log is there', async () => {
    const stage = await onboarded(0, { clockRate: 120 });
    const run = await stage.apply({ operation: 'verify' });
    expect(stateOf(run)).toBe('delivered');
  });

  test('another trail of the account in the same place is no proof', async () => {
    const stage = await onboarded(0);
    const { world } = stage.sandbox;
    const log = world.objects(stage.scene.bucket).length;
    stage.sandbox.advance(1);
    const minute = stage.sandbox.now().toISOString();
    const day = minute.slice(0, 10).replaceAll('-', '/');
    const stamp = `${minute.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
    const key = `AWSLogs/${DEV}/CloudTrail/ap-northeast-2/${day}/${DEV}_CloudTrail_ap-northeast-2_${stamp}_0123456789abcdef.json.gz`;
    world.putObject(stage.scene.bucket, key, gzipSync(JSON.stringify({ Records: [] })));
    const run = await stage.apply(LOOK_ONCE);
    expect(world.objects(stage.scene.bucket).length).toBe(log + 1);
    expect(stateOf(run)).toBe('pending');
    expect(findings(run)[0]?.message).toContain("it may be another trail's");
  });

  test('where another trail delivers there too, the proof is told as the weaker one', async () => {
    const stage = await onboarded(0);
    stage.sandbox.world.createTrail(planFile(stage));
    stage.sandbox.advance(7);
    const run = await stage.apply(LOOK_ONCE);
    expect(stateOf(run)).toBe('delivered');
    expect(run.summary).toContain('other trails of the account deliver there, too');
  });

  test.each([
    ['below a prefix', { 'bucket-prefix': 'org/trails' }],
    ['across midnight', {}],
  ])('finds logs %s', async (_, inputs) => {
    const stage = await verifying({ now: new Date('2026-11-23T23:53:00Z') });
    await stage.apply(inputs);
    stage.sandbox.advance(6);
    const before = await stage.apply({ ...LOOK_ONCE, ...inputs });
    stage.sandbox.advance(3);
    const after = await stage.apply({ ...LOOK_ONCE, ...inputs });
    expect([stateOf(before), stateOf(after)]).toEqual(['delivered', 'delivered']);
  });
});

describe('where logs do not arrive', () => {
  async function failing(breakIt: (stage: Stage) => void): Promise<RunResult> {
    const stage = await onboarded(70);
    breakIt(stage);
    stage.sandbox.advance(70);
    const run = await stage.apply(LOOK_ONCE);
    expect(stateOf(run)).toBe('failing');
    expect(run).toMatchObject({ exitCode: 1, outputs: { result: 'failed' } });
    return run;
  }

  test('for a Deny, the doctor names it', async () => {
    const run = await failing(({ sandbox, scene }) => {
      const policy = sandbox.world.bucketPolicy(scene.bucket) as { readonly Statement: object[] };
      const deny = {
        Sid: 'Freeze',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:PutObject',
        Resource: `arn:aws:s3:::${scene.bucket}/*`,
      };
      const Statement = [...policy.Statement, deny];
      sandbox.world.putBucketPolicy(scene.bucket, { ...policy, Statement });
    });
    expect(codes(run)).toEqual(['delivery-failing', 'policy-deny-stops-cloudtrail']);
    expect(findings(run)[1]?.message).toContain('Freeze');
  });

  test('for a grant that is gone, the doctor gives it', async () => {
    const run = await failing(({ sandbox, scene }) => {
      sandbox.world.putBucketPolicy(scene.bucket, undefined);
    });
    expect(codes(run)).toContain('policy-grant-missing');
  });

  test('for a bucket that is gone, it is said that the bucket is gone', async () => {
    const run = await failing(({ sandbox, scene }) => sandbox.world.deleteBucket(scene.bucket));
    expect(findings(run).find(({ code }) => code === 'delivery-failing')?.message).toContain(
      'NoSuchBucket',
    );
  });

  test('for a trail that was stopped or deleted, that is said', async () => {
    const stage = await onboarded();
    stage.sandbox.world.deleteTrail(DEV_ARN);
    const gone = await stage.apply(LOOK_ONCE);
    expect([stateOf(gone), ...codes(gone)]).toEqual(['failing', 'delivery-trail-missing']);
    stage.sandbox.world.createTrail({ ...planFile(stage), name: 'DEV-CLOUDTRAIL', logging: false });
    const stopped = await stage.apply(LOOK_ONCE);
    expect([stateOf(stopped), ...codes(stopped)]).toEqual(['failing', 'delivery-trail-stopped']);
  });

  test('an error from before a change that mended its cause is not taken for a new one', async () => {
    const stage = await onboarded(7);
    const { world } = stage.sandbox;
    const policy = world.bucketPolicy(stage.scene.bucket);
    world.putBucketPolicy(stage.scene.bucket, undefined);
    stage.sandbox.advance(70);
    if (policy !== undefined) world.putBucketPolicy(stage.scene.bucket, policy);
    const inputs = { 'verify-delivery': 'true', 'delivery-timeout-minutes': '0' };
    const run = await stage.apply({ ...inputs, 'recursive-logging': 'false' });
    expect(stateOf(run)).toBe('pending');
    expect(findings(run)[0]?.message).toContain('AccessDenied, which may be from before');
    stage.sandbox.advance(6);
    expect(stateOf(await stage.apply(LOOK_ONCE))).toBe('delivered');
  });
});

describe('what is no log', () => {
  test('makes the delivery unknown', async () => {
    const stage = await onboarded();
    const { world } = stage.sandbox;
    for (const { key } of world.objects(stage.scene.bucket, `AWSLogs/${DEV}/CloudTrail/ap-`))
      world.putObject(stage.scene.bucket, key, 'somebody was here');
    const run = await stage.apply(LOOK_ONCE);
    expect(stateOf(run)).toBe('unknown');
    expect(codes(run)).toEqual(['log-malformed']);
  });
});

describe('without the permission', () => {
  test('to list the logs, the delivery is unknown and the permission is named', async () => {
    const stage = await openStage();
    await stage.apply();
    stage.sandbox.advance(7);
    const run = await stage.apply(LOOK_ONCE);
    expect(stateOf(run)).toBe('unknown');
    expect(run.exitCode).toBe(1);
    expect(findings(run)).toMatchObject([
      {
        message: expect.stringContaining('s3:ListBucket'),
        remedy: expect.stringContaining('Allow'),
      },
    ]);
  });
});

describe('isolation', () => {
  test('a policy that admits a member is a warning, a member that was let in is an error', async () => {
    const stage = await onboarded();
    const { world } = stage.sandbox;
    const { bucket } = stage.scene;
    const policy = world.bucketPolicy(bucket) as { readonly Statement: object[] };
    const open = {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${DEV}:root` },
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${bucket}`,
    };
    world.putBucketPolicy(bucket, { ...policy, Statement: [...policy.Statement, open] });
    const byPolicy = await stage.apply(LOOK_ONCE);
    expect(findings(byPolicy)).toMatchObject([
      { severity: 'warning', code: 'bucket-readable-by-member' },
    ]);
    world.createRole({
      account: DEV,
      name: 'CloudTrailOnboardingMember',
      trust: githubTrust(world.createOidcProvider({ account: DEV }), stage.scene.repository),
      policy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      },
    });
    const tried = await stage.apply(LOOK_ONCE);
    expect(findings(tried)).toMatchObject([
      { severity: 'error', code: 'bucket-readable-by-member' },
    ]);
    expect(tried).toMatchObject({ exitCode: 1, outputs: { result: 'failed' } });
  });
});

describe('verify-delivery', () => {
  test('after an apply waits for a log that is newer than it', async () => {
    const stage = await verifying({ clockRate: 60 });
    const run = await stage.apply({ 'verify-delivery': 'true' });
    expect(run).toMatchObject({ exitCode: 0, outputs: { result: 'applied' } });
    expect(stateOf(run)).toBe('delivered');
    expect(run.log).toContain('Waiting for logs: 0 of 1 accounts settled');
  });

  test('is not asked of a plan', async () => {
    const stage = await verifying();
    const run = await stage.plan({ 'verify-delivery': 'true' });
    expect(run.outputs['delivery']).toBe('{}');
    expect(calls(run)).not.toContain('ListObjectsV2');
  });
});

describe('validate-digests', () => {
  const WITH_DIGESTS = { ...LOOK_ONCE, 'validate-digests': '24' };
  const logOf = (stage: Stage): string =>
    stage.sandbox.world
      .objects(stage.scene.bucket, `AWSLogs/${DEV}/CloudTrail/`)
      .find(({ size }) => size > 0)?.key ?? '';

  test('says that digests and logs are as CloudTrail delivered them', async () => {
    const run = await (await onboarded(125)).apply(WITH_DIGESTS);
    expect(run.summary).toContain('valid: 2 of 2 digests, 24 of 24 logs valid');
    expect(findings(run)).toEqual([]);
  });

  test('a deleted log is an error that names it', async () => {
    const stage = await onboarded(125);
    const key = logOf(stage);
    stage.sandbox.world.deleteObject(stage.scene.bucket, key);
    const run = await stage.apply(WITH_DIGESTS);
    expect(findings(run)).toMatchObject([{ severity: 'error', code: 'digests-invalid' }]);
    expect(findings(run)[0]?.message).toContain(`log ${key} was deleted`);
    expect(stateOf(run)).toBe('delivered');
    expect(run.exitCode).toBe(1);
  });

  test('without digests yet it is a warning', async () => {
    const run = await (await onboarded()).apply(WITH_DIGESTS);
    expect(codes(run)).toEqual(['digests-none']);
    expect(run.exitCode).toBe(0);
  });

  test('is not asked for unless it is wished', async () => {
    const run = await (await onboarded(125)).apply(LOOK_ONCE);
    expect(run.requests.map(({ operation }) => operation)).not.toContain('ListPublicKeys');
    expect(run.summary).not.toContain('digests');
  });
});
