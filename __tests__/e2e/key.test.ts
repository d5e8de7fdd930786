// The key that encrypts the logs: looked at beside the bucket policy, said what it lacks, and merged where that is asked for,
// by the shipped bundle on the sandbox's KMS.

import { readFileSync } from 'node:fs';
import type { RunResult } from '../../sandbox/runner.js';
import { githubTrust } from '../../sandbox/worlds.js';
import { calls, closeStages, DEV_ARN, findings, openStage, type Stage } from './stage.js';

afterEach(closeStages);

const SEC = '111111111111';
const DEV = '222222222222';
const NEW_ARN = DEV_ARN.replace('DEV-CLOUDTRAIL', 'DEV-AUDIT');

const OWNER = {
  Sid: 'Enable IAM User Permissions',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${SEC}:root` },
  Action: 'kms:*',
  Resource: '*',
};

const FOREIGN = {
  Sid: 'Readers',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${SEC}:root` },
  Action: 'kms:Decrypt',
  Resource: '*',
  Condition: { Null: { 'kms:EncryptionContext:aws:cloudtrail:arn': 'false' } },
};

/** What AWS documents for the trails of an account. */
function grants(account: string, ...trails: readonly string[]): readonly object[] {
  const cloudtrail = {
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Resource: '*',
  };
  return [
    {
      ...cloudtrail,
      Action: 'kms:GenerateDataKey*',
      Condition: {
        StringEquals: { 'aws:SourceArn': trails },
        StringLike: {
          'kms:EncryptionContext:aws:cloudtrail:arn': `arn:aws:cloudtrail:*:${account}:trail/*`,
        },
      },
    },
    {
      ...cloudtrail,
      Action: 'kms:DescribeKey',
      Condition: { StringEquals: { 'aws:SourceArn': trails } },
    },
  ];
}

type Keyed = Stage & { readonly key: string };

async function stageWithKey(
  statements: readonly object[] = [OWNER, FOREIGN],
  more: object = {},
): Promise<Keyed> {
  const stage = await openStage();
  centralRole(stage, [{ Effect: 'Allow', Action: '*', Resource: '*' }]);
  memberRole(stage);
  const policy = { Version: '2012-10-17', Statement: statements };
  const region = stage.scene.region;
  const key = stage.sandbox.world.createKey({ account: SEC, region, policy, ...more });
  return { ...stage, key };
}

function role({ sandbox: { world }, scene }: Stage, account: string, name: string, rules: object) {
  const trust = githubTrust(world.createOidcProvider({ account }), scene.repository);
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: rules });
  world.createRole({ account, name, trust, policy });
}

const centralRole = (stage: Stage, rules: readonly object[]): void =>
  role(stage, SEC, 'CloudTrailOnboardingCentral', rules);
const memberRole = (stage: Stage): void =>
  role(stage, DEV, 'CloudTrailOnboardingMember', [{ Effect: 'Allow', Action: '*', Resource: '*' }]);

const policyOf = ({ sandbox, key }: Keyed): string => sandbox.world.keyPolicyText(key);
const errors = (run: RunResult) => findings(run).filter(({ severity }) => severity === 'error');
const managed = ({ key }: Keyed) => ({ 'kms-key-arn': key, 'manage-kms-key-policy': 'true' });

/** Runs twice; the second time nothing is left to do. */
async function twice(
  stage: Stage,
  inputs: { readonly [name: string]: string },
): Promise<RunResult> {
  const first = await stage.apply(inputs);
  expect(errors(first)).toEqual([]);
  const second = await stage.apply(inputs);
  expect(errors(second)).toEqual([]);
  expect(calls(second, 'writes')).toEqual([]);
  expect(second.outputs['result']).toBe('no-changes');
  return first;
}

