// How CloudTrail appears to a bucket policy: the names of its service principal, the ARNs a delivery is about, the actions.
// Says what things are called, never whether anything is allowed.

import type { Delivery } from './delivery.js';

/** What AWS documents for every partition, and what is written. */
export const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

/** What is recognised: of the China partition both spellings are reported, and no source settles which one is sent. */
export const CLOUDTRAIL_NAMES: ReadonlySet<string> = new Set([CLOUDTRAIL, `${CLOUDTRAIL}.cn`]);

/** The ACL with which CloudTrail writes every object. Source: CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail". */
export const OWNER_CONTROL = 'bucket-owner-full-control';

/** One thing a trail must be able to do with the bucket. */
export type GrantKind = 'acl-check' | 'write';

export const GRANT_KINDS: readonly GrantKind[] = ['acl-check', 'write'];

export const ACTION: { readonly [kind in GrantKind]: string } = {
  'acl-check': 's3:GetBucketAcl',
  write: 's3:PutObject',
};

/** From the trail's ARN, never from a Region's name. */
export function partitionOf(trailArn: string): string {
  return trailArn.split(':')[1] ?? 'aws';
}

export function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

export function bucketArn({ trailArn, bucket }: Delivery): string {
  return `arn:${partitionOf(trailArn)}:s3:::${bucket}`;
}

/** `arn:aws:s3:::bucket/[prefix/]AWSLogs/`: all below it is CloudTrail's to lay out. */
export function logsArn(delivery: Delivery): string {
  const prefix = delivery.prefix === '' ? '' : `${delivery.prefix}/`;
  return `${bucketArn(delivery)}/${prefix}AWSLogs/`;
}

/** The Resource AWS documents for a member: `arn:aws:s3:::bucket/[prefix/]AWSLogs/222222222222/*`. */
export function pathArn(delivery: Delivery): string {
  return `${logsArn(delivery)}${delivery.accountId}/*`;
}

/** What AWS documents as the Resource of the grant. */
export function resourceArn(kind: GrantKind, delivery: Delivery): string {
  return kind === 'write' ? pathArn(delivery) : bucketArn(delivery);
}

/** The account a path `…/AWSLogs/<12 digits>/*` belongs to; undefined for any other resource. */
export function pathAccount(resource: string): string | undefined {
  return /^[^*?$]*\/AWSLogs\/(\d{12})\/\*$/.exec(resource)?.[1];
}

/** A trail's ARN without wildcards or variables. */
export function isTrailArn(text: string): boolean {
  return /^arn:[\w-]+:cloudtrail:[\w-]+:\d{12}:trail\/[\w.-]+$/.test(text);
}

/** A list of members may come in any order and more than once; the policy that follows must not depend on it. */
export function inCanonicalOrder(deliveries: readonly Delivery[]): readonly Delivery[] {
  const byIdentity = new Map(deliveries.map((delivery) => [identityOf(delivery), delivery]));
  return [...byIdentity].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, delivery]) => delivery);
}

/** Two deliveries with one identity are the same wish. */
export function identityOf(delivery: Delivery): string {
  return [delivery.accountId, delivery.trailArn, pathArn(delivery)].join(' ');
}
