// The runner's cancel: SIGINT, later SIGTERM. Wherever it meets a run, nothing more is begun, the report says what was done and
// what was not, the step fails, and a plain rerun finishes the work.

import type { ChildProcess } from 'node:child_process';
import type { Fault, FaultAnswer, SandboxOptions } from '../../sandbox/index.js';
import type { RunResult } from '../../sandbox/runner.js';
import { addMember, addVerifyingCentral } from '../../sandbox/worlds.js';
import { openLandingZone } from './landing-zone.js';
import { calls, closeStages, DEV_ARN, findings, openStage, type Stage } from './stage.js';

afterEach(closeStages);

/** Milliseconds after SIGINT until the runner sends SIGTERM. */
const RUNNER_WAITS = 7_500;
/** Less than any of the waits that are cut short, on a slow machine too. */
const AT_ONCE = 4_000;

type Inputs = { readonly [name: string]: string };

type Cancel = Pick<Fault, 'operation' | 'after'> & {
  /** What becomes of the call at which the signal comes; answered after a second unless told. */
  readonly answer?: FaultAnswer;
  /** Milliseconds from the call to the signal. */
  readonly later?: number;
  readonly signals?: readonly NodeJS.Signals[];
};

type Cancelled = RunResult & { readonly msToEnd: number };

/** An apply that is told to stop when it makes this call. */
async function cancelled(
  { sandbox }: Stage,
  run: Stage['apply'],
  { signals = ['SIGINT'], answer = { delayMs: 1_000 }, later = 0, ...when }: Cancel,
  inputs: Inputs = {},
): Promise<Cancelled> {
  let child: ChildProcess | undefined;
  let at = Number.NaN;
  const send = (): void => {
    at = performance.now();
    for (const [index, signal] of signals.entries())
      setTimeout(() => child?.kill(signal), index * 500);
  };
  const takeBack = sandbox.faults.inject({
    ...when,
    times: 1,
    answer,
    onMeet: () => setTimeout(send, later),
  });
  const ended = await run(inputs, {
    onSpawn: (process) => {
      child = process;
    },
  });
  takeBack();
  return { ...ended, msToEnd: performance.now() - at };
}

/** Said once, with a remedy; and in time for the runner not to ask again. */
function expectCancelled(run: Cancelled, result: 'partial' | 'failed'): void {
  expect(run).toMatchObject({ exitCode: 1, signal: null, outputs: { result } });
  expect(findings(run).filter(({ severity }) => severity === 'error')).toMatchObject([
    { code: 'cancelled', remedy: expect.stringContaining('Run again') },
  ]);
  expect(run.annotations.filter(({ level }) => level === 'error')).toHaveLength(1);
  expect(run.summary).toContain('The run was cancelled.');
  expect(run.msToEnd).toBeLessThan(RUNNER_WAITS);
}

async function finishes({ sandbox, scene, apply, devTrail }: Stage): Promise<void> {
  const run = await apply();
  expect(['applied', 'no-changes']).toContain(run.outputs['result']);
  expect(run.exitCode).toBe(0);
  expect(devTrail()).toMatchObject({ logging: true });
  const policy = sandbox.world.bucketPolicyText(scene.bucket) ?? '';
  expect(policy.split(DEV_ARN)).toHaveLength(3);
  expect(policy).toContain('trail/SEC-CLOUDTRAIL');
}

const slow: SandboxOptions = { latencyMs: 50 };

