// Topic and log group: what is known before CloudTrail is asked, and the statements that are printed where it refuses.

import {
  destinationFindings,
  destinationsSet,
  type Place,
  refused,
} from '../../src/plan/destinations.js';
import type { TrailStep } from '../../src/plan/steps.js';
import { aboutAccount } from '../../src/plan/trail-guards.js';
import { parsePolicy } from '../../src/policy/index.js';
import { CallFailure, findingsOf } from '../../src/problem.js';
import type { TrailSettings } from '../../src/trail/settings.js';
import { arnOf, DEV, live } from './members.js';

const trailArn = arnOf('DEV-CLOUDTRAIL');
const TOPIC = `arn:aws:sns:ap-northeast-2:${DEV}:trails`;
const GROUP = `arn:aws:logs:ap-northeast-2:${DEV}:log-group:trails:*`;
const ROLE = `arn:aws:iam::${DEV}:role/service/ToLogs`;
const LOGS = { cloudWatchLogGroupArn: GROUP, cloudWatchRoleArn: ROLE };
const NONE = { snsTopicArn: '', cloudWatchLogGroupArn: '', cloudWatchRoleArn: '' };
const unread = { unread: 'AuthorizationError: not authorized' };

const settings = (set: Partial<TrailSettings>): TrailSettings => live('DEV-CLOUDTRAIL', set);
const create = (set: Partial<TrailSettings>): TrailStep => ({
  kind: 'create',
  trail: 'DEV-CLOUDTRAIL',
  settings: settings(set),
  tags: {},
});
const update = (
  set: Partial<TrailSettings>,
  ...changed: readonly (keyof TrailSettings)[]
): TrailStep => ({
  kind: 'update',
  trail: 'DEV-CLOUDTRAIL',
  settings: settings(set),
  changes: changed.map((setting) => ({ setting, from: '', to: '', loss: false })),
});
const found = (set: Partial<TrailSettings>, place: Partial<Place> = {}) =>
  destinationFindings({ ...NONE, ...set }, { trailArn, mode: 'plan', ...place }, aboutAccount(DEV));

/** The JSON texts in a remedy, in order. */
function statementsIn(remedy: string): readonly unknown[] {
  return [...remedy.matchAll(/\{\n[\s\S]*?^\}/gm)].map(([text]) => JSON.parse(text) as unknown);
}

describe('what the steps set', () => {
  test.each<[string, TrailStep, object]>([
    [
      'a new trail: all it has',
      create({ snsTopicArn: TOPIC, ...LOGS }),
      { snsTopicArn: TOPIC, ...LOGS },
    ],
    [
      'a change: what changes',
      update({ snsTopicArn: TOPIC, ...LOGS }, 'snsTopicArn'),
      { snsTopicArn: TOPIC },
    ],
    ['another change: nothing', update({ snsTopicArn: TOPIC }, 'logFileValidation'), {}],
    ['no such step: nothing', { kind: 'start-logging', trail: 'DEV-CLOUDTRAIL' }, {}],
  ])('%s', (_, step, set) => {
    expect(destinationsSet([step])).toMatchObject({ ...NONE, ...set });
  });

  test.each(['cloudWatchLogGroupArn', 'cloudWatchRoleArn'] as const)(
    'group and role together, where %s changes, among others',
    (setting) => {
      const step = update(LOGS, 'logFileValidation', setting);
      expect(destinationsSet([step])).toEqual({ ...NONE, ...LOGS });
    },
  );

  test('whichever step it is that sets it', () => {
    const start = { kind: 'start-logging', trail: 'DEV-CLOUDTRAIL' } as const;
    const set = update({ snsTopicArn: TOPIC }, 'snsTopicArn');
    expect(destinationsSet([start, set])).toMatchObject({ snsTopicArn: TOPIC });
  });
});

