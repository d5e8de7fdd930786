import { type AwsCall, asked } from '../../src/aws/call.js';
import { CallFailure } from '../../src/problem.js';

const READ_POLICY: AwsCall = {
  action: 's3:GetBucketPolicy',
  accountId: '111111111111',
  resource: 'bucket logs',
};

async function failure(error: object, call = READ_POLICY): Promise<CallFailure> {
  try {
    await asked(call, () => Promise.reject(error as Error));
  } catch (thrown) {
    if (thrown instanceof CallFailure) return thrown;
    throw thrown;
  }
  throw new Error('no failure');
}

/** An error as the SDK throws it. */
const sdkError = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 }, ...more });

test('a failed call says what was asked of which account, and what AWS said', async () => {
  const { findings, awsCode } = await failure(sdkError('NoSuchBucket', 'It does not exist'));
  expect(awsCode).toBe('NoSuchBucket');
  expect(findings).toEqual([
    {
      severity: 'error',
      code: 'aws-no-such-bucket',
      account: '111111111111',
      message:
        's3:GetBucketPolicy on bucket logs in account 111111111111 failed: NoSuchBucket: It does not exist',
      remedy: 'There is no bucket logs. Check the input bucket, and bucket-region.',
    },
  ]);
});

describe('AccessDenied has several causes, told apart by what AWS says', () => {
  test.each([
    ['Access Denied', /not owned by account 111111111111.*or the central role lacks/],
    [
      'User: x is not authorized to perform: s3:GetBucketPolicy because no identity-based policy allows',
      /^Allow s3:GetBucketPolicy/,
    ],
    [
      'User: x is not authorized to perform: s3:PutBucketPolicy because public policies are blocked by the BlockPublicPolicy setting',
      /^Block Public Access refuses/,
    ],
    [
      'User: x is not authorized to perform: y with an explicit deny in a service control policy',
      /denies .* explicitly/,
    ],
    [
      'User: x is not authorized to perform: y because no session policy allows the y action',
      /session policy .* does not allow s3:GetBucketPolicy/,
    ],
  ])('%s', async (message, remedy) => {
    const { findings } = await failure(sdkError('AccessDenied', message));
    expect(findings[0]?.remedy).toMatch(remedy);
  });
});

test('a bucket in another Region: S3 says where it is', async () => {
  const error = sdkError('PermanentRedirect', 'use the endpoint', {
    $response: { headers: { 'x-amz-bucket-region': 'eu-west-1' } },
  });
  expect((await failure(error)).findings[0]?.remedy).toBe(
    'The bucket is in eu-west-1: set bucket-region to that.',
  );
});

test.each(['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET'])(
  '%s is told as the network',
  async (code) => {
    const thrown = await failure(Object.assign(new Error('connect'), { code }));
    expect(thrown.awsCode).toBe('network');
    expect(thrown.findings[0]?.remedy).toMatch(/HTTPS_PROXY/);
  },
);

test.each([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])('%s: the certificate is not trusted, and how to make it so', async (code) => {
  const thrown = await failure(Object.assign(new Error('certificate'), { code }));
  expect(thrown.awsCode).toBe('certificate');
  expect(thrown.findings[0]?.message).toContain(code);
  expect(thrown.findings[0]?.remedy).toMatch(/NODE_EXTRA_CA_CERTS/);
});

test('several addresses that all refuse have no message of their own', async () => {
  const none = new AggregateError([new Error('connect ECONNREFUSED ::1:443')]);
  const thrown = await failure(Object.assign(none, { code: 'ECONNREFUSED' }));
  expect(thrown.findings[0]?.message).toContain('connect ECONNREFUSED ::1:443');
});

test('an answer without an error code is not from AWS', async () => {
  const error = sdkError('Unknown', 'Unknown', { $metadata: { httpStatusCode: 407 } });
  const { findings } = await failure(error);
  expect(findings[0]?.message).toMatch(/failed: an answer that is not AWS's \(status 407\)$/);
  expect(findings[0]?.remedy).toMatch(/proxy/);
});

test.each([
  ['SyntaxError', 'Unexpected token <'],
  ['Error', '@aws-sdk XML parse error: unexpected content.'],
])('nor is one that cannot be parsed (%s)', async (name, reason) => {
  const hint =
    'Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.';
  const error = sdkError(name, `${reason}\n  ${hint}`, { $metadata: { httpStatusCode: 200 } });
  expect((await failure(error)).awsCode).toBe('unreadable');
});

test('an answer that fell silent while it was read is a time-out, though the SDK could not parse it either', async () => {
  const error = sdkError('TimeoutError', 'timed out after 20000 ms\n  Deserialization error: …');
  expect((await failure(error)).awsCode).toBe('TimeoutError');
});

test.each([
  'InternalError',
  'InternalFailure',
  'ServiceUnavailable',
  'RequestTimeout',
  'RequestTimeoutException',
  'RequestAbortedException',
])('%s passes by itself', async (name) => {
  const { findings } = await failure(sdkError(name, 'We encountered an internal error.'));
  expect(findings[0]?.remedy).toMatch(/Run again in a few minutes/);
});

test('a role that cannot be taken from the hub: both sides are named', async () => {
  const call = {
    action: 'sts:AssumeRole',
    accountId: '222222222222',
    resource: 'arn:aws:iam::222222222222:role/Member',
  };
  const error = sdkError('AccessDenied', 'User: hub is not authorized to perform: sts:AssumeRole');
  const { findings } = await failure(error, call);
  expect(findings[0]?.remedy).toMatch(
    /trust policy of arn:aws:iam::222222222222:role\/Member .* hub role .* external-id/,
  );
});

test('our own time-out of a write is a time-out, and keeps its cause', async () => {
  const abort = Object.assign(new Error('aborted'), { name: 'AbortError' });
  const thrown = await failure(abort);
  expect(thrown.awsCode).toBe('TimeoutError');
  expect(thrown.cause).toBe(abort);
});

test('an error nobody knows still has a remedy', async () => {
  const { findings } = await failure(sdkError('TeapotException', 'short and stout'));
  expect(findings[0]).toMatchObject({ code: 'aws-teapot' });
  expect(findings[0]?.remedy).toMatch(/API reference/);
});
