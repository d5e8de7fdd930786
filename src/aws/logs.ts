// The central bucket's objects, listed and read. Every call says whose bucket it must be. Which objects are logs, and what is
// in them, is not known here.

import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { LogReader } from '../delivery/ports.js';
import type { Bucket } from './bucket.js';
import { type AwsCall, asked, failureOf } from './call.js';
import { type AwsClientOptions, clientOf } from './client.js';

/** What S3 gives at most for one call. */
const PAGE = 1_000;

export function logReader(options: AwsClientOptions, { accountId, bucket }: Bucket): LogReader {
  const s3 = clientOf(S3Client, options);
  const target = { Bucket: bucket, ExpectedBucketOwner: accountId };
  const listCall = callOn(accountId, 's3:ListBucket', `bucket ${bucket}`);
  return {
    list: async (prefix, startAfter, limit = PAGE) => {
      const command = new ListObjectsV2Command({
        ...target,
        Prefix: prefix,
        StartAfter: startAfter,
        MaxKeys: limit,
      });
      const { Contents = [], IsTruncated } = await asked(listCall, () => s3.send(command));
      const objects = Contents.map(({ Key = '', Size = 0, LastModified }) => ({
        key: Key,
        size: Size,
        lastModified: LastModified?.getTime() ?? 0,
      }));
      return { objects, truncated: IsTruncated ?? false };
    },
    folders: (prefix) => allFolders(s3, { ...target, Prefix: prefix, Delimiter: '/' }, listCall),
    read: async (key) => {
      const call = callOn(accountId, 's3:GetObject', `object ${key} in bucket ${bucket}`);
      const command = new GetObjectCommand({ ...target, Key: key });
      const { Body, Metadata = {} } = await asked(call, () => s3.send(command));
      return { metadata: Metadata, body: bodyOf(call, Body as AsyncIterable<Uint8Array>) };
    },
  };
}

const callOn = (accountId: string, action: string, resource: string): AwsCall => ({
  action,
  accountId,
  resource,
});

async function allFolders(
  s3: S3Client,
  input: ConstructorParameters<typeof ListObjectsV2Command>[0],
  call: AwsCall,
): Promise<readonly string[]> {
  const folders: string[] = [];
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({ ...input, ContinuationToken: token });
    const answer = await asked(call, () => s3.send(command));
    folders.push(...(answer.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []));
    token = answer.NextContinuationToken;
  } while (token !== undefined);
  return folders;
}

/** A connection can break while the body is read, too. */
async function* bodyOf(
  call: AwsCall,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body;
  } catch (error) {
    throw failureOf(call, error as Error);
  }
}
