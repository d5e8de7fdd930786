// Bucket policies and members for the property tests of the merge: a few accounts, so that they meet; every way of writing a
// CloudTrail statement, so that some can be extended and some must not.

import * as fc from 'fast-check';
import type { OneOrMany, PolicyDocument, Statement } from '../../src/policy/document.js';
import type { Delivery } from '../../src/policy/index.js';
import { delivery, trailOf } from './shapes/deliveries.js';
import { SHAPES } from './shapes/shapes.js';
import { ALL_KEYS, BUCKET_ARN } from './shapes/statements.js';
import { STOPPING } from './shapes/stopping.js';

const KNOWN = ['111111111111', '222222222222', '333333333333', '444444444444'];
const NEW = ['555555555555', '666666666666', '777777777777'];
const NAMES = ['audit', 'second'];
const PREFIXES = ['', 'logs'];

function membersOf(accounts: readonly string[]): fc.Arbitrary<Delivery> {
  return fc
    .record({
      account: fc.constantFrom(...accounts),
      name: fc.constantFrom(...NAMES),
      prefix: fc.constantFrom(...PREFIXES),
    })
    .map(({ account, name, prefix }) =>
      delivery(account, { trailArn: trailOf(account, name), prefix }),
    );
}

/** Any member, also one that a policy may name already. */
export const anyMember = membersOf([...KNOWN, ...NEW]);

/** Members of accounts that no generated policy names. */
export const newMember = membersOf(NEW);

/** All that a generated policy can speak of. */
export const everyMember: readonly Delivery[] = KNOWN.flatMap((account) =>
  NAMES.flatMap((name) =>
    PREFIXES.map((prefix) => delivery(account, { trailArn: trailOf(account, name), prefix })),
  ),
);

function someOf<T>(values: readonly T[]): fc.Arbitrary<OneOrMany<T>> {
  return fc.oneof(
    fc.constantFrom(...values),
    fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 4 }),
  );
}

const arns = someOf([
  ...KNOWN.flatMap((account) => NAMES.map((name) => trailOf(account, name))),
  'arn:aws:cloudtrail:*:222222222222:trail/*',
]);
const paths = someOf(
  KNOWN.flatMap((account) => [
    `${BUCKET_ARN}/AWSLogs/${account}/*`,
    `${BUCKET_ARN}/logs/AWSLogs/${account}/*`,
  ]),
);
const widePaths = someOf([
  ALL_KEYS,
  `${BUCKET_ARN}/AWSLogs/*`,
  `${BUCKET_ARN}/AWSLogs/222222222222/CloudTrail/*`,
  `${BUCKET_ARN}/AWSLogs/o-exampleorgid/*`,
]);

const services = fc.constantFrom<Statement['Principal']>(
  { Service: 'cloudtrail.amazonaws.com' },
  { Service: 'cloudtrail.amazonaws.com' },
  { Service: ['cloudtrail.amazonaws.com'] },
  { Service: ['config.amazonaws.com', 'cloudtrail.amazonaws.com'] },
  { Service: 'cloudtrail.amazonaws.com', AWS: '333333333333' },
);

const guards = fc
  .record({
    operator: fc.constantFrom(
      'StringEquals',
      'StringLike',
      'ArnLike',
      'ArnEquals',
      'StringEqualsIfExists',
    ),
    key: fc.constantFrom('aws:SourceArn', 'AWS:SourceArn', 'aws:sourceArn'),
    arns,
    accounts: fc.option(someOf(KNOWN), { freq: 5 }),
    isGuarded: fc.boolean().chain((one) => (one ? fc.constant(true) : fc.boolean())),
  })
  .map(({ operator, key, arns: wanted, accounts, isGuarded }) => ({
    ...(isGuarded && { [operator]: { [key]: wanted } }),
    ...(accounts !== null && { StringEqualsIgnoreCase: { 'aws:SourceAccount': accounts } }),
  }));

const sids = fc.constantFrom<{ readonly Sid?: string }>(
  {},
  { Sid: '' },
  { Sid: 'AWSCloudTrailAclCheck20150319' },
  { Sid: 'AWSCloudTrailWrite20150319' },
);

const cloudTrailStatements: fc.Arbitrary<Statement> = fc
  .record({
    sid: sids,
    principal: services,
    guard: guards,
    paths: fc.oneof({ weight: 4, arbitrary: paths }, widePaths),
    isWrite: fc.boolean(),
  })
  .map(({ sid, principal, guard, paths: resource, isWrite }) => ({
    ...sid,
    Effect: 'Allow' as const,
    ...(principal !== undefined && { Principal: principal }),
    Action: isWrite ? 's3:PutObject' : 's3:GetBucketAcl',
    Resource: isWrite ? resource : BUCKET_ARN,
    Condition: guard,
  }));

const foreignStatements = fc.constantFrom(
  ...Object.values(STOPPING),
  ...['foreign statements only', 'Deny that excepts AWS services'].flatMap((name) =>
    [SHAPES[name]?.Statement ?? []].flat().filter(({ Principal }) => !isCloudTrail(Principal)),
  ),
);

function isCloudTrail(principal: Statement['Principal']): boolean {
  return JSON.stringify(principal).includes('cloudtrail');
}

export const policies: fc.Arbitrary<PolicyDocument> = fc
  .array(fc.oneof({ weight: 3, arbitrary: cloudTrailStatements }, foreignStatements), {
    minLength: 1,
    maxLength: 5,
  })
  .map((statements) => ({ Version: '2012-10-17', Statement: statements }));

/** Long lists of many accounts, for what is meant to be fast. */
export const longPolicies: fc.Arbitrary<PolicyDocument> = fc
  .array(
    fc.record({
      negated: fc.boolean(),
      isDeny: fc.boolean(),
      accounts: fc.uniqueArray(fc.integer({ min: 100, max: 140 }), { minLength: 1, maxLength: 30 }),
      extra: fc.subarray([
        'arn:aws:cloudtrail:*:*:trail/b*',
        'arn:aws:cloudtrail:us-east-1:*:trail/audit',
      ]),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => ({
    Version: '2012-10-17',
    Statement: parts.map(({ negated, isDeny, accounts, extra }) => ({
      Effect: isDeny ? ('Deny' as const) : ('Allow' as const),
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: accounts.map((number) => `${BUCKET_ARN}/AWSLogs/${longAccount(number)}/*`),
      Condition: {
        [negated ? 'ArnNotLike' : 'ArnLike']: {
          'aws:SourceArn': [...accounts.map((number) => trailOf(longAccount(number))), ...extra],
        },
      },
    })),
  }));

export function longAccount(number: number): string {
  return `${number}${'0'.repeat(9)}`;
}
