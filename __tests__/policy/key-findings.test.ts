// What a person is told of a key policy beside what is missing in it: how full it is, whom it lets in who was not listed,
// and whether anybody can read what the key encrypts.

import { type PolicyDocument, type Statement, statementsOf } from '../../src/policy/document.js';
import { keyReaderFindings, keySizeFindings, mergeKeyPolicy } from '../../src/policy/index.js';
import { DEV } from './shapes/deliveries.js';
import { encrypt, encrypted, keyPolicy, root } from './shapes/keys.js';

const { Condition: _condition, ...open } = encrypt;
const dev = encrypted(DEV);

describe('the size', () => {
  const sized = (bytes: number) => {
    const empty = JSON.stringify(keyPolicy({ ...root, Sid: '' })).length;
    return keyPolicy({ ...root, Sid: 'x'.repeat(bytes - empty) });
  };

  test.each([26_000, 26_214])('of %i bytes leaves room', (bytes) => {
    expect(keySizeFindings(sized(bytes))).toStrictEqual([]);
  });

  test.each([
    [26_215, 'takes 26215 of 32768 bytes (80 %)'],
    [32_768, 'takes 32768 of 32768 bytes (100 %)'],
  ])('of %i bytes is a warning', (bytes, told) => {
    expect(keySizeFindings(sized(bytes))).toMatchObject([
      {
        severity: 'warning',
        code: 'key-policy-nearly-full',
        message: expect.stringContaining(told) as string,
        remedy: expect.stringContaining('second key') as string,
      },
    ]);
  });

  test('of one byte too many is an error', () => {
    expect(keySizeFindings(sized(32_769))).toMatchObject([
      {
        severity: 'error',
        code: 'key-policy-too-large',
        message: expect.stringContaining('32769 bytes, 1 more than the 32768') as string,
        remedy: expect.stringContaining('second key') as string,
      },
    ]);
  });
});

describe('a statement that lets any trail use the key', () => {
  const told = (statement: Statement) =>
    mergeKeyPolicy(keyPolicy(root, statement), { admit: [], withdraw: [] }).findings;
  const held = (key: string): Statement => ({
    ...open,
    Condition: { StringEquals: { [key]: 'x' } },
  });

  test.each<[string, Statement]>([
    ['for what encrypts alone', open],
    ['for more', { ...open, Action: ['kms:GenerateDataKey*', 'kms:DescribeKey'] }],
    ['held to something else', held('kms:ViaService')],
    [
      'shared with another service',
      { ...open, Principal: { Service: ['a.b', 'cloudtrail.amazonaws.com'] } },
    ],
  ])('is told: %s', (_, statement) => {
    expect(told(statement)).toMatchObject([
      {
        severity: 'warning',
        code: 'key-policy-without-source-arn',
        message: expect.stringContaining(`by statement 2 (Sid "${encrypt.Sid}") for any`) as string,
        remedy: expect.stringContaining('take CloudTrail out of statement 2') as string,
      },
    ]);
  });

  test.each<[string, Statement]>([
    ['held to a trail', held('AWS:SourceArn')],
    ['held to an account', held('aws:SourceAccount')],
    ['held to an organization', held('aws:SourceOrgID')],
    ["held to an organization's paths", held('aws:SourceOrgPaths')],
    ['held to the encryption context', held('kms:EncryptionContext:aws:cloudtrail:arn')],
    ['that lets in nobody', { ...open, Effect: 'Deny' }],
    ['for what encrypts nothing', { ...open, Action: 'kms:DescribeKey' }],
  ])('is none %s', (_, statement) => {
    expect(told(statement)).toStrictEqual([]);
  });
});

describe('a trail that has left', () => {
  const leave = (document: PolicyDocument) =>
    mergeKeyPolicy(document, { admit: [], withdraw: [dev] }).findings.filter(
      ({ code }) => code === 'key-policy-withdrawn-still-admitted',
    );

  test('is told with all statements that still let it in', () => {
    const [finding, ...others] = leave(keyPolicy(root, open, { ...open, Sid: 'Again' }));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ severity: 'warning', account: DEV });
    expect(finding?.message).toContain(dev.trailArn);
    for (const text of [finding?.message, finding?.remedy]) {
      expect(text).toContain(`statement 2 (Sid "${encrypt.Sid}"), statement 3 (Sid "Again")`);
    }
  });

  test('is not told where nothing lets it in', () => {
    const { document } = mergeKeyPolicy(keyPolicy(root, encrypt), { admit: [dev], withdraw: [] });
    expect(statementsOf(document)).toHaveLength(3);
    expect(leave(document)).toEqual([]);
  });
});

describe('whether anybody can read the logs', () => {
  const allow = (more: object) => keyPolicy(encrypt, { ...root, ...more });

  test.each([
    ['the account itself', {}],
    ['whoever may decrypt', { Principal: '*', Action: ['kms:Decrypt', 'kms:DescribeKey'] }],
    ['a service and others', { Principal: { Service: 'a.amazonaws.com', AWS: '1' } }],
    ['all but some', { Principal: undefined, NotPrincipal: { AWS: '1' }, Action: 'kms:*' }],
    ['who may do all but some things', { Action: undefined, NotAction: 'kms:Delete*' }],
  ])('%s can', (_, more) => {
    expect(keyReaderFindings(allow(more))).toStrictEqual([]);
  });

  test.each([
    ['who may manage the key only', { Action: 'kms:Put*' }],
    ['a service', { Principal: { Service: 'cloudtrail.amazonaws.com' } }],
    ['who is denied', { Effect: 'Deny' as const }],
  ])('%s cannot', (_, more) => {
    expect(keyReaderFindings(allow(more))).toMatchObject([
      {
        severity: 'warning',
        code: 'key-without-readers',
        message: expect.stringContaining('nobody decrypt') as string,
        remedy: expect.stringContaining('kms:Decrypt') as string,
      },
    ]);
  });
});
