// The inline session policies under which delivery is proven: reading alone, in sessions of their own, so that no session that
// may write can read a log. The central role may list and read below `AWSLogs/`; a member's may try to list the bucket, which
// is expected to be refused.

import type { Central, Member } from '../request/request.js';
import { trailArn } from '../trail/settings.js';
import { type Permission, policy, type RolePermissions } from './permissions.js';

export const VERIFICATION: RolePermissions = {
  central: ({ central, members, validateDigestHours: hours }, partition) =>
    policy([
      ...bucketReading(central, partition),
      // No resource level.
      { actions: hours === undefined ? [] : ['cloudtrail:ListPublicKeys'], resources: ['*'] },
      ...members
        .filter(({ accountId }) => accountId === central.accountId)
        .flatMap((member) => trailReading(member, partition)),
    ]),
  member: ({ central }, member, partition) =>
    policy([
      ...trailReading(member, partition),
      { actions: ['s3:ListBucket'], resources: [bucketArn(central, partition)] },
    ]),
};

const bucketArn = ({ bucket }: Central, partition: string): string =>
  `arn:${partition}:s3:::${bucket}`;

/** A prefix that is not mentioned is whichever the trail has. A key decrypts only for S3, in the bucket's Region. */
function bucketReading(central: Central, partition: string): readonly Permission[] {
  const { prefix, bucketRegion } = central;
  const folders =
    prefix === undefined
      ? ['AWSLogs/*', '*/AWSLogs/*']
      : [`${prefix === '' ? '' : `${prefix}/`}AWSLogs/*`];
  const bucket = bucketArn(central, partition);
  return [
    { actions: ['s3:GetBucketPolicy'], resources: [bucket] },
    {
      actions: ['s3:ListBucket'],
      resources: [bucket],
      condition: { StringLike: { 's3:prefix': folders } },
    },
    { actions: ['s3:GetObject'], resources: folders.map((folder) => `${bucket}/${folder}`) },
    {
      actions: ['kms:Decrypt'],
      resources: [`arn:${partition}:kms:${bucketRegion}:*:key/*`],
      condition: { StringLike: { 'kms:ViaService': `s3.${bucketRegion}.*` } },
    },
  ];
}

/** Of any account, for a trail may be the organization's. `DescribeTrails` has no resource level. */
function trailReading({ region, trail }: Member, partition: string): readonly Permission[] {
  return [
    { actions: ['cloudtrail:DescribeTrails'], resources: ['*'] },
    {
      actions: ['cloudtrail:GetTrailStatus'],
      resources: [trailArn(partition, region, '*', trail.name)],
    },
  ];
}
