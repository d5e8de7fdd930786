// The table of operations: which switches of the templates each one needs, and the runs that between them need all that these
// switches allow. An operation is added here when the action learns it.

import type { RunResult } from '../../sandbox/runner.js';
import { consolePolicy, tutorial } from '../../sandbox/worlds.js';
import { DEV_ARN, openStage, type Stage } from '../e2e/stage.js';
import type { Parameters } from './cloudformation.js';
import { arnOf, install, KEY, type Kind, type Role, rolesOf, SIDES, type Side } from './roles.js';

export type Operation = {
  readonly name: string;
  /** What is set besides the parameters that every deployment sets; a side that is left out is not deployed. */
  readonly parameters: { readonly [S in Side]?: Parameters };
  readonly runs: readonly Run[];
};

/** A run that succeeds with the operation's roles. */
export type Run = {
  readonly name: string;
  readonly role: Kind;
  readonly result: 'planned' | 'applied' | 'no-changes';
  readonly prepare?: (stage: Stage) => void;
  readonly inputs?: { readonly [name: string]: string };
};

/** A trail of the member that is there already and logs to the bucket. */
const withTrail =
  (more: object = {}) =>
  ({ sandbox, scene }: Stage): void => {
    sandbox.world.createTrail({
      account: scene.ids.DEV,
      region: scene.region,
      name: 'DEV-CLOUDTRAIL',
      bucket: scene.bucket,
      ...more,
    });
  };

const PLANNED_CHANGE: Run = {
  name: 'a change of a trail that is there is planned',
  role: 'PlanRole',
  result: 'planned',
  prepare: withTrail({ LogFileValidationEnabled: false }),
  inputs: { 'log-file-validation': 'true' },
};

/** Every role can do this, whatever else it is switched to. */
const ONBOARDING: readonly Run[] = [
  { name: 'a new trail is planned', role: 'PlanRole', result: 'planned' },
  { name: 'a new trail is created', role: 'ApplyRole', result: 'applied' },
  PLANNED_CHANGE,
  {
    name: 'a trail that is there is changed',
    role: 'ApplyRole',
    result: 'applied',
    prepare: withTrail({ LogFileValidationEnabled: false }),
    inputs: { 'log-file-validation': 'true' },
  },
];

const EVERYTHING = {
  'event-selectors': '- FieldSelectors: [{ Field: eventCategory, Equals: [Management] }]',
  'insight-selectors': 'ApiCallRateInsight',
  tags: 'team=audit',
};

const SETTINGS: readonly Run[] = [
  {
    name: 'selectors and tags are planned',
    role: 'PlanRole',
    result: 'planned',
    prepare: withTrail(),
    inputs: EVERYTHING,
  },
  {
    name: 'selectors and tags are set',
    role: 'ApplyRole',
    result: 'applied',
    prepare: withTrail(),
    inputs: EVERYTHING,
  },
  {
    name: 'tags are taken away',
    role: 'ApplyRole',
    result: 'applied',
    prepare: withTrail({ tags: { team: 'audit' } }),
    inputs: { tags: 'none' },
  },
];

const PLACE = `${tutorial.region}:${tutorial.ids.DEV}`;
const TOPIC = `arn:aws:sns:${PLACE}:trails`;
const LOG_GROUP = `arn:aws:logs:${PLACE}:log-group:trails:*`;
const LOGS_ROLE = 'CloudTrailToCloudWatchLogs';

