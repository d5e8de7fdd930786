// Whether a bucket (and a key) lets CloudTrail deliver for a trail. The question is put to the evaluator as CloudTrail's
// service principal would meet it: the ACL check on the bucket and the write of an object. Keys: encryption.ts.

import type { Aws } from '../aws.js';
import type { Context } from '../iam.js';
import { exception } from '../json-protocol.js';
import { visiblePolicy } from '../policies.js';
import type { Bucket, TrailDescription } from '../state.js';
import { type KeyObstacle, keyObstacle, requireKey } from './encryption.js';
import { accountOf, serviceMay } from './service-principal.js';

/** What stands between a trail and its bucket; the words are those of LatestDeliveryError. */
export type Obstacle = 'NoSuchBucket' | 'AccessDenied' | KeyObstacle;

/** `[prefix/]AWSLogs/<account>/CloudTrail/`: where a trail's log objects begin. */
export function logFolder(trail: TrailDescription): string {
  const prefix = trail.S3KeyPrefix === undefined ? '' : `${trail.S3KeyPrefix}/`;
  return `${prefix}AWSLogs/${accountOf(trail)}/CloudTrail/`;
}

/** Why an object with this key could not be delivered now; undefined when it could. */
export function obstacle(aws: Aws, trail: TrailDescription, key: string): Obstacle | undefined {
  const bucket = aws.state.buckets.get(trail.S3BucketName);
  if (bucket === undefined) return 'NoSuchBucket';
  if (!isAdmitted(aws, trail, bucket, key)) return 'AccessDenied';
  return keyObstacle(aws, trail, objectArn(bucket, key));
}

/**
 * The check CreateTrail and UpdateTrail make.
 *
 * @throws `Refusal` S3BucketDoesNotExistException, InsufficientS3BucketPolicyException, and for a key what
 * `requireKey` throws
 */
export function requireAdmission(aws: Aws, trail: TrailDescription): void {
  const bucket = aws.state.buckets.get(trail.S3BucketName);
  if (bucket === undefined) {
    throw exception('S3BucketDoesNotExist', `S3 bucket ${trail.S3BucketName} does not exist!`);
  }
  if (!isAdmitted(aws, trail, bucket, logFolder(trail))) {
    throw exception(
      'InsufficientS3BucketPolicy',
      `Incorrect S3 bucket policy is detected for bucket: ${trail.S3BucketName}`,
    );
  }
  requireKey(aws, trail, bucket, objectArn(bucket, logFolder(trail)));
}

function isAdmitted(aws: Aws, trail: TrailDescription, bucket: Bucket, key: string): boolean {
  const resourcePolicy = visiblePolicy(bucket, aws.policyDelayMs);
  const resourceAccount = bucket.account;
  return [
    { action: 's3:GetBucketAcl', resource: `arn:aws:s3:::${bucket.name}` },
    {
      action: 's3:PutObject',
      resource: objectArn(bucket, key),
      context: uploadContext(trail),
    },
  ].every((call) => serviceMay(aws, trail, { ...call, resourceAccount, resourcePolicy }));
}

function objectArn(bucket: Bucket, key: string): string {
  return `arn:aws:s3:::${bucket.name}/${key}`;
}

/** Every upload carries the ACL that policies ask for, and names its encryption. */
function uploadContext(trail: TrailDescription): Context {
  return {
    's3:x-amz-acl': 'bucket-owner-full-control',
    's3:x-amz-server-side-encryption': trail.KmsKeyId === undefined ? 'AES256' : 'aws:kms',
    ...(trail.KmsKeyId !== undefined && {
      's3:x-amz-server-side-encryption-aws-kms-key-id': trail.KmsKeyId,
    }),
  };
}
