import {
  centralPermissions,
  hubPermissions,
  memberPermissions,
} from '../../src/aws/permissions.js';

const TRAIL = 'arn:aws:cloudtrail:ap-northeast-2:222222222222:trail/DEV-CLOUDTRAIL';

type Policy = {
  readonly Statement: readonly {
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
  }[];
};

const actionsOf = (text: string): readonly string[] =>
  (JSON.parse(text) as Policy).Statement.flatMap(({ Action }) => Action);
const resourcesOf = (text: string): readonly string[] =>
  (JSON.parse(text) as Policy).Statement.flatMap(({ Resource }) => Resource);

test('a dry run may read, and nothing else', () => {
  expect(actionsOf(centralPermissions('plan', 'aws', 'logs'))).toEqual(['s3:GetBucketPolicy']);
  expect(actionsOf(memberPermissions('plan', TRAIL))).toEqual([
    'cloudtrail:DescribeTrails',
    'cloudtrail:GetTrailStatus',
  ]);
});

test('an apply may write the one policy and the one trail', () => {
  const central = centralPermissions('apply', 'aws-cn', 'logs');
  expect(actionsOf(central)).toEqual(['s3:GetBucketPolicy', 's3:PutBucketPolicy']);
  expect(resourcesOf(central)).toEqual(['arn:aws-cn:s3:::logs']);
  const member = memberPermissions('apply', TRAIL);
  expect(actionsOf(member)).not.toContain('cloudtrail:DeleteTrail');
  expect(resourcesOf(member)).toEqual(['*', TRAIL]);
});

describe('STS takes 2,048 characters', () => {
  test('the longest names fit', () => {
    const name = 'x'.repeat(128);
    const arn = `arn:aws-us-gov:cloudtrail:ap-northeast-2:222222222222:trail/${name}`;
    expect(memberPermissions('apply', arn).length).toBeLessThan(2_048);
  });

  test.each([
    [1, 'CloudTrailOnboardingMember'],
    [1_000, 'CloudTrailOnboardingMember'],
    [1_000, '{account-id}/For-{account-id}'],
  ])('a hub for %d member roles named %s fits', (count, name) => {
    const arns = Array.from({ length: count }, (_, index) =>
      `arn:aws:iam::{account-id}:role/${name}`.replaceAll(
        '{account-id}',
        String(index).padStart(12, '0'),
      ),
    );
    const policy = hubPermissions(arns);
    expect(policy.length).toBeLessThan(2_048);
    expect(actionsOf(policy)).toEqual(['sts:AssumeRole']);
  });
});
