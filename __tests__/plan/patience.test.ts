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

test.each([
  ['S3', 'InternalError', bucketWritePatience],
  ['S3', 'SlowDown', bucketWritePatience],
  ['S3', 'ServiceUnavailable', bucketWritePatience],
  ['S3', 'OperationAborted', bucketWritePatience],
  ['S3', 'RequestTimeout', bucketWritePatience],
  ['S3', 'TimeoutError', bucketWritePatience],
  ['S3', 'network', bucketWritePatience],
  ['S3', 'unreadable', bucketWritePatience],
  ['S3', 'NoSuchBucket', bucketWritePatience],
  ['KMS', 'InternalFailure', keyWritePatience],
  ['KMS', 'ServiceUnavailable', keyWritePatience],
  ['KMS', 'KMSInternalException', keyWritePatience],
  ['KMS', 'ThrottlingException', keyWritePatience],
  ['KMS', 'DependencyTimeoutException', keyWritePatience],
  ['KMS', 'TimeoutError', keyWritePatience],
  ['KMS', 'network', keyWritePatience],
  ['CloudTrail', 'ThrottlingException', trailCallPatience],
  ['CloudTrail', 'Throttling', trailCallPatience],
  ['CloudTrail', 'TooManyRequestsException', trailCallPatience],
  ['CloudTrail', 'RequestLimitExceeded', trailCallPatience],
  ['CloudTrail', 'ConflictException', trailCallPatience],
  ['a trail just made', 'ThrottlingException', newTrailPatience],
  ['a trail just made', 'TrailNotFoundException', newTrailPatience],
  ['a trail just made', 'TrailAlreadyExistsException', newTrailPatience],
])('%s: %s is waited out', (_, code, patienceFor) => {
  expect(patienceFor(failure(code))).not.toBeNull();
});

test.each([
  ['S3', 'AccessDenied', bucketWritePatience],
  ['S3', 'MalformedPolicy', bucketWritePatience],
  ['KMS', 'AccessDeniedException', keyWritePatience],
  ['KMS', 'MalformedPolicyDocumentException', keyWritePatience],
  ['CloudTrail', 'TrailNotFoundException', trailCallPatience],
  ['CloudTrail', 'AccessDenied', trailCallPatience],
  ['a trail just made', 'AccessDenied', newTrailPatience],
])('%s: %s is final', (_, code, patienceFor) => {
  expect(patienceFor(failure(code))).toBeNull();
});

test('a fault of the program is final', () => {
  for (const patienceFor of [bucketWritePatience, keyWritePatience, trailCallPatience])
    expect(patienceFor(new TypeError('ours'))).toBeNull();
  expect(isUnanswered(new TypeError('ours'))).toBe(false);
});

/** In milliseconds: what AWS's own words ask for, at the least. */
test.each([
  ['a conflict ("wait a few minutes")', trailCallPatience(failure('ConflictException')), 120_000],
  ['throttling', trailCallPatience(failure('ThrottlingException')), 30_000],
  ['a policy that CloudTrail does not see yet', PROPAGATION, 60_000],
])('%s is waited out for long', (_, patience, total) => {
  expect(patience?.total).toBeGreaterThanOrEqual(total);
});

test.each([
  'InternalError',
  'InternalFailure',
  'network',
  'TimeoutError',
  'unreadable',
  'RequestTimeout',
  'KMSInternalException',
  'DependencyTimeoutException',
])('after %s nobody knows whether the write was done', (code) =>
  expect(isUnanswered(failure(code))).toBe(true),
);

test.each(['AccessDenied', 'SlowDown', 'ServiceUnavailable'])('after %s it was not', (code) =>
  expect(isUnanswered(failure(code))).toBe(false),
);