/** A topic and a log group that CloudTrail may use, as the user guide would have them. */
function withDestinations({ sandbox: { world }, scene: { ids } }: Stage): void {
  const cloudtrail = { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' } };
  const document = (statement: object): string =>
    JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  world.createTopic(TOPIC, document({ ...cloudtrail, Action: 'SNS:Publish', Resource: TOPIC }));
  world.createLogGroup(LOG_GROUP);
  world.createRole({
    account: ids.DEV,
    name: LOGS_ROLE,
    trust: document({ ...cloudtrail, Action: 'sts:AssumeRole' }),
    policy: document({
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: LOG_GROUP.replace(/\*$/, 'log-stream:*'),
    }),
  });
}

const DESTINATIONS = {
  'sns-topic-arn': TOPIC,
  'cloudwatch-log-group-arn': LOG_GROUP,
  'cloudwatch-role-arn': `arn:aws:iam::${tutorial.ids.DEV}:role/${LOGS_ROLE}`,
};

const ANNOUNCING: readonly Run[] = [
  {
    name: 'a trail with topic and log group is planned',
    role: 'PlanRole',
    result: 'planned',
    prepare: withDestinations,
    inputs: DESTINATIONS,
  },
  {
    name: 'a trail with topic and log group is created',
    role: 'ApplyRole',
    result: 'applied',
    prepare: withDestinations,
    inputs: DESTINATIONS,
  },
];

const LEAVING: readonly Run[] = [
  {
    name: 'an end is planned',
    role: 'PlanRole',
    result: 'planned',
    prepare: withTrail(),
    inputs: { operation: 'offboard' },
  },
  {
    name: 'the last account leaves, and the policy with it',
    role: 'ApplyRole',
    result: 'applied',
    prepare: (stage) => {
      const { sandbox, scene } = stage;
      withTrail()(stage);
      const policy = consolePolicy(scene.bucket, scene.ids.DEV, DEV_ARN);
      sandbox.world.putBucketPolicy(scene.bucket, policy);
    },
    inputs: { operation: 'offboard' },
  },
];

const NEW_NAME: Run = {
  name: 'a trail takes the place of an older one',
  role: 'ApplyRole',
  result: 'applied',
  prepare: withTrail({ tags: { team: 'audit' } }),
  inputs: { 'trail-name': 'DEV-AUDIT', 'replaces-trail': 'DEV-CLOUDTRAIL' },
};

const BOOTSTRAP = {
  operation: 'bootstrap',
  'member-account-id': '',
  'member-role-arn': '',
  'trail-name': '',
  'central-trail-name': tutorial.trailName,
};

const BOOTSTRAPPING: readonly Run[] = [
  {
    name: 'what is there is looked at',
    role: 'PlanRole',
    result: 'planned',
    inputs: { ...BOOTSTRAP, 'recursive-logging': 'false' },
  },
  {
    name: 'bucket and trail are created',
    role: 'ApplyRole',
    result: 'applied',
    prepare: ({ sandbox: { world }, scene: { bucket, ids } }) => {
      world.deleteBucket(bucket);
      for (const { TrailARN } of world.trails(ids.SEC)) world.deleteTrail(TrailARN);
    },
    inputs: BOOTSTRAP,
  },
  {
    name: 'what is there is changed',
    role: 'ApplyRole',
    result: 'applied',
    inputs: { ...BOOTSTRAP, 'recursive-logging': 'false' },
  },
];

/** The key of the templates, as KMS makes it: its account's IAM decides. */
const withKey =
  (...more: readonly object[]) =>
  ({ sandbox: { world }, scene: { ids, region } }: Stage): void => {
    const owner = {
      Sid: 'Enable IAM User Permissions',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${ids.SEC}:root` },
      Action: 'kms:*',
      Resource: '*',
    };
    const policy = { Version: '2012-10-17', Statement: [owner, ...more] };
    world.createKey({ account: ids.SEC, region, policy, id: KEY.split('/').at(-1) ?? '' });
  };

const OPEN_TO_CLOUDTRAIL = {
  Effect: 'Allow',
  Principal: { Service: 'cloudtrail.amazonaws.com' },
  Action: ['kms:GenerateDataKey*', 'kms:DescribeKey'],
  Resource: '*',
  Condition: { StringEquals: { 'aws:SourceArn': DEV_ARN } },
};

/** A run that is to manage the policy cannot do without reading it. */
const KEY_POLICY = { 'kms-key-arn': KEY, 'manage-kms-key-policy': 'true' };

const LOOKING_AT_A_KEY: readonly Run[] = [
  {
    name: 'a key is looked at',
    role: 'PlanRole',
    result: 'planned',
    prepare: withKey(),
    inputs: KEY_POLICY,
  },
  {
    name: 'a key that grants all that is needed is not written',
    role: 'ApplyRole',
    result: 'applied',
    prepare: withKey(OPEN_TO_CLOUDTRAIL),
    inputs: KEY_POLICY,
  },
];

const NEW_KEY: Run = {
  name: 'a trail is merged into the policy of its key',
  role: 'ApplyRole',
  result: 'applied',
  prepare: withKey(),
  inputs: KEY_POLICY,
};

const AUDITING: readonly Run[] = [
  {
    name: 'accounts, policy, trails and logs are compared',
    role: 'PlanRole',
    result: 'no-changes',
    prepare: withTrail(),
    inputs: { operation: 'audit', 'central-trail-name': 'SEC-CLOUDTRAIL' },
  },
];

const VERIFYING: Run = {
  name: 'a log has arrived',
  role: 'ApplyRole',
  result: 'no-changes',
  prepare: (stage) => {
    const { sandbox, scene } = stage;
    withTrail()(stage);
    const policy = consolePolicy(scene.bucket, scene.ids.DEV, DEV_ARN);
    sandbox.world.putBucketPolicy(scene.bucket, policy);
    sandbox.advance(67);
  },
  inputs: { operation: 'verify', 'delivery-timeout-minutes': '0', 'validate-digests': '24' },
};

const on = (...switches: readonly string[]): Parameters =>
  Object.fromEntries(switches.map((name) => [name, 'true']));

export const OPERATIONS: readonly Operation[] = [
  { name: 'onboard', parameters: { central: {}, member: {} }, runs: ONBOARDING },
  {
    name: 'trail settings',
    parameters: { central: {}, member: on('AllowTrailSettings') },
    runs: [...ONBOARDING, ...SETTINGS],
  },
  {
    name: 'topic and log group',
    parameters: {
      central: {},
      member: { SnsTopicName: 'trails', CloudWatchLogsRole: LOGS_ROLE },
    },
    runs: [...ONBOARDING, ...ANNOUNCING],
  },
  {
    name: 'offboard',
    parameters: { central: on('AllowOffboard'), member: on('AllowOffboard') },
    runs: [...ONBOARDING, ...LEAVING],
  },
  {
    name: 'a new name',
    parameters: {
      central: on('AllowOffboard'),
      member: on('AllowOffboard', 'AllowTrailSettings'),
    },
    runs: [...ONBOARDING, ...SETTINGS, ...LEAVING, NEW_NAME],
  },
  {
    name: 'a key that is looked at',
    parameters: { central: { KmsKeyArn: KEY }, member: {} },
    runs: [...ONBOARDING, ...LOOKING_AT_A_KEY],
  },
  {
    name: 'a key whose policy is managed',
    parameters: { central: { ...on('AllowKeyPolicy'), KmsKeyArn: KEY }, member: {} },
    runs: [...ONBOARDING, ...LOOKING_AT_A_KEY, NEW_KEY],
  },
  {
    name: 'bootstrap',
    parameters: { central: on('AllowBootstrap') },
    runs: BOOTSTRAPPING,
  },
  {
    name: 'audit, with roles that can plan and nothing else',
    parameters: {
      central: { ...on('AllowAudit'), AllowApply: 'false' },
      member: { AllowApply: 'false' },
    },
    runs: [...AUDITING, PLANNED_CHANGE],
  },
  {
    name: 'verify',
    parameters: { central: on('AllowVerify'), member: {} },
    runs: [...ONBOARDING, VERIFYING],
  },
];

/** Switches that no operation of the table needs yet: what they allow was never seen to be enough, nor to be needed. */
export const UNTRIED: { readonly [S in Side]: readonly string[] } = {
  central: [],
  member: [],
};

/** All roles that an operation's deployments make. */
export function rolesFor({ parameters }: Pick<Operation, 'parameters'>): readonly Role[] {
  return SIDES.flatMap((side) => {
    const given = parameters[side];
    return given === undefined ? [] : rolesOf(side, given);
  });
}

/** The run with roles of the given kind, in a fresh world that has no other. */
export async function play(
  run: Omit<Run, 'name' | 'result'>,
  roles: readonly Role[],
): Promise<{ readonly stage: Stage; readonly outcome: RunResult }> {
  const stage = await openStage();
  const { sandbox, scene, plan, apply } = stage;
  for (const arn of Object.values(scene.roles)) sandbox.world.deletePrincipal(arn);
  for (const role of roles) install(sandbox, role);
  run.prepare?.(stage);
  const inputs = { ...roleInputs(roles, run.role), ...run.inputs };
  const outcome = await (run.role === 'PlanRole' ? plan : apply)(inputs);
  return { stage, outcome };
}

/** The two inputs that name the roles of one kind. */
export function roleInputs(
  roles: readonly Role[],
  kind: Kind,
): { readonly [name: string]: string } {
  const named = roles.filter((role) => role.kind === kind);
  return Object.fromEntries(named.map((role) => [`${role.side}-role-arn`, arnOf(role)]));
}
