// The central bucket's policy, read and written. Every call says whose bucket it must be, so that a bucket of that name in
// another account is never touched.

import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { BucketReader, BucketWriter } from '../plan/ports.js';
import { CallFailure } from '../problem.js';
import { asked, unreadable } from './call.js';
import { type AwsClientOptions, clientOf } from './client.js';

const EMPTY = { name: 'EmptyAnswer' } as const;

export type Bucket = { readonly accountId: string; readonly bucket: string };

export function bucketReader(
  options: AwsClientOptions,
  { accountId, bucket }: Bucket,
): BucketReader {
  const s3 = clientOf(S3Client, options);
  const input = { Bucket: bucket, ExpectedBucketOwner: accountId };
  const call = { action: 's3:GetBucketPolicy', accountId, resource: `bucket ${bucket}` };
  return {
    policy: async () => {
      try {
        return await asked(call, async () => {
          const answer = await s3.send(new GetBucketPolicyCommand(input));
          const { Policy } = answer;
          // Never taken for "there is none": the next write would then replace all that stands there.
          if (!Policy) throw Object.assign(new Error('The answer holds no policy.'), EMPTY);
          // S3 stores valid JSON only.
          if (!isJson(Policy)) throw unreadable(answer);
          return Policy;
        });
      } catch (error) {
        // The only answer that means "there is none". Anything else must stop the run before a write.
        if (error instanceof CallFailure && error.awsCode === 'NoSuchBucketPolicy') return null;
        throw error;
      }
    },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export function bucketWriter(
  options: AwsClientOptions,
  { accountId, bucket }: Bucket,
): BucketWriter {
  // The SDK would send the same document again after another writer has come between.
  const s3 = clientOf(S3Client, options, { maxAttempts: 1 });
  const target = { Bucket: bucket, ExpectedBucketOwner: accountId };
  const call = (operation: string) => ({
    action: `s3:${operation}`,
    accountId,
    resource: `bucket ${bucket}`,
  });
  return {
    putPolicy: async (text, timeoutMs) => {
      const command = new PutBucketPolicyCommand({ ...target, Policy: text });
      const abortSignal = AbortSignal.timeout(timeoutMs);
      await asked(call('PutBucketPolicy'), () => s3.send(command, { abortSignal }));
    },
    deletePolicy: async (timeoutMs) => {
      const command = new DeleteBucketPolicyCommand(target);
      const abortSignal = AbortSignal.timeout(timeoutMs);
      await asked(call('DeleteBucketPolicy'), () => s3.send(command, { abortSignal }));
    },
  };
}
