import type { Statement } from '../../src/policy/document.js';
import { reachOf } from '../../src/policy/reach.js';

const reader = {
  accountId: '222222222222',
  partition: 'aws',
  bucket: 'logs',
  ownerId: '111111111111',
  prefix: '',
};
const reach = (Statement: readonly Statement[], more: object = {}) =>
  reachOf({ Version: '2012-10-17', Statement }, { ...reader, ...more });

const all = { Action: 's3:*', Resource: ['arn:aws:s3:::logs', 'arn:aws:s3:::logs/*'] };
const MEMBER = { AWS: 'arn:aws:iam::222222222222:root' };
const allow = (more: Partial<Statement>): Statement => ({ Effect: 'Allow', ...all, ...more });
const deny = (more: Partial<Statement>): Statement => ({ Effect: 'Deny', ...all, ...more });
const insideNetwork = { StringEquals: { 'aws:SourceVpc': 'vpc-1' } };

describe('an account cannot read the bucket', () => {
  test('that has no policy', () => {
    expect(reachOf(null, reader)).toBe('cannot');
  });

  test.each<[string, readonly Statement[]]>([
    [
      'for CloudTrail alone may write',
      [allow({ Principal: { Service: 'cloudtrail.amazonaws.com' } })],
    ],
    ['that another account may read', [allow({ Principal: { AWS: '333333333333' } })]],
    ['where it may only write', [allow({ Principal: MEMBER, Action: 's3:PutObject' })]],
    [
      'where it may read its own logs',
      [
        allow({
          Principal: MEMBER,
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::logs/AWSLogs/222222222222/*',
        }),
      ],
    ],
    [
      'where a Deny stands before the Allow',
      [allow({ Principal: '*' }), deny({ Principal: MEMBER })],
    ],
    [
      'that only another account may read, by condition',
      [
        allow({
          Principal: '*',
          Condition: { StringEquals: { 'aws:PrincipalAccount': '333333333333' } },
        }),
      ],
    ],
  ])('%s', (_, statements) => {
    expect(reach(statements)).toBe('cannot');
  });
});

test.each<[string, Statement]>([
  ['the account', allow({ Principal: MEMBER })],
  ['everybody', allow({ Principal: '*' })],
  [
    'a role of the account',
    allow({ Principal: { AWS: 'arn:aws:iam::222222222222:role/Auditor' } }),
  ],
  ['the account, to list', allow({ Principal: MEMBER, Action: 's3:ListBucket' })],
  ['the account, to read', allow({ Principal: MEMBER, Action: 's3:GetObject' })],
])('an account may read a bucket that admits %s', (_, statement) => {
  expect(reach([statement])).toBe('may');
});

describe('nobody can be sure', () => {
  test('where an Allow depends on the network', () => {
    expect(reach([allow({ Principal: '*', Condition: insideNetwork })])).toBe('unsure');
  });

  test('where an organization is admitted and nobody said which one the account is in', () => {
    const Condition = { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } };
    const statements = [allow({ Principal: '*', Condition })];
    expect(reach(statements)).toBe('unsure');
    expect(reach(statements, { organizationId: 'o-a1b2c3d4e5' })).toBe('may');
    expect(reach(statements, { organizationId: 'o-0000000000' })).toBe('cannot');
  });

  test('where a Deny that depends on the network is all that stands between', () => {
    const statements = [
      allow({ Principal: MEMBER, Condition: insideNetwork }),
      deny({ Principal: '*', Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } } }),
    ];
    expect(reach(statements)).toBe('unsure');
  });
});
