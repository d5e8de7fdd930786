// What a member can be sure of: what CloudTrail is known to send, what only AWS knows, and what it never sends.

import type { Statement } from '../../src/policy/document.js';
import { examinerOf, type Standing } from '../../src/policy/grants.js';
import type { Delivery } from '../../src/policy/index.js';
import { CENTRAL, delivery, PRD, trailOf } from './shapes/deliveries.js';
import { aclCheck, policy, write } from './shapes/shapes.js';
import { BUCKET_ARN } from './shapes/statements.js';

const member = delivery(CENTRAL);
const KEY = `arn:aws:kms:us-east-1:${CENTRAL}:key/1`;
const keyed = { kmsKeyArn: KEY };
const ENCRYPTION = 's3:x-amz-server-side-encryption';
const KEY_ID = `${ENCRYPTION}-aws-kms-key-id`;
const ours = { organizationId: 'o-aaaaaaaaaa' };

/** The statement that also asks for this. */
function asking(statement: Statement, operator: string, key: string, value: string | string[]) {
  const { Condition = {} } = statement;
  const block = { ...Condition[operator], [key]: value };
  return policy({ ...statement, Condition: { ...Condition, [operator]: block } });
}

type Row = readonly [
  operator: string,
  key: string,
  value: string | string[],
  standing: Standing,
  more?: Partial<Delivery>,
];

const WRITES: readonly Row[] = [
  ['Bool', 'aws:SecureTransport', 'true', 'certain'],
  ['Bool', 'aws:SecureTransport', 'false', 'missing'],
  ['Bool', 'aws:PrincipalIsAWSService', 'true', 'certain'],
  ['Bool', 'aws:ViaAWSService', 'false', 'certain'],
  ['StringEquals', 'aws:PrincipalServiceName', 'cloudtrail.amazonaws.com', 'certain'],
  [
    'ForAnyValue:StringEquals',
    'aws:PrincipalServiceNamesList',
    'cloudtrail.amazonaws.com',
    'certain',
  ],
  ['StringEquals', 's3:authType', 'REST-HEADER', 'certain'],
  ['StringEquals', 's3:signatureversion', 'AWS4-HMAC-SHA256', 'certain'],
  ['StringEquals', 'aws:SourceAccount', CENTRAL, 'certain'],
  ['StringEquals', 'aws:SourceAccount', PRD, 'missing'],
  ['IpAddress', 'aws:SourceIp', '0.0.0.0/0', 'missing'],
  ['Null', 'aws:SourceVpce', 'true', 'certain'],
  ['StringEquals', ENCRYPTION, 'AES256', 'depends'],
  ['StringEqualsIfExists', ENCRYPTION, 'AES256', 'certain'],
  ['StringEquals', ENCRYPTION, 'aws:kms', 'missing'],
  ['StringEquals', ENCRYPTION, 'aws:kms', 'depends', keyed],
  ['StringEquals', ENCRYPTION, ['aws:kms', 'AES256'], 'certain', keyed],
  ['StringEquals', ENCRYPTION, 'AES256', 'missing', keyed],
  ['StringEquals', KEY_ID, KEY, 'missing'],
  ['StringEqualsIfExists', KEY_ID, KEY, 'certain'],
  ['StringEquals', KEY_ID, KEY, 'depends', keyed],
  ['StringEqualsIfExists', KEY_ID, KEY, 'certain', keyed],
  ['StringEqualsIfExists', KEY_ID, `${KEY}0`, 'missing', keyed],
  ['StringEquals', 'aws:SourceOrgID', 'o-aaaaaaaaaa', 'depends'],
  ['StringLike', 'aws:SourceOrgID', 'o-*', 'depends'],
  ['StringEquals', 'aws:SourceOrgID', 'o-aaaaaaaaaa', 'certain', ours],
  ['StringEquals', 'aws:SourceOrgID', 'o-bbbbbbbbbb', 'missing', ours],
  ['StringEquals', 'aws:SourceOrgID', '${aws:ResourceOrgID}', 'depends'],
  ['StringEquals', 'aws:SourceOrgID', '${aws:ResourceOrgID}', 'certain', ours],
  ['ForAnyValue:StringLike', 'aws:SourceOrgPaths', 'o-aaaaaaaaaa/*', 'depends'],
  ['ForAnyValue:StringLike', 'aws:SourceOrgPaths', 'o-aaaaaaaaaa/*', 'certain', ours],
  ['ForAnyValue:StringLike', 'aws:SourceOrgPaths', 'o-aaaaaaaaaa/r-1/ou-2/*', 'depends'],
  ['StringEquals', 'aws:RequestedRegion', 'us-east-1', 'depends'],
  ['StringLike', 'aws:RequestedRegion', '*', 'certain'],
  ['StringEquals', 'aws:ResourceAccount', CENTRAL, 'depends'],
  ['StringEquals', 's3:ResourceAccount', CENTRAL, 'depends'],
  ['NumericGreaterThanEquals', 's3:TlsVersion', '1.2', 'certain'],
  ['NumericGreaterThanEquals', 's3:TlsVersion', '1.3', 'depends'],
  ['NumericLessThan', 's3:TlsVersion', '1.2', 'missing'],
  ['DateGreaterThan', 'aws:CurrentTime', '2026-01-01T00:00:00Z', 'depends'],
  ['DateLessThan', 'aws:CurrentTime', '2026-01-01T00:00:00Z', 'depends'],
  ['NumericGreaterThan', 'aws:EpochTime', '1767225600', 'depends'],
  ['NumericLessThan', 'aws:EpochTime', '1767225600', 'depends'],
];

