// What a merge makes of a key policy: who may use the key afterwards, what it looks like, and what is left alone.

import {
  type OneOrMany,
  type PolicyDocument,
  type Statement,
  statementsOf,
} from '../../src/policy/document.js';
import {
  type Delivery,
  mergeKeyPolicy,
  missingKeyGrants,
  samePolicy,
} from '../../src/policy/index.js';
import { mayUseKey } from './key-oracle.js';
import { BUCKET, CENTRAL, DEV, delivery, PRD, trailOf } from './shapes/deliveries.js';
import {
  anyTrail,
  describeKey,
  encrypt,
  encrypted,
  guardedDescribe,
  KEY_ARN,
  KEY_SHAPES,
  keyPolicy,
  root,
} from './shapes/keys.js';

const dev = encrypted(DEV);
const prd = encrypted(PRD);

const admit = (document: PolicyDocument, ...deliveries: readonly Delivery[]) =>
  mergeKeyPolicy(document, { admit: deliveries, withdraw: [] });
const withdraw = (
  document: PolicyDocument,
  leaving: readonly Delivery[],
  staying: readonly Delivery[] = [],
) => mergeKeyPolicy(document, { admit: staying, withdraw: leaving });
const LOGS = `arn:aws:s3:::${BUCKET}/AWSLogs`;
const TRAIL_AND_LOG = ['aws:cloudtrail:arn', 'aws:s3:arn'] as const;
const when = (operator: string, key: string, values: OneOrMany<string>): Partial<Statement> => ({
  Condition: { [operator]: { [key]: values } },
});
const shape = (name: string) => KEY_SHAPES[name] ?? keyPolicy();
const kinds = (document: PolicyDocument, one: Delivery) =>
  missingKeyGrants(document, [one]).map(({ kind }) => kind);

describe('what is missing', () => {
  test.each([
    ['the root alone', ['encrypt', 'describe']],
    ['as the console writes it', ['encrypt']],
    ['as documented, for the central trail', ['encrypt', 'describe']],
    ['open to all of CloudTrail', []],
  ])('for a new account where the policy is %s', (name, missing) => {
    expect(kinds(shape(name), dev)).toEqual(missing);
  });

  test('for a trail that the encryption context names and aws:SourceArn does not', () => {
    expect(kinds(shape('as the console writes it'), encrypted(CENTRAL))).toEqual([]);
    const other = encrypted(CENTRAL, { trailArn: trailOf(CENTRAL, 'another') });
    expect(kinds(shape('as the console writes it'), other)).toEqual(['encrypt']);
  });

  test('is nothing for a trail without a key', () => {
    expect(missingKeyGrants(keyPolicy(root), [delivery(DEV)])).toEqual([]);
    expect(admit(keyPolicy(root), delivery(DEV)).changed).toBe(false);
  });

  const context = (name: string) => `kms:EncryptionContext${name}`;
  test.each<[string, Partial<Statement>, readonly string[]]>([
    ['this key by its ARN', { Resource: KEY_ARN }, []],
    ['another key', { Resource: `${KEY_ARN}0` }, ['encrypt']],
    ['logs in the bucket', when('StringLike', context(':aws:s3:arn'), `${LOGS}/${DEV}/*`), []],
    [
      'logs of another account',
      when('StringLike', context(':aws:s3:arn'), `${LOGS}/${PRD}/*`),
      ['encrypt'],
    ],
    [
      'what names the trail',
      when('ForAnyValue:StringEquals', context('Keys'), TRAIL_AND_LOG[0]),
      [],
    ],
    ['what names the log', when('ForAnyValue:StringEquals', context('Keys'), TRAIL_AND_LOG[1]), []],
    [
      'what names nothing else',
      when('ForAllValues:StringEquals', context('Keys'), TRAIL_AND_LOG),
      [],
    ],
  ])('with a statement that lets CloudTrail encrypt for %s', (_, change, missing) => {
    const { Condition: _condition, ...open } = encrypt;
    const document = keyPolicy(root, describeKey, { ...open, ...change });
    expect(kinds(document, dev)).toEqual(missing);
    expect(mayUseKey(document, dev).encrypt).toBe(missing.length === 0);
  });
});

describe.each(Object.entries(KEY_SHAPES))('a policy %s', (_, document) => {
  const merge = () => admit(document, dev, prd);

  test('admits the accounts after the merge, for an independent evaluator too', () => {
    for (const one of [dev, prd]) {
      expect(kinds(merge().document, one)).toEqual([]);
      expect(mayUseKey(merge().document, one)).toEqual({ encrypt: true, describe: true });
    }
  });

  test('admits nobody else by it', () => {
    for (const account of [CENTRAL, '999999999999']) {
      for (const name of ['management-events', 'another']) {
        const one = encrypted(account, { trailArn: trailOf(account, name) });
        expect(mayUseKey(merge().document, one)).toEqual(mayUseKey(document, one));
      }
    }
  });

  test('keeps every statement in its place, and all that was in it', () => {
    const after = statementsOf(merge().document);
    for (const [index, statement] of statementsOf(document).entries()) {
      const now = JSON.stringify(after[index]);
      for (const value of JSON.stringify(statement).match(/"[^"]*"/g) ?? []) {
        expect(now).toContain(value);
      }
    }
    expect(merge().document).toMatchObject({ ...document, Statement: after });
  });

  test('is left alone by a second merge', () => {
    const merged = merge();
    const again = admit(merged.document, prd, dev);
    expect(again).toMatchObject({ changed: false, trails: { added: 0, removed: 0 } });
    expect(again.document).toBe(merged.document);
  });

  test('is what it was once both have left', () => {
    expect(samePolicy(withdraw(merge().document, [prd, dev]).document, document)).toBe(true);
  });
});

