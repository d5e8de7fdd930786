// Which statements let anybody in, as S3 means it.

import type { Statement } from '../../src/policy/document.js';
import { publicStatements } from '../../src/policy/index.js';
import { aclCheck, policy, tlsDeny, write } from './shapes/shapes.js';

const open: Statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' };
const held = (operator: string, key: string, value: string): Statement => ({
  ...open,
  Condition: { [operator]: { [key]: value } },
});
const { Principal: _, ...nobody } = open;

test.each<[string, Statement]>([
  ['anybody', open],
  ['anybody of AWS', { ...open, Principal: { AWS: ['111111111111', '*'] } }],
  ['all but one', { ...nobody, NotPrincipal: { AWS: '111111111111' } }],
  ['anybody over TLS', held('Bool', 'aws:SecureTransport', 'true')],
  ['anybody in a Region', held('StringEquals', 'aws:RequestedRegion', 'us-east-1')],
  ['an object by its tag', held('StringEquals', 's3:ExistingObjectTag/aws:source', 'x')],
])('%s is public', (_name, statement) => {
  expect(publicStatements(policy(aclCheck, { ...statement, Sid: 'Open' }))).toEqual([
    'statement 2 (Sid "Open")',
  ]);
});

test.each<[string, Statement]>([
  ['CloudTrail', aclCheck],
  ['CloudTrail that writes', write],
  ['a Deny for all', tlsDeny],
  ['one account', { ...open, Principal: { AWS: '111111111111' } }],
  ['an organization', held('StringEquals', 'aws:PrincipalOrgID', 'o-a1b2c3d4e5')],
  ['a network', held('IpAddress', 'AWS:SourceIp', '192.0.2.0/24')],
  ['a user by ID', held('StringLike', 'aws:userid', 'AIDAEXAMPLE')],
  ['a user by name', held('StringEquals', 'aws:username', 'reader')],
  ['an access point', held('ArnLike', 's3:DataAccessPointArn', 'arn:aws:s3:*:*:accesspoint/x')],
  ['a key', held('StringEquals', 's3:x-amz-server-side-encryption-aws-kms-key-id', 'x')],
  ['a service that calls itself so', { ...open, Principal: { Service: '*' } }],
  ['a principal without a meaning', { ...open, Principal: 'everybody' }],
  ['nobody at all', nobody],
])('%s is not', (_name, statement) => {
  expect(publicStatements(policy(statement))).toEqual([]);
});

test('no policy is not public', () => {
  expect(publicStatements(null)).toEqual([]);
});
