// Which errors of AWS pass by themselves, and how long that is waited for. The SDK has tried throttling, 5xx and network
// errors three times in a row before they come here (except for a policy write, which is never sent again as it stands).

import { CallFailure } from '../problem.js';
import type { Patience } from './persist.js';

const THROTTLING = [
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'SlowDown',
  'RequestLimitExceeded',
];

/** One write a second for each account and Region is CloudTrail's limit, shared with everybody else's calls. */
const THROTTLED: Patience = { first: 1_000, longest: 8_000, total: 60_000 };

/** "Wait a few minutes, and then try the operation again", says the API reference of ConflictException. */
const CONFLICT: Patience = { first: 5_000, longest: 30_000, total: 180_000 };

/** A trail just made can be unknown to the next call ("CloudTrail uses … eventual consistency"). */
const APPEARING: Patience = { first: 250, longest: 3_000, total: 20_000 };

/** A policy that S3 has stored can be unknown to CloudTrail; AWS names no time. */
export const PROPAGATION: Patience = { first: 300, longest: 5_000, total: 90_000 };

/** The same where nothing is known that speaks for waiting. */
export const UNKNOWN_PROPAGATION: Patience = { first: 500, longest: 3_000, total: 8_000 };

/** Another writer of the same bucket, or a write whose answer was lost. */
const CONTENDED: Patience = { first: 200, longest: 3_000, total: 45_000 };

const TRAIL_CALLS: ReadonlyMap<string, Patience> = new Map([
  ...THROTTLING.map((code) => [code, THROTTLED] as const),
  ['ConflictException', CONFLICT],
]);

/**
 * After these nobody knows whether what was asked was done. First what stands for no answer (src/aws/call.ts), then what every
 * AWS API may answer ("Common Error Types" in each API reference) in each of its spellings, then KMS's own.
 */
const UNANSWERED: readonly string[] = [
  'TimeoutError',
  'network',
  'unreadable',
  'InternalFailure',
  'InternalError',
  'RequestTimeoutException',
  'RequestTimeout',
  'RequestAbortedException',
  'KMSInternalException',
  'DependencyTimeoutException',
];

/** A policy's write, whose ever: the SDK does not send it again. What a service never answers does no harm here. */
const policyWrites = (...own: readonly string[]): ReadonlyMap<string, Patience> =>
  new Map([
    ...THROTTLING.map((code) => [code, THROTTLED] as const),
    ...[...UNANSWERED, 'ServiceUnavailable', ...own].map((code) => [code, CONTENDED] as const),
  ]);

const KEY_WRITES = policyWrites();

/** Whoever writes has seen or made the bucket before: where there is none it has not appeared everywhere yet. */
const BUCKET_WRITES = policyWrites('OperationAborted', 'NoSuchBucket');

const codeOf = (error: unknown): string => (error instanceof CallFailure ? error.awsCode : '');

export const isRefusedForPolicy = (error: unknown): boolean =>
  codeOf(error) === 'InsufficientS3BucketPolicyException';

/** CloudTrail says it of the bucket as of the key, and does not say of which. */
export const isRefusedForKey = (error: unknown): boolean =>
  codeOf(error) === 'InsufficientEncryptionPolicyException';

/** The key is not there. */
export const isMissingKey = (error: unknown): boolean => codeOf(error) === 'NotFoundException';

export const isExisting = (error: unknown): boolean =>
  codeOf(error) === 'TrailAlreadyExistsException';

export const isGone = (error: unknown): boolean => codeOf(error) === 'TrailNotFoundException';

export const isMissingBucket = (error: unknown): boolean => codeOf(error) === 'NoSuchBucket';

/** SNS's word for it. */
export const isMissingTopic = (error: unknown): boolean => codeOf(error) === 'NotFoundException';

/** Made meanwhile by another run, or by a call of ours whose answer was lost. */
export const isOwnBucket = (error: unknown): boolean => codeOf(error) === 'BucketAlreadyOwnedByYou';

export const trailCallPatience = (error: unknown): Patience | null =>
  TRAIL_CALLS.get(codeOf(error)) ?? null;

/** After CreateTrail, and only then, a trail that a call does not know or show is one that has not appeared there yet. */
export const newTrailPatience = (error: unknown): Patience | null =>
  codeOf(error) === 'TrailNotFoundException' || isExisting(error)
    ? APPEARING
    : trailCallPatience(error);

export const bucketWritePatience = (error: unknown): Patience | null =>
  BUCKET_WRITES.get(codeOf(error)) ?? null;

export const keyWritePatience = (error: unknown): Patience | null =>
  KEY_WRITES.get(codeOf(error)) ?? null;

/** The service may or may not have done what was asked. */
export const isUnanswered = (error: unknown): boolean => UNANSWERED.includes(codeOf(error));