describe('a key that is only looked at', () => {
  test('and lets CloudTrail encrypt needs nothing', async () => {
    const stage = await stageWithKey([OWNER, ...grants(DEV, DEV_ARN)]);
    const run = await twice(stage, { 'kms-key-arn': stage.key });
    expect(findings(run)).toEqual([]);
    expect(calls(run, 'writes')).toEqual(['PutBucketPolicy', 'CreateTrail', 'StartLogging']);
    expect(stage.devTrail()).toMatchObject({ KmsKeyId: stage.key, logging: true });
    expect(run.summary).toContain(`key policy of \`${stage.key}\` | looked at only`);
  });

  test('and does not is told before anything is created, with the statement that it lacks', async () => {
    const stage = await stageWithKey();
    const run = await stage.apply({ 'kms-key-arn': stage.key });
    expect(run.exitCode).toBe(1);
    expect(calls(run, 'writes')).toEqual([]);
    expect(errors(run).map(({ code, account }) => [code, account])).toEqual([
      ['key-policy-grant-missing', DEV],
      ['key-policy-grant-missing', DEV],
    ]);
    expect(errors(run)[0]?.remedy).toContain('manage-kms-key-policy: true, or add this statement');
    expect(errors(run)[0]?.remedy).toContain(`"aws:SourceArn": "${DEV_ARN}"`);
  });

  test('and that an existing trail has is looked at too, though no input names it', async () => {
    const stage = await stageWithKey([OWNER, ...grants(DEV, DEV_ARN)]);
    await stage.apply({ 'kms-key-arn': stage.key });
    stage.sandbox.world.putKeyPolicy(stage.key, { Version: '2012-10-17', Statement: [OWNER] });
    const run = await stage.plan();
    expect(calls(run)).toContain('GetKeyPolicy');
    expect(errors(run)).toMatchObject([
      { code: 'key-policy-grant-missing' },
      { code: 'key-policy-grant-missing' },
    ]);
  });

  test('stands in the way of nobody who has no key', async () => {
    const stage = await stageWithKey();
    const run = await stage.apply();
    expect(run.outputs['result']).toBe('applied');
    expect(calls(run)).not.toContain('GetKeyPolicy');
  });
});

describe('a key that CloudTrail could not use holds the trail back', () => {
  test.each([
    ['in another Region', { region: 'eu-west-1' }, 'key-wrong-region'],
    ['that is not symmetric', { spec: 'RSA_2048' }, 'key-not-symmetric'],
    ['of AWS itself', { manager: 'AWS' }, 'key-of-aws'],
  ])('one %s', async (_, more, code) => {
    const stage = await stageWithKey([OWNER, ...grants(DEV, DEV_ARN)], more);
    const run = await stage.apply({ 'kms-key-arn': stage.key });
    expect(errors(run)).toMatchObject([{ code }]);
    expect(calls(run, 'writes')).toEqual([]);
  });

  test.each(['Disabled', 'PendingDeletion'] as const)('one that is %s', async (state) => {
    const stage = await stageWithKey([OWNER, ...grants(DEV, DEV_ARN)]);
    stage.sandbox.world.setKeyState(stage.key, state);
    const run = await stage.apply({ 'kms-key-arn': stage.key });
    expect(errors(run)).toMatchObject([
      { code: 'key-disabled', message: expect.stringContaining(state) },
    ]);
    expect(calls(run, 'writes')).toEqual([]);
  });

  test('one that does not exist', async () => {
    const stage = await stageWithKey();
    const gone = stage.key.replace(/key\/.*/, 'key/00000000-0000-0000-0000-000000000000');
    const run = await stage.apply({ 'kms-key-arn': gone });
    expect(errors(run)).toMatchObject([{ code: 'aws-not-found' }]);
    expect(calls(run, 'writes')).toEqual([]);
  });
});

