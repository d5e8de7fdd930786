// What CloudTrail needs of the key that encrypts a trail's logs, and whether a key policy grants it: the requests it makes
// are put to the policy. Deliveries without a key need nothing. How a policy comes to grant it is decided in key-merge.ts.

import { logsArn, partitionOf } from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import type { PolicyDocument } from './document.js';
import type { AccessRequest } from './evaluate.js';
import { type Examiner, examinerFor, type Grant, missingBy } from './grants.js';
import type { World } from './worlds.js';

/** One thing CloudTrail must be able to do with a trail's key. */
export type KeyGrantKind = 'encrypt' | 'describe';

export const KEY_GRANT_KINDS: readonly KeyGrantKind[] = ['encrypt', 'describe'];

/** A delivery whose logs are encrypted. */
export type EncryptedDelivery = Delivery & { readonly kmsKeyArn: string };

export type KeyGrant = Grant<KeyGrantKind>;

/** What CloudTrail asks KMS for. */
export const KEY_ACTION: { readonly [kind in KeyGrantKind]: string } = {
  encrypt: 'kms:GenerateDataKey',
  describe: 'kms:DescribeKey',
};

/** Names the trail in every request for a data key. In lower case, as all keys that are looked for. */
export const CONTEXT_ARN = 'kms:encryptioncontext:aws:cloudtrail:arn';

export function isEncrypted(delivery: Delivery): delivery is EncryptedDelivery {
  return delivery.kmsKeyArn !== undefined;
}

/** All trails of the account, as AWS documents the encryption context of a key policy. */
export function anyTrailOf({ trailArn, accountId }: Delivery): string {
  return `arn:${partitionOf(trailArn)}:cloudtrail:*:${accountId}:trail/*`;
}

/**
 * The grants that are not in effect today, for those of the deliveries that have a key. All of them are taken to be about
 * the key whose policy this is.
 */
export function missingKeyGrants(
  document: PolicyDocument,
  deliveries: readonly Delivery[],
): readonly KeyGrant[] {
  return missingBy(keyExaminerOf(document), KEY_GRANT_KINDS, deliveries.filter(isEncrypted));
}

export function keyExaminerOf(document: PolicyDocument): Examiner<KeyGrantKind> {
  return examinerFor(document, keyRequestsFor);
}

/**
 * CloudTrail looks at the key, and asks for a data key for an object below `AWSLogs/<account>/`. Source: CloudTrail user
 * guide, "How AWS CloudTrail uses AWS KMS" and "Configure AWS KMS key policies for CloudTrail".
 */
export function keyRequestsFor(
  kind: KeyGrantKind,
  delivery: Delivery,
  { service, context }: World,
): readonly AccessRequest[] {
  const request = {
    caller: { service },
    action: KEY_ACTION[kind],
    resource: delivery.kmsKeyArn ?? '*',
  };
  if (kind === 'describe') return [{ ...request, context }];
  const encryption = {
    [CONTEXT_ARN]: delivery.trailArn,
    'kms:encryptioncontext:aws:s3:arn': `${logsArn(delivery)}${delivery.accountId}/CloudTrail/${LOG}`,
    'kms:encryptioncontextkeys': ['aws:cloudtrail:arn', 'aws:s3:arn'],
  };
  return [{ ...request, context: { ...context, ...encryption } }];
}

const LOG = 'us-east-1/2026/11/23/CloudTrail_us-east-1_20261123T0005Z_0a.json.gz';
