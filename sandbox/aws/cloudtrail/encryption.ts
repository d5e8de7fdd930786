// The key of a trail: which one an ID or alias means, whether CloudTrail may use it, and what CreateTrail and UpdateTrail
// say where it may not. Errors: CloudTrail API reference; LatestDeliveryError of a key is not documented, the words here
// are the ones S3 has for an upload with such a key.

import type { Refusal } from '../../wire.js';
import type { Aws } from '../aws.js';
import { exception } from '../json-protocol.js';
import { findKey } from '../kms/keys.js';
import { visiblePolicy } from '../policies.js';
import type { Bucket, Key, TrailDescription } from '../state.js';
import type { Viewpoint } from './lookup.js';
import { serviceMay } from './service-principal.js';

/**
 * A trail's key is given as ID, alias or ARN and always read back as the key's ARN. What is no ARN means a key of the
 * trail's own account and Region.
 *
 * @throws `Refusal` InvalidKmsKeyIdException or KmsKeyNotFoundException
 */
export function keyArnOf(view: Viewpoint, idOrArn: string): string {
  const isArn = idOrArn.startsWith('arn:');
  if (!/^(?:arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/|alias\/|)[\w/-]+$/.test(idOrArn)) {
    throw exception('InvalidKmsKeyId', `KmsKeyId ${idOrArn} is not valid.`);
  }
  const region = isArn ? (idOrArn.split(':')[3] ?? '') : view.region;
  const key = findKey({ ...view, region }, idOrArn);
  if (key === undefined) throw notFound(idOrArn, region);
  return key.arn;
}

function notFound(key: string, region: string): Refusal {
  return exception('KmsKeyNotFound', `KmsKeyId ${key} is not found in ${region}`);
}

/** Why an object could not be encrypted now, as S3 would say it; undefined when it could, or has no key. */
export function keyObstacle(
  aws: Aws,
  trail: TrailDescription,
  objectArn: string,
): KeyObstacle | undefined {
  if (trail.KmsKeyId === undefined) return undefined;
  const key = aws.state.keys.get(trail.KmsKeyId);
  if (key === undefined) return 'KMS.NotFoundException';
  if (key.state === 'Disabled') return 'KMS.DisabledException';
  if (key.state === 'PendingDeletion') return 'KMS.KMSInvalidStateException';
  return mayEncrypt(aws, trail, key, objectArn) ? undefined : 'AccessDenied';
}

export type KeyObstacle =
  | 'AccessDenied'
  | 'KMS.NotFoundException'
  | 'KMS.DisabledException'
  | 'KMS.KMSInvalidStateException';

/**
 * The check CreateTrail and UpdateTrail make. Key and bucket must be in one Region (API reference,
 * KmsKeyNotFoundException), the key must be symmetric and enabled.
 *
 * @throws `Refusal` KmsKeyNotFoundException, KmsException or InsufficientEncryptionPolicyException
 */
export function requireKey(
  aws: Aws,
  trail: TrailDescription,
  bucket: Bucket,
  objectArn: string,
): void {
  if (trail.KmsKeyId === undefined) return;
  const key = aws.state.keys.get(trail.KmsKeyId);
  if (key === undefined || key.region !== bucket.region) {
    throw notFound(trail.KmsKeyId, bucket.region);
  }
  if (key.spec !== 'SYMMETRIC_DEFAULT') {
    throw exception('Kms', `KMS key ${key.arn} is not a symmetric encryption key.`);
  }
  if (key.state !== 'Enabled') {
    const what = key.state === 'Disabled' ? 'disabled' : 'pending deletion';
    throw exception('Kms', `KMS key ${key.arn} is ${what}.`);
  }
  if (!mayDescribe(aws, trail, key) || !mayEncrypt(aws, trail, key, objectArn)) {
    throw exception(
      'InsufficientEncryptionPolicy',
      `Insufficient permissions to access S3 bucket ${bucket.name} or KMS key ${key.arn}.`,
    );
  }
}

function mayDescribe(aws: Aws, trail: TrailDescription, key: Key): boolean {
  return serviceMay(aws, trail, { ...aboutKey(aws, key), action: 'kms:DescribeKey' });
}

/** The encryption context names the trail and the object (CloudTrail user guide, how-kms-works). */
function mayEncrypt(aws: Aws, trail: TrailDescription, key: Key, objectArn: string): boolean {
  return serviceMay(aws, trail, {
    ...aboutKey(aws, key),
    action: 'kms:GenerateDataKey',
    context: {
      'kms:EncryptionContext:aws:cloudtrail:arn': trail.TrailARN,
      'kms:EncryptionContext:aws:s3:arn': objectArn,
      'kms:EncryptionContextKeys': ['aws:cloudtrail:arn', 'aws:s3:arn'],
    },
  });
}

function aboutKey(aws: Aws, key: Key) {
  return {
    resource: key.arn,
    resourceAccount: key.account,
    resourcePolicy: visiblePolicy(key, aws.policyDelayMs),
  };
}
