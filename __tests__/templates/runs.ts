// The runs of the table: what each asks for in which scene, with which kind of role, and how it ends. Which switches of the
// templates they need is in operations.ts.

import { tutorial } from '../../sandbox/worlds.js';
import type { Kind } from './roles.js';
import { KEY } from './roles.js';
import {
  admitted,
  admittedBeside,
  all,
  beforeBootstrap,
  destinationsOf,
  HUB_ARN,
  OPEN_TO_CLOUDTRAIL,
  type Scene,
  withDestinations,
  withHub,
  withKey,
  withOwnTrail,
  withRichTrail,
  withSelectors,
  withTrail,
} from './scenes.js';

/** A run that succeeds with the operation's roles. */
export type Run = {
  readonly name: string;
  readonly role: Kind;
  readonly result: 'planned' | 'applied' | 'no-changes';
  readonly prepare?: Scene;
  readonly inputs?: Inputs;
  /** Entries of an accounts file, which then names the accounts. */
  readonly accounts?: readonly string[];
  /** The call after which hours pass, in which logs and digests come. */
  readonly pausesAfter?: string;
};

type Inputs = { readonly [name: string]: string };

/** The same scene and inputs, planned and applied. */
function both(run: Omit<Run, 'role' | 'result'>): readonly Run[] {
  const { name } = run;
  return [
    { ...run, name: `${name} is planned`, role: 'PlanRole', result: 'planned' },
    { ...run, name: `${name} is carried out`, role: 'ApplyRole', result: 'applied' },
  ];
}

const CHANGE = both({
  name: 'a change of a trail that is there',
  prepare: withTrail({ LogFileValidationEnabled: false }),
  inputs: { 'log-file-validation': 'true' },
});

export const PLANNED_CHANGE = CHANGE.slice(0, 1);

/** Every role can do this, whatever else it is switched to. */
export const ONBOARDING: readonly Run[] = [...both({ name: 'a new trail' }), ...CHANGE];

export const EVERYTHING = {
  'event-selectors': '- FieldSelectors: [{ Field: eventCategory, Equals: [Management] }]',
  'insight-selectors': 'ApiCallRateInsight',
  tags: 'team=audit',
};

export const SETTINGS: readonly Run[] = [
  ...both({ name: 'setting selectors and tags', prepare: withTrail(), inputs: EVERYTHING }),
  {
    name: 'tags are taken away',
    role: 'ApplyRole',
    result: 'applied',
    prepare: withTrail({ tags: { team: 'audit' } }),
    inputs: { tags: 'none' },
  },
];

export const destinationInputs = (account: string): Inputs => {
  const { topic, logGroup, logsRole } = destinationsOf(account);
  return {
    'sns-topic-arn': topic,
    'cloudwatch-log-group-arn': logGroup,
    'cloudwatch-role-arn': logsRole,
  };
};

export const ANNOUNCING = both({
  name: 'a trail with topic and log group',
  prepare: withDestinations(),
  inputs: destinationInputs(tutorial.ids.DEV),
});

export const LEAVING: readonly Run[] = [
  ...both({
    name: 'the end of one account of several',
    prepare: all(withTrail(), admittedBeside),
    inputs: { operation: 'offboard' },
  }),
  {
    name: 'the last account leaves, and the policy with it',
    role: 'ApplyRole',
    result: 'applied',
    prepare: all(withTrail(), admitted()),
    inputs: { operation: 'offboard' },
  },
];

/** What an accounts file says for all accounts is said for one that leaves, too. */
export const LEAVING_WITH_SETTINGS = both({
  name: 'the end of an account of which settings are mentioned',
  prepare: all(withDestinations(), withTrail(), admittedBeside),
  inputs: {
    ...EVERYTHING,
    ...destinationInputs(tutorial.ids.DEV),
    operation: 'offboard',
  },
});

const RENAMED = { 'trail-name': 'DEV-AUDIT', 'replaces-trail': 'DEV-CLOUDTRAIL' };

export const NEW_NAME: readonly Run[] = [
  ...both({
    name: 'a trail in the place of an older one',
    prepare: withSelectors,
    inputs: RENAMED,
  }),
  ...both({
    name: 'the rest of a change of names that was cut off',
    prepare: all(withSelectors, withTrail({ name: 'DEV-AUDIT', LogFileValidationEnabled: false })),
    inputs: { ...RENAMED, 'log-file-validation': 'true' },
  }),
];

