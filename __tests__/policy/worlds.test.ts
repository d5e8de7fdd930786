// What CloudTrail may send, as far as a policy asks for it: seen in what is certain, what is told as unknown, and what is said
// that it sends.

import type { PolicyDocument, Statement } from '../../src/policy/document.js';
import { diagnose, mergePolicy } from '../../src/policy/index.js';
import { BUCKET, CENTRAL, DEV, delivery, onboard, trailOf } from './shapes/deliveries.js';
import { aclCheck, policy, write } from './shapes/shapes.js';

const central = delivery(CENTRAL);

type Condition = NonNullable<Statement['Condition']>;

const deny = (condition: Condition): Statement => ({
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:PutObject',
  Resource: `arn:aws:s3:::${BUCKET}/*`,
  Condition: condition,
});

const told = (document: PolicyDocument) =>
  mergePolicy(document, onboard([central])).findings.map(({ code }) => code);

const refusal = (condition: Condition) =>
  diagnose(policy(aclCheck, { ...write, Condition: condition }), [central])[0]?.message ?? '';

const notOwn = { StringEquals: { 'aws:SourceArn': trailOf(DEV) } };
const ORGANIZATION = 'aws:SourceOrgID';

describe('a Deny may stop CloudTrail', () => {
  test.each<readonly [string, Condition]>([
    [
      'in an organization that fits a pattern',
      { StringLike: { [ORGANIZATION]: 'o-exampleorgi?' } },
    ],
    [
      'in some days to come, without the first and the last moment',
      {
        DateGreaterThan: { 'aws:CurrentTime': '2031-01-01T00:00:00Z' },
        DateLessThan: { 'aws:CurrentTime': '2031-02-01T00:00:00Z' },
      },
    ],
    [
      'in a minute to come, told without a time zone',
      {
        DateGreaterThan: { 'aws:CurrentTime': '2031-01-01T00:00:00' },
        DateLessThan: { 'aws:CurrentTime': '2031-01-01T00:01:00Z' },
      },
    ],
    [
      'in some days to come, told as seconds',
      {
        DateGreaterThan: { 'aws:EpochTime': '1924992000' },
        DateLessThan: { 'aws:EpochTime': '1927670400' },
      },
    ],
    ['in a far time', { DateGreaterThan: { 'aws:CurrentTime': '2150-01-01' } }],
    ['in a far time, told as seconds', { NumericGreaterThan: { 'aws:EpochTime': '5680281600' } }],
    [
      'in a certain unit of an organization',
      { 'ForAnyValue:StringEquals': { 'aws:SourceOrgPaths': 'o-exampleorgid/r-ab12/ou-ab12-1/' } },
    ],
    ['from a day on', { DateGreaterThanEquals: { 'aws:CurrentTime': '2099-01-01' } }],
    ['before a day', { DateLessThan: { 'aws:EpochTime': '1924992000' } }],
    ['in a bucket of a certain account', { StringEquals: { 'aws:ResourceAccount': CENTRAL } }],
    ['in a bucket of another account', { StringNotEquals: { 's3:ResourceAccount': CENTRAL } }],
    ['with an old TLS', { NumericLessThan: { 's3:TlsVersion': '1.3' } }],
  ])('%s', (_, condition) => {
    expect(told(policy(aclCheck, write, deny(condition)))).toStrictEqual([
      'policy-deny-may-stop-cloudtrail',
    ]);
  });

  test('before a time that nobody can read', () => {
    const unread = deny({ DateLessThan: { 'aws:CurrentTime': 'soon' } });
    expect(told(policy(aclCheck, write, unread))).toHaveLength(1);
  });

  test('in an organization that it names, whatever other statements name', () => {
    const other: Statement = {
      ...deny({ StringEquals: { [ORGANIZATION]: 'o-b' } }),
      Action: 's3:GetObject',
    };
    const own = deny({ StringEquals: { 'AWS:SourceOrgID': 'o-a' } });
    for (const statements of [
      [own, other],
      [other, own],
    ]) {
      expect(told(policy(aclCheck, write, ...statements))).toHaveLength(1);
    }
  });
});

describe('a Deny never stops CloudTrail', () => {
  test.each<readonly [string, Condition]>([
    ['for what it does not send', { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }],
    ['for another way to sign', { StringNotEquals: { 's3:signatureversion': 'AWS4-HMAC-SHA256' } }],
    ['for an address', { StringNotEquals: { 's3:authType': 'REST-HEADER' } }],
    ['for a TLS that is no longer in use', { NumericLessThan: { 's3:TlsVersion': '1.2' } }],
    ['for what comes through a service', { Bool: { 'aws:ViaAWSService': 'true' } }],
    [
      'for another service',
      { StringNotEquals: { 'aws:PrincipalServiceName': 'cloudtrail.amazonaws.com' } },
    ],
    [
      'for what is none of these services',
      {
        'ForAllValues:StringNotEquals': {
          'aws:PrincipalServiceNamesList': ['cloudtrail.amazonaws.com', 'config.amazonaws.com'],
        },
      },
    ],
    [
      'between two bounds of which the first comes last',
      {
        DateGreaterThan: { 'aws:CurrentTime': '2031-02-01' },
        DateLessThan: { 'aws:CurrentTime': '2031-01-01T00:00:00Z' },
      },
    ],
    [
      'between two such bounds, told as seconds',
      {
        NumericGreaterThan: { 'aws:EpochTime': '1927670400' },
        NumericLessThan: { 'aws:EpochTime': '1924992000' },
      },
    ],
    ['for another ACL', { StringNotEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } }],
  ])('%s', (_, condition) => {
    expect(told(policy(aclCheck, write, deny(condition)))).toStrictEqual([]);
    expect(diagnose(policy(aclCheck, write, deny(condition)), [central])).toStrictEqual([]);
  });

  test('for a text with ${…} in it, where that is no variable', () => {
    const literal = deny({ StringEquals: { 'aws:RequestedRegion': '${aws:x}' } });
    const old = { ...policy(aclCheck, write, literal), Version: '2008-10-17' };
    expect(told(old)).toStrictEqual([]);
  });
});

describe('what CloudTrail is said to send', () => {
  test.each(['true', 'false'])(
    'is no %s, where it is asked whether it is in an organization',
    (absent) => {
      const message = refusal({ ...notOwn, Null: { [ORGANIZATION]: absent } });
      expect(message).toContain('StringEquals aws:SourceArn');
      expect(message).not.toMatch(/CloudTrail sends (true|false|o-)/);
    },
  );

  test('is the organization that the policy names', () => {
    const ids = { StringEquals: { ...notOwn.StringEquals, [ORGANIZATION]: 'o-exampleorgid' } };
    expect(refusal(ids)).not.toContain(ORGANIZATION);
  });
});
