// The doctor's errors about a key policy: which statement, which clause, and a remedy that heals when it is followed.

import { type PolicyDocument, type Statement, statementsOf } from '../../src/policy/document.js';
import { diagnoseKey, mergeKeyPolicy } from '../../src/policy/index.js';
import { mayUseKey } from './key-oracle.js';
import { CENTRAL, DEV, delivery, trailOf } from './shapes/deliveries.js';
import {
  encrypt,
  encrypted,
  guardedDescribe,
  KEY_ARN,
  KEY_SHAPES,
  KEY_STOPPING,
  keyPolicy,
  root,
} from './shapes/keys.js';

const dev = encrypted(DEV);
const admitted = (document: PolicyDocument) =>
  mergeKeyPolicy(document, { admit: [dev], withdraw: [] }).document;

/** The JSON at the end of a remedy. */
function textIn(remedy: string): unknown {
  return JSON.parse(remedy.slice(remedy.search(/[{[]\n/)));
}

test.each(Object.entries(KEY_SHAPES))('nothing is wrong after a merge: %s', (_, document) => {
  expect(diagnoseKey(admitted(document), [dev])).toEqual([]);
});

test.each(Object.entries(KEY_SHAPES))('every remedy followed heals: %s', (_, document) => {
  let healed = document;
  for (const { remedy } of diagnoseKey(document, [dev])) {
    const place = /in place of statement (\d+)/.exec(remedy)?.[1];
    const statement = textIn(remedy) as Statement;
    const statements = statementsOf(healed);
    healed = {
      ...healed,
      Statement:
        place === undefined
          ? [...statements, statement]
          : statements.with(Number(place) - 1, statement),
    };
  }
  expect(mayUseKey(healed, dev)).toEqual({ encrypt: true, describe: true });
});

test('the message says what is missing on which key, and what comes nearest', () => {
  const [first, second] = diagnoseKey(keyPolicy(root, encrypt, guardedDescribe), [dev]);
  expect(first).toMatchObject({
    severity: 'error',
    code: 'key-policy-grant-missing',
    account: DEV,
    message: `The key policy does not let CloudTrail kms:GenerateDataKey on ${KEY_ARN} for trail ${trailOf(DEV)}. Statement 2 (Sid "Allow CloudTrail to encrypt logs") comes nearest: StringEquals aws:SourceArn [${trailOf(CENTRAL)}] does not hold, CloudTrail sends ${trailOf(DEV)}; StringLike kms:EncryptionContext:aws:cloudtrail:arn [arn:aws:cloudtrail:*:${CENTRAL}:trail/*] does not hold, CloudTrail sends ${trailOf(DEV)}.`,
  });
  expect(second?.message).toContain('kms:DescribeKey');
  expect(first?.remedy).toMatch(
    /^Set manage-kms-key-policy: true, or put this in place of statement 2 \(Sid "Allow CloudTrail to encrypt logs"\): \{/,
  );
});

test('a trail without a key needs nothing of a key policy', () => {
  expect(diagnoseKey(keyPolicy(root), [delivery(DEV)])).toEqual([]);
});

test('a clause that fails is told with all values that CloudTrail sends, or that it sends nothing', () => {
  const strict: Statement = {
    ...encrypt,
    Condition: {
      StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': 'aws:s3:arn' },
    },
  };
  const [error] = diagnoseKey(keyPolicy(root, strict), [dev]);
  expect(error?.message).toContain(
    'kms:ViaService [s3.us-east-1.amazonaws.com] does not hold, CloudTrail sends nothing; ',
  );
  expect(error?.message).toContain(
    'kms:EncryptionContextKeys [aws:s3:arn] does not hold, CloudTrail sends aws:cloudtrail:arn, aws:s3:arn.',
  );
});

describe.each(Object.entries(KEY_STOPPING))('a Deny %s', (_, deny) => {
  const document = keyPolicy(root, deny, ...statementsOf(admitted(keyPolicy())));
  const errors = () => diagnoseKey(document, [dev]);

  test('is named once', () => {
    expect(errors()).toHaveLength(1);
    expect(errors()[0]).toMatchObject({
      code: 'key-policy-deny-stops-cloudtrail',
      account: DEV,
      message: expect.stringMatching(
        /^Statement 2 .*denies CloudTrail kms:GenerateDataKey/,
      ) as string,
    });
  });

  test('stops CloudTrail for an independent evaluator too, until it is changed as the remedy says', () => {
    expect(mayUseKey(document, dev).encrypt).toBe(false);
    const remedy = errors()[0]?.remedy ?? '';
    const element = /put this in place of "(\w+)"/.exec(remedy)?.[1] ?? 'none';
    const statements = statementsOf(document);
    const healed = {
      ...document,
      Statement: statements.with(1, { ...deny, [element]: textIn(remedy) }),
    };
    expect(mayUseKey(healed, dev)).toEqual({ encrypt: true, describe: true });
  });
});
