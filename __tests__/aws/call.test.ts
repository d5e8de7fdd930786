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
      'User: x is not authorized to perform: y with an explicit deny in a service control policy',
      /denies .* explicitly/,
    ],
    ['User: x is not authorized to perform: y because no session policy allows', /dry run/],
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
