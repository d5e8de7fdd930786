// The runs of the table that read the logs: audits, the proof of delivery, and applies that end with one. As in runs.ts, each is a
// scene, inputs and an end.

import { tutorial } from '../../sandbox/worlds.js';
import { KEY, type Kind } from './roles.js';
import { destinationInputs, EVERYTHING, type Run } from './runs.js';
import {
  admitted,
  admittedBeside,
  all,
  hoursLater,
  OPEN_TO_CLOUDTRAIL,
  withDestinations,
  withKey,
  withOwnTrail,
  withTrail,
} from './scenes.js';

/** Read only, with whichever role may. */
export const auditing = (role: Kind): readonly Run[] => [
  {
    name: 'a trail that has drifted is compared',
    role,
    result: 'no-changes',
    prepare: all(withTrail({ LogFileValidationEnabled: false }), admittedBeside, hoursLater),
    inputs: { operation: 'audit', 'log-file-validation': 'true' },
  },
  {
    name: 'accounts, policy, trails and logs are compared',
    role,
    result: 'no-changes',
    prepare: all(withTrail(), admittedBeside, hoursLater),
    inputs: { operation: 'audit', 'central-trail-name': tutorial.trailName },
  },
];

export const AUDITING_SETTINGS: readonly Run[] = [
  {
    name: 'settings, topic and log group are compared',
    role: 'PlanRole',
    result: 'no-changes',
    prepare: all(withDestinations(), withTrail(), admittedBeside, hoursLater),
    inputs: {
      ...EVERYTHING,
      ...destinationInputs(tutorial.ids.DEV),
      operation: 'audit',
    },
  },
];

const VERIFY = { operation: 'verify', 'delivery-timeout-minutes': '0', 'validate-digests': '24' };

export const verifying = (role: Kind): readonly Run[] => [
  {
    name: 'a log has arrived',
    role,
    result: 'no-changes',
    prepare: all(withTrail(), admitted(), hoursLater),
    inputs: VERIFY,
  },
];

export const VERIFYING_ENCRYPTED: readonly Run[] = [
  {
    name: 'a log has arrived that a key encrypts',
    role: 'VerifyRole',
    result: 'no-changes',
    prepare: all(withKey(OPEN_TO_CLOUDTRAIL), withTrail({ KmsKeyId: KEY }), admitted(), hoursLater),
    inputs: VERIFY,
  },
];

/** Where the logs lie below a prefix, which the inputs leave to the trail. */
export const PREFIX = 'org/trails';

export const BELOW_A_PREFIX: readonly Run[] = [
  VERIFY,
  { operation: 'audit', 'central-trail-name': tutorial.trailName },
].map((inputs) => ({
  name: `${inputs.operation} of a trail with a prefix`,
  role: 'VerifyRole' as const,
  result: 'no-changes' as const,
  prepare: all(
    withOwnTrail({ S3KeyPrefix: PREFIX, logging: false }),
    withTrail({ S3KeyPrefix: PREFIX }),
    admitted(PREFIX),
    hoursLater,
  ),
  inputs,
}));

const AWAITED = {
  'log-file-validation': 'true',
  'verify-delivery': 'true',
  'delivery-timeout-minutes': '0',
  'validate-digests': '24',
};

export const PROVING: readonly Run[] = [
  {
    name: 'a trail is changed, and its logs are awaited',
    role: 'ApplyRole',
    result: 'applied',
    prepare: all(withTrail({ IncludeGlobalServiceEvents: false }), admitted()),
    inputs: { ...AWAITED, 'global-service-events': 'true' },
    pausesAfter: 'UpdateTrail',
  },
];

export const PROVING_ENCRYPTED: readonly Run[] = [
  {
    name: 'a trail with a key and a prefix is changed, and its logs are awaited',
    role: 'ApplyRole',
    result: 'applied',
    prepare: all(
      withKey(OPEN_TO_CLOUDTRAIL),
      withTrail({ KmsKeyId: KEY, S3KeyPrefix: PREFIX, IncludeGlobalServiceEvents: false }),
      admitted(PREFIX),
    ),
    inputs: { ...AWAITED, 'global-service-events': 'true' },
    pausesAfter: 'UpdateTrail',
  },
];
