// Whether a bucket (and a key) lets CloudTrail deliver for a trail. The question is put to the evaluator as CloudTrail's
// service principal would meet it: the ACL check on the bucket and the write of an object, with the condition keys
// documented for them (CloudTrail user guide, create-s3-bucket-policy-for-cloudtrail and create-kms-key-policy).

import type { Aws } from '../aws.js';
import { type Context, resourcePolicyAllows } from '../iam.js';
import { exception } from '../json-protocol.js';
import { visiblePolicy } from '../policies.js';
import type { Bucket, TrailDescription } from '../state.js';

const servicePrincipal = 'cloudtrail.amazonaws.com';

/** What stands between a trail and its bucket; the words are those of LatestDeliveryError. */
export type Obstacle = 'NoSuchBucket' | 'AccessDenied';

/** `[prefix/]AWSLogs/<account>/CloudTrail/`: where a trail's log objects begin. */
export function logFolder(trail: TrailDescription): string {
  const prefix = trail.S3KeyPrefix === undefined ? '' : `${trail.S3KeyPrefix}/`;
  return `${prefix}AWSLogs/${accountOf(trail)}/CloudTrail/`;
}

export function accountOf(trail: TrailDescription): string {
  return trail.TrailARN.split(':')[4] ?? '';
}

/** Why an object with this key could not be delivered now; undefined when it could. */
export function obstacle(aws: Aws, trail: TrailDescription, key: string): Obstacle | undefined {
  const bucket = aws.state.buckets.get(trail.S3BucketName);
  if (bucket === undefined) return 'NoSuchBucket';
  const resourcePolicy = visiblePolicy(bucket, aws.policyDelayMs);
  const resourceAccount = bucket.account;
  const context = serviceContext(aws, trail, bucket.account);
  const allowed = [
    { action: 's3:GetBucketAcl', resource: `arn:aws:s3:::${bucket.name}`, context },
    {
      action: 's3:PutObject',
      resource: `arn:aws:s3:::${bucket.name}/${key}`,
      context: { ...context, ...uploadContext(trail) },
    },
  ].every((call) =>
    resourcePolicyAllows(servicePrincipal, { ...call, resourceAccount, resourcePolicy }),
  );
  return allowed ? undefined : 'AccessDenied';
}

/**
 * The check CreateTrail and UpdateTrail make.
 *
 * @throws `Refusal` S3BucketDoesNotExistException, InsufficientS3BucketPolicyException, KmsKeyNotFoundException or
 * InsufficientEncryptionPolicyException
 */
export function requireAdmission(aws: Aws, trail: TrailDescription): void {
  const bucket = aws.state.buckets.get(trail.S3BucketName);
  if (bucket === undefined) {
    throw exception('S3BucketDoesNotExist', `S3 bucket ${trail.S3BucketName} does not exist!`);
  }
  if (obstacle(aws, trail, logFolder(trail)) !== undefined) {
    throw exception(
      'InsufficientS3BucketPolicy',
      `Incorrect S3 bucket policy is detected for bucket: ${trail.S3BucketName}`,
    );
  }
  if (trail.KmsKeyId !== undefined) requireKey(aws, trail, bucket, trail.KmsKeyId);
}

/** Every upload carries the ACL that policies ask for, and names its encryption. */
function uploadContext(trail: TrailDescription): Context {
  return {
    's3:x-amz-acl': 'bucket-owner-full-control',
    's3:x-amz-server-side-encryption': trail.KmsKeyId === undefined ? 'AES256' : 'aws:kms',
  };
}

/** Key and bucket must be in one Region (CloudTrail API reference, KmsKeyNotFoundException). */
function requireKey(aws: Aws, trail: TrailDescription, bucket: Bucket, keyArn: string): void {
  const key = aws.state.keys.get(keyArn);
  if (key === undefined || key.region !== bucket.region) {
    throw exception('KmsKeyNotFound', `KmsKeyId ${keyArn} is not found in ${bucket.region}`);
  }
  const allowed = resourcePolicyAllows(servicePrincipal, {
    action: 'kms:GenerateDataKey',
    resource: key.arn,
    resourceAccount: key.account,
    resourcePolicy: key.policy,
    context: {
      ...serviceContext(aws, trail, key.account),
      'kms:EncryptionContext:aws:cloudtrail:arn': trail.TrailARN,
    },
  });
  if (!allowed) {
    throw exception(
      'InsufficientEncryptionPolicy',
      `Insufficient permissions to access S3 bucket ${bucket.name} or KMS key ${keyArn}.`,
    );
  }
}

function serviceContext(aws: Aws, trail: TrailDescription, resourceAccount: string): Context {
  const account = accountOf(trail);
  const organization = aws.state.accounts.get(account)?.organization;
  return {
    'aws:SourceArn': trail.TrailARN,
    'aws:SourceAccount': account,
    ...(organization !== undefined && { 'aws:SourceOrgID': organization }),
    'aws:PrincipalIsAWSService': 'true',
    'aws:PrincipalServiceName': servicePrincipal,
    'aws:SecureTransport': 'true',
    'aws:ResourceAccount': resourceAccount,
    's3:ResourceAccount': resourceAccount,
  };
}
