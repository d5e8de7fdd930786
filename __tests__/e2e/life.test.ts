// The life of a trail after its onboarding: its settings, a new name, its end. Each runs a second time, and then writes
// nothing.

import type { RunResult } from '../../sandbox/runner.js';
import { githubTrust } from '../../sandbox/worlds.js';
import { calls, closeStages, DEV_ARN, findings, openStage, type Stage } from './stage.js';

afterEach(closeStages);

const trailNames = ({ sandbox }: Stage): readonly string[] =>
  sandbox.world
    .trails('222222222222')
    .map(({ Name }) => Name)
    .toSorted();

/** Runs twice; the second time nothing is left to do. */
async function twice(
  { apply }: Stage,
  inputs: { readonly [name: string]: string },
): Promise<RunResult> {
  const first = await apply(inputs);
  expect(findings(first).filter(({ severity }) => severity === 'error')).toEqual([]);
  const second = await apply(inputs);
  expect(calls(second, 'writes')).toEqual([]);
  expect(second.outputs['result']).toBe('no-changes');
  return first;
}

async function onboarded(): Promise<Stage> {
  const stage = await openStage();
  widenRoles(stage);
  expect((await stage.apply()).outputs['result']).toBe('applied');
  return stage;
}

/** The tutorial's roles may onboard and no more; here they may all that the action can come to do. */
function widenRoles({ sandbox: { world }, scene }: Stage): void {
  for (const [account, name] of [
    [scene.ids.SEC, 'CloudTrailOnboardingCentral'],
    [scene.ids.DEV, 'CloudTrailOnboardingMember'],
  ] as const)
    world.createRole({
      account,
      name,
      trust: githubTrust(world.createOidcProvider({ account }), scene.repository),
      policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      }),
    });
}

describe('settings', () => {
  test('selectors, insights and tags are set, once', async () => {
    const stage = await onboarded();
    const run = await twice(stage, {
      'event-selectors': '- FieldSelectors:\n    - { Field: eventCategory, Equals: [Management] }',
      'insight-selectors': 'ApiErrorRateInsight, ApiCallRateInsight',
      tags: 'team=audit\nstage = dev',
    });
    expect(calls(run, 'writes')).toEqual(['PutEventSelectors', 'PutInsightSelectors', 'AddTags']);
    expect(stage.sandbox.world.trails('222222222222')[0]?.tags).toEqual({
      team: 'audit',
      stage: 'dev',
    });
  });

  test('what is cleared is told as a loss', async () => {
    const stage = await onboarded();
    await stage.apply({ 'insight-selectors': 'ApiCallRateInsight', tags: 'team=audit' });
    const run = await twice(stage, {
      'insight-selectors': 'none',
      tags: 'none',
      'log-file-validation': 'false',
    });
    expect(findings(run).map(({ code, severity }) => [code, severity])).toEqual([
      ['trail-loss', 'warning'],
      ['trail-loss', 'warning'],
      ['trail-loss', 'warning'],
    ]);
    expect(stage.devTrail()).toMatchObject({ LogFileValidationEnabled: false, tags: {} });
  });

  test('going to one Region keeps global service events, which CloudTrail would turn off with it', async () => {
    const stage = await onboarded();
    await twice(stage, { 'multi-region': 'false' });
    expect(stage.devTrail()).toMatchObject({
      IsMultiRegionTrail: false,
      IncludeGlobalServiceEvents: true,
    });
  });

  test('an advanced selector that comes without its fields selects nothing', async () => {
    const stage = await onboarded();
    const own = {
      'event-selectors': '- FieldSelectors: [{ Field: eventCategory, Equals: [Management] }]',
    };
    await stage.apply(own);
    const rewrite = (body: string): string => body.replace('"FieldSelectors"', '"Other"');
    stage.sandbox.faults.inject({ operation: 'GetEventSelectors', answer: { rewrite } });
    const run = await stage.apply({ ...own, 'dry-run': 'true' });
    expect(run.outputs['result']).toBe('planned');
    expect(findings(run).map(({ code }) => code)).toEqual(['trail-loss']);
  });

  test('a wrong selector is told before anything is asked of AWS', async () => {
    const stage = await openStage();
    const run = await stage.apply({ 'event-selectors': '- FieldSelector: []' });
    expect(calls(run)).toEqual([]);
    expect(findings(run)[0]?.message).toContain(
      '"FieldSelector", which a basic event selector does not have',
    );
  });
});

