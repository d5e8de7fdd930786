// Denies that keep CloudTrail from delivering.

import type { Statement } from '../../../src/policy/document.js';
import { CENTRAL, PRD, pathOf, trailOf } from './deliveries.js';
import { ALL_KEYS, BUCKET_ARN, CLOUDTRAIL, encryptionDeny } from './statements.js';

/** Denies that stop every member but the ones they know. */
export const STOPPING: { readonly [name: string]: Statement } = {
  'of another account than those listed': {
    Sid: 'ConfusedDeputy',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [BUCKET_ARN, ALL_KEYS],
    Condition: {
      StringNotEqualsIfExists: { 'aws:SourceAccount': [CENTRAL, PRD] },
      Null: { 'aws:SourceAccount': 'false' },
      Bool: { 'aws:PrincipalIsAWSService': 'true' },
    },
  },
  'of another trail than the one listed': {
    Effect: 'Deny',
    Principal: CLOUDTRAIL,
    Action: 's3:PutObject',
    Resource: ALL_KEYS,
    Condition: { ArnNotLike: { 'AWS:SourceArn': trailOf(CENTRAL) } },
  },
  'of every other path': {
    Sid: 'OnlyKnownPaths',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    NotResource: [pathOf(CENTRAL), pathOf(PRD)],
  },
  'without any condition': {
    Sid: 'AWSCloudTrailWrite20150319',
    Effect: 'Deny',
    Principal: CLOUDTRAIL,
    Action: 's3:PutObject',
    Resource: `${BUCKET_ARN}/AWSLogs/*`,
  },
  'of all but one network': {
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: '*',
    Resource: ALL_KEYS,
    Condition: { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
  },
  'of callers outside the organization': {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [BUCKET_ARN, ALL_KEYS],
    Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-exampleorgid' } },
  },
  'of logs without a certain key': encryptionDeny(['aws:kms']),
};