describe('before CloudTrail is asked', () => {
  test('nothing is said of what is not set, nor of a topic that admits the trail', () => {
    const document = parsePolicy(
      JSON.stringify({
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: 'SNS:Publish',
          Resource: TOPIC,
        },
      }),
    );
    expect(found({})).toEqual([]);
    expect(found({}, { topic: { document: null } })).toEqual([]);
    expect(found({ snsTopicArn: TOPIC })).toEqual([]);
    expect(found({ snsTopicArn: TOPIC }, { topic: { document } })).toEqual([]);
  });

  test.each<[string, Partial<TrailSettings>, Partial<Place>, object]>([
    [
      'a topic that keeps CloudTrail out',
      { snsTopicArn: TOPIC },
      { topic: { document: { Statement: [] } } },
      { severity: 'error', code: 'topic-policy-grant-missing' },
    ],
    [
      'a topic that is not there',
      { snsTopicArn: TOPIC },
      { topic: { document: null } },
      {
        severity: 'error',
        code: 'topic-missing',
        message: expect.stringContaining(TOPIC),
        remedy: expect.stringContaining(trailArn),
      },
    ],
    [
      'a topic whose policy could not be read',
      { snsTopicArn: TOPIC },
      { topic: unread },
      {
        severity: 'notice',
        code: 'topic-policy-not-read',
        message: expect.stringMatching(/trails was not looked at: AuthorizationError/),
      },
    ],
    [
      'a topic of another account',
      { snsTopicArn: TOPIC.replace(DEV, '333333333333') },
      { topic: unread },
      { severity: 'notice', message: expect.stringContaining('a topic of account 333333333333,') },
    ],
    [
      'a topic of another partition',
      { snsTopicArn: TOPIC.replace('arn:aws:', 'arn:aws-cn:') },
      { topic: unread },
      {
        severity: 'error',
        code: 'destination-partition',
        message: expect.stringMatching(/of partition aws-cn, .* is of aws\./),
        remedy: expect.stringContaining('arn:aws:'),
      },
    ],
    [
      'a log group of another Region',
      { ...LOGS, cloudWatchLogGroupArn: GROUP.replace('ap-northeast-2', 'us-east-1') },
      {},
      {
        severity: 'warning',
        code: 'log-group-region',
        message: expect.stringMatching(/not in ap-northeast-2, the home Region/),
        remedy: expect.stringContaining('a log group of ap-northeast-2'),
      },
    ],
    [
      'a role that nobody has looked at',
      LOGS,
      {},
      {
        severity: 'notice',
        code: 'log-group-role-not-read',
        message: expect.stringContaining(ROLE),
      },
    ],
  ])('%s is told', (_, set, place, expected) => {
    expect(found(set, place)).toMatchObject([{ account: DEV, ...expected }]);
  });

  test('an apply leaves the role to CloudTrail', () => {
    expect(found(LOGS, { mode: 'apply' })).toEqual([]);
  });
});

describe('where CloudTrail refuses', () => {
  const refusal = (awsCode: string): CallFailure =>
    new CallFailure(awsCode, { code: 'aws', account: DEV, message: 'no', remedy: 'none' });
  const remedyOf = (awsCode: string, step: TrailStep): string =>
    findingsOf(refused(refusal(awsCode), step, trailArn))[0]?.remedy ?? '';

  test.each(['InsufficientSnsTopicPolicyException', 'InvalidSnsTopicNameException'])(
    "after %s the topic's statement is printed",
    (awsCode) => {
      const remedy = remedyOf(awsCode, create({ snsTopicArn: TOPIC }));
      expect(statementsIn(remedy)).toMatchObject([
        { Resource: TOPIC, Condition: { StringEquals: { 'aws:SourceArn': trailArn } } },
      ]);
    },
  );

  test.each(['InvalidCloudWatchLogsRoleArnException', 'InvalidCloudWatchLogsLogGroupArnException'])(
    "after %s the role's trust and permissions are printed",
    (awsCode) => {
      const remedy = remedyOf(awsCode, update(LOGS, 'cloudWatchLogGroupArn'));
      expect(remedy).toContain('trust policy of role/service/ToLogs needs');
      expect(statementsIn(remedy)).toMatchObject([
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
        {
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: `${GROUP.slice(0, -2)}:log-stream:${DEV}_CloudTrail_ap-northeast-2*`,
        },
      ]);
    },
  );

  test.each<[string, TrailStep]>([
    ['ThrottlingException', create({ snsTopicArn: TOPIC })],
    ['InsufficientSnsTopicPolicyException', create({})],
    ['InvalidCloudWatchLogsRoleArnException', { kind: 'delete', trail: 'DEV-CLOUDTRAIL' }],
  ])('%s is left as it is where there is nothing to print', (awsCode, step) => {
    const error = refusal(awsCode);
    expect(refused(error, step, trailArn)).toBe(error);
  });

  test('the failure stays what it was for those who wait for it', () => {
    const error = refused(
      refusal('InsufficientSnsTopicPolicyException'),
      create({ snsTopicArn: TOPIC }),
      trailArn,
    );
    expect(error).toMatchObject({
      awsCode: 'InsufficientSnsTopicPolicyException',
      cause: { awsCode: 'InsufficientSnsTopicPolicyException' },
    });
    const ours = new TypeError('ours');
    expect(refused(ours, create({ snsTopicArn: TOPIC }), trailArn)).toBe(ours);
  });
});
