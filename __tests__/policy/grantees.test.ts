import type { Delivery } from '../../src/policy/index.js';
import { admitsAnyAccount, granteesOf, parsePolicy } from '../../src/policy/index.js';

const DEV = '222222222222';
const PRD = '333333333333';
const arnOf = (account: string): string => `arn:aws:cloudtrail:us-east-1:${account}:trail/T`;
const cloudtrail = { Service: 'cloudtrail.amazonaws.com' };
const write = {
  Effect: 'Allow',
  Principal: cloudtrail,
  Action: 's3:PutObject',
  Resource: 'arn:aws:s3:::logs/*',
};

const documentOf = (...statements: readonly object[]) =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));

test('a policy that is not there names nobody', () => {
  expect(granteesOf(null)).toEqual([]);
});

test('an account is named by its trails, its folders and its number, each told once', () => {
  const path = `arn:aws:s3:::logs/p/AWSLogs/${DEV}/*`;
  const document = documentOf(
    { ...write, Resource: path, Condition: { StringEquals: { 'AWS:SourceArn': arnOf(DEV) } } },
    { ...write, Sid: 'Again', Condition: { ArnLike: { 'aws:sourcearn': [arnOf(DEV)] } } },
    { ...write, Condition: { StringEquals: { 'aws:SourceAccount': [PRD, 'no number'] } } },
  );
  expect(granteesOf(document)).toEqual([
    {
      accountId: DEV,
      trails: [arnOf(DEV)],
      paths: [path],
      statements: ['statement 1', 'statement 2 (Sid "Again")'],
    },
    { accountId: PRD, trails: [], paths: [], statements: ['statement 3'] },
  ]);
});

test.each<[string, object, readonly string[]]>([
  [
    'a pattern of one account',
    { ...write, Condition: { ArnLike: { 'aws:SourceArn': `arn:*:cloudtrail:*:${DEV}:trail/*` } } },
    [DEV],
  ],
  [
    "a folder below an organization's",
    { ...write, Resource: `arn:aws:s3:::logs/AWSLogs/o-a1b2c3d4e5/${DEV}/*` },
    [DEV],
  ],
  [
    'a part of a folder, and another service beside CloudTrail',
    {
      ...write,
      Principal: { Service: ['config.amazonaws.com', 'cloudtrail.amazonaws.com'] },
      Resource: `arn:aws:s3:::logs/AWSLogs/${DEV}/CloudTrail/*`,
    },
    [DEV],
  ],
  [
    'what is excepted is not named',
    { ...write, Condition: { ArnNotEquals: { 'aws:SourceArn': arnOf(DEV) } } },
    [],
  ],
  [
    'whom a Deny names is not let in',
    { ...write, Effect: 'Deny', Resource: `arn:aws:s3:::logs/AWSLogs/${DEV}/*` },
    [],
  ],
  [
    'what is for another service alone is none of this',
    {
      ...write,
      Principal: { Service: 'config.amazonaws.com' },
      Resource: `arn:aws:s3:::logs/AWSLogs/${DEV}/Config/*`,
    },
    [],
  ],
  [
    'a folder without a slash behind it',
    { ...write, Resource: `arn:aws:s3:::logs/AWSLogs/${DEV}` },
    [DEV],
  ],
  [
    'what only looks like an account or a trail at one end',
    {
      ...write,
      Condition: {
        StringEquals: { 'aws:SourceAccount': [`${DEV}0`, `0${DEV}`] },
        StringLike: { 'aws:SourceArn': `x${arnOf(DEV)}` },
      },
    },
    [],
  ],
  ['no folder of an account', { ...write, Resource: `arn:aws:s3:::logs/AWSLogs/${DEV}0/*` }, []],
])('%s', (_name, statement, expected) => {
  expect(granteesOf(documentOf(statement)).map(({ accountId }) => accountId)).toEqual(expected);
});

const example: Delivery = { trailArn: arnOf(DEV), accountId: DEV, bucket: 'logs', prefix: '' };

test.each<[string, object, boolean]>([
  ['no condition', write, true],
  [
    'only the own account',
    { ...write, Condition: { StringEquals: { 'aws:SourceArn': arnOf(DEV) } } },
    false,
  ],
  [
    'a pattern of trail names, whatever the account',
    { ...write, Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/T*' } } },
    true,
  ],
  [
    'a pattern of account numbers',
    {
      ...write,
      Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:cloudtrail:*:${'?'.repeat(12)}:*` } },
    },
    true,
  ],
  [
    'an account that does not exist',
    { ...write, Condition: { StringEquals: { 'aws:SourceArn': arnOf('000000000000') } } },
    false,
  ],
  [
    'one organization',
    { ...write, Condition: { StringEquals: { 'aws:SourceOrgID': 'o-a1b2c3d4e5' } } },
    false,
  ],
  [
    'only the folder of one account',
    { ...write, Resource: `arn:aws:s3:::logs/AWSLogs/${DEV}/*` },
    false,
  ],
])('%s: whether it admits any account', (_name, statement, expected) => {
  expect(admitsAnyAccount(documentOf(statement), example)).toBe(expected);
});

test('the organization of the example is not taken for that of strangers', () => {
  const document = documentOf({
    ...write,
    Condition: { StringEquals: { 'aws:SourceOrgID': 'o-a1b2c3d4e5' } },
  });
  const inside = { ...example, organizationId: 'o-a1b2c3d4e5' };
  expect(admitsAnyAccount(document, inside)).toBe(false);
});