describe('a new name', () => {
  const RENAME = { 'trail-name': 'DEV-AUDIT', 'replaces-trail': 'DEV-CLOUDTRAIL' };
  const NEW_ARN = DEV_ARN.replace('DEV-CLOUDTRAIL', 'DEV-AUDIT');

  test('grant both, create, start, stop and delete the old one, take back its grant: in that order', async () => {
    const stage = await onboarded();
    const run = await twice(stage, RENAME);
    expect(calls(run, 'writes')).toEqual([
      'PutBucketPolicy',
      'CreateTrail',
      'StartLogging',
      'StopLogging',
      'DeleteTrail',
      'PutBucketPolicy',
    ]);
    const policy = JSON.stringify(stage.sandbox.world.bucketPolicy(stage.scene.bucket));
    expect(policy).not.toContain(DEV_ARN);
    expect(policy.split(NEW_ARN)).toHaveLength(3);
    expect(policy).toContain('/AWSLogs/222222222222/*');
    expect(trailNames(stage)).toEqual(['DEV-AUDIT']);
  });

  test('the new trail takes over what the old one has', async () => {
    const stage = await onboarded();
    await stage.apply({ tags: 'team=audit', 'multi-region': 'false' });
    await twice(stage, RENAME);
    expect(stage.sandbox.world.trails('222222222222')[0]).toMatchObject({
      Name: 'DEV-AUDIT',
      IsMultiRegionTrail: false,
      tags: { team: 'audit' },
    });
  });

  test.each(['PutBucketPolicy', 'CreateTrail', 'StartLogging', 'StopLogging', 'DeleteTrail'])(
    'ends at %s: a rerun finishes it',
    async (operation) => {
      const stage = await onboarded();
      const answer = { code: 'AccessDenied', status: 403 };
      const takeBack = stage.sandbox.faults.inject({ operation, answer });
      const broken = await stage.apply(RENAME);
      expect(broken.exitCode).toBe(1);
      expect(['partial', 'failed']).toContain(broken.outputs['result']);
      takeBack();
      await twice(stage, RENAME);
      expect(trailNames(stage)).toEqual(['DEV-AUDIT']);
      expect(JSON.stringify(stage.sandbox.world.bucketPolicy(stage.scene.bucket))).not.toContain(
        DEV_ARN,
      );
    },
  );
});

describe('the end', () => {
  const LEAVE = { operation: 'offboard' };

  test('stop, delete, then take back the grants; the policy is as it was before the onboarding', async () => {
    const stage = await openStage();
    widenRoles(stage);
    const { world } = stage.sandbox;
    const before = JSON.stringify(world.bucketPolicy(stage.scene.bucket));
    await stage.apply();
    const run = await twice(stage, LEAVE);
    expect(calls(run, 'writes')).toEqual(['StopLogging', 'DeleteTrail', 'PutBucketPolicy']);
    expect(JSON.stringify(world.bucketPolicy(stage.scene.bucket))).toBe(before);
    expect(trailNames(stage)).toEqual([]);
    expect(run.summary).toContain('**`222222222222` has left `sec-cloudtrail-log`.**');
  });

  test('another plan than the approved one is not applied', async () => {
    const stage = await onboarded();
    const run = await stage.apply({ ...LEAVE, 'expected-plan': `sha256:${'0'.repeat(64)}` });
    expect(run.outputs['result']).toBe('blocked');
    expect(findings(run)).toMatchObject([{ code: 'plan-not-approved' }]);
    expect(calls(run, 'writes')).toEqual([]);
  });

  test('a pull request shows it and writes nothing', async () => {
    const stage = await onboarded();
    const run = await stage.plan(LEAVE);
    expect(run.outputs['result']).toBe('planned');
    expect(run.summary).toContain('−1 trail, −1 path');
    expect(run.summary).toContain('Access as intended');
    expect(calls(run, 'writes')).toEqual([]);
  });

  test('logs are never deleted', async () => {
    const stage = await onboarded();
    stage.sandbox.advance(10);
    const logs = () =>
      stage.sandbox.world.objects(stage.scene.bucket, 'AWSLogs/222222222222/').length;
    const before = logs();
    await stage.apply(LEAVE);
    expect(logs()).toBeGreaterThanOrEqual(before);
  });

  test('the last one to leave takes the policy with it, for S3 stores no empty one', async () => {
    const stage = await openStage();
    widenRoles(stage);
    stage.sandbox.world.putBucketPolicy(stage.scene.bucket, undefined);
    await stage.apply();
    const run = await twice(stage, LEAVE);
    expect(calls(run, 'writes')).toContain('DeleteBucketPolicy');
    expect(stage.sandbox.world.bucketPolicy(stage.scene.bucket)).toBeUndefined();
    expect(run.outputs['policy-backup-file']).not.toBe('');
  });

  test('a closed account is not entered, and the run says what that leaves behind', async () => {
    const stage = await onboarded();
    const run = await stage.apply({ ...LEAVE, 'grants-only': 'true' });
    expect(run.outputs['result']).toBe('applied');
    expect(run.requests.some(({ account }) => account === '222222222222')).toBe(false);
    expect(findings(run)).toMatchObject([{ code: 'closed-account-trail', severity: 'warning' }]);
    expect(JSON.stringify(stage.sandbox.world.bucketPolicy(stage.scene.bucket))).not.toContain(
      '222222222222',
    );
    expect(trailNames(stage)).toEqual(['DEV-CLOUDTRAIL']);
  });

  test('the digest that was approved holds for what is left after a run that ended half-way', async () => {
    const stage = await onboarded();
    const planned = await stage.plan(LEAVE);
    const answer = { code: 'AccessDenied', status: 403 };
    const takeBack = stage.sandbox.faults.inject({ operation: 'PutBucketPolicy', answer });
    await stage.apply(LEAVE);
    takeBack();
    const rest = await stage.apply({
      ...LEAVE,
      'expected-plan': planned.outputs['plan-digest'] ?? '',
    });
    expect(rest.outputs['result']).toBe('applied');
    const again = await stage.plan(LEAVE);
    expect(again.outputs['plan-digest']).toBe(planned.outputs['plan-digest']);
  });

  test('a trail that cannot be deleted keeps its grants', async () => {
    const stage = await onboarded();
    const answer = { code: 'AccessDeniedException', status: 400 };
    const takeBack = stage.sandbox.faults.inject({ operation: 'DeleteTrail', answer });
    const run = await stage.apply(LEAVE);
    expect(run.outputs['result']).toBe('partial');
    expect(calls(run)).not.toContain('PutBucketPolicy');
    takeBack();
    await twice(stage, LEAVE);
  });
});
