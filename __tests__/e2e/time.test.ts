// Clocks that disagree, midnight, and sessions that end before the run does. The sandbox's clock is AWS's; the runner's is the
// machine's.

import type { SandboxOptions } from '../../sandbox/index.js';
import type { RunResult } from '../../sandbox/runner.js';
import { addVerifyingCentral, githubTrust } from '../../sandbox/worlds.js';
import { openLandingZone } from './landing-zone.js';
import { calls, closeStages, findings, openStage, type Stage } from './stage.js';

afterEach(closeStages);

const MINUTE = 60_000;
const LOOK_ONCE = { operation: 'verify', 'delivery-timeout-minutes': '0' };

async function verifying(options: SandboxOptions): Promise<Stage> {
  const stage = await openStage(options);
  addVerifyingCentral(stage.sandbox, stage.scene.ids.SEC, stage.scene.bucket);
  return stage;
}

const stateOf = ({ outputs }: RunResult): string | undefined => outputs['delivery'];
const DELIVERED = '{"222222222222":"delivered"}';
const count = (run: RunResult, name: string): number =>
  calls(run).filter((call) => call === name).length;

describe.each([-180, -10, 10, 180])('where AWS is %s minutes ahead of the runner', (minutes) => {
  const skewed = (): SandboxOptions => ({
    now: new Date(Date.now() + minutes * MINUTE),
    checksTime: true,
  });

  test('no call is refused for its time, and logs are found', async () => {
    const stage = await verifying(skewed());
    const run = await stage.apply();
    expect(run.outputs['result']).toBe('applied');
    const codes = run.requests.map(({ errorCode }) => errorCode);
    expect(codes.filter((code) => /Skew|Signature/.test(code ?? ''))).toEqual([]);
    expect(count(run, 'PutBucketPolicy')).toBe(1);
    stage.sandbox.advance(7);
    expect(stateOf(await stage.apply(LOOK_ONCE))).toBe(DELIVERED);
    expect((await stage.apply({ 'recursive-logging': 'false' })).outputs['result']).toBe('applied');
  });

  test('so too with credentials that were in the environment', async () => {
    const stage = await openStage(skewed());
    const { world } = stage.sandbox;
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    };
    const key = world.credentialsFor(
      world.createUser({ account: '111111111111', name: 'me', policy }),
    );
    const env = { AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey };
    const run = await stage.apply({ 'central-role-arn': '' }, { env });
    expect(run.outputs['result']).toBe('applied');
    expect(count(run, 'PutBucketPolicy')).toBe(1);
  });

  test('an audit takes no account for silent', async () => {
    const zone = await openLandingZone({ minutesAhead: minutes });
    const run = await zone.audit({ 'silent-after-hours': '1' });
    expect(findings(run)).toEqual([]);
  });
});

describe('midnight', () => {
  const EVENING = new Date('2026-11-23T23:56:00Z');

  test('in the middle of a wait: the log of the new day is found', async () => {
    const stage = await verifying({ now: EVENING, clockRate: 30 });
    const run = await stage.apply({ 'verify-delivery': 'true', 'validate-digests': '24' });
    expect(stateOf(run)).toBe(DELIVERED);
    expect(run.summary).toContain('/2026/11/24/222222222222_CloudTrail_ap-northeast-2_20261124T00');
  });

  test('between the reading of two pages of an audit: nothing is silent, nobody is a stranger', async () => {
    const zone = await openLandingZone({ until: new Date('2026-11-23T23:59:00Z') });
    zone.sandbox.faults.inject({
      operation: 'ListObjectsV2',
      times: 1,
      answer: { first: () => zone.sandbox.advance(2) },
    });
    const run = await zone.audit({ 'silent-after-hours': '1' });
    expect(findings(run)).toEqual([]);
    expect(run.outputs['result']).toBe('no-changes');
  });
});

describe('sessions that end before the run', () => {
  /** Longer than a session lasts, and than a token does. */
  const A_LONG_TIME = 16;

  test.each(['DescribeTrails', 'PutBucketPolicy', 'CreateTrail', 'StartLogging'])(
    'at %s: another one is taken with a fresh token',
    async (operation) => {
      const stage = await openStage();
      stage.sandbox.faults.inject({
        operation,
        times: 1,
        answer: { first: () => stage.sandbox.advance(A_LONG_TIME) },
      });
      const run = await stage.apply();
      expect(run).toMatchObject({ exitCode: 0, outputs: { result: 'applied', findings: '[]' } });
      expect(count(run, 'AssumeRoleWithWebIdentity')).toBeGreaterThan(2);
      expect(count(run, 'GetIdToken')).toBe(2);
    },
  );

  test('those that came from a hub, whose own has ended too', async () => {
    const stage = await openStage();
    const hub = hubIn(stage);
    stage.sandbox.faults.inject({
      operation: 'CreateTrail',
      times: 1,
      answer: { first: () => stage.sandbox.advance(A_LONG_TIME) },
    });
    const run = await stage.apply(hub);
    expect(run).toMatchObject({ exitCode: 0, outputs: { result: 'applied', findings: '[]' } });
    // The hub's: at first, with a token that has ended, and with another one.
    expect(count(run, 'AssumeRoleWithWebIdentity')).toBe(3);
  });

  test('in a verification and in an audit', async () => {
    const stage = await verifying({});
    await stage.apply();
    stage.sandbox.advance(7);
    const expire = (operation: string, { sandbox }: Stage) =>
      sandbox.faults.inject({
        operation,
        times: 1,
        answer: { first: () => sandbox.advance(A_LONG_TIME) },
      });
    expire('ListObjectsV2', stage);
    expect(stateOf(await stage.apply(LOOK_ONCE))).toBe(DELIVERED);
    const zone = await openLandingZone();
    expire('ListObjectsV2', zone);
    expect(findings(await zone.audit())).toEqual([]);
  });
});

/** Inputs that take roles like the tutorial's by way of a hub role. */
function hubIn({ sandbox: { world }, scene }: Stage): { readonly [input: string]: string } {
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  };
  const hub = world.createRole({
    account: scene.ids.OTHER,
    name: 'Hub',
    trust: githubTrust(world.createOidcProvider({ account: scene.ids.OTHER }), scene.repository),
    policy,
  });
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: hub }, Action: 'sts:AssumeRole' }],
  };
  const inAccount = (account: string): string =>
    world.createRole({ account, name: 'FromHub', trust, policy });
  return {
    'hub-role-arn': hub,
    'central-role-arn': inAccount(scene.ids.SEC),
    'member-role-arn': inAccount(scene.ids.DEV),
  };
}
