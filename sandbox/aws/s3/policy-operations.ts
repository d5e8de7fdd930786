// The operations on a bucket's policy: reading it, replacing it whole, deleting it. Which documents are taken is decided
// in bucket-policy.ts, who may ask in s3.ts.

import { type HttpReply, Refusal } from '../../wire.js';
import type { Aws } from '../aws.js';
import { visiblePolicy, visibleVersion } from '../policies.js';
import type { Bucket } from '../state.js';
import { normalised, parseBucketPolicy } from './bucket-policy.js';
import { exclusively } from './busy.js';
import { isPublic } from './public-policy.js';
import { accessDenied, noContent, xmlReply } from './replies.js';

export function getBucketPolicy(aws: Aws, bucket: Bucket): HttpReply {
  const policyVersion = visibleVersion(bucket, aws.readDelayMs());
  const text = bucket.policies[policyVersion]?.text;
  if (text === undefined) throw noSuchPolicy();
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: text,
    policyVersion,
  };
}

/** Replaces the whole document: S3 offers no condition on what it was before. */
export async function writePolicy(
  aws: Aws,
  bucket: Bucket,
  text: string | undefined,
): Promise<HttpReply> {
  let policyVersion = 0;
  await exclusively(bucket, aws.policyWriteMs, async () => {
    const policy =
      text === undefined ? undefined : await parseBucketPolicy(aws.state, bucket, text);
    if (policy !== undefined && isPublic(policy) && blocksPublicPolicy(bucket)) {
      throw accessDenied('Access Denied');
    }
    const stored = policy && JSON.stringify(normalised(policy));
    policyVersion = bucket.policies.push({ text: stored, at: Date.now() }) - 1;
  });
  return { ...noContent, policyVersion };
}

function blocksPublicPolicy(bucket: Bucket): boolean {
  return /<BlockPublicPolicy>true</i.test(bucket.configurations.get('publicAccessBlock') ?? '');
}

export function policyStatus(bucket: Bucket): HttpReply {
  const policy = visiblePolicy(bucket);
  if (policy === undefined) throw noSuchPolicy();
  return xmlReply('PolicyStatus', { IsPublic: isPublic(policy) });
}

function noSuchPolicy(): Refusal {
  return new Refusal(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist');
}
