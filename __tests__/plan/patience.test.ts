// Which refusals of a policy write pass by themselves, for the bucket's policy and for a key's, and after which of them nobody
// knows whether it was written.

import { bucketWritePatience, isUnanswered, keyWritePatience } from '../../src/plan/patience.js';
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
] as const)('%s: %s is waited out', (_, code, patienceFor) => {
  expect(patienceFor(failure(code))).not.toBeNull();
});

test.each([
  ...ofBoth('AccessDenied', 'AccessDeniedException', 'ExpiredToken', 'certificate', ''),
  ['S3', 'MalformedPolicy', bucketWritePatience],
  ['KMS', 'MalformedPolicyDocumentException', keyWritePatience],
  ['KMS', 'NotFoundException', keyWritePatience],
] as const)('%s: %s is final', (_, code, patienceFor) => {
  expect(patienceFor(failure(code))).toBeNull();
});

test.each(ofBoth('network'))('%s: an error of our own is final', (_service, _code, patienceFor) => {
  expect(patienceFor(new Error('network'))).toBeNull();
});

test.each([...UNKNOWN, 'KMSInternalException', 'DependencyTimeoutException'])(
  'after %s nobody knows whether the write was done',
  (code) => expect(isUnanswered(failure(code))).toBe(true),
);

test.each([...UNDONE, 'AccessDenied', 'OperationAborted', 'NoSuchBucket'])(
  'after %s it was not',
  (code) => expect(isUnanswered(failure(code))).toBe(false),
);
