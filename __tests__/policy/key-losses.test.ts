// What a key policy's reader finds gone, and whether anybody can decrypt with the key.

import { keyLosses, keyReaderFindings, mergeKeyPolicy } from '../../src/policy/index.js';

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

describe('what is gone of a key policy', () => {
  test('is nothing, where another run has added a trail to ours', () => {
    expect(keyLosses(policyFor('222222222222'), policyFor('222222222222', '333333333333'))).toEqual(
      [],
    );
  });

  test('is a trail that no statement names any more', () => {
    const written = policyFor('222222222222', '333333333333');
    expect(keyLosses(written, policyFor('333333333333'))).toEqual([
      `CloudTrail for trail ${trail('222222222222')}`,
    ]);
  });

  test('is a statement of somebody else that is not there as it was', () => {
    const standing = { Statement: [{ ...OWNER, Action: 'kms:Decrypt' }] };
    expect(keyLosses(policyFor(), standing)).toEqual(['statement 1 (Sid "Owner")']);
  });
});

describe('whether anybody can read the logs', () => {
  const allow = (more: object) => ({ Statement: [{ ...OWNER, ...more }] });

  test.each([
    ['the account itself', {}],
    ['whoever may decrypt', { Principal: '*', Action: ['kms:Decrypt', 'kms:DescribeKey'] }],
    ['all but some', { Principal: undefined, NotPrincipal: { AWS: '1' }, Action: 'kms:*' }],
    ['who may do all but some things', { Action: undefined, NotAction: 'kms:Delete*' }],
  ])('%s can', (_, more) => {
    expect(keyReaderFindings(allow(more))).toEqual([]);
  });

  test.each([
    ['who may manage the key only', { Action: 'kms:Put*' }],
    ['a service', { Principal: { Service: 'cloudtrail.amazonaws.com' } }],
    ['who is denied', { Effect: 'Deny' as const }],
  ])('%s cannot', (_, more) => {
    expect(keyReaderFindings(allow(more))).toMatchObject([{ code: 'key-without-readers' }]);
  });
});
