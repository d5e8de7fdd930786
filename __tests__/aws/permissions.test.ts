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
const READ_KEY = ['kms:DescribeKey', 'kms:GetKeyPolicy'];

const centralFor = (mode: Mode, member = memberWith(), partition = 'aws'): string =>
  centralPermissions(
    { operation: 'onboard', mode, central, members: [member], manageKeyPolicy: false },
    partition,
  );

describe('an audit', () => {
  const audit = (more: Partial<typeof central> & { readonly prefix?: string } = {}) =>
    centralPermissions(
      {
        operation: 'audit',
        mode: 'plan',
        central: { ...central, ...more },
        members: [memberWith()],
        manageKeyPolicy: false,
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
  expect(actionsOf(centralFor('plan'))).toEqual(['s3:GetBucketPolicy', ...READ_KEY]);
  expect(actionsOf(memberPermissions('plan', memberWith(), 'aws'))).toEqual([
    'cloudtrail:DescribeTrails',
    'cloudtrail:GetTrailStatus',
    'cloudtrail:ListTags',
  ]);
});

test('an apply may write the one policy and the one trail', () => {
  expect(actionsOf(centralFor('apply'))).toEqual([
    's3:GetBucketPolicy',
    's3:PutBucketPolicy',
    ...READ_KEY,
  ]);
  expect(resourcesOf(centralFor('apply', memberWith(), 'aws-cn'))).toEqual([
    'arn:aws-cn:s3:::logs',
    'arn:aws-cn:kms:ap-northeast-2:111111111111:key/*',
  ]);
  const member = memberPermissions('apply', memberWith(), 'aws');
  expect(
    actionsOf(member).filter((action) => /Delete|Stop|Put|AddTags|RemoveTags/.test(action)),
  ).toEqual([]);
  expect(resourcesOf(member)).toEqual(['*', TRAIL]);
});

test('an offboarding may stop and delete the one trail, and not create any', () => {
  const leaving = memberWith({}, 'absent');
  expect(actionsOf(centralFor('apply', leaving))).toContain('s3:DeleteBucketPolicy');
  expect(actionsOf(memberPermissions('apply', leaving, 'aws'))).toEqual([
    'cloudtrail:DescribeTrails',
    'cloudtrail:GetTrailStatus',
    'cloudtrail:ListTags',
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

test("the policy of the topic that is mentioned may be read, and any topic's that an older trail may have", () => {
  const topic = 'arn:aws:sns:ap-northeast-2:222222222222:trails';
  const wishing = memberPermissions(
    'plan',
    memberWith({ settings: { snsTopicArn: topic } }),
    'aws',
  );
  expect(actionsOf(wishing)).toContain('sns:GetTopicAttributes');
  expect(resourcesOf(wishing)).toContain(topic);
  const heir = memberPermissions('plan', memberWith({ replaces: 'OLD' }), 'aws');
  expect(resourcesOf(heir)).toContain('arn:aws:sns:*:*:*');
  const clearing = memberPermissions('plan', memberWith({ settings: { snsTopicArn: '' } }), 'aws');
  expect(actionsOf(clearing)).not.toContain('sns:GetTopicAttributes');
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
      'cloudtrail:ListTags',
      ...READ_KEY,
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
      'arn:aws:kms:ap-northeast-2:111111111111:key/*',
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
    const kmsKeyArn = `arn:aws-us-gov:kms:ap-southeast-2:111111111111:key/mrk-${'0'.repeat(32)}`;
    const settings = { ...longest.trail.settings, kmsKeyArn };
    const request = {
      operation: 'bootstrap',
      mode: 'apply',
      central: { ...bucket, bucketRegion: 'ap-southeast-2' },
      members: [{ ...longest, trail: { ...longest.trail, settings } }],
      manageKeyPolicy: true,
    } as const;
    expect(centralPermissions(request, 'aws-us-gov').length).toBeLessThanOrEqual(2_048);
  });
});

describe('the policy of a key', () => {
  const key = 'arn:aws:kms:ap-northeast-2:111111111111:key/1234';
  const other = 'arn:aws:kms:ap-northeast-2:111111111111:key/5678';
  const withKey = (kmsKeyArn: string, state: Member['state'] = 'present'): Member =>
    memberWith({ settings: { kmsKeyArn } }, state);
  const kmsStatements = (
    mode: Mode,
    members: readonly Member[],
    manageKeyPolicy: boolean,
  ): readonly (readonly [readonly string[], readonly string[]])[] => {
    const text = centralPermissions(
      { operation: 'onboard', mode, central, members, manageKeyPolicy },
      'aws',
    );
    return (JSON.parse(text) as Policy).Statement.filter(({ Action }) =>
      Action.some((action) => action.startsWith('kms:')),
    ).map(({ Action, Resource }) => [Action, Resource]);
  };

  test('may be read where the inputs name the key, and of any key where a trail may have one', () => {
    expect(kmsStatements('plan', [withKey(key)], false)).toEqual([[READ_KEY, [key]]]);
    expect(kmsStatements('plan', [withKey(key), memberWith()], false)).toEqual([
      [READ_KEY, ['arn:aws:kms:ap-northeast-2:111111111111:key/*']],
    ]);
  });

  test.each([
    ['that are not to have one', withKey('')],
    ['of another account', withKey(key.replace('111111111111', '222222222222'))],
    ['of another Region', withKey(key.replace('ap-northeast-2', 'eu-west-1'))],
    ['that leave', memberWith({}, 'absent')],
    ['that leave, of a key that is not managed', withKey(key, 'absent')],
  ])('is not asked for by trails %s', (_, member) => {
    expect(kmsStatements('apply', [member], false)).toEqual([]);
  });

  test('may be written only in an apply that manages it, and only of the keys that are named', () => {
    const members = [withKey(key), withKey(other, 'absent'), memberWith()];
    expect(kmsStatements('plan', members, true).flatMap(([actions]) => actions)).toEqual(READ_KEY);
    expect(kmsStatements('apply', members, true)).toContainEqual([
      ['kms:PutKeyPolicy'],
      [key, other],
    ]);
  });
});

test("an audit reads a trail's tags where they are mentioned, and no topic", () => {
  const audit = (trail: Partial<Member['trail']>): readonly string[] =>
    actionsOf(memberPermissions('audit', memberWith(trail), 'aws'));
  const topic = { snsTopicArn: 'arn:aws:sns:ap-northeast-2:222222222222:trails' };
  expect(audit({ settings: topic })).toEqual([
    'cloudtrail:DescribeTrails',
    'cloudtrail:GetTrailStatus',
  ]);
  expect(audit({ extras: { tags: {} } })).toContain('cloudtrail:ListTags');
});
