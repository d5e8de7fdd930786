// What a run says of what is around a trail: topic and log group, trails that record the same, tools that would put back
// what it changes. With the shipped bundle.

import type { RunResult } from '../../sandbox/runner.js';
import { administratorPolicy, githubTrust } from '../../sandbox/worlds.js';
import { calls, closeStages, findings, openStage, type Stage } from './stage.js';

afterEach(closeStages);

const DEV = '222222222222';
const TOPIC = `arn:aws:sns:ap-northeast-2:${DEV}:trails`;
const GROUP = `arn:aws:logs:ap-northeast-2:${DEV}:log-group:trails:*`;
const LOGS_ROLE = `arn:aws:iam::${DEV}:role/ToLogs`;
const LOGS = { 'cloudwatch-log-group-arn': GROUP, 'cloudwatch-role-arn': LOGS_ROLE };

const codes = (run: RunResult): readonly string[] => findings(run).map(({ code }) => code);
const policyOf = (...statements: readonly unknown[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** The JSON texts that a finding prints, to be copied. */
function printed(run: RunResult, code: string): readonly unknown[] {
  const { remedy = '' } = findings(run).find((finding) => finding.code === code) ?? {};
  return [...remedy.matchAll(/\{\n[\s\S]*?^\}/gm)].map(([text]) => JSON.parse(text) as unknown);
}

/** The member's role may all that IAM grants, but for what the session policy takes away. */
async function widened(): Promise<Stage> {
  const stage = await openStage();
  const { world } = stage.sandbox;
  world.createRole({
    account: DEV,
    name: 'CloudTrailOnboardingMember',
    trust: githubTrust(world.createOidcProvider({ account: DEV }), stage.scene.repository),
    policy: administratorPolicy,
  });
  return stage;
}

function withTrail({ sandbox, scene }: Stage, more: object = {}): void {
  const { region, bucket } = scene;
  const place = { account: DEV, region, bucket, name: 'DEV-CLOUDTRAIL' };
  sandbox.world.createTrail({ ...place, LogFileValidationEnabled: false, ...more });
}

describe('an SNS topic', () => {
  test('that keeps CloudTrail out is told before anything is written, and its statement heals', async () => {
    const stage = await widened();
    stage.sandbox.world.createTopic(TOPIC);
    const refused = await stage.apply({ 'sns-topic-arn': TOPIC });
    expect(calls(refused, 'writes')).toEqual([]);
    expect(codes(refused)).toEqual(['topic-policy-grant-missing']);
    stage.sandbox.world.createTopic(
      TOPIC,
      policyOf(...printed(refused, 'topic-policy-grant-missing')),
    );
    const healed = await stage.apply({ 'sns-topic-arn': TOPIC });
    expect(findings(healed)).toEqual([]);
    expect(healed.outputs['result']).toBe('applied');
  });

  test('that is not there is told', async () => {
    const stage = await widened();
    expect(codes(await stage.plan({ 'sns-topic-arn': TOPIC }))).toEqual(['topic-missing']);
  });

  test('that nobody may look at is told, and CloudTrail is asked: its refusal prints the statement', async () => {
    const stage = await openStage();
    stage.sandbox.world.createTopic(TOPIC, policyOf());
    const planned = await stage.plan({ 'sns-topic-arn': TOPIC });
    expect(planned.outputs['result']).toBe('planned');
    expect(codes(planned)).toEqual(['topic-policy-not-read']);
    const code = 'aws-insufficient-sns-topic-policy';
    const refused = await stage.apply({ 'sns-topic-arn': TOPIC });
    expect(codes(refused)).toEqual(['topic-policy-not-read', code]);
    stage.sandbox.world.createTopic(TOPIC, policyOf(...printed(refused, code)));
    const healed = await stage.apply({ 'sns-topic-arn': TOPIC });
    expect(healed.outputs['result']).toBe('applied');
  });

  test('that the trail announces on already is not asked again', async () => {
    const stage = await widened();
    stage.sandbox.world.createTopic(
      TOPIC,
      policyOf({
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 'SNS:Publish',
        Resource: TOPIC,
      }),
    );
    const first = await stage.apply({ 'sns-topic-arn': TOPIC });
    const second = await stage.apply({ 'sns-topic-arn': TOPIC });
    expect(calls(first)).toContain('GetTopicAttributes');
    expect(calls(second)).not.toContain('GetTopicAttributes');
    expect(second.outputs['result']).toBe('no-changes');
  });
});

test('a role for CloudWatch Logs that CloudTrail refuses is told with trust and permissions, which heal', async () => {
  const stage = await widened();
  const { world } = stage.sandbox;
  world.createLogGroup(GROUP);
  const role = { account: DEV, name: 'ToLogs' };
  world.createRole({ ...role, trust: policyOf(), policy: policyOf() });
  expect(codes(await stage.plan(LOGS))).toEqual(['log-group-role-not-read']);
  const refused = await stage.apply(LOGS);
  const code = 'aws-invalid-cloud-watch-logs-role-arn';
  expect(codes(refused)).toEqual([code]);
  const [trust, permissions] = printed(refused, code);
  world.createRole({ ...role, trust: policyOf(trust), policy: policyOf(permissions) });
  const healed = await stage.apply(LOGS);
  expect(findings(healed)).toEqual([]);
  expect(healed.outputs['result']).toBe('applied');
});

describe('a trail that records the same', () => {
  test("is named when the organization's delivers already, and only while ours is new", async () => {
    const stage = await openStage();
    const { sandbox, scene, apply } = stage;
    for (const id of [scene.ids.SEC, DEV])
      sandbox.world.createAccount({ id, name: id, organization: 'o-example123' });
    sandbox.world.createTrail({
      account: scene.ids.SEC,
      region: scene.region,
      name: 'aws-controltower-BaselineCloudTrail',
      bucket: 'aws-controltower-logs',
      IsOrganizationTrail: true,
    });
    const first = await apply();
    expect(findings(first)).toMatchObject([
      {
        severity: 'warning',
        code: 'second-copy-of-organization-trail',
        account: DEV,
        message: expect.stringContaining('to bucket aws-controltower-logs'),
      },
    ]);
    expect(first.outputs['result']).toBe('applied');
    expect(findings(await apply())).toEqual([]);
  });

  test("is named when it is the account's own", async () => {
    const stage = await openStage();
    withTrail(stage, { name: 'OLDER' });
    expect(codes(await stage.plan())).toEqual(['second-copy-of-account-trail']);
  });
});

describe('what another tool manages', () => {
  const stack = { 'aws:cloudformation:stack-name': 'audit' };
  const change = { 'log-file-validation': 'true' };

  test('a trail that is changed is told, and not again when nothing changes', async () => {
    const stage = await openStage();
    withTrail(stage, { tags: stack });
    const run = await stage.apply(change);
    expect(findings(run)).toMatchObject([
      { severity: 'warning', code: 'trail-managed-elsewhere', account: DEV },
    ]);
    const again = await stage.apply(change);
    expect(findings(again)).toEqual([]);
    expect(calls(again)).not.toContain('ListTags');
  });

  test('tags that may not be read hold nothing back', async () => {
    const stage = await openStage();
    withTrail(stage, { tags: stack });
    const { sandbox } = stage;
    sandbox.faults.inject({
      operation: 'ListTags',
      answer: { code: 'AccessDeniedException', status: 400, message: 'no' },
    });
    const run = await stage.apply(change);
    expect(findings(run)).toMatchObject([{ severity: 'notice', code: 'trail-tags-not-read' }]);
    expect(run.outputs['result']).toBe('applied');
  });

  test("a policy with Control Tower's Sids is told when it is changed", async () => {
    const stage = await openStage();
    const { sandbox, scene } = stage;
    const policy = policyOf({
      Sid: 'AWSBucketDeliveryForConfig',
      Effect: 'Allow',
      Principal: { Service: 'config.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${scene.bucket}/AWSLogs/*`,
    });
    sandbox.world.putBucketPolicy(scene.bucket, policy);
    expect(codes(await stage.apply())).toContain('policy-managed-elsewhere');
    expect(codes(await stage.apply())).not.toContain('policy-managed-elsewhere');
  });

  test('a trail that nobody but its account manages is changed without a word', async () => {
    const stage = await openStage();
    withTrail(stage, { tags: { team: 'audit' } });
    expect(findings(await stage.apply(change))).toEqual([]);
  });
});