export const RICH_NEW_NAME = both({
  name: 'a trail that takes over topic and log group of an older one',
  prepare: withRichTrail,
  inputs: RENAMED,
});

const BOOTSTRAP = {
  operation: 'bootstrap',
  'member-account-id': '',
  'member-role-arn': '',
  'trail-name': '',
  'central-trail-name': tutorial.trailName,
};

export const BOOTSTRAPPING: readonly Run[] = [
  ...both({
    name: 'a change of what is there',
    inputs: { ...BOOTSTRAP, 'recursive-logging': 'false' },
  }),
  ...both({ name: 'a new bucket and trail', prepare: beforeBootstrap, inputs: BOOTSTRAP }),
];

export const RICH_BOOTSTRAP: readonly Run[] = [
  ...both({ name: "the own trail's selectors and tags", inputs: { ...BOOTSTRAP, ...EVERYTHING } }),
  {
    name: "the own trail's tags are taken away",
    role: 'ApplyRole',
    result: 'applied',
    prepare: all(withOwnTrail({ tags: { team: 'audit' } })),
    inputs: { ...BOOTSTRAP, tags: 'none' },
  },
  ...both({
    name: "the own trail's topic and log group",
    prepare: withDestinations(tutorial.ids.SEC),
    inputs: { ...BOOTSTRAP, ...destinationInputs(tutorial.ids.SEC) },
  }),
];

export const KEEPING_A_KEY = both({
  name: 'a change of an own trail that keeps its key',
  prepare: all(withKey(OPEN_TO_CLOUDTRAIL), withOwnTrail({ KmsKeyId: KEY })),
  inputs: { ...BOOTSTRAP, 'recursive-logging': 'false' },
});

/** A run that is to manage the policy cannot do without reading it. */
const KEY_POLICY = { 'kms-key-arn': KEY, 'manage-kms-key-policy': 'true' };

export const LOOKING_AT_A_KEY: readonly Run[] = [
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
  ...both({
    name: 'a change of a trail that keeps its key',
    prepare: all(
      withKey(OPEN_TO_CLOUDTRAIL),
      withTrail({ KmsKeyId: KEY, LogFileValidationEnabled: false }),
    ),
    inputs: { 'log-file-validation': 'true' },
  }),
];

export const NEW_KEY: readonly Run[] = [
  {
    name: 'a trail is merged into the policy of its key',
    role: 'ApplyRole',
    result: 'applied',
    prepare: withKey(),
    inputs: KEY_POLICY,
  },
];

export const LEAVING_A_KEY = both({
  name: 'the end of an account that a key admits',
  prepare: all(withKey(OPEN_TO_CLOUDTRAIL), withTrail({ KmsKeyId: KEY }), admittedBeside),
  inputs: { ...KEY_POLICY, operation: 'offboard' },
});

export const OWN_KEY = both({
  name: "the own trail's key",
  prepare: withKey(),
  inputs: { ...BOOTSTRAP, ...KEY_POLICY },
});

/** With roles that the templates do not make. */
export const FROM_A_HUB = both({
  name: 'a new trail, with roles from a hub',
  prepare: withHub,
  inputs: {
    'hub-role-arn': HUB_ARN,
    'central-role-arn': tutorial.roles.central,
    'member-role-arn': tutorial.roles.member,
  },
});

const JOINING = '{ id: "222222222222", name: DEV }';
const LEAVER = '{ id: "222222222222", name: DEV, state: absent }';

export const FLEET: readonly Run[] = [
  ...both({ name: 'two new accounts', accounts: [JOINING, '{ id: "333333333333", name: PRD }'] }),
  ...both({
    name: 'an account that joins and one that leaves',
    prepare: all(withTrail(), admittedBeside),
    accounts: [LEAVER, '{ id: "333333333333", name: PRD }'],
  }),
  {
    name: 'the last account of a file leaves, and the policy with it',
    role: 'ApplyRole',
    result: 'applied',
    prepare: all(withTrail(), admitted()),
    accounts: [LEAVER],
  },
  {
    name: 'a closed account is taken out',
    role: 'ApplyRole',
    result: 'applied',
    prepare: admittedBeside,
    accounts: ['{ id: "222222222222", name: DEV, state: closed }'],
  },
];
