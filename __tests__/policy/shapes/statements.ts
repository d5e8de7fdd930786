// Single statements that the shapes are put together from.

import type { PolicyDocument, Statement } from '../../../src/policy/document.js';
import { BUCKET, CENTRAL, DEV, PRD, pathOf, trailOf } from './deliveries.js';

export const BUCKET_ARN = `arn:aws:s3:::${BUCKET}`;
export const ALL_KEYS = `${BUCKET_ARN}/*`;
export const CLOUDTRAIL = { Service: 'cloudtrail.amazonaws.com' };
export const ACL = 'bucket-owner-full-control';

export function policy(...statements: readonly Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

export const aclCheck: Statement = {
  Sid: 'AWSCloudTrailAclCheck20150319',
  Effect: 'Allow',
  Principal: CLOUDTRAIL,
  Action: 's3:GetBucketAcl',
  Resource: BUCKET_ARN,
  Condition: { StringEquals: { 'aws:SourceArn': trailOf(CENTRAL) } },
};

export const write: Statement = {
  Sid: 'AWSCloudTrailWrite20150319',
  Effect: 'Allow',
  Principal: CLOUDTRAIL,
  Action: 's3:PutObject',
  Resource: pathOf(CENTRAL),
  Condition: { StringEquals: { 's3:x-amz-acl': ACL, 'aws:SourceArn': trailOf(CENTRAL) } },
};

export const openAclCheck: Statement = without(aclCheck, 'Condition');
export const openWrite: Statement = {
  ...write,
  Condition: { StringEquals: { 's3:x-amz-acl': ACL } },
};

export const tlsDeny: Statement = {
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: [BUCKET_ARN, ALL_KEYS],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};

export const reader: Statement = {
  Sid: 'Readers',
  Effect: 'Allow',
  Principal: { AWS: [`arn:aws:iam::${DEV}:root`, `arn:aws:iam::${PRD}:role/Auditor`] },
  Action: ['s3:GetObject', 's3:ListBucket'],
  Resource: [BUCKET_ARN, ALL_KEYS],
};

export const configWrite: Statement = {
  Sid: 'AWSConfigBucketDelivery',
  Effect: 'Allow',
  Principal: { Service: 'config.amazonaws.com' },
  Action: 's3:PutObject',
  Resource: `${BUCKET_ARN}/AWSLogs/${CENTRAL}/Config/*`,
  Condition: { StringEquals: { 's3:x-amz-acl': ACL, 'AWS:SourceAccount': CENTRAL } },
};

export function encryptionDeny(ways: readonly string[]): Statement {
  return {
    Sid: 'DenyUnencryptedUploads',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: ALL_KEYS,
    Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': ways } },
  };
}

export function without(statement: Statement, element: 'Sid' | 'Condition'): Statement {
  const { [element]: _removed, ...rest } = statement;
  return rest;
}

export function guarded(statement: Statement, operator: string, arn: string): Statement {
  const isWrite = statement.Action === 's3:PutObject';
  const acl = isWrite ? { 's3:x-amz-acl': ACL } : {};
  const Condition =
    operator === 'StringEquals'
      ? { StringEquals: { ...acl, 'AWS:SourceArn': arn } }
      : { ...(isWrite && { StringEquals: acl }), [operator]: { 'aws:SourceArn': arn } };
  return { ...statement, Condition };
}

export function withTrails(statement: Statement, accounts: readonly string[]): Statement {
  return alsoAsking(statement, { 'aws:SourceArn': accounts.map((account) => trailOf(account)) });
}

export function alsoAsking(
  statement: Statement,
  more: { readonly [key: string]: string | readonly string[] },
) {
  const { StringEquals = {} } = statement.Condition ?? {};
  return { ...statement, Condition: { StringEquals: { ...StringEquals, ...more } } };
}

export function consoleMade(statement: Statement, uuid: string): Statement {
  const acl = statement.Action === 's3:PutObject' ? { 's3:x-amz-acl': ACL } : {};
  return {
    ...statement,
    Sid: `${statement.Sid}-${uuid}`,
    Condition: { StringEquals: { 'AWS:SourceArn': trailOf(CENTRAL), ...acl } },
  };
}