describe('a key that cannot be looked at', () => {
  test('for it is of another account, is told with what to see to by hand', async () => {
    const stage = await stageWithKey([], { account: DEV });
    stage.sandbox.world.putKeyPolicy(stage.key, {
      Version: '2012-10-17',
      Statement: grants(DEV, DEV_ARN),
    });
    const run = await twice(stage, { 'kms-key-arn': stage.key });
    expect(findings(run)).toMatchObject([
      { severity: 'notice', code: 'key-of-another-account', account: DEV },
    ]);
    expect(findings(run)[0]?.remedy).toContain(DEV_ARN);
    expect(calls(run).filter((call) => call.includes('Key'))).toEqual([]);
  });

  test('for the role may not, is a warning, and the trail is created all the same', async () => {
    const stage = await stageWithKey([OWNER, ...grants(DEV, DEV_ARN)]);
    centralRole(stage, [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
    const run = await twice(stage, { 'kms-key-arn': stage.key });
    expect(run.outputs['result']).toBe('applied');
    expect(findings(run)).toMatchObject([
      {
        severity: 'warning',
        code: 'key-not-looked-at',
        message: expect.stringMatching(/kms:\w+ on key .* failed: AccessDenied/),
      },
    ]);
  });

  test('and lets CloudTrail do nothing, is then said by CloudTrail', async () => {
    const stage = await stageWithKey();
    centralRole(stage, [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
    const run = await stage.apply({ 'kms-key-arn': stage.key });
    expect(run.outputs['result']).toBe('partial');
    expect(errors(run)).toMatchObject([{ code: 'aws-insufficient-encryption-policy' }]);
  });

  test('ends a run that is to manage it, before anything is written', async () => {
    const stage = await stageWithKey();
    centralRole(stage, [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
    const run = await stage.apply(managed(stage));
    expect(errors(run)).toMatchObject([{ code: 'aws-access-denied' }]);
    expect(calls(run, 'writes')).toEqual([]);
  });
});

describe('a key whose policy is managed', () => {
  test('is given the trail before the trail is created, and loses nothing', async () => {
    const stage = await stageWithKey();
    const before = policyOf(stage);
    const run = await twice(stage, managed(stage));
    const writes = calls(run, 'writes');
    expect(writes.toSorted()).toEqual([
      'CreateTrail',
      'PutBucketPolicy',
      'PutKeyPolicy',
      'StartLogging',
    ]);
    expect(writes.indexOf('PutKeyPolicy')).toBeLessThan(writes.indexOf('CreateTrail'));
    const { Statement } = JSON.parse(policyOf(stage)) as { Statement: readonly object[] };
    expect(Statement.slice(0, 2)).toEqual([OWNER, FOREIGN]);
    expect(Statement).toHaveLength(4);
    expect(stage.devTrail()).toMatchObject({ KmsKeyId: stage.key, logging: true });
    const [, backup] =
      /The key policy as it was before this run is in `([^`]+)`/.exec(run.summary) ?? [];
    expect(readFileSync(backup ?? '', 'utf8')).toBe(before);
    expect(run.summary).toContain('aws kms put-key-policy');
    expect(run.summary).toContain('Key policy diff');
  });

  test('and grants everything is not written', async () => {
    const stage = await stageWithKey([OWNER, ...grants(DEV, DEV_ARN)]);
    const run = await stage.apply(managed(stage));
    expect(calls(run)).toContain('GetKeyPolicy');
    expect(calls(run, 'writes')).not.toContain('PutKeyPolicy');
  });

  test('is shown in a pull request, and not written', async () => {
    const stage = await stageWithKey();
    const run = await stage.plan(managed(stage));
    expect(run.outputs).toMatchObject({ result: 'planned', changed: 'true' });
    expect(run.summary).toContain(`key policy of \`${stage.key}\` | &#43;1 trail`);
    expect(calls(run, 'writes')).toEqual([]);
  });

  test('is part of what a reviewer approves', async () => {
    const stage = await stageWithKey([OWNER, ...grants(DEV, DEV_ARN)]);
    const looked = await stage.plan({ 'kms-key-arn': stage.key });
    const merged = await stage.plan(managed(stage));
    expect(merged.outputs['plan-digest']).not.toBe(looked.outputs['plan-digest']);
    await stage.apply(managed(stage));
    const after = await stage.plan(managed(stage));
    expect(after.outputs['plan-digest']).toBe(merged.outputs['plan-digest']);
  });

  test('gives back what it had when the account leaves, after the trail is gone', async () => {
    const stage = await stageWithKey();
    const before = JSON.parse(policyOf(stage)) as unknown;
    await stage.apply(managed(stage));
    const run = await twice(stage, { operation: 'offboard', ...managed(stage) });
    const writes = calls(run, 'writes');
    expect(writes.slice(0, 2)).toEqual(['StopLogging', 'DeleteTrail']);
    expect(writes.slice(2).toSorted()).toEqual(['PutBucketPolicy', 'PutKeyPolicy']);
    expect(JSON.parse(policyOf(stage))).toEqual(before);
  });

  test('that cannot be written when an account leaves is finished by a rerun, though no trail tells of it then', async () => {
    const stage = await stageWithKey();
    await stage.apply(managed(stage));
    const answer = { code: 'AccessDeniedException', status: 400 };
    const takeBack = stage.sandbox.faults.inject({ operation: 'PutKeyPolicy', answer });
    const leave = { operation: 'offboard', ...managed(stage) };
    const broken = await stage.apply(leave);
    expect(broken.outputs['result']).toBe('partial');
    expect(stage.devTrail()).toBeUndefined();
    takeBack();
    await twice(stage, leave);
    expect(policyOf(stage)).not.toContain(DEV_ARN);
  });

  test('changes hands in a rename without a gap', async () => {
    const stage = await stageWithKey();
    await stage.apply(managed(stage));
    const rename = { 'trail-name': 'DEV-AUDIT', 'replaces-trail': 'DEV-CLOUDTRAIL' };
    const run = await twice(stage, { ...managed(stage), ...rename });
    const writes = calls(run, 'writes').filter((call) => call !== 'PutBucketPolicy');
    expect(writes).toEqual([
      'PutKeyPolicy',
      'CreateTrail',
      'StartLogging',
      'StopLogging',
      'DeleteTrail',
      'PutKeyPolicy',
    ]);
    expect(policyOf(stage)).toContain(NEW_ARN);
    expect(policyOf(stage)).not.toContain(DEV_ARN);
  });

  test('that may not be written leaves the trail alone; a rerun finishes it', async () => {
    const stage = await stageWithKey();
    const answer = { code: 'AccessDeniedException', status: 400 };
    const takeBack = stage.sandbox.faults.inject({ operation: 'PutKeyPolicy', answer });
    const broken = await stage.apply(managed(stage));
    expect(broken.exitCode).toBe(1);
    expect(broken.outputs['result']).toBe('partial');
    expect(broken.summary).toContain('not tried');
    expect(calls(broken)).not.toContain('CreateTrail');
    takeBack();
    await twice(stage, managed(stage));
    expect(stage.devTrail()?.logging).toBe(true);
  });

  test.each(['KMSInternalException', 'DependencyTimeoutException', 'ThrottlingException'])(
    'is written again, from a new read, after %s',
    async (code) => {
      const stage = await stageWithKey();
      const answer = { code, status: code === 'ThrottlingException' ? 400 : 500 };
      stage.sandbox.faults.inject({ operation: 'PutKeyPolicy', answer, times: 1 });
      const run = await stage.apply(managed(stage));
      expect(run.outputs['result']).toBe('applied');
      const kms = calls(run).filter((call) => call.endsWith('KeyPolicy'));
      expect(kms.slice(0, 4)).toEqual([
        'GetKeyPolicy',
        'PutKeyPolicy',
        'GetKeyPolicy',
        'PutKeyPolicy',
      ]);
    },
  );

  test('and undone by another writer is merged anew', async () => {
    const stage = await stageWithKey();
    const before = policyOf(stage);
    const undo = setInterval(() => {
      if (!policyOf(stage).includes(DEV_ARN)) return;
      clearInterval(undo);
      stage.sandbox.world.putKeyPolicy(stage.key, before);
    }, 5);
    const run = await stage.apply({ ...managed(stage), 'settle-seconds': '2' });
    clearInterval(undo);
    expect(calls(run).filter((call) => call === 'PutKeyPolicy')).toHaveLength(2);
    expect(policyOf(stage)).toContain(DEV_ARN);
  });
});

test("CloudTrail's late view of the key policy is waited out", async () => {
  const stage = await stageWithKey();
  const answer = { code: 'InsufficientEncryptionPolicyException', status: 400 };
  stage.sandbox.faults.inject({ operation: 'CreateTrail', answer, times: 2 });
  const run = await stage.apply(managed(stage));
  expect(run.outputs['result']).toBe('applied');
});
