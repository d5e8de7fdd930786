// The table of operations: what is there before, what is asked for, who is to stop delivering. What calls an operation makes,
// the harness finds out by itself. An operation is added here when the action learns it.

import type { World } from '../sandbox/index.js';
import { ACCOUNTS, addTrail, admit, BUCKET, REGION, roleArn } from './scene.js';

type Inputs = Readonly<Record<string, string>>;

export type Operation = {
  readonly name: string;
  readonly inputs: Inputs;
  /** Changes the scene to what the operation begins with. */
  readonly prepare?: (world: World) => void;
  /** Default: `push`, an apply. */
  readonly event?: 'pull_request';
  /** Accounts whose delivery is to end. */
  readonly leaving?: readonly string[];
  /** The digest of a dry run made before is given as `expected-plan`. */
  readonly reviewed?: boolean;
  /** The step's own environment. */
  readonly env?: (world: World) => Readonly<Record<string, string>>;
  /** Names of the only calls to be met, where the others are another operation's too. */
  readonly only?: readonly string[];
};

const { SEC, DEV, STG, PRD } = ACCOUNTS;

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
  { name: 'onboard what was reviewed', inputs: ONBOARD, reviewed: true },
  { name: 'onboard, dry run', inputs: ONBOARD, event: 'pull_request' },
  {
    name: 'onboard by way of a hub role',
    inputs: { ...ONBOARD, 'hub-role-arn': roleArn(SEC) },
    only: ['AssumeRoleWithWebIdentity', 'AssumeRole'],
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
    only: ['GetCallerIdentity'],
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
];
