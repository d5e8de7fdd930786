// The inline session policies: what each role may do while this run holds it. They mirror the calls of bucket.ts and
// trails.ts and no more; IAM grants the intersection with the role's own policy, so in a dry run a write is refused by IAM
// even if the code tried one. STS takes at most 2,048 characters.

import type { Mode } from '../request/request.js';

type Allow = { readonly actions: readonly string[]; readonly resources: readonly string[] };

function policy(allowed: readonly Allow[]): string {
  const statements = allowed.map(({ actions, resources }) => ({
    Effect: 'Allow',
    Action: actions,
    Resource: resources,
  }));
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

export function centralPermissions(mode: Mode, partition: string, bucket: string): string {
  const write = mode === 'apply' ? ['s3:PutBucketPolicy'] : [];
  return policy([
    { actions: ['s3:GetBucketPolicy', ...write], resources: [`arn:${partition}:s3:::${bucket}`] },
  ]);
}

/** `DescribeTrails` has no resource level, the others are held to the one trail. */
export function memberPermissions(mode: Mode, trailArn: string): string {
  const write =
    mode === 'apply'
      ? ['cloudtrail:CreateTrail', 'cloudtrail:UpdateTrail', 'cloudtrail:StartLogging']
      : [];
  return policy([
    { actions: ['cloudtrail:DescribeTrails'], resources: ['*'] },
    { actions: ['cloudtrail:GetTrailStatus', ...write], resources: [trailArn] },
  ]);
}

// Leaves room for the frame below 2,048 characters.
const ROLE_LIST_LIMIT = 1_800;

/** What the hub role is for: taking these roles. Many become one pattern, with `*` for the account's ID, for STS's limit. */
export function hubPermissions(roleArns: readonly string[]): string {
  const fits = JSON.stringify(roleArns).length <= ROLE_LIST_LIMIT;
  const resources = fits
    ? roleArns
    : [...new Set(roleArns.map((arn) => arn.replaceAll(arn.split(':')[4] ?? '', '*')))];
  return policy([{ actions: ['sts:AssumeRole'], resources }]);
}