describe('before anything is written', () => {
  test.each([
    ['while the token is asked for', { operation: 'GetIdToken', answer: 'hang' }],
    ['while a role is taken', { operation: 'AssumeRoleWithWebIdentity', answer: 'hang' }],
    ['while the trails are read', { operation: 'DescribeTrails', answer: 'hang' }],
  ] as const)('%s: nothing was changed', async (_, at) => {
    const stage = await openStage(slow);
    const run = await cancelled(stage, stage.apply, at);
    expectCancelled(run, 'failed');
    expect(run.summary).toContain('Nothing was changed.');
    expect(calls(run, 'writes')).toEqual([]);
    await finishes(stage);
  });

  test('right before the policy is written: no step is tried', async () => {
    const stage = await openStage(slow);
    // What was read first is too old by then to be merged into.
    stage.sandbox.faults.inject({
      operation: 'DescribeTrails',
      times: 1,
      answer: { delayMs: 1_500 },
    });
    const run = await cancelled(stage, stage.apply, { operation: 'GetBucketPolicy', after: 1 });
    expectCancelled(run, 'failed');
    expect(run.summary).toContain('cancelled, not done');
    expect(run.outputs['changed']).toBe('false');
    expect(calls(run, 'writes')).toEqual([]);
    await finishes(stage);
  });
});

describe('in the middle of the work', () => {
  test('a policy write that is on its way is finished, and no trail is begun', async () => {
    const stage = await openStage(slow);
    // The action gives itself two seconds from the read to the end of the write; a busy machine needs most of them.
    const at = { operation: 'PutBucketPolicy', answer: { delayMs: 500 } };
    const run = await cancelled(stage, stage.apply, at);
    expectCancelled(run, 'partial');
    expect(run.outputs).toMatchObject({ changed: 'true' });
    expect(run.outputs['policy-backup-file']).not.toBe('');
    expect(calls(run, 'writes')).toEqual(['PutBucketPolicy']);
    expect(run.summary).toMatch(/bucket policy of .*\| done \|/);
    expect(run.summary).toMatch(/create: cancelled, not done; start logging: not tried/);
    await finishes(stage);
  });

  test('a trail that is being created is created, and its logging is not begun', async () => {
    const stage = await openStage(slow);
    const at = { operation: 'CreateTrail', signals: ['SIGTERM'] } as const;
    const run = await cancelled(stage, stage.apply, at);
    expectCancelled(run, 'partial');
    expect(run.summary).toMatch(/create: done; start logging: cancelled, not done/);
    expect(stage.devTrail()).toMatchObject({ logging: false });
    await finishes(stage);
  });

  test.each([
    ['a trail', 'CreateTrail', /create: cancelled, not known whether it was done/],
    ['the policy', 'PutBucketPolicy', /bucket policy of .*cancelled, not known whether/],
  ])(
    'nobody waits long for the answer about %s, and nobody claims to know',
    async (_, operation, words) => {
      const stage = await openStage(slow);
      const run = await cancelled(stage, stage.apply, { operation, answer: 'hang' });
      expectCancelled(run, 'partial');
      expect(run.summary).toMatch(words);
      await finishes(stage);
    },
  );

  test('a pause before the next try ends at once', async () => {
    const stage = await openStage(slow);
    const answer = { code: 'ConflictException', status: 400 };
    const at = { operation: 'StartLogging', answer, later: 500 };
    const run = await cancelled(stage, stage.apply, at);
    expectCancelled(run, 'partial');
    expect(run.msToEnd).toBeLessThan(AT_ONCE);
    expect(run.summary).toMatch(/create: done; start logging: cancelled, not done/);
    await finishes(stage);
  });

  test('so does the pause before the policy is read once more', async () => {
    const stage = await openStage(slow);
    const at = { operation: 'StartLogging', answer: { delayMs: 0 }, later: 500 };
    const run = await cancelled(stage, stage.apply, at, { 'settle-seconds': '60' });
    expectCancelled(run, 'partial');
    expect(run.msToEnd).toBeLessThan(AT_ONCE);
    expect(stage.devTrail()).toMatchObject({ logging: true });
    await finishes(stage);
  });
});

