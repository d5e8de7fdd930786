import {
  centralPermissions,
  hubPermissions,
  memberPermissions,
} from '../../src/aws/permissions.js';

import type { Member, Mode } from '../../src/request/request.js';

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

const central = { accountId: '111111111111', bucket: 'logs', bucketRegion: 'ap-northeast-2' };

function memberWith(
  trail: Partial<Member['trail']> = {},
  state: Member['state'] = 'present',
): Member {
  return {
    accountId: '222222222222',
    state,
    region: 'ap-northeast-2',
    trail: { name: 'DEV-CLOUDTRAIL', settings: {}, extras: {}, ...trail },
  };
}
const centralFor = (mode: Mode, member = memberWith(), partition = 'aws'): string =>
  centralPermissions({ operation: 'onboard', mode, central, members: [member] }, partition);

describe('an audit', () => {
  const audit = (more: Partial<typeof central> & { readonly prefix?: string } = {}) =>
    centralPermissions(
      {
        operation: 'audit',
        mode: 'plan',
        central: { ...central, ...more },
        members: [memberWith()],
      },
      'aws',
    );

  test('may read the bucket and list logs, and nothing else', () => {
    expect(actionsOf(audit()).toSorted()).toEqual([
      's3:GetBucketOwnershipControls',
      's3:GetBucketPolicy',
      's3:GetBucketPublicAccessBlock',
      's3:GetBucketVersioning',
      's3:GetEncryptionConfiguration',
      's3:ListBucket',
    ]);
  });

  test('lists below the prefix that is mentioned, else wherever logs can lie', () => {
    expect(audit({ prefix: 'org' })).toContain('{"s3:prefix":["org/AWSLogs/*"]}');
    expect(audit()).toContain('{"s3:prefix":["AWSLogs/*","*/AWSLogs/*"]}');
  });
});

test('a dry run may read, and nothing else', () => {
  expect(actionsOf(centralFor('plan'))).toEqual(['s3:GetBucketPolicy']);
  expect(actionsOf(memberPermissions('plan', memberWith(), 'aws'))).toEqual([
    'cloudtrail:DescribeTrails',
    'cloudtrail:GetTrailStatus',
  ]);
});

test('an apply may write the one policy and the one trail', () => {
  expect(actionsOf(centralFor('apply'))).toEqual(['s3:GetBucketPolicy', 's3:PutBucketPolicy']);
  expect(resourcesOf(centralFor('apply', memberWith(), 'aws-cn'))).toEqual([
    'arn:aws-cn:s3:::logs',
  ]);
  const member = memberPermissions('apply', memberWith(), 'aws');
  expect(actionsOf(member).filter((action) => /Delete|Stop|Put|Tags/.test(action))).toEqual([]);
  expect(resourcesOf(member)).toEqual(['*', TRAIL]);
});

test('an offboarding may stop and delete the one trail, and not create any', () => {
  const leaving = memberWith({}, 'absent');
  expect(actionsOf(centralFor('apply', leaving))).toContain('s3:DeleteBucketPolicy');
  expect(actionsOf(memberPermissions('apply', leaving, 'aws'))).toEqual([
    'cloudtrail:DescribeTrails',
    'cloudtrail:GetTrailStatus',
    'cloudtrail:StopLogging',
    'cloudtrail:DeleteTrail',
  ]);
});

test('what is mentioned of a trail may be read and set; the role for CloudWatch may go to CloudTrail only', () => {
  const role = 'arn:aws:iam::222222222222:role/ToCloudWatch';
  const member = memberWith({
    settings: { cloudWatchRoleArn: role },
    extras: { tags: { a: 'b' } },
  });
  const text = memberPermissions('apply', member, 'aws');
  expect(actionsOf(text)).toEqual(
    expect.arrayContaining(['cloudtrail:ListTags', 'cloudtrail:AddTags', 'iam:PassRole']),
  );
  expect(text).toContain('"iam:PassedToService":"cloudtrail.amazonaws.com"');
  expect(actionsOf(memberPermissions('plan', member, 'aws'))).not.toContain('cloudtrail:AddTags');
});

describe('STS takes 2,048 characters', () => {
  test('the longest names with everything mentioned fit', () => {
    const name = 'x'.repeat(128);
    const role = `arn:aws-us-gov:iam::222222222222:role/${'r'.repeat(64)}`;
    const extras = {
      tags: {},
      insightSelectors: [],
      eventSelectors: { kind: 'basic', selectors: [] },
    } as const;
    const member = memberWith({
      name,
      replaces: name,
      settings: { cloudWatchRoleArn: role },
      extras,
    });
    expect(memberPermissions('apply', member, 'aws-us-gov').length).toBeLessThan(2_048);
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

describe('a bootstrap, in which the central account is its own only member', () => {
  const own = { ...memberWith({ name: 'SEC-CLOUDTRAIL' }), accountId: '111111111111' };

  test('may read the bucket, its settings and the one trail in a dry run', () => {
    expect(actionsOf(centralFor('plan', own))).toEqual([
      's3:GetBucketPolicy',
      's3:GetBucketOwnershipControls',
      's3:GetBucketPublicAccessBlock',
      's3:GetBucketVersioning',
      's3:GetEncryptionConfiguration',
      'cloudtrail:DescribeTrails',
      'cloudtrail:GetTrailStatus',
    ]);
  });

  test('may create the one bucket and the one trail in an apply, and delete nothing', () => {
    const text = centralFor('apply', own);
    expect(actionsOf(text).filter((action) => /Create|Delete|Stop/.test(action))).toEqual([
      's3:CreateBucket',
      'cloudtrail:CreateTrail',
    ]);
    expect(resourcesOf(text)).toEqual([
      'arn:aws:s3:::logs',
      '*',
      'arn:aws:cloudtrail:ap-northeast-2:111111111111:trail/SEC-CLOUDTRAIL',
    ]);
  });

  test('fits into the 2,048 characters that STS takes, with the longest names and every setting', () => {
    const role = `arn:aws-us-gov:iam::111111111111:role/${'r'.repeat(64)}`;
    const longest = {
      ...own,
      region: 'ap-southeast-2',
      trail: {
        name: 't'.repeat(128),
        settings: { cloudWatchRoleArn: role },
        extras: {
          eventSelectors: { kind: 'basic', selectors: [] },
          insightSelectors: [],
          tags: {},
        },
      },
    } as const;
    const bucket = { ...central, bucket: 'b'.repeat(63) };
    const request = {
      operation: 'onboard',
      mode: 'apply',
      central: bucket,
      members: [longest],
    } as const;
    expect(centralPermissions(request, 'aws-us-gov').length).toBeLessThanOrEqual(2_048);
  });
});
