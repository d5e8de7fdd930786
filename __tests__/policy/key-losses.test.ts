// What a key policy's reader finds gone.

import { statementsOf } from '../../src/policy/document.js';
import { keyLosses, mergeKeyPolicy } from '../../src/policy/index.js';

const OWNER = {
  Sid: 'Owner',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111111111111:root' },
  Action: 'kms:*',
  Resource: '*',
} as const;

const trail = (account: string): string =>
  `arn:aws:cloudtrail:us-east-1:${account}:trail/T${account}`;

function policyFor(...accounts: readonly string[]) {
  const admit = accounts.map((accountId) => ({
    trailArn: trail(accountId),
    accountId,
    bucket: 'logs',
    prefix: '',
    kmsKeyArn: 'arn:aws:kms:us-east-1:111111111111:key/1',
  }));
  return mergeKeyPolicy({ Statement: [OWNER] }, { admit, withdraw: [] }).document;
}

/** As the console writes it: for every trail. */
const DESCRIBE = {
  Sid: 'Describe',
  Effect: 'Allow',
  Principal: { Service: 'cloudtrail.amazonaws.com' },
  Action: 'kms:DescribeKey',
  Resource: '*',
} as const;

describe('what is gone of a key policy', () => {
  test('is nothing, where another run has added a trail to ours', () => {
    expect(keyLosses(policyFor('222222222222'), policyFor('222222222222', '333333333333'))).toEqual(
      [],
    );
  });

  test('is what a trail could do that no statement names any more', () => {
    const written = policyFor('222222222222', '333333333333');
    expect(keyLosses(written, policyFor('333333333333'))).toEqual([
      `CloudTrail's kms:GenerateDataKey* for trail ${trail('222222222222')}`,
      `CloudTrail's kms:DescribeKey for trail ${trail('222222222222')}`,
    ]);
  });

  test('is one of the two things that a trail needs, where the other is still there', () => {
    const written = policyFor('222222222222');
    const standing = { Statement: statementsOf(written).slice(0, -1) };
    expect(keyLosses(written, standing)).toEqual([
      `CloudTrail's kms:DescribeKey for trail ${trail('222222222222')}`,
    ]);
  });

  test('is a statement of somebody else that is not there as it was', () => {
    const standing = { Statement: [{ ...OWNER, Action: 'kms:Decrypt' }] };
    expect(keyLosses(policyFor(), standing)).toEqual(['statement 1 (Sid "Owner")']);
  });

  test('is a statement for CloudTrail that lets in trails without naming them', () => {
    const written = { Statement: [OWNER, DESCRIBE] };
    expect(keyLosses(written, { Statement: OWNER })).toEqual(['statement 2 (Sid "Describe")']);
    expect(keyLosses(written, { Statement: [DESCRIBE, OWNER] })).toEqual([]);
  });

  test('is a Deny of others that lists trails, whichever it lists now', () => {
    const deny = (...trails: readonly string[]) => ({
      ...DESCRIBE,
      Effect: 'Deny' as const,
      Condition: { ArnNotEquals: { 'aws:SourceArn': trails } },
    });
    const standing = { Statement: [OWNER, deny('a', 'b')] };
    expect(keyLosses({ Statement: [OWNER, deny('a')] }, standing)).toHaveLength(1);
  });

  test.each([
    ['for one action', { Action: 'kms:DescribeKey' }, 'kms:DescribeKey'],
    ['for all but some actions', { NotAction: 'kms:Decrypt' }, 'use of the key'],
  ])('is what trails could do that are listed by a pattern, %s', (_, actions, use) => {
    const pattern = 'arn:aws:cloudtrail:*:222222222222:trail/*';
    const { Action: _action, ...describing } = DESCRIBE;
    const Condition = { ArnLike: { 'aws:SourceArn': pattern } };
    const written = { Statement: [OWNER, { ...describing, ...actions, Condition }] };
    expect(keyLosses(written, { Statement: OWNER })).toEqual([
      `CloudTrail's ${use} for trail ${pattern}`,
    ]);
  });

  test('is told once, where two statements said the same', () => {
    const again = { ...DESCRIBE, Condition: { StringEquals: { 'aws:SourceArn': trail('2') } } };
    const written = { Statement: [OWNER, again, { ...again, Sid: 'Again' }] };
    expect(keyLosses(written, { Statement: [OWNER, again] })).toEqual([]);
    expect(keyLosses(written, { Statement: OWNER })).toHaveLength(1);
  });

  test('is nothing where nothing was written, and all where nothing stands', () => {
    expect(keyLosses(null, policyFor('222222222222'))).toEqual([]);
    expect(keyLosses({ Statement: OWNER }, null)).toEqual(['statement 1 (Sid "Owner")']);
  });
});
