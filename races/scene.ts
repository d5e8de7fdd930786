// The world of a round: the central account with its bucket, whose policy holds statements that are nobody's business, and
// the accounts that runs are about. Each run has a central role of its own, so that the request log tells whose a call is.

import type { World } from '../sandbox/index.js';
import { administratorPolicy, consolePolicy, githubTrust, tutorial } from '../sandbox/worlds.js';
import type { Run } from './cast.js';

export const SEC = '111111111111';
export const REGION = 'ap-northeast-2';
export const BUCKET = 'sec-cloudtrail-log';
export const OTHER_WRITER = 'OtherWriter';
const SEC_TRAIL = 'SEC-CLOUDTRAIL';

const roleArn = (account: string, name: string): string => `arn:aws:iam::${account}:role/${name}`;
export const centralRole = ({ name }: Run): string => roleArn(SEC, name);
export const memberRole = ({ account }: Run): string => roleArn(account, 'Member');
export const trailArn = (account: string, name: string): string =>
  `arn:aws:cloudtrail:${REGION}:${account}:trail/${name}`;

/** Stand in every version of the policy. */
export const FOREIGN: readonly object[] = [
  {
    Sid: 'AWSConfigBucketDelivery',
    Effect: 'Allow',
    Principal: { Service: 'config.amazonaws.com' },
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::${BUCKET}/config/*`,
    Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
  },
];

/** The statement that the other writer changes; the number tells which of its edits is in effect. */
export const edited = (edit: number): object => ({
  Sid: 'Edited',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${SEC}:root` },
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${BUCKET}/edits/${edit}/*`,
});

/** The statement that the other writer takes out in the end. */
export const PASSING = {
  Sid: 'Passing',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${SEC}:root` },
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${BUCKET}/passing/*`,
};

export function buildScene(world: World, runs: readonly Run[]): void {
  world.createAccount({ id: SEC, name: 'SEC' });
  const provider = world.createOidcProvider({ account: SEC });
  const role = (account: string, name: string, from: string): void => {
    const trust = githubTrust(from, tutorial.repository);
    world.createRole({ account, name, trust, policy: administratorPolicy });
  };
  for (const { name } of runs) role(SEC, name, provider);
  role(SEC, OTHER_WRITER, provider);
  world.createBucket({ account: SEC, name: BUCKET, region: REGION });
  for (const account of new Set(runs.map((run) => run.account))) {
    world.createAccount({ id: account, name: `M${account}` });
    role(account, 'Member', world.createOidcProvider({ account }));
  }
  const trails = [[SEC, SEC_TRAIL], ...runs.flatMap(delivering)] as const;
  const grants = trails.map(([account, name]) =>
    consolePolicy(BUCKET, account, trailArn(account, name)),
  );
  world.putBucketPolicy(BUCKET, {
    Version: '2012-10-17',
    Statement: [
      ...grants.flatMap((policy) => policy['Statement'] as object[]),
      ...FOREIGN,
      edited(0),
      PASSING,
    ],
  });
  for (const [account, name] of trails)
    world.createTrail({ account, region: REGION, name, bucket: BUCKET });
}

/** The trail that a run finds. */
function delivering({ kind, account }: Run): readonly (readonly [string, string])[] {
  switch (kind) {
    case 'offboard':
    case 'rename':
      return [[account, 'OLD']];
    case 'onboard':
    case 'killed':
      return [];
  }
}
