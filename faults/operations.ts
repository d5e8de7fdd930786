// The table of operations: what is there before, what is asked for, who is to stop delivering. What calls an operation makes,
// the harness finds out by itself. An operation is added here when the action learns it.

import type { Comment } from '../sandbox/github/api.js';
import type { World } from '../sandbox/index.js';
import type { Call } from './kinds.js';
import type { Inputs, Operation } from './operation.js';
import {
  ACCOUNTS,
  addTrail,
  admit,
  BUCKET,
  KEY,
  keyPolicy,
  REGION,
  roleArn,
  trailArn,
} from './scene.js';

const { SEC, DEV, STG, PRD, OLD } = ACCOUNTS;

const CENTRAL: Inputs = {
  'central-account-id': SEC,
  'central-role-arn': roleArn(SEC),
  bucket: BUCKET,
  region: REGION,
  'settle-seconds': '0',
};

const ONBOARD: Inputs = {
  ...CENTRAL,
  'member-account-id': DEV,
  'member-role-arn': roleArn('{account-id}'),
  'trail-name': 'DEV-CLOUDTRAIL',
};

const OFFBOARD: Inputs = { ...ONBOARD, operation: 'offboard' };

const MANAGED_KEY: Inputs = { 'kms-key-arn': KEY, 'manage-kms-key-policy': 'true' };

const TOPIC = `arn:aws:sns:${REGION}:${DEV}:trails`;

const TO_TOPIC = {
  Effect: 'Allow',
  Principal: { Service: 'cloudtrail.amazonaws.com' },
  Action: 'SNS:Publish',
  Resource: TOPIC,
  Condition: { StringEquals: { 'aws:SourceArn': trailArn(DEV, 'DEV-CLOUDTRAIL') } },
};

const BOOTSTRAP: Inputs = {
  ...CENTRAL,
  operation: 'bootstrap',
  'central-trail-name': 'SEC-CLOUDTRAIL',
};

const WITH_DEV: readonly (readonly [string, string])[] = [
  [SEC, 'SEC-CLOUDTRAIL'],
  [PRD, 'PRD-CLOUDTRAIL'],
  [DEV, 'DEV-CLOUDTRAIL'],
];

/** DEV delivers already. */
const onboarded =
  (trail: object = {}) =>
  (world: World): void => {
    admit(world, WITH_DEV);
    addTrail(world, DEV, 'DEV-CLOUDTRAIL', trail);
  };

/** Its logs are encrypted already, too. */
const onboardedWithKey = (world: World): void => {
  onboarded({ KmsKeyId: KEY })(world);
  world.putKeyPolicy(KEY, keyPolicy(['PRD', 'DEV']));
};

const ACCOUNTS_FILE = (...accounts: readonly string[]): string => `
central: { account-id: "${SEC}", role-arn: "${roleArn(SEC)}", bucket: ${BUCKET}, region: ${REGION} }
defaults: { role-arn: "${roleArn('{account-id}')}", trail-name: "{account-name}-CLOUDTRAIL" }
accounts:
${accounts.map((account) => `  - { ${account} }`).join('\n')}
`;

const calledOne =
  (...names: readonly string[]) =>
  ({ operation }: Call): boolean =>
    names.includes(operation);

/** What the proof of delivery asks; until it begins the run is like any other. */
const ofProof = ({ operation, earlier, write }: Call): boolean =>
  ['GetTrailStatus', 'ListObjectsV2', 'GetObject'].includes(operation) || (earlier > 0 && !write);

/** A comment of this job's earlier run. */
const ownComment = (id: number): Comment => ({
  id,
  repository: 'example-org/log-archive',
  issue: 7,
  user: { login: 'github-actions[bot]', type: 'Bot' },
  body: `<!-- cloudtrail-onboarding: ${BUCKET} · CloudTrail onboarding · onboard -->\n<!-- onboard ${DEV} · run 1 -->\n`,
});

const withoutTrails = (world: World): void => {
  for (const { TrailARN } of world.trails()) world.deleteTrail(TrailARN);
};