test.each(WRITES.map(([a, b, c, standing, more = {}]) => [a, b, c, standing, more] as const))(
  'a write that asks %s %s %s is %s: %j',
  (operator, key, value, standing, more) => {
    const document = asking(write, operator, key, value);
    expect(examinerOf(document)('write', { ...member, ...more })).toBe(standing);
  },
);

test.each<[string, string, string, Standing]>([
  ['StringEquals', 's3:x-amz-acl', 'bucket-owner-full-control', 'missing'],
  ['StringEquals', ENCRYPTION, 'AES256', 'missing'],
  ['StringEquals', 'aws:SourceOrgID', 'o-aaaaaaaaaa', 'depends'],
])(
  'an AclCheck, which has no headers, that asks %s %s %s is %s',
  (operator, key, value, standing) => {
    const document = asking(aclCheck, operator, key, value);
    expect(examinerOf(document)('acl-check', member)).toBe(standing);
  },
);

test.each<readonly [Standing, readonly string[]]>([
  ['certain', ['*']],
  ['certain', ['CloudTrail*']],
  ['certain', ['CloudTrail/*', 'CloudTrail-Digest/*', 'CloudTrail-Insight/*']],
  ['missing', ['CloudTrail/*']],
  ['missing', ['CloudTrail/*', 'CloudTrail-Digest/*']],
  ['missing', ['CloudTrail/*', 'CloudTrail-Insight/*']],
  ['missing', ['CloudTrail-Digest/*', 'CloudTrail-Insight/*']],
  ['missing', ['CloudTrail?*/*']],
  ['missing', ['CloudTrail/?*', 'CloudTrail-*']],
  ['missing', ['CloudTrail/', 'CloudTrail/us-east-1/*', 'CloudTrail-*']],
  ['missing', ['CloudTrail/', 'CloudTrail/*/2026/*', 'CloudTrail-*']],
])('a write is %s by the paths %j', (standing, keys) => {
  const Resource = keys.map((key) => `${BUCKET_ARN}/AWSLogs/${CENTRAL}/${key}`);
  expect(examinerOf(policy({ ...write, Resource }))('write', member)).toBe(standing);
});

test('a condition with very many values is asked a few of them, and is no less in doubt', () => {
  const many = Array.from({ length: 200 }, (_, index) => `o-${String(index).padStart(10, '0')}`);
  const regions = many.map((_, index) => `region-${index}`);
  const byOrganization = asking(write, 'StringEquals', 'aws:SourceOrgID', many);
  expect(examinerOf(byOrganization)('write', member)).toBe('depends');
  const byRegion = asking(write, 'StringEquals', 'aws:RequestedRegion', regions);
  expect(examinerOf(byRegion)('write', member)).toBe('depends');
});

test.each([
  ['aws-cn', 'cloudtrail.amazonaws.com', 'certain'],
  ['aws-cn', 'cloudtrail.amazonaws.com.cn', 'certain'],
  ['aws', 'cloudtrail.amazonaws.com', 'certain'],
  ['aws', 'cloudtrail.amazonaws.com.cn', 'missing'],
] as const)('in %s a grant to %s is %s', (partition, Service, standing) => {
  const text = JSON.stringify(policy({ ...write, Principal: { Service } }));
  const document = JSON.parse(text.replaceAll('arn:aws:', `arn:${partition}:`)) as ReturnType<
    typeof policy
  >;
  const trailArn = trailOf(CENTRAL, 'audit', partition);
  expect(examinerOf(document)('write', { ...member, trailArn })).toBe(standing);
});

test('no policy grants nothing', () => {
  expect(examinerOf(null)('write', member)).toBe('missing');
});

test('an Allow with an element that nobody knows casts no doubt on one that is clear', () => {
  const unclear = { ...write, action: 's3:PutObject' };
  expect(examinerOf(policy(unclear, write))('write', member)).toBe('certain');
  expect(examinerOf(policy(unclear))('write', member)).toBe('missing');
});
