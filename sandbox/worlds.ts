// Ready-made worlds. `tutorialWorld` is the situation the tutorial begins with: a security account with its own trail
// and bucket, made in the console, and a development account whose trail is still to come. `emptyWorld` is the day before.

import type { PolicyDocument } from './aws/state.js';
import { exampleRepository, type Repository, repositoryInSubject } from './github/job.js';
import type { Sandbox } from './index.js';

export type TutorialWorld = {
  readonly ids: { readonly SEC: string; readonly DEV: string; readonly OTHER: string };
  readonly roles: { readonly central: string; readonly member: string };
  readonly bucket: string;
  readonly region: string;
  /** Of the central account. */
  readonly trailName: string;
  readonly repository: Repository;
};

export const tutorial: TutorialWorld = {
  ids: { SEC: '111111111111', DEV: '222222222222', OTHER: '999999999999' },
  roles: {
    central: 'arn:aws:iam::111111111111:role/CloudTrailOnboardingCentral',
    member: 'arn:aws:iam::222222222222:role/CloudTrailOnboardingMember',
  },
  bucket: 'sec-cloudtrail-log',
  region: 'ap-northeast-2',
  trailName: 'SEC-CLOUDTRAIL',
  repository: exampleRepository,
};

/** Puts SEC, DEV and a stranger into an empty sandbox. */
export function tutorialWorld({ world }: Pick<Sandbox, 'world'>): TutorialWorld {
  const { ids, bucket, region, trailName } = tutorial;
  for (const [name, id] of Object.entries(ids)) world.createAccount({ id, name });
  world.createBucket({
    account: ids.SEC,
    name: bucket,
    region,
    policy: consolePolicy(
      bucket,
      ids.SEC,
      `arn:aws:cloudtrail:${region}:${ids.SEC}:trail/${trailName}`,
    ),
  });
  world.createTrail({ account: ids.SEC, region, name: trailName, bucket });
  addCentralRole({ world }, ids.SEC, bucket);
  addMember({ world }, ids.DEV);
  return tutorial;
}

/** The same with neither bucket nor trail in SEC, and a central role that may make both. */
export function emptyWorld({ world }: Pick<Sandbox, 'world'>): TutorialWorld {
  const { ids, bucket } = tutorial;
  for (const [name, id] of Object.entries(ids)) world.createAccount({ id, name });
  const provider = world.createOidcProvider({ account: ids.SEC });
  world.createRole({
    account: ids.SEC,
    name: 'CloudTrailOnboardingCentral',
    trust: githubTrust(provider, exampleRepository),
    policy: bootstrapPolicy(bucket, ids.SEC),
  });
  addMember({ world }, ids.DEV);
  return tutorial;
}

function bootstrapPolicy(bucket: string, account: string): PolicyDocument {
  const settings = [
    'BucketPolicy',
    'BucketOwnershipControls',
    'BucketPublicAccessBlock',
    'BucketVersioning',
    'EncryptionConfiguration',
  ];
  const both = settings.flatMap((setting) => [`s3:Get${setting}`, `s3:Put${setting}`]);
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['s3:CreateBucket', ...both],
        Resource: `arn:aws:s3:::${bucket}`,
      },
      ...trailStatements(account),
    ],
  };
}

/** The role that may read and write the bucket's policy, and nothing else. Returns its ARN. */
function addCentralRole(
  { world }: Pick<Sandbox, 'world'>,
  account: string,
  bucket: string,
): string {
  const provider = world.createOidcProvider({ account });
  return world.createRole({
    account,
    name: 'CloudTrailOnboardingCentral',
    trust: githubTrust(provider, exampleRepository),
    policy: allow(['s3:GetBucketPolicy', 's3:PutBucketPolicy'], `arn:aws:s3:::${bucket}`),
  });
}

