// Every call that writes: those that the sandbox has a route for, as the SDK sends them, and by name the actions of the tool's
// services that a thief would look for.

import * as trail from '@aws-sdk/client-cloudtrail';
import { PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import * as bucket from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { Sandbox, StaticCredentials } from '../../sandbox/index.js';
import { tutorial } from '../../sandbox/worlds.js';
import { cloudTrail, kms, s3, sts } from '../sandbox/sdk.js';
import { KEY } from '../templates/roles.js';

const { roles, bucket: Bucket } = tutorial;
const Key = 'AWSLogs/222222222222/CloudTrail/log.json.gz';

type Call = (sandbox: Sandbox, credentials: StaticCredentials) => Promise<unknown>;

const POLICY = JSON.stringify({ Version: '2012-10-17', Statement: [] });
const ENCRYPTION = {
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }],
};

const OF_THE_BUCKET: readonly Call[] = [
  new bucket.PutBucketPolicyCommand({ Bucket, Policy: POLICY }),
  new bucket.DeleteBucketPolicyCommand({ Bucket }),
  new bucket.PutBucketAclCommand({ Bucket, ACL: 'public-read' }),
  new bucket.CreateBucketCommand({ Bucket: 'one-more-bucket' }),
  new bucket.PutObjectCommand({ Bucket, Key, Body: 'forged' }),
  new bucket.DeleteObjectCommand({ Bucket, Key }),
  new bucket.PutBucketVersioningCommand({
    Bucket,
    VersioningConfiguration: { Status: 'Suspended' },
  }),
  new bucket.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: {} }),
  new bucket.DeletePublicAccessBlockCommand({ Bucket }),
  new bucket.PutBucketOwnershipControlsCommand({
    Bucket,
    OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
  }),
  new bucket.DeleteBucketOwnershipControlsCommand({ Bucket }),
  new bucket.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: ENCRYPTION }),
  new bucket.DeleteBucketEncryptionCommand({ Bucket }),
].map(
  (command): Call =>
    (sandbox, credentials) =>
      // The client's type takes one kind of command at a time.
      s3(sandbox, { credentials }).send(command as bucket.PutBucketPolicyCommand),
);

const OF_THE_TRAILS: readonly Call[] = ['DEV-CLOUDTRAIL', tutorial.trailName].flatMap((Name) =>
  [
    new trail.CreateTrailCommand({ Name, S3BucketName: Bucket }),
    new trail.UpdateTrailCommand({ Name, EnableLogFileValidation: false }),
    new trail.DeleteTrailCommand({ Name }),
    new trail.StartLoggingCommand({ Name }),
    new trail.StopLoggingCommand({ Name }),
    new trail.PutEventSelectorsCommand({ TrailName: Name, EventSelectors: [] }),
    new trail.PutInsightSelectorsCommand({ TrailName: Name, InsightSelectors: [] }),
    ...['222222222222', '111111111111'].flatMap((account) => {
      const ResourceId = `arn:aws:cloudtrail:${tutorial.region}:${account}:trail/${Name}`;
      const TagsList = [{ Key: 'team' }];
      return [
        new trail.AddTagsCommand({ ResourceId, TagsList }),
        new trail.RemoveTagsCommand({ ResourceId, TagsList }),
      ];
    }),
  ].map(
    (command): Call =>
      (sandbox, credentials) =>
        cloudTrail(sandbox, { credentials }).send(command as trail.StartLoggingCommand),
  ),
);

const OF_THE_KEY: Call = (sandbox, credentials) =>
  kms(sandbox, { credentials }).send(new PutKeyPolicyCommand({ KeyId: KEY, Policy: POLICY }));

const OF_OTHER_ROLES: readonly Call[] = Object.values(roles).map(
  (RoleArn): Call =>
    (sandbox, credentials) =>
      sts(sandbox, { credentials }).send(
        new AssumeRoleCommand({ RoleArn, RoleSessionName: 'thief' }),
      ),
);

/** Sent as they are. */
export const WRITING_CALLS: readonly Call[] = [
  ...OF_THE_BUCKET,
  ...OF_THE_TRAILS,
  OF_THE_KEY,
  ...OF_OTHER_ROLES,
];

const named = (service: string, names: string): readonly string[] =>
  names.split(/\s+/).map((name) => `${service}:${name}`);

/** IAM's names of these and of the calls that the sandbox does not know. */
export const WRITING_ACTIONS: readonly string[] = [
  ...named(
    's3',
    `CreateBucket DeleteBucket PutBucketPolicy DeleteBucketPolicy PutBucketAcl PutObject PutObjectAcl DeleteObject
    DeleteObjectVersion PutBucketVersioning PutBucketPublicAccessBlock PutAccountPublicAccessBlock PutBucketOwnershipControls
    PutEncryptionConfiguration PutLifecycleConfiguration PutReplicationConfiguration PutBucketNotification PutBucketLogging
    PutBucketObjectLockConfiguration BypassGovernanceRetention PutObjectRetention PutObjectLegalHold PutBucketTagging
    PutObjectTagging RestoreObject ReplicateObject ReplicateDelete AbortMultipartUpload ObjectOwnerOverrideToBucketOwner
    CreateAccessPoint PutAccessPointPolicy PutInventoryConfiguration PutBucketWebsite PutBucketCORS`,
  ),
  ...named(
    'cloudtrail',
    `CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging PutEventSelectors PutInsightSelectors AddTags RemoveTags
    CreateEventDataStore DeleteEventDataStore PutResourcePolicy DeleteResourcePolicy RegisterOrganizationDelegatedAdmin
    DeregisterOrganizationDelegatedAdmin CreateChannel DeleteChannel StartImport`,
  ),
  ...named(
    'kms',
    `PutKeyPolicy CreateGrant RetireGrant RevokeGrant CreateKey DisableKey EnableKey ScheduleKeyDeletion CancelKeyDeletion
    CreateAlias UpdateAlias DeleteAlias Encrypt GenerateDataKey ReEncryptFrom ReEncryptTo TagResource UntagResource
    EnableKeyRotation DisableKeyRotation ReplicateKey ImportKeyMaterial DeleteImportedKeyMaterial`,
  ),
  ...named(
    'sns',
    `SetTopicAttributes AddPermission RemovePermission CreateTopic DeleteTopic Publish Subscribe Unsubscribe TagResource`,
  ),
  ...named(
    'sts',
    'AssumeRole AssumeRoleWithWebIdentity AssumeRoleWithSAML TagSession GetFederationToken',
  ),
  ...named(
    'iam',
    `PassRole CreateRole DeleteRole UpdateAssumeRolePolicy PutRolePolicy AttachRolePolicy CreateUser CreateAccessKey
    CreatePolicyVersion DeleteRolePolicy UpdateOpenIDConnectProviderThumbprint`,
  ),
  ...named('logs', 'CreateLogGroup DeleteLogGroup PutResourcePolicy PutLogEvents DeleteLogStream'),
];
