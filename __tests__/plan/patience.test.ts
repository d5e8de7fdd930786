// Which refusals pass by themselves, for the bucket's policy, a key's and a trail, and after which nobody knows what was done.

import {
  bucketWritePatience,
  isUnanswered,
  keyWritePatience,
  newTrailPatience,
  PROPAGATION,
  trailCallPatience,
} from '../../src/plan/patience.js';
import { CallFailure } from '../../src/problem.js';

const failure = (awsCode: string): CallFailure =>
  new CallFailure(awsCode, { code: 'aws', message: awsCode, remedy: '' });

const WRITES = [
  ['S3', bucketWritePatience],
  ['KMS', keyWritePatience],
] as const;

/** Each code for each service. */
const ofBoth = (...codes: readonly string[]) =>
  WRITES.flatMap(([service, patienceFor]) =>
    codes.map((code) => [service, code, patienceFor] as const),
  );

const UNDONE = ['ServiceUnavailable', 'SlowDown', 'Throttling', 'ThrottlingException'];

const UNKNOWN = [
  'InternalFailure',
  'InternalError',
  'RequestTimeoutException',
  'RequestTimeout',
  'RequestAbortedException',
  'TimeoutError',
  'network',
  'unreadable',
];

test.each([
  ...ofBoth(...UNDONE, ...UNKNOWN),
  ['S3', 'OperationAborted', bucketWritePatience],
  ['S3', 'NoSuchBucket', bucketWritePatience],
  ['KMS', 'KMSInternalException', keyWritePatience],
  ['KMS', 'DependencyTimeoutException', keyWritePatience],
  ['CloudTrail', 'ThrottlingException', trailCallPatience],
  ['CloudTrail', 'Throttling', trailCallPatience],
  ['CloudTrail', 'TooManyRequestsException', trailCallPatience],
  ['CloudTrail', 'RequestLimitExceeded', trailCallPatience],
  ['CloudTrail', 'ConflictException', trailCallPatience],
  ['a trail just made', 'ThrottlingException', newTrailPatience],
  ['a trail just made', 'TrailNotFoundException', newTrailPatience],
  ['a trail just made', 'TrailAlreadyExistsException', newTrailPatience],
] as const)('%s: %s is waited out', (_, code, patienceFor) => {
  expect(patienceFor(failure(code))).not.toBeNull();
});

test.each([
  ...ofBoth('AccessDenied', 'AccessDeniedException', 'ExpiredToken', 'certificate', ''),
  ['S3', 'MalformedPolicy', bucketWritePatience],
  ['KMS', 'MalformedPolicyDocumentException', keyWritePatience],
  ['KMS', 'NotFoundException', keyWritePatience],
  ['CloudTrail', 'TrailNotFoundException', trailCallPatience],
  ['CloudTrail', 'AccessDenied', trailCallPatience],
  ['a trail just made', 'AccessDenied', newTrailPatience],
] as const)('%s: %s is final', (_, code, patienceFor) => {
  expect(patienceFor(failure(code))).toBeNull();
});

test('a fault of the program is final', () => {
  for (const patienceFor of [bucketWritePatience, keyWritePatience, trailCallPatience])
    expect(patienceFor(new TypeError('network'))).toBeNull();
  expect(isUnanswered(new TypeError('network'))).toBe(false);
});

/** In milliseconds: what AWS's own words ask for, at the least. */
test.each([
  ['a conflict ("wait a few minutes")', trailCallPatience(failure('ConflictException')), 120_000],
  ['throttling', trailCallPatience(failure('ThrottlingException')), 30_000],
  ['a policy that CloudTrail does not see yet', PROPAGATION, 60_000],
])('%s is waited out for long', (_, patience, total) => {
  expect(patience?.total).toBeGreaterThanOrEqual(total);
});

test.each([...UNKNOWN, 'KMSInternalException', 'DependencyTimeoutException'])(
  'after %s nobody knows whether the write was done',
  (code) => expect(isUnanswered(failure(code))).toBe(true),
);

test.each([...UNDONE, 'AccessDenied', 'OperationAborted', 'NoSuchBucket'])(
  'after %s it was not',
  (code) => expect(isUnanswered(failure(code))).toBe(false),
);