/** The same role, which may also list and read the logs. Returns its ARN. */
export function addVerifyingCentral(
  { world }: Pick<Sandbox, 'world'>,
  account: string,
  bucket: string,
): string {
  const arn = `arn:aws:s3:::${bucket}`;
  const policyOnly = allow(['s3:GetBucketPolicy', 's3:PutBucketPolicy'], arn);
  const logs = {
    Effect: 'Allow',
    Action: ['s3:ListBucket', 's3:GetObject'],
    Resource: [arn, `${arn}/*`],
  };
  const keys = { Effect: 'Allow', Action: 'cloudtrail:ListPublicKeys', Resource: '*' };
  return world.createRole({
    account,
    name: 'CloudTrailOnboardingCentral',
    trust: githubTrust(world.createOidcProvider({ account }), exampleRepository),
    policy: { ...policyOnly, Statement: [policyOnly['Statement'], logs, keys].flat() },
  });
}

/** OIDC provider and role of a member account: what onboarding a trail takes, and nothing else. Returns the role's ARN. */
export function addMember({ world }: Pick<Sandbox, 'world'>, account: string): string {
  const provider = world.createOidcProvider({ account });
  return world.createRole({
    account,
    name: 'CloudTrailOnboardingMember',
    trust: githubTrust(provider, exampleRepository),
    policy: memberPolicy(account),
  });
}

/** What it takes to rename a trail and to let an account leave: a role of its own, so that onboarding's stays small. */
export function addLeavingMember({ world }: Pick<Sandbox, 'world'>, account: string): string {
  const settings = ['EventSelectors', 'InsightSelectors'];
  const more = ['ListTags', 'AddTags', 'StopLogging', 'DeleteTrail'].concat(
    settings.flatMap((setting) => [`Get${setting}`, `Put${setting}`]),
  );
  return world.createRole({
    account,
    name: 'CloudTrailOnboardingMemberLeaving',
    trust: githubTrust(world.createOidcProvider({ account }), exampleRepository),
    policy: { Version: '2012-10-17', Statement: trailStatements(account, more) },
  });
}

function memberPolicy(account: string): PolicyDocument {
  return { Version: '2012-10-17', Statement: trailStatements(account) };
}

function trailStatements(account: string, more: readonly string[] = []): readonly PolicyDocument[] {
  const actions = [
    ...more,
    'GetTrail',
    'GetTrailStatus',
    'ListTags',
    'CreateTrail',
    'UpdateTrail',
    'StartLogging',
  ];
  return [
    { Effect: 'Allow', Action: 'cloudtrail:DescribeTrails', Resource: '*' },
    {
      Effect: 'Allow',
      Action: actions.map((action) => `cloudtrail:${action}`),
      Resource: `arn:aws:cloudtrail:*:${account}:trail/*`,
    },
  ];
}

/** The documented trust in a repository's jobs, with the subject in the classic and in the immutable form. */
export function githubTrust(provider: string, repository: Repository): PolicyDocument {
  const subjects = (['classic', 'immutable'] as const).map(
    (form) => `${repositoryInSubject(repository, form)}:*`,
  );
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
          StringLike: { 'token.actions.githubusercontent.com:sub': subjects },
        },
      },
    ],
  };
}

/** What the console writes for a new trail's bucket: a UUID in each Sid, `AWS:SourceArn`, scalars. */
export function consolePolicy(bucket: string, account: string, trailArn: string): PolicyDocument {
  const cloudtrail = { Service: 'cloudtrail.amazonaws.com' };
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AWSCloudTrailAclCheck20150319-0fe17a82-620f-4bc4-88cc-c4bdd99a4a62',
        Effect: 'Allow',
        Principal: cloudtrail,
        Action: 's3:GetBucketAcl',
        Resource: `arn:aws:s3:::${bucket}`,
        Condition: { StringEquals: { 'AWS:SourceArn': trailArn } },
      },
      {
        Sid: 'AWSCloudTrailWrite20150319-d33f0aad-50e0-4693-8b65-9ebce39c748f',
        Effect: 'Allow',
        Principal: cloudtrail,
        Action: 's3:PutObject',
        Resource: `arn:aws:s3:::${bucket}/AWSLogs/${account}/*`,
        Condition: {
          StringEquals: {
            'AWS:SourceArn': trailArn,
            's3:x-amz-acl': 'bucket-owner-full-control',
          },
        },
      },
    ],
  };
}

export const administratorPolicy: PolicyDocument = allow(['*'], '*');

function allow(actions: readonly string[], resource: string): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }],
  };
}
