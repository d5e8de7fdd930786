// Which refusals of a policy write pass by themselves, for the bucket's policy and for a key's.

import { bucketWritePatience, isUnanswered, keyWritePatience } from '../../src/plan/patience.js';
import { CallFailure } from '../../src/problem.js';

const failure = (awsCode: string): CallFailure =>
  new CallFailure(awsCode, { code: 'aws', message: awsCode, remedy: '' });

test.each([
  ['S3', 'InternalError', bucketWritePatience],
  ['S3', 'SlowDown', bucketWritePatience],
  ['S3', 'ServiceUnavailable', bucketWritePatience],
  ['S3', 'OperationAborted', bucketWritePatience],
  ['KMS', 'InternalFailure', keyWritePatience],
  ['KMS', 'ServiceUnavailable', keyWritePatience],
  ['KMS', 'KMSInternalException', keyWritePatience],
  ['KMS', 'ThrottlingException', keyWritePatience],
])('%s: %s is waited out', (_, code, patienceFor) => {
  expect(patienceFor(failure(code))).not.toBeNull();
});

test.each([
  ['S3', 'AccessDenied', bucketWritePatience],
  ['S3', 'MalformedPolicy', bucketWritePatience],
  ['KMS', 'AccessDeniedException', keyWritePatience],
  ['KMS', 'MalformedPolicyDocumentException', keyWritePatience],
])('%s: %s is final', (_, code, patienceFor) => {
  expect(patienceFor(failure(code))).toBeNull();
});

test.each(['InternalError', 'InternalFailure', 'network', 'TimeoutError'])(
  'after %s nobody knows whether the write was done',
  (code) => expect(isUnanswered(failure(code))).toBe(true),
);

test.each(['AccessDenied', 'SlowDown', 'ServiceUnavailable'])('after %s it was not', (code) =>
  expect(isUnanswered(failure(code))).toBe(false),
);
