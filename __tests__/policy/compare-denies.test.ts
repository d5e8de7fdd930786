// What a Deny that comes or goes takes and gives, what an Allow gives and takes beside a Deny that stands, and what is between
// an Allow and a narrower one: each is told, however narrow it is.

import type { Conditions, Statement } from '../../src/policy/document.js';
import { compareAccess } from '../../src/policy/index.js';
import { BUCKET, CENTRAL, DEV, PRD, pathOf } from './shapes/deliveries.js';
import { policy } from './shapes/shapes.js';

const KEYS = `arn:aws:s3:::${BUCKET}/*`;
const ENCRYPTION = 's3:x-amz-server-side-encryption';
const KEY_ID = `${ENCRYPTION}-aws-kms-key-id`;
const key = (account: string, id = 'logs') => `arn:aws:kms:us-east-1:${account}:key/${id}`;

const anyone: Statement = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: KEYS };
const account: Statement = { ...anyone, Principal: { AWS: PRD } };
const refusal: Statement = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: KEYS };

function butPrincipal(statement: Statement): Statement {
  const { Principal: _principal, ...rest } = statement;
  return rest;
}

function butAction(statement: Statement): Statement {
  const { Action: _action, ...rest } = statement;
  return rest;
}

function butResource(statement: Statement): Statement {
  const { Resource: _resource, ...rest } = statement;
  return rest;
}

function on(Condition: Conditions): Statement {
  return { ...refusal, Condition };
}

type Refused = readonly [what: string, allow: Statement, deny: Statement];

const BY_WHOM: readonly Refused[] = [
  ['an account', anyone, { ...refusal, Principal: { AWS: PRD } }],
  ['a role', anyone, { ...refusal, Principal: { AWS: `arn:aws:iam::${PRD}:role/Reader` } }],
  [
    'a role of an account',
    account,
    { ...refusal, Principal: { AWS: `arn:aws:iam::${PRD}:role/Reader` } },
  ],
  [
    'the last of several accounts',
    anyone,
    { ...refusal, Principal: { AWS: [CENTRAL, DEV, '444444444444', '555555555555', PRD] } },
  ],
  ['a service', anyone, { ...refusal, Principal: { Service: 'config.amazonaws.com' } }],
  ['CloudTrail', anyone, { ...refusal, Principal: { Service: 'cloudtrail.amazonaws.com' } }],
  ['all but an account', anyone, { ...butPrincipal(refusal), NotPrincipal: { AWS: PRD } }],
];

const OF_WHAT: readonly Refused[] = [
  ['an action', anyone, { ...refusal, Action: 's3:PutObjectTagging' }],
  [
    'one of several actions',
    anyone,
    { ...refusal, Action: ['s3:A', 's3:B', 's3:C', 's3:PutObjectTagging'] },
  ],
  ['some actions', { ...anyone, Action: 's3:*Tagging' }, { ...refusal, Action: 's3:PutObject*' }],
  [
    'all actions but some',
    anyone,
    { ...butAction(refusal), NotAction: ['s3:GetObject', 's3:PutObject'] },
  ],
  ['a path', anyone, { ...refusal, Resource: pathOf(PRD) }],
  ['one key', anyone, { ...refusal, Resource: `arn:aws:s3:::${BUCKET}/reports/2026.csv` }],
  [
    'some keys',
    { ...anyone, Resource: `arn:aws:s3:::${BUCKET}/reports/*` },
    { ...refusal, Resource: `arn:aws:s3:::${BUCKET}/*.csv` },
  ],
  [
    'the bucket itself',
    { ...anyone, Resource: '*' },
    { ...refusal, Resource: `arn:aws:s3:::${BUCKET}` },
  ],
  ['all but a path', anyone, { ...butResource(refusal), NotResource: pathOf(PRD) }],
];

