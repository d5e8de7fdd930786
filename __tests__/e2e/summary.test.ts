// What a reviewer, or somebody at three in the morning, reads first: the verdict stands in the summary's first lines and says
// no more than what happened.

import type { RunResult } from '../../sandbox/runner.js';
import { calls, closeStages, findings, openStage, type Stage } from './stage.js';

afterEach(closeStages);

/** The heading and the sentence below it. */
const verdict = ({ summary }: RunResult): readonly string[] =>
  summary
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('<!--'))
    .slice(0, 2);

const QA = '333333333333';
const ROLES = 'arn:aws:iam::{account-id}:role/CloudTrailOnboardingMember';

/** Two members, of which the second has no role. */
const twoMembers = ({ scene }: Stage) => ({
  'member-account-id': `${scene.ids.DEV}, ${QA}`,
  'member-role-arn': ROLES.replace('CloudTrailOnboardingMember', nameOf(scene.roles.member)),
  'trail-name': 'TRAIL-{account-id}',
});
const nameOf = (roleArn: string): string => roleArn.slice(roleArn.indexOf('/') + 1);

const denied = (operation: string) => ({
  operation,
  answer: { code: 'AccessDenied', status: 403, message: 'Access Denied' },
});

test('a plan says who joins', async () => {
  const { plan } = await openStage();
  expect(verdict(await plan())).toEqual([
    '### CloudTrail onboarding · plan · 2 changes',
    '**`222222222222` will log to `sec-cloudtrail-log`.** Access as intended: nothing else changes.',
  ]);
});

test('an apply says who logs now', async () => {
  const { apply } = await openStage();
  expect(verdict(await apply())).toEqual([
    '### CloudTrail onboarding · applied · 2 changes',
    '**`222222222222` now logs to `sec-cloudtrail-log`.** Access as intended: nothing else changes.',
  ]);
});

test('nothing to do is one line', async () => {
  const { apply } = await openStage();
  await apply();
  expect(verdict(await apply())).toEqual([
    '### CloudTrail onboarding · no changes',
    '1 account already logs to `sec-cloudtrail-log`; nothing to do.',
  ]);
});

test('an apply that could write nothing does not say that anybody joined', async () => {
  const { sandbox, apply } = await openStage();
  sandbox.faults.inject(denied('PutBucketPolicy'));
  const run = await apply();
  expect(run.outputs).toMatchObject({ result: 'failed', changed: 'false' });
  expect(verdict(run)).toEqual([
    '### CloudTrail onboarding · failed',
    '**Nothing was changed.** Running again once the cause is gone finishes the work.',
  ]);
});

test('an apply that ended half-way says how far it came', async () => {
  const { sandbox, apply } = await openStage();
  sandbox.faults.inject(denied('StartLogging'));
  expect(verdict(await apply())).toEqual([
    '### CloudTrail onboarding · partial',
    '**0 of 1 account done.** What was done stays; running again once the cause is gone finishes the work.',
  ]);
});

test('wrong inputs: nothing was changed', async () => {
  const { apply } = await openStage();
  expect(verdict(await apply({ region: 'Seoul' }))).toEqual([
    '### CloudTrail onboarding · failed',
    '**Nothing was changed.** The run ended before it had a plan.',
  ]);
});

test('a member that cannot be entered: nobody can be onboarded', async () => {
  const stage = await openStage();
  const run = await stage.plan({
    ...twoMembers(stage),
    'member-account-id': QA,
  });
  expect(verdict(run)).toEqual([
    '### CloudTrail onboarding · failed',
    '**Nothing can be done in any account.** What is listed here must be solved first.',
  ]);
});

test('the old policy is put back by a command to copy, with the file as it lies in an artifact', async () => {
  const { apply } = await openStage();
  const { summary, outputs } = await apply();
  expect(summary).toContain(`is in \`${outputs['policy-backup-file']}\``);
  expect(summary).toMatch(
    /^```sh\naws s3api put-bucket-policy .* --policy file:\/\/policy-backup\.json\n```$/m,
  );
});

describe('of two members one cannot be entered', () => {
  test('a plan says so next to who joins', async () => {
    const stage = await openStage();
    const run = await stage.plan(twoMembers(stage));
    expect(run.exitCode).toBe(1);
    expect(verdict(run)).toEqual([
      '### CloudTrail onboarding · plan · partial · 2 changes',
      '**`222222222222` will log to `sec-cloudtrail-log`. `333333333333` cannot: see below.** Access as intended: nothing else changes.',
    ]);
  });

  test('an apply onboards the other one', async () => {
    const stage = await openStage();
    const run = await stage.apply(twoMembers(stage));
    expect(run.outputs).toMatchObject({ result: 'partial', changed: 'true' });
    expect(verdict(run)[1]).toMatch(/^\*\*1 of 2 accounts done/);
  });

  test('no single trail is named: the output trail-arn is for one member', async () => {
    const stage = await openStage();
    const run = await stage.plan(twoMembers(stage));
    expect(run.outputs['trail-arn']).toBe('');
    expect(Object.keys(JSON.parse(run.outputs['trail-arns'] ?? '') as object)).toEqual([
      '222222222222',
    ]);
  });
});

test('an apply that is blocked has changed nothing', async () => {
  const { apply } = await openStage();
  const run = await apply({ 'expected-plan': `sha256:${'0'.repeat(64)}` });
  expect(run.outputs).toMatchObject({ result: 'blocked', changed: 'false' });
  expect(calls(run, 'writes')).toEqual([]);
  expect(verdict(run)).toEqual([
    '### CloudTrail onboarding · blocked',
    '**Nothing was changed.** What is listed here must be solved first.',
  ]);
});

test('a plan that would be blocked says so', async () => {
  const { plan } = await openStage();
  const run = await plan({ 'expected-plan': `sha256:${'0'.repeat(64)}` });
  expect(run.outputs).toMatchObject({ result: 'blocked', changed: 'true' });
  expect(verdict(run)[1]).toBe(
    '**This plan cannot be applied.** What is listed here must be solved first.',
  );
});

test('a step that fails on changes says that this is why', async () => {
  const { plan, apply } = await openStage();
  const run = await plan({ 'fail-on': 'changes' });
  expect(run.exitCode).toBe(1);
  expect(run.outputs['result']).toBe('planned');
  expect(findings(run)).toMatchObject([
    { code: 'changes-found', message: 'There are 2 changes to apply, and fail-on is changes.' },
  ]);
  await apply();
  expect((await plan({ 'fail-on': 'changes' })).exitCode).toBe(0);
});
