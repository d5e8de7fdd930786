// What a key policy is once a trail has left: who may use the key no longer, who still may, and what stays as it is written.

import { type PolicyDocument, type Statement, statementsOf } from '../../src/policy/document.js';
import { type Delivery, mergeKeyPolicy, missingKeyGrants } from '../../src/policy/index.js';
import { mayUseKey } from './key-oracle.js';
import { CENTRAL, DEV, delivery, PRD, trailOf } from './shapes/deliveries.js';
import {
  anyTrail,
  describeKey,
  encrypt,
  encrypted,
  guardedDescribe,
  KEY_SHAPES,
  keyPolicy,
  readers,
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
const shape = (name: string) => KEY_SHAPES[name] ?? keyPolicy();
const kinds = (document: PolicyDocument, one: Delivery) =>
  missingKeyGrants(document, [one]).map(({ kind }) => kind);

describe('who leaves', () => {
  const both = () => admit(keyPolicy(root, encrypt, guardedDescribe), dev, prd).document;

  test('takes his trail and his account along, and nobody else', () => {
    const left = withdraw(both(), [dev], [encrypted(CENTRAL), prd]);
    const { document, changed, trails, findings } = left;
    expect(changed).toBe(true);
    expect(JSON.stringify(document)).not.toContain(DEV);
    expect(kinds(document, prd)).toEqual([]);
    expect(kinds(document, encrypted(CENTRAL))).toEqual([]);
    expect(trails).toEqual({ added: 0, removed: 1 });
    expect(findings).toEqual([]);
  });

  test('leaves his account in the encryption context while another trail of it uses the key', () => {
    const second = encrypted(DEV, { trailArn: trailOf(DEV, 'second') });
    const three = admit(both(), second).document;
    const { document } = withdraw(three, [dev], [second]);
    expect(mayUseKey(document, second)).toEqual({ encrypt: true, describe: true });
    expect(mayUseKey(document, dev)).toEqual({ encrypt: false, describe: false });
  });

  test('leaves a statement that does not name him as it is written', () => {
    const listed = statementsOf(shape('with the key spelled otherwise, lists of one'));
    const alone = statementsOf(admit(keyPolicy(), dev).document);
    const { document, changed } = withdraw(keyPolicy(...listed, ...alone), [dev]);
    expect(changed).toBe(true);
    expect(statementsOf(document)).toEqual(listed);
  });

  test('leaves an account in the encryption context that is the last one there', () => {
    const mixed: Statement = {
      ...encrypt,
      Condition: {
        ...encrypt.Condition,
        StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': anyTrail(DEV) },
      },
    };
    expect(withdraw(keyPolicy(root, mixed), [dev]).changed).toBe(false);
  });

  test('without a key takes nothing out of its policy', () => {
    expect(withdraw(both(), [delivery(DEV)]).changed).toBe(false);
  });

  test('leaves no statement behind that was for him alone', () => {
    const alone = admit(keyPolicy(root), dev).document;
    expect(withdraw(alone, [dev]).document).toEqual(keyPolicy(root));
  });

  test('and comes back as another name in one step loses nothing', () => {
    const renamed = encrypted(DEV, { trailArn: trailOf(DEV, 'renamed') });
    const { document } = withdraw(both(), [dev], [renamed]);
    expect(mayUseKey(document, renamed)).toEqual({ encrypt: true, describe: true });
    expect(mayUseKey(document, dev).encrypt).toBe(false);
  });

  test('is told where a broader statement still admits him', () => {
    const { findings, changed } = withdraw(shape('open to all of CloudTrail'), [dev]);
    expect(changed).toBe(false);
    expect(findings.map(({ code }) => code)).toEqual([
      'key-policy-without-source-arn',
      'key-policy-withdrawn-still-admitted',
    ]);
    expect(findings[1]).toMatchObject({
      account: DEV,
      message: `Trail ${dev.trailArn} can still encrypt with the key: statement 2 admits more than single trails.`,
      remedy: expect.stringContaining('Narrow statement 2') as string,
    });
  });

  test('and is wished for at once stays', () => {
    expect(mergeKeyPolicy(both(), { admit: [dev], withdraw: [dev] }).changed).toBe(false);
  });
});

test("readers' statements are never touched", () => {
  const document = keyPolicy(root, readers, encrypt, describeKey);
  const merged = admit(document, dev).document;
  const back = withdraw(merged, [dev, encrypted(CENTRAL)]).document;
  expect(statementsOf(merged)[1]).toBe(readers);
  expect(statementsOf(back)).toEqual([root, readers, describeKey]);
});