describe('a new statement', () => {
  test('is as AWS documents it', () => {
    const [, ...added] = statementsOf(admit(keyPolicy(root), dev).document);
    expect(added).toEqual([
      {
        Sid: 'AllowCloudTrailEncryptLogs',
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 'kms:GenerateDataKey*',
        Resource: '*',
        Condition: {
          StringEquals: { 'aws:SourceArn': trailOf(DEV) },
          StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': anyTrail(DEV) },
        },
      },
      {
        Sid: 'AllowCloudTrailDescribeKey',
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 'kms:DescribeKey',
        Resource: '*',
        Condition: { StringEquals: { 'aws:SourceArn': trailOf(DEV) } },
      },
    ]);
  });

  test('has a Sid of its own, and takes all new accounts', () => {
    const taken = { ...root, Sid: 'AllowCloudTrailEncryptLogs' };
    const after = statementsOf(admit(keyPolicy(taken), dev, prd).document);
    expect(after.map(({ Sid }) => Sid)).toEqual([
      'AllowCloudTrailEncryptLogs',
      'AllowCloudTrailEncryptLogs-2',
      'AllowCloudTrailDescribeKey',
    ]);
    expect(after[1]?.Condition).toEqual({
      StringEquals: { 'aws:SourceArn': [trailOf(DEV), trailOf(PRD)].toSorted() },
      StringLike: {
        'kms:EncryptionContext:aws:cloudtrail:arn': [anyTrail(DEV), anyTrail(PRD)].toSorted(),
      },
    });
  });

  test('follows the partition of the trail', () => {
    const trailArn = trailOf(DEV).replace('arn:aws:', 'arn:aws-us-gov:');
    const { document } = admit(keyPolicy(root), { ...dev, trailArn });
    expect(JSON.stringify(document)).toContain(`arn:aws-us-gov:cloudtrail:*:${DEV}:trail/*`);
  });
});

describe('a statement that is there', () => {
  const conditionOf = (name: string, at = 1) =>
    statementsOf(admit(shape(name), dev).document)[at]?.Condition;

  test('is extended under the keys and operators that it has', () => {
    expect(conditionOf('with the key spelled otherwise, lists of one')).toEqual({
      StringEquals: { 'AWS:SourceArn': [trailOf(CENTRAL), trailOf(DEV)] },
      StringLike: {
        'kms:encryptioncontext:aws:cloudtrail:arn': [anyTrail(CENTRAL), anyTrail(DEV)],
      },
    });
    expect(conditionOf('with ArnLike')).toEqual({
      ArnLike: {
        'aws:SourceArn': [trailOf(CENTRAL), trailOf(DEV)],
        'kms:EncryptionContext:aws:cloudtrail:arn': [anyTrail(CENTRAL), anyTrail(DEV)],
      },
    });
  });

  test('for both actions is extended once, and no other is added', () => {
    const name = 'both actions in one statement, held by aws:SourceArn alone';
    expect(statementsOf(admit(shape(name), dev).document)).toHaveLength(2);
    expect(conditionOf(name)).toEqual({
      StringEquals: { 'aws:SourceArn': [trailOf(CENTRAL), trailOf(DEV)] },
    });
  });

  test.each([
    'from before aws:SourceArn',
    'the trail itself in the encryption context',
    'shared with another service',
  ])('is not extended where it is %s', (name) => {
    const [, before] = statementsOf(shape(name));
    expect(statementsOf(admit(shape(name), dev).document)[1]).toEqual(before);
  });

  const { Action: _action, ...toDoAll } = encrypt;
  const { Resource: _resource, ...onAll } = encrypt;
  test.each<[string, Statement]>([
    [
      'for more than CloudTrail needs',
      { ...encrypt, Action: ['kms:GenerateDataKey*', 'kms:Sign'] },
    ],
    ['for all but some actions', { ...toDoAll, NotAction: 'kms:PutKeyPolicy' }],
    ['for the key by its ARN beside all', { ...encrypt, Resource: ['*', KEY_ARN] }],
    ['for all but some resources', { ...onAll, NotResource: `${KEY_ARN}0` }],
    [
      'with more than trails in its list',
      { ...encrypt, ...when('StringEquals', 'aws:SourceArn', [trailOf(CENTRAL), '*']) },
    ],
  ])('is not extended, and one is added: %s', (_, statement) => {
    const { document } = admit(keyPolicy(root, statement, guardedDescribe), dev);
    expect(statementsOf(document)[1]).toEqual(statement);
    expect(mayUseKey(document, dev)).toEqual({ encrypt: true, describe: true });
  });

  test('that names a trail in one of its lists only is not extended: the trail would come in too', () => {
    const half: Statement = {
      ...encrypt,
      Condition: {
        ...encrypt.Condition,
        StringEquals: { 'aws:SourceArn': [trailOf(CENTRAL), trailOf(DEV)] },
      },
    };
    const second = encrypted(DEV, { trailArn: trailOf(DEV, 'second') });
    const { document } = admit(keyPolicy(root, half), second);
    expect(statementsOf(document)[1]).toEqual(half);
    expect(mayUseKey(document, second).encrypt).toBe(true);
    expect(mayUseKey(document, dev).encrypt).toBe(false);
  });

  test('with an encryption context of its own is not extended', () => {
    const strict: Statement = {
      ...encrypt,
      Condition: {
        ...encrypt.Condition,
        StringEquals: {
          'aws:SourceArn': trailOf(CENTRAL),
          'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::central-logs/AWSLogs/x',
        },
      },
    };
    const after = statementsOf(admit(keyPolicy(root, strict), dev).document);
    expect(after[1]).toEqual(strict);
    expect(after).toHaveLength(4);
  });
});
