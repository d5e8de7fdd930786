// Nobody reaches the bucket without TLS: the statement is added where it is missing, recognised by what it does where it is
// not, and never changed.

import type { Statement } from '../../src/policy/document.js';
import {
  compareAccess,
  isTlsOnly,
  mergePolicy,
  type PolicyDocument,
} from '../../src/policy/index.js';
import { BUCKET, DEV, delivery, onboard } from './shapes/deliveries.js';
import { policy } from './shapes/shapes.js';

const dev = delivery(DEV);
const arn = `arn:aws:s3:::${BUCKET}`;
const tlsOnly = (before: PolicyDocument | null) =>
  mergePolicy(before, { ...onboard([dev]), tlsOnly: true }).document;
const deniesIn = (document: PolicyDocument | null): readonly Statement[] =>
  [document?.Statement ?? []].flat().filter(({ Effect }) => Effect === 'Deny');

const PLAIN: Statement = {
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: [arn, `${arn}/*`],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};

test('a policy without it gets it, once', () => {
  const document = tlsOnly(null);
  expect(deniesIn(document)).toEqual([{ Sid: 'DenyInsecureTransport', ...PLAIN }]);
  expect(tlsOnly(document)).toBe(document);
});

test('nobody gains by it', () => {
  const before = mergePolicy(null, onboard([dev])).document;
  expect(compareAccess(before, tlsOnly(before), [dev])).toMatchObject({
    gained: [],
    lost: [],
    broader: false,
  });
});

test('a Sid that is taken is not taken twice', () => {
  const other = { ...PLAIN, Sid: 'DenyInsecureTransport', Action: 's3:GetObject' };
  expect(deniesIn(tlsOnly(policy(other))).map(({ Sid }) => Sid)).toEqual([
    'DenyInsecureTransport',
    'DenyInsecureTransport-2',
  ]);
});

test.each<[string, Partial<Statement>]>([
  ['under another Sid', { Sid: 'tls' }],
  [
    'without a Sid, its values as a list',
    { Condition: { Bool: { 'AWS:SECURETRANSPORT': ['false'] } } },
  ],
  ['by all actions and resources', { Action: '*', Resource: '*' }],
  ['by AWS as principal', { Principal: { AWS: '*' } }],
  [
    'with an exception for AWS services',
    {
      Condition: { Bool: { 'aws:SecureTransport': 'false', 'aws:PrincipalIsAWSService': 'false' } },
    },
  ],
  ['as "not true"', { Condition: { StringNotEquals: { 'aws:SecureTransport': 'true' } } }],
])('it is recognised %s', (_, change) => {
  const document = policy({ ...PLAIN, ...change });
  expect(deniesIn(tlsOnly(document))).toHaveLength(1);
});

test('an Allow for whoever comes without TLS is not it', () => {
  expect(isTlsOnly(policy({ ...PLAIN, Effect: 'Allow' }), arn)).toBe(false);
});

test('it is recognised in two statements, one for the bucket and one for its objects', () => {
  const document = policy({ ...PLAIN, Resource: arn }, { ...PLAIN, Resource: `${arn}/*` });
  expect(deniesIn(tlsOnly(document))).toHaveLength(2);
});

test.each<[string, Partial<Statement>]>([
  ['for objects only', { Resource: `${arn}/*` }],
  ['for the logs only', { Resource: [arn, `${arn}/AWSLogs/*`] }],
  ['for reading only', { Action: ['s3:Get*', 's3:List*'] }],
  ['for one account only', { Principal: { AWS: '000000000000' } }],
  ['of requests that have TLS', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }],
  ['of everything, TLS or not', { Condition: {} }],
  [
    'by where requests come from',
    { Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
  ],
])('a Deny %s is not it', (_, change) => {
  const document = policy({ ...PLAIN, ...change });
  const after = tlsOnly(document);
  expect(deniesIn(after)).toHaveLength(2);
  expect(tlsOnly(after)).toBe(after);
});
