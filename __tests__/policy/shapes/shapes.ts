// Bucket policies of every shape that is met in practice, written for these tests; the central account's trail is in most of
// them already. Named by what they show.

import type { PolicyDocument } from '../../../src/policy/document.js';
import { type Delivery, mergePolicy } from '../../../src/policy/index.js';
import { CENTRAL, DEV, delivery, onboard, PRD, pathOf, trailOf } from './deliveries.js';
import {
  ACL,
  ALL_KEYS,
  aclCheck,
  alsoAsking,
  BUCKET_ARN,
  CLOUDTRAIL,
  configWrite,
  consoleMade,
  encryptionDeny,
  guarded,
  openAclCheck,
  openWrite,
  policy,
  reader,
  tlsDeny,
  without,
  withTrails,
  write,
} from './statements.js';

export { aclCheck, policy, tlsDeny, write } from './statements.js';
export { STOPPING } from './stopping.js';

/** Policies in which a member that is not named yet can be admitted. */
export const SHAPES: { readonly [name: string]: PolicyDocument } = {
  'documented, one account': policy(aclCheck, write),
  'documented, several accounts': policy(
    withTrails({ ...aclCheck, Sid: 'AWSCloudTrailAclCheck20131101' }, [CENTRAL, PRD]),
    withTrails(
      {
        ...write,
        Sid: 'AWSCloudTrailWrite20131101',
        Resource: [pathOf(CENTRAL), pathOf(PRD)],
      },
      [CENTRAL, PRD],
    ),
  ),
  'written by the console: own UUID in each Sid, upper-case key': policy(
    consoleMade(aclCheck, '0fe17a82-620f-4bc4-88cc-c4bdd99a4a62'),
    consoleMade(write, 'd33f0aad-50e0-4693-8b65-9ebce39c748f'),
  ),
  'organization trail': policy(
    { ...aclCheck, Principal: { Service: ['cloudtrail.amazonaws.com'] } },
    { ...write, Principal: { Service: ['cloudtrail.amazonaws.com'] } },
    {
      ...write,
      Sid: 'AWSCloudTrailOrganizationWrite20150319',
      Principal: { Service: ['cloudtrail.amazonaws.com'] },
      Resource: `${BUCKET_ARN}/AWSLogs/o-exampleorgid/*`,
    },
  ),
  'organization trail alone, on every path': policy(aclCheck, {
    ...write,
    Resource: `${BUCKET_ARN}/AWSLogs/*`,
  }),
  'no aws:SourceArn': policy(openAclCheck, openWrite),
  'one Sid for two statements': policy(openAclCheck, openWrite, {
    ...openWrite,
    Resource: `${BUCKET_ARN}/AWSLogs/o-exampleorgid/*`,
  }),
  'no Sid, an empty Sid': policy(without(aclCheck, 'Sid'), { ...write, Sid: '' }, tlsDeny),
  "CloudTrail's account numbers of 2013": policy(
    { ...openAclCheck, Principal: { AWS: ['arn:aws:iam::903692715234:root', '035351147821'] } },
    { ...openWrite, Principal: { AWS: ['arn:aws:iam::903692715234:root', '035351147821'] } },
  ),
  'Control Tower: AclCheck shared with Config, write for one organization trail': policy(
    {
      ...openAclCheck,
      Principal: { Service: ['cloudtrail.amazonaws.com', 'config.amazonaws.com'] },
    },
    write,
    configWrite,
  ),
  'Landing Zone Accelerator: several actions, several services': policy({
    Effect: 'Allow',
    Principal: {
      Service: ['cloudtrail.amazonaws.com', 'config.amazonaws.com', 'delivery.logs.amazonaws.com'],
    },
    Action: ['s3:GetBucketAcl', 's3:ListBucket'],
    Resource: BUCKET_ARN,
  }),
  'a write shared with another service': policy(aclCheck, {
    ...write,
    Principal: { Service: ['cloudtrail.amazonaws.com', 'config.amazonaws.com'] },
  }),
  'a write shared with an account': policy(aclCheck, {
    ...write,
    Principal: { ...CLOUDTRAIL, AWS: PRD },
  }),
  'ArnLike with a pattern for each account': policy(
    guarded(aclCheck, 'ArnLike', `arn:aws:cloudtrail:*:${CENTRAL}:trail/*`),
    guarded(write, 'ArnLike', `arn:aws:cloudtrail:*:${CENTRAL}:trail/*`),
  ),
  'StringEquals with a wildcard, which matches nothing': policy(
    guarded(aclCheck, 'StringEquals', `arn:aws:cloudtrail:us-east-1:${CENTRAL}:trail/*`),
    guarded(write, 'StringEquals', `arn:aws:cloudtrail:us-east-1:${CENTRAL}:trail/*`),
  ),
  'aws:SourceArn twice, under two operators': policy(aclCheck, {
    ...write,
    Condition: {
      StringEquals: { 's3:x-amz-acl': ACL, 'AWS:SourceArn': trailOf(CENTRAL) },
      StringLike: { 'aws:SourceArn': `arn:aws:cloudtrail:*:${CENTRAL}:trail/*` },
    },
  }),
  'aws:SourceAccount beside aws:SourceArn': policy(
    alsoAsking(aclCheck, { 'aws:SourceAccount': CENTRAL }),
    alsoAsking(write, { 'aws:SourceAccount': CENTRAL }),
  ),
  'aws:SourceAccount only': policy(
    { ...aclCheck, Condition: { StringEquals: { 'aws:SourceAccount': [CENTRAL] } } },
    {
      ...write,
      Condition: { StringEquals: { 's3:x-amz-acl': ACL, 'aws:SourceAccount': [CENTRAL] } },
    },
  ),
  'one write statement for each account': policy(aclCheck, write, {
    ...write,
    Sid: `Write-${PRD}`,
    Resource: pathOf(PRD),
    Condition: { StringEquals: { 's3:x-amz-acl': ACL, 'aws:SourceArn': trailOf(PRD) } },
  }),
  'a prefix for each account': policy(aclCheck, {
    ...write,
    Resource: [pathOf(CENTRAL, 'self/'), pathOf(PRD, `${PRD}/`)],
  }),
  'a path too narrow for digests': policy(aclCheck, {
    ...write,
    Resource: [pathOf(CENTRAL), `${BUCKET_ARN}/AWSLogs/${DEV}/CloudTrail/*`],
  }),
  'a glob in place of the prefix': policy(aclCheck, {
    ...write,
    Resource: `${BUCKET_ARN}/*AWSLogs/${CENTRAL}/*`,
  }),
  'event data stores (CloudTrail Lake)': policy(
    guarded(aclCheck, 'StringLike', `arn:aws:cloudtrail:us-east-1:${CENTRAL}:eventdatastore/*`),
    {
      ...guarded(write, 'StringLike', `arn:aws:cloudtrail:us-east-1:${CENTRAL}:eventdatastore/*`),
      Action: ['s3:PutObject*', 's3:Abort*'],
      Resource: [BUCKET_ARN, ALL_KEYS],
    },
  ),
  'foreign statements before, between and after': policy(
    reader,
    aclCheck,
    configWrite,
    write,
    tlsDeny,
  ),
  'foreign statements only': policy(reader, configWrite, tlsDeny),
  'a lone statement that is no list': { Version: '2012-10-17', Statement: aclCheck },
  'Version 2008-10-17 and an Id, with ${…} as plain text': {
    Version: '2008-10-17',
    Id: 'Policy1335892530063',
    Statement: [{ ...reader, Resource: `${BUCKET_ARN}/home/\${aws:username}/*` }, aclCheck, write],
  },
  'no Version': { Statement: [aclCheck, write] },
  'key order as CDK writes it': {
    Statement: [
      {
        Action: 's3:GetBucketAcl',
        Condition: { StringEquals: { 'aws:SourceArn': trailOf(CENTRAL) } },
        Effect: 'Allow',
        Principal: CLOUDTRAIL,
        Resource: BUCKET_ARN,
      },
    ],
    Version: '2012-10-17',
  },
  'encryption Deny that knows both ways': policy(aclCheck, write, {
    ...encryptionDeny(['aws:kms', 'AES256']),
  }),
  'Deny that excepts AWS services': policy(aclCheck, write, {
    Sid: 'NetworkPerimeter',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [BUCKET_ARN, ALL_KEYS],
    Condition: {
      StringNotEquals: { 'aws:PrincipalOrgID': 'o-exampleorgid' },
      BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
    },
  }),
  'Deny of deletes and of policy changes': policy(
    aclCheck,
    write,
    { Effect: 'Deny', Principal: '*', Action: 's3:Delete*', Resource: ALL_KEYS },
    {
      Effect: 'Deny',
      NotPrincipal: { AWS: `arn:aws:iam::${CENTRAL}:root` },
      Action: ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy'],
      Resource: BUCKET_ARN,
    },
  ),
};

export function shape(name: string): PolicyDocument {
  const document = SHAPES[name];
  if (document === undefined) throw new Error(`no such shape: ${name}`);
  return document;
}

/** The policy with these members in it, in the documented layout. */
export function admitted(
  document: PolicyDocument | null,
  deliveries: readonly Delivery[] = [delivery(DEV)],
): PolicyDocument {
  const { document: merged } = mergePolicy(document, onboard(deliveries));
  if (merged === null) throw new Error('nothing was merged');
  return merged;
}
