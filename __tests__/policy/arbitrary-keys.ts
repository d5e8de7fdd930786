// Key policies and trails for the property tests of the merge: a few accounts, so that they meet; every way of writing a
// CloudTrail statement, so that some can be extended and some must not.

import * as fc from 'fast-check';
import type { OneOrMany, PolicyDocument, Statement } from '../../src/policy/document.js';
import type { Delivery } from '../../src/policy/index.js';
import { trailOf } from './shapes/deliveries.js';
import { anyTrail, encrypted, KEY_ARN, KEY_STOPPING, readers, root } from './shapes/keys.js';

const KNOWN = ['111111111111', '222222222222', '333333333333'];
const NEW = ['555555555555', '666666666666'];
const NAMES = ['audit', 'second'];

const trail = (account: string, name: string) =>
  encrypted(account, { trailArn: trailOf(account, name) });

function trailsOf(accounts: readonly string[]): fc.Arbitrary<readonly Delivery[]> {
  const all = accounts.flatMap((account) => NAMES.map((name) => trail(account, name)));
  return fc.subarray(all, { minLength: 1, maxLength: 4 });
}

/** Any trails, also such as a policy may name already. */
export const someTrails = trailsOf([...KNOWN, ...NEW]);

/** Trails of accounts that no generated policy names. */
export const newTrails = trailsOf(NEW);

/** All that a generated policy can speak of. */
export const everyTrail: readonly Delivery[] = KNOWN.flatMap((account) =>
  NAMES.map((name) => trail(account, name)),
);

function someOf<T>(...values: readonly T[]): fc.Arbitrary<OneOrMany<T>> {
  return fc.oneof(
    fc.constantFrom(...values),
    fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 4 }),
  );
}

const operators = fc.constantFrom(
  'StringEquals',
  'StringLike',
  'ArnLike',
  'ArnEquals',
  'StringEqualsIfExists',
);

const guards = fc.record({
  operator: operators,
  key: fc.constantFrom('aws:SourceArn', 'AWS:SourceArn'),
  values: someOf(
    ...everyTrail.map(({ trailArn }) => trailArn),
    'arn:aws:cloudtrail:*:222222222222:trail/*',
  ),
});

const contexts = fc.record({
  operator: operators,
  key: fc.constantFrom(
    'kms:EncryptionContext:aws:cloudtrail:arn',
    'kms:encryptionContext:aws:cloudtrail:arn',
  ),
  values: someOf(...KNOWN.map(anyTrail), ...everyTrail.map(({ trailArn }) => trailArn)),
});

type Line = { readonly operator: string; readonly key: string; readonly values: OneOrMany<string> };

function conditionOf(lines: readonly (Line | null)[]): NonNullable<Statement['Condition']> {
  const condition: Record<string, Record<string, OneOrMany<string>>> = {};
  for (const line of lines) {
    if (line !== null) (condition[line.operator] ??= {})[line.key] = line.values;
  }
  return condition;
}

const cloudTrailStatements: fc.Arbitrary<Statement> = fc
  .record({
    sid: fc.constantFrom<{ readonly Sid?: string }>({}, { Sid: 'AllowCloudTrailEncryptLogs' }),
    principal: fc.constantFrom(
      { Service: 'cloudtrail.amazonaws.com' },
      { Service: ['cloudtrail.amazonaws.com'] },
      { Service: ['cloudtrail.amazonaws.com', 'config.amazonaws.com'] },
      { Service: 'cloudtrail.amazonaws.com', AWS: '333333333333' },
    ),
    action: fc.constantFrom<OneOrMany<string>>(
      'kms:GenerateDataKey*',
      'kms:DescribeKey',
      ['kms:GenerateDataKey*', 'kms:DescribeKey'],
      ['kms:GenerateDataKey', 'kms:Decrypt'],
      'kms:*',
    ),
    resource: fc.constantFrom<OneOrMany<string>>('*', '*', ['*'], KEY_ARN),
    guard: fc.option(guards, { freq: 4 }),
    context: fc.option(contexts, { freq: 4 }),
  })
  .map(({ sid, principal, action, resource, guard, context }) => ({
    ...sid,
    Effect: 'Allow' as const,
    Principal: principal,
    Action: action,
    Resource: resource,
    Condition: conditionOf([guard, context]),
  }));

export const keyPolicies: fc.Arbitrary<PolicyDocument> = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: cloudTrailStatements },
      fc.constantFrom(readers, ...Object.values(KEY_STOPPING)),
    ),
    { maxLength: 4 },
  )
  .map((statements) => ({ Version: '2012-10-17', Statement: [root, ...statements] }));