test('of many accounts those that are under way end, and no other is begun', async () => {
  const stage = await openStage(slow);
  const ids = Array.from({ length: 6 }, (_, at) => String(600_000_000_000 + at));
  for (const id of ids) addMember(stage.sandbox, id);
  const inputs = {
    'member-account-id': ids.join(' '),
    'member-role-arn': 'arn:aws:iam::{account-id}:role/CloudTrailOnboardingMember',
    'trail-name': '{account-id}-CLOUDTRAIL',
    'max-parallel': '2',
  };
  const run = await cancelled(stage, stage.apply, { operation: 'CreateTrail', after: 2 }, inputs);
  expectCancelled(run, 'partial');
  const created = run.requests.filter(({ operation }) => operation === 'CreateTrail');
  expect(created.length).toBeLessThanOrEqual(4);
  expect(run.summary).toContain(`of ${ids.length} accounts done.`);
  expect(run.summary.match(/create: cancelled, not done/g)).toHaveLength(
    ids.length - created.length,
  );
  const rerun = await stage.apply(inputs);
  expect(rerun).toMatchObject({ exitCode: 0, outputs: { result: 'applied' } });
  for (const id of ids) expect(stage.sandbox.world.trails(id)).toMatchObject([{ logging: true }]);
});

describe('while logs are looked for', () => {
  test('the wait for logs ends at once; what the apply did is told', async () => {
    const stage = await openStage(slow);
    addVerifyingCentral(stage.sandbox, stage.scene.ids.SEC, stage.scene.bucket);
    const at = { operation: 'GetTrailStatus', after: 2, answer: { delayMs: 0 }, later: 1_500 };
    const run = await cancelled(stage, stage.apply, at, { 'verify-delivery': 'true' });
    expect(run.log).toContain('Waiting for logs: 0 of 1 accounts settled');
    expectCancelled(run, 'partial');
    expect(run.msToEnd).toBeLessThan(AT_ONCE);
    expect(run.outputs['delivery']).toBe('{"222222222222":"unknown"}');
    expect(run.summary).toContain('the run was cancelled');
    await finishes(stage);
  });

  test('an audit ends without a verdict', async () => {
    const zone = await openLandingZone();
    const at = { operation: 'ListObjectsV2', answer: 'hang' } as const;
    const run = await cancelled(zone, zone.audit, at);
    expectCancelled(run, 'failed');
    expect(run.summary).toContain('The run ended before it had seen everything.');
    expect((await zone.audit()).exitCode).toBe(0);
  });
});

describe('while the comment is written, when all else is done', () => {
  test.each([
    ['the comments are read', 'GET'],
    ['the comment is sent', 'POST'],
  ])('%s: the run says so, and the summary stands', async (_, method) => {
    const stage = await openStage(slow);
    const operation = `${method} /repos/example-org/log-archive/issues/7/comments`;
    const run = await cancelled(stage, stage.plan, { operation, answer: 'hang' });
    expect(run).toMatchObject({ exitCode: 1, signal: null, outputs: { result: 'planned' } });
    expect(run.annotations.filter(({ level }) => level !== 'notice')).toMatchObject([
      { level: 'error', message: expect.stringContaining('The run was cancelled') },
    ]);
    expect(findings(run)).toMatchObject([{ code: 'cancelled', remedy: expect.anything() }]);
    expect(run.summary).toContain('2 changes');
    expect(run.msToEnd).toBeLessThan(AT_ONCE);
    expect((await stage.plan()).exitCode).toBe(0);
    expect(stage.sandbox.github.comments).toHaveLength(1);
  });
});

test('a second signal ends the run where it stands, and the rerun finishes all the same', async () => {
  const stage = await openStage(slow);
  const run = await cancelled(stage, stage.apply, {
    operation: 'CreateTrail',
    answer: 'hang',
    signals: ['SIGINT', 'SIGTERM'],
  });
  expect(run.exitCode).toBe(1);
  expect(run.msToEnd).toBeLessThan(AT_ONCE);
  expect(run.outputs).toEqual({});
  await finishes(stage);
});