const WHEN: readonly Refused[] = (
  [
    ['from a network', { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }],
    [
      'from the last of several networks',
      { StringEquals: { 'aws:SourceVpc': ['a', 'b', 'c', 'd', 'e'] } },
    ],
    ['from elsewhere', { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } }],
    ['from elsewhere, if it is known', { StringNotEqualsIfExists: { 'aws:SourceVpc': 'vpc-1' } }],
    ['from a range of addresses', { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }],
    ['from other addresses', { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }],
    [
      'from other addresses, if they are known',
      { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' }, Null: { 'aws:SourceIp': 'false' } },
    ],
    [
      'from a network and by a role',
      {
        StringEquals: { 'aws:SourceVpc': 'vpc-1' },
        ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${PRD}:role/*` },
      },
    ],
    [
      'from one network to another',
      { StringEquals: { 'aws:SourceVpc': 'vpc-1', 'aws:SourceVpce': 'vpce-1' } },
    ],
    ['by others than a role', { ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::${PRD}:role/*` } }],
    [
      'by others than an organization',
      {
        StringNotEquals: { 'aws:PrincipalOrgID': 'o-aaaaaaaaaa' },
        BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
      },
    ],
    ['by others than a service', { Bool: { 'aws:PrincipalIsAWSService': 'false' } }],
    ['with an old version of TLS', { NumericLessThan: { 's3:TlsVersion': '1.2' } }],
    ['with many keys', { NumericGreaterThan: { 's3:max-keys': 10 } }],
    ['with at least so many keys', { NumericGreaterThanEquals: { 's3:max-keys': 10 } }],
    ['after a day', { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }],
    [
      'for a moment that names no time zone',
      {
        DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00' },
        DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:02' },
      },
    ],
    ['before a day', { DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }],
    [
      'between two days',
      {
        DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' },
        DateLessThan: { 'aws:CurrentTime': '2026-02-01T00:00:00Z' },
      },
    ],
    ['without a header', { Null: { [ENCRYPTION]: 'true' } }],
    ['with a header', { Null: { 's3:x-amz-copy-source': 'false' } }],
    ['without encryption by a key', { StringNotEquals: { [ENCRYPTION]: 'aws:kms' } }],
    [
      'with another encryption, if one is named',
      { StringNotEquals: { [ENCRYPTION]: 'aws:kms' }, Null: { [ENCRYPTION]: 'false' } },
    ],
    ['without this key', { StringNotEquals: { [KEY_ID]: key(CENTRAL) } }],
    ['with a key of an account', { ArnLike: { [KEY_ID]: key(PRD, '*') } }],
    ['with any of several tags', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['secret'] } }],
    [
      'with tags of these alone',
      {
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['secret'] },
        Null: { 'aws:TagKeys': 'false' },
      },
    ],
    ['with an ACL for all', { StringEqualsIgnoreCase: { 's3:x-amz-acl': 'public-READ' } }],
    ['without TLS', { Bool: { 'aws:SecureTransport': 'false' } }],
  ] as readonly (readonly [string, Conditions])[]
).map(([what, Condition]) => [what, anyone, on(Condition)] as const);

const REFUSED = [...BY_WHOM, ...OF_WHAT, ...WHEN];

describe('a Deny over an Allow of more', () => {
  test.each(REFUSED)('that comes takes: %s', (_, allow, deny) => {
    const { gained, lostUnasked } = compareAccess(policy(allow), policy(allow, deny), []);
    expect({ gained, lost: lostUnasked.length }).toStrictEqual({ gained: [], lost: 1 });
  });

  test.each(REFUSED)('that goes gives: %s', (_, allow, deny) => {
    const { gained, lost, broader } = compareAccess(policy(allow, deny), policy(allow), []);
    expect({ gained: gained.length, lost, broader }).toStrictEqual({
      gained: 1,
      lost: [],
      broader: true,
    });
  });
  test.each(REFUSED)('that stands hides no Allow that goes or comes: %s', (_, allow, deny) => {
    const [beside, alone] = [policy(deny, allow), policy(deny)];
    expect(compareAccess(beside, alone, []).lostUnasked).toHaveLength(1);
    expect(compareAccess(alone, beside, [])).toMatchObject({ broader: true });
  });
});

type Narrowed = readonly [what: string, more: Statement, less: Statement];

type Listed = string | number | readonly string[];

function when(operator: string, name: string, more: Listed, less: Listed) {
  const listing = (values: Listed) => ({
    ...anyone,
    Condition: { [operator]: { [name]: values } },
  });
  return [listing(more), listing(less)] as const;
}

const NETWORK = 'aws:SourceVpc';
const NARROWED: readonly Narrowed[] = [
  ['one of several networks', ...when('StringEquals', NETWORK, ['a', 'b'], 'a')],
  [
    'one of several networks, if it is known',
    ...when('StringEqualsIfExists', NETWORK, ['a', 'b'], 'a'),
  ],
  ['a network that is excepted as well', ...when('StringNotEquals', NETWORK, ['a'], ['a', 'b'])],
  [
    'the fifth network that is excepted',
    ...when('StringNotEquals', NETWORK, ['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd', 'e']),
  ],
  ['a range of addresses', ...when('IpAddress', 'aws:SourceIp', '10.0.0.0/8', '10.0.0.0/16')],
  [
    'a range that is excepted',
    ...when('NotIpAddress', 'aws:SourceIp', '10.0.0.0/16', '10.0.0.0/8'),
  ],
  ['a pattern', ...when('StringLike', NETWORK, 'vpc-*', 'vpc-x*')],
  ['some numbers', ...when('NumericLessThan', 's3:max-keys', 10, 5)],
  [
    'a day',
    ...when('DateLessThan', 'aws:CurrentTime', '2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z'),
  ],
  [
    'those without a network',
    { ...anyone, Condition: { StringEqualsIfExists: { [NETWORK]: 'a' } } },
    { ...anyone, Condition: { StringEquals: { [NETWORK]: 'a' } } },
  ],
  [
    'requests without the header',
    anyone,
    { ...anyone, Condition: { Null: { [ENCRYPTION]: 'false' } } },
  ],
  ['a network, of all', anyone, { ...anyone, Condition: { StringNotEquals: { [NETWORK]: 'a' } } }],
  ['a path', anyone, { ...butResource(anyone), NotResource: pathOf(PRD) }],
  ['a path by its beginning', anyone, { ...anyone, Resource: `arn:aws:s3:::${BUCKET}/x*` }],
  ['an action', anyone, { ...butAction(anyone), NotAction: 's3:PutObjectTagging' }],
  ['all but a few actions', anyone, { ...anyone, Action: ['s3:Get*', 's3:Put*'] }],
  ['all but two accounts', anyone, { ...anyone, Principal: { AWS: [PRD, DEV] } }],
  ['an account of all', anyone, { ...butPrincipal(anyone), NotPrincipal: { AWS: PRD } }],
  [
    'all of an account but a role',
    account,
    { ...anyone, Principal: { AWS: `arn:aws:iam::${PRD}:role/Reader` } },
  ],
];

describe('an Allow that becomes narrower', () => {
  test.each(NARROWED)('takes: %s', (_, more, less) => {
    expect(compareAccess(policy(more), policy(less), []).lostUnasked).toHaveLength(1);
  });
  test.each(NARROWED)('gives if it becomes as wide again: %s', (_, more, less) => {
    expect(compareAccess(policy(less), policy(more), []).broader).toBe(true);
  });
});

describe('what is told stays what it was', () => {
  const many = {
    ...anyone,
    Principal: { Service: ['config.amazonaws.com', 'logs.amazonaws.com'] },
  };

  test('by a Deny of somebody else', () => {
    const deny = { ...refusal, Principal: { AWS: PRD } };
    expect(compareAccess(policy(many), policy(many, deny), [])).toMatchObject({
      gained: [],
      lost: [],
    });
  });

  test('by a Deny of another action, another path or what the Allow never meets', () => {
    const reads = {
      ...account,
      Action: 's3:Get*',
      Resource: pathOf(PRD),
      Condition: { StringEquals: { [NETWORK]: 'a' } },
    };
    const denies = [
      { ...refusal, Action: 's3:Put*' },
      { ...refusal, Resource: pathOf(DEV) },
      on({ StringEquals: { [NETWORK]: 'b' } }),
      on({ StringNotEquals: { [NETWORK]: ['a', 'b'] } }),
    ];
    for (const deny of denies) {
      const change = compareAccess(policy(reads), policy(reads, deny), []);
      expect(change).toMatchObject({ gained: [], lost: [], broader: false });
    }
  });

  test('by a Deny that a wider one made needless', () => {
    const narrow = { ...refusal, Action: 's3:PutObject' };
    expect(
      compareAccess(policy(anyone, refusal, narrow), policy(anyone, refusal), []),
    ).toMatchObject({ gained: [], lost: [] });
  });

  test('by an Allow that the same Deny refused before and after', () => {
    expect(compareAccess(policy(refusal), policy(refusal, anyone), [])).toMatchObject({
      gained: [],
      broader: false,
    });
  });

  test('by a list put in another order, or with a value that a pattern of it covers', () => {
    const listing = (values: readonly string[]) =>
      policy({ ...anyone, Condition: { StringLike: { [NETWORK]: values } } });
    expect(
      compareAccess(listing(['a', 'b*', 'c']), listing(['c', 'b*', 'a', 'bb']), []).lost,
    ).toStrictEqual([]);
  });
});
