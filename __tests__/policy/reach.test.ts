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

describe('what is known of the account counts, whatever its spelling', () => {
  const role = 'arn:aws:iam::222222222222:role/Auditor';
  test.each<[string, string, string, 'may' | 'cannot']>([
    ['StringEquals', 'aws:PrincipalAccount', '222222222222', 'may'],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::222222222222:role/*', 'may'],
    ['ArnLike', 'aws:PrincipalArn', role, 'cannot'],
    ['Bool', 'AWS:SecureTransport', 'true', 'may'],
    ['Bool', 'aws:SecureTransport', 'false', 'cannot'],
    ['Bool', 'aws:PrincipalIsAWSService', 'false', 'may'],
    ['Bool', 'aws:PrincipalIsAWSService', 'true', 'cannot'],
    ['StringEquals', 'aws:ResourceAccount', '111111111111', 'may'],
    ['StringEquals', 's3:ResourceAccount', '111111111111', 'may'],
    ['StringEquals', 's3:ResourceAccount', '222222222222', 'cannot'],
  ])('%s %s %s: %s', (operator, key, value, answer) => {
    const statement = allow({ Principal: '*', Condition: { [operator]: { [key]: value } } });
    expect(reach([statement])).toBe(answer);
  });

  test('its role, where it is given', () => {
    const Condition = { ArnEquals: { 'aws:PrincipalArn': role } };
    expect(reach([allow({ Principal: '*', Condition })], { roleArn: role })).toBe('may');
  });

  test('whom of it a policy names, even to except him from a Deny', () => {
    const NotPrincipal = { AWS: [role, '222222222222', MEMBER.AWS] };
    expect(reach([allow({ Principal: '*' }), deny({ NotPrincipal })])).toBe('may');
  });

  test('its partition', () => {
    const text = JSON.stringify(allow({ Principal: MEMBER })).replaceAll('arn:aws:', 'arn:aws-cn:');
    const statement = JSON.parse(text) as Statement;
    expect(reach([statement], { partition: 'aws-cn' })).toBe('may');
    expect(reach([statement])).toBe('cannot');
  });

  test('where the logs lie', () => {
    const Resource = 'arn:aws:s3:::logs/org/AWSLogs/111111111111/CloudTrail/*';
    const statement = allow({ Principal: MEMBER, Action: 's3:GetObject', Resource });
    expect(reach([statement], { prefix: 'org' })).toBe('may');
    expect(reach([statement])).toBe('cannot');
  });
});

describe('what is not known is no barrier', () => {
  const both = (account: string) => ({
    StringEquals: { 'aws:PrincipalAccount': account, 'aws:SourceVpc': 'vpc-1' },
  });

  test.each<[string, readonly Statement[], 'unsure' | 'cannot']>([
    [
      'an Allow of which the rest is met',
      [allow({ Principal: '*', Condition: both('222222222222') })],
      'unsure',
    ],
    [
      'an Allow of which the rest is not',
      [allow({ Principal: '*', Condition: both('333333333333') })],
      'cannot',
    ],
    [
      'an Allow that another Deny stops for certain',
      [allow({ Principal: '*', Condition: insideNetwork }), deny({ Principal: MEMBER })],
      'cannot',
    ],
    [
      'a Deny of which the rest is met',
      [
        allow({ Principal: '*', Condition: insideNetwork }),
        deny({ Principal: '*', Condition: both('222222222222') }),
      ],
      'unsure',
    ],
    ['a canonical user', [allow({ Principal: { CanonicalUser: 'x' } })], 'unsure'],
  ])('%s', (_, statements, answer) => {
    expect(reach(statements)).toBe(answer);
  });
});
