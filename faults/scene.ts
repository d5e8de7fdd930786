// The world that every operation begins in: the central account and a bystander deliver already, the bucket's policy holds
// statements that are nobody's business, and two accounts are there to be worked on. An operation changes it to its needs.

import type { World } from '../sandbox/index.js';
import { administratorPolicy, consolePolicy, githubTrust, tutorial } from '../sandbox/worlds.js';

type PolicyDocument = ReturnType<typeof consolePolicy>;

export const ACCOUNTS = {
  SEC: '111111111111',
  DEV: '222222222222',
  STG: '333333333333',
  /** Delivers before, during and after, and is never mentioned. */
  PRD: '444444444444',
  /** Leaves where a whole fleet is worked on. */
  OLD: '555555555555',
  /** Answers in the place of others. */
  OTHER: '999999999999',
} as const;

export const REGION = 'ap-northeast-2';
export const BUCKET = 'sec-cloudtrail-log';
/** Of the central account; it encrypts the logs where an operation says so. */
export const KEY = `arn:aws:kms:${REGION}:${ACCOUNTS.SEC}:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0`;
export const roleArn = (account: string): string => `arn:aws:iam::${account}:role/CloudTrail`;
export const trailArn = (account: string, name: string): string =>
  `arn:aws:cloudtrail:${REGION}:${account}:trail/${name}`;

/** The roles may do everything: what the action may not, its own session policies say. */
export function buildScene(world: World): void {
  const { SEC, PRD } = ACCOUNTS;
  for (const [name, id] of Object.entries(ACCOUNTS)) {
    world.createAccount({ id, name });
    world.createRole({
      account: id,
      name: 'CloudTrail',
      trust: trustOf(world.createOidcProvider({ account: id })),
      policy: administratorPolicy,
    });
  }
  world.createBucket({ account: SEC, name: BUCKET, region: REGION });
  world.createKey({
    account: SEC,
    region: REGION,
    id: KEY.split('/').at(-1) ?? '',
    policy: keyPolicy(['PRD']),
  });
  admit(world, [
    [SEC, 'SEC-CLOUDTRAIL'],
    [PRD, 'PRD-CLOUDTRAIL'],
  ]);
  addTrail(world, SEC, 'SEC-CLOUDTRAIL');
  addTrail(world, PRD, 'PRD-CLOUDTRAIL', { KmsKeyId: KEY });
}

/** In GitHub's jobs, and in the central account's role, which is the hub where one is used. */
function trustOf(provider: string): PolicyDocument {
  const fromGitHub = githubTrust(provider, tutorial.repository);
  const fromHub = {
    Effect: 'Allow',
    Principal: { AWS: roleArn(ACCOUNTS.SEC) },
    Action: 'sts:AssumeRole',
  };
  return { ...fromGitHub, Statement: [...(fromGitHub['Statement'] as object[]), fromHub] };
}

/** The policy as it was before anything ran, with these trails admitted as the console does it. */
export function admit(
  world: World,
  trails: readonly (readonly [account: string, name: string])[],
): void {
  const grants = trails.map(([account, name]) =>
    consolePolicy(BUCKET, account, trailArn(account, name)),
  );
  world.putBucketPolicy(BUCKET, {
    Version: '2012-10-17',
    Id: 'WrittenByHand',
    Statement: [...grants.flatMap((policy) => policy['Statement'] as object[]), ...FOREIGN],
  });
}

/** What must come out of every run as it went in. */
export const FOREIGN: readonly object[] = [
  {
    Sid: 'Auditor',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNTS.PRD}:root` },
    Action: ['s3:GetObject', 's3:ListBucket'],
    Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/AWSLogs/*`],
  },
  {
    Sid: 'AWSConfigBucketDelivery',
    Effect: 'Allow',
    Principal: { Service: 'config.amazonaws.com' },
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::${BUCKET}/config/*`,
    Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
  },
];

/** The same for the key's policy. */
export const FOREIGN_TO_KEY: readonly object[] = [
  {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNTS.SEC}:root` },
    Action: 'kms:*',
    Resource: '*',
  },
  {
    Sid: 'Auditor',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNTS.PRD}:root` },
    Action: 'kms:Decrypt',
    Resource: '*',
    Condition: { Null: { 'kms:EncryptionContext:aws:cloudtrail:arn': 'false' } },
  },
];

/** The key's policy as it was before anything ran, with what AWS documents for the trails of these accounts. */
export function keyPolicy(accounts: readonly (keyof typeof ACCOUNTS)[]): PolicyDocument {
  const grants = accounts.flatMap((name) => keyGrants(ACCOUNTS[name], `${name}-CLOUDTRAIL`));
  return { Version: '2012-10-17', Statement: [...FOREIGN_TO_KEY, ...grants] };
}

function keyGrants(account: string, name: string): readonly object[] {
  const ofTrail = { 'aws:SourceArn': trailArn(account, name) };
  const context = `arn:aws:cloudtrail:*:${account}:trail/*`;
  const grant = {
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Resource: '*',
  };
  return [
    {
      ...grant,
      Action: 'kms:GenerateDataKey*',
      Condition: {
        StringEquals: ofTrail,
        StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': context },
      },
    },
    { ...grant, Action: 'kms:DescribeKey', Condition: { StringEquals: ofTrail } },
  ];
}

/** A trail that logs to the bucket, whether or not the policy admits it. */
export function addTrail(world: World, account: string, name: string, more: object = {}): void {
  world.createTrail({ account, region: REGION, name, bucket: BUCKET, ...more });
}