export const OPERATIONS: readonly Operation[] = [
  { name: 'onboard', inputs: ONBOARD },
  {
    name: 'onboard two accounts, settled',
    inputs: {
      ...ONBOARD,
      'member-account-id': `${DEV} ${STG}`,
      'trail-name': '{account-id}-CLOUDTRAIL',
      'settle-seconds': '2',
    },
  },
  {
    name: 'onboard what was reviewed',
    inputs: ONBOARD,
    reviewed: true,
    only: calledOne('GetBucketPolicy', 'PutBucketPolicy', 'CreateTrail', 'StartLogging'),
  },
  { name: 'onboard, dry run', inputs: ONBOARD, event: 'pull_request' },
  {
    name: 'onboard by way of a hub role',
    inputs: { ...ONBOARD, 'hub-role-arn': roleArn(SEC) },
    only: calledOne('AssumeRoleWithWebIdentity', 'AssumeRole'),
  },
  {
    name: 'onboard with credentials of the environment',
    inputs: { ...ONBOARD, 'central-role-arn': '' },
    env: (world) => {
      const key = world.credentialsFor(roleArn(SEC));
      return {
        AWS_ACCESS_KEY_ID: key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
        AWS_SESSION_TOKEN: key.sessionToken ?? '',
      };
    },
    only: calledOne('GetCallerIdentity'),
  },
  {
    name: 'change settings',
    prepare: onboarded({ LogFileValidationEnabled: false, tags: { old: 'yes' } }),
    inputs: {
      ...ONBOARD,
      'log-file-validation': 'true',
      'event-selectors': '- FieldSelectors: [{ Field: eventCategory, Equals: [Management] }]',
      'insight-selectors': 'ApiCallRateInsight',
      tags: 'team=audit',
    },
  },
  {
    name: 'rename',
    prepare: onboarded({ tags: { team: 'audit' } }),
    inputs: { ...ONBOARD, 'trail-name': 'DEV-AUDIT', 'replaces-trail': 'DEV-CLOUDTRAIL' },
  },
  { name: 'offboard', prepare: onboarded(), inputs: OFFBOARD, leaving: [DEV] },
  {
    name: 'offboard a closed account',
    prepare: (world) => admit(world, WITH_DEV),
    inputs: { ...OFFBOARD, 'member-role-arn': '', 'grants-only': 'true' },
    leaving: [DEV],
  },
  {
    name: 'offboard the last account',
    prepare: (world) => {
      withoutTrails(world);
      onboarded()(world);
      const dev = world.bucketPolicy(BUCKET)?.['Statement'] as readonly { Resource: unknown }[];
      const own = dev.filter((statement) => JSON.stringify(statement).includes(`:${DEV}:trail/`));
      world.putBucketPolicy(BUCKET, { Version: '2012-10-17', Statement: own });
    },
    inputs: OFFBOARD,
    leaving: [DEV],
  },
  {
    name: 'bootstrap from nothing',
    prepare: (world) => {
      withoutTrails(world);
      world.deleteBucket(BUCKET);
    },
    inputs: BOOTSTRAP,
  },
  {
    name: 'bootstrap what is half there',
    prepare: (world) => {
      world.deleteTrail(`arn:aws:cloudtrail:${REGION}:${SEC}:trail/SEC-CLOUDTRAIL`);
      world.deleteBucket(BUCKET);
      const without = ['publicAccessBlock', 'encryption'] as const;
      world.createBucket({ account: SEC, name: BUCKET, region: REGION, without });
      admit(world, [[PRD, 'PRD-CLOUDTRAIL']]);
    },
    inputs: BOOTSTRAP,
  },
  {
    name: 'onboard with a managed key',
    inputs: { ...ONBOARD, ...MANAGED_KEY },
    only: ({ service, write }) => service === 'kms' || write,
  },
  {
    name: 'offboard with a managed key',
    prepare: onboardedWithKey,
    inputs: { ...OFFBOARD, ...MANAGED_KEY },
    leaving: [DEV],
    only: ({ service, write }) => service === 'kms' || write,
  },
  {
    name: 'onboard with a topic',
    prepare: (world) => world.createTopic(TOPIC, { Version: '2012-10-17', Statement: [TO_TOPIC] }),
    inputs: { ...ONBOARD, 'sns-topic-arn': TOPIC },
    only: ({ service }) => service === 'sns',
  },
  {
    name: 'a fleet of accounts',
    prepare: (world) => {
      admit(world, [...WITH_DEV.slice(0, 2), [OLD, 'OLD-CLOUDTRAIL']]);
      addTrail(world, OLD, 'OLD-CLOUDTRAIL');
    },
    inputs: { 'accounts-file': 'accounts.yml', 'settle-seconds': '0' },
    files: {
      'accounts.yml': ACCOUNTS_FILE(
        `id: "${DEV}", name: DEV`,
        `id: "${STG}", name: STG`,
        `id: "${OLD}", name: OLD, state: absent`,
      ),
    },
    fleet: [DEV, STG, OLD],
    leaving: [OLD],
  },
  {
    name: 'onboard, and wait for the proof of delivery',
    prepare: (_, { faults, advance }) => {
      const first = () => advance(7);
      faults.inject({ operation: 'GetTrailStatus', after: 2, times: 1, answer: { first } });
    },
    inputs: { ...ONBOARD, 'verify-delivery': 'true', 'delivery-timeout-minutes': '1' },
    only: ofProof,
  },
  {
    name: 'verify, with digests',
    prepare: (world, { advance }) => {
      onboarded()(world);
      advance(66);
    },
    inputs: {
      ...ONBOARD,
      operation: 'verify',
      'validate-digests': '1',
      'delivery-timeout-minutes': '1',
    },
    // All logs of an hour are read, each as the other.
    only: ({ operation, earlier }) => operation !== 'GetObject' || earlier < 4,
  },
  {
    name: 'audit',
    prepare: (world, { advance }) => {
      onboarded()(world);
      advance(7);
    },
    inputs: { operation: 'audit', 'accounts-file': 'accounts.yml' },
    files: {
      'accounts.yml': ACCOUNTS_FILE(`id: "${DEV}", name: DEV`, `id: "${PRD}", name: PRD`),
    },
  },
  {
    name: 'dry run that writes over its comment',
    prepare: (_, { github }) => github.comments.push(ownComment(1)),
    inputs: ONBOARD,
    event: 'pull_request',
    only: ({ service }) => service === 'github',
  },
  {
    name: 'dry run that clears up after another',
    prepare: (_, { github }) => {
      github.onRequest = (method) => {
        if (method === 'POST') github.comments.push(ownComment(1));
      };
    },
    inputs: ONBOARD,
    event: 'pull_request',
    only: ({ service }) => service === 'github',
  },
];
