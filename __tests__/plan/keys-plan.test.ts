// What becomes of the keys of a run: which are managed, which only looked at, and whom a key holds back.

import type { KeyDescription } from '../../src/plan/key-ports.js';
import { planKeys } from '../../src/plan/keys-plan.js';
import type { ObservedKey } from '../../src/plan/observe-keys.js';
import type { PlannedMember } from '../../src/plan/plan.js';
import { type Delivery, parsePolicy } from '../../src/policy/index.js';
import { CallFailure } from '../../src/problem.js';
import { BUCKET, CENTRAL, DEV, live } from './members.js';
import { central } from './trail-stage.js';
import { arnIn, KEY, KEY_POLICY, memberOf } from './world.js';

const QA = '333333333333';
const OTHER_KEY = KEY.replace('key/1', 'key/0');

const deliveryOf = (account: string, kmsKeyArn?: string): Delivery => ({
  trailArn: arnIn(account),
  accountId: account,
  bucket: BUCKET,
  prefix: '',
  ...(kmsKeyArn !== undefined && { kmsKeyArn }),
});
const planned = (account: string, named: string | undefined): PlannedMember => ({
  kind: 'planned',
  member: memberOf(account, { settings: named === undefined ? {} : { kmsKeyArn: named } }),
  trailArn: arnIn(account),
  admit: deliveryOf(account),
  withdraw: [],
  trail: { steps: [], intended: live('T'), leaving: [], findings: [] },
});
/** Names the key; `keeping` has it on its trail, and names none. */
const joining = (account: string, key = KEY): PlannedMember => ({
  ...planned(account, key),
  admit: deliveryOf(account, key),
});
const keeping = (account: string): PlannedMember => ({
  ...planned(account, undefined),
  admit: deliveryOf(account, KEY),
});
const leaving = (account: string): PlannedMember => ({
  ...planned(account, KEY),
  admit: null,
  withdraw: [deliveryOf(account)],
});

const seen = (text: string, more: Partial<KeyDescription> = {}, arn = KEY): ObservedKey => ({
  arn,
  policy: { text, document: parsePolicy(text), readAt: 0 },
  description: {
    arn,
    accountId: CENTRAL,
    region: 'ap-northeast-2',
    enabled: true,
    state: 'Enabled',
    manager: 'customer',
    symmetric: true,
    ...more,
  },
});
const unread = (code: string): ObservedKey => ({
  arn: KEY,
  failure: new CallFailure(code, { code, message: `KMS said ${code}`, remedy: 'Ask KMS.' }),
});

const judge = (
  members: readonly PlannedMember[],
  observed: readonly ObservedKey[],
  manageKeyPolicy = false,
) => planKeys(members, observed, { central, manageKeyPolicy });
/** Of a key policy in which these are admitted. */
const open = (...accounts: readonly string[]): string =>
  JSON.stringify(
    judge(
      accounts.map((id) => joining(id)),
      [seen(KEY_POLICY)],
      true,
    ).keys[0]?.merge.document,
  );
const holding = (...accounts: readonly string[]) => new Set(accounts.map((id) => arnIn(id)));

describe('which keys are planned for', () => {
  test('none where no trail has one', () => {
    const { keys, findings, refused } = judge([planned(DEV, undefined)], [seen(KEY_POLICY)], true);
    expect({ keys, findings, refused }).toEqual({ keys: [], findings: [], refused: new Set() });
  });

  test('each one once, in order of their ARNs', () => {
    const members = [joining(DEV), joining(QA, OTHER_KEY), joining('444444444444')];
    const keys = [seen(KEY_POLICY), seen(KEY_POLICY, {}, OTHER_KEY)];
    const { keys: plans } = judge(members, keys, true);
    expect(plans.map(({ wish: { arn, admit } }) => [arn, admit.length])).toEqual([
      [OTHER_KEY, 1],
      [KEY, 2],
    ]);
  });

  test('a key that is named is managed where that is asked for: who joins may use it, who leaves may not', () => {
    const { keys } = judge([joining(QA), leaving(DEV)], [seen(open(DEV))], true);
    expect(keys).toMatchObject([
      { wish: { managed: true }, merge: { changed: true }, findings: [] },
    ]);
    const text = JSON.stringify(keys[0]?.merge.document);
    expect([text.includes(DEV), text.includes(QA)]).toEqual([false, true]);
  });

  test('a key that nobody names is not, nor one where it is not asked for', () => {
    expect(judge([keeping(DEV)], [seen(open(DEV))], true).keys).toMatchObject([
      { wish: { managed: false }, merge: { changed: false } },
    ]);
    const { keys, refused } = judge([joining(DEV), leaving(QA)], [seen(open(DEV, QA))]);
    expect(keys).toMatchObject([{ wish: { managed: false, withdraw: [] }, diff: '' }]);
    expect(refused).toEqual(new Set());
  });

  test('a key that one names and another has is managed for both', () => {
    const { keys, refused } = judge([keeping(QA), joining(DEV)], [seen(open(QA))], true);
    expect(keys).toMatchObject([{ wish: { managed: true }, merge: { changed: true } }]);
    expect(refused).toEqual(new Set());
    const failed = judge([keeping(QA), joining(DEV)], [unread('AccessDenied')], true);
    expect(failed.refused).toEqual(holding(DEV, QA));
  });

  test('one that was not looked at in time is not judged', () => {
    expect(judge([joining(DEV)], [])).toEqual({ keys: [], findings: [], refused: new Set() });
  });
});

describe('a key that is not managed', () => {
  test('holds back whom its policy does not admit, and nobody else', () => {
    const { keys, findings, refused } = judge([joining(DEV), joining(QA)], [seen(open(QA))]);
    expect(refused).toEqual(holding(DEV));
    expect(keys).toMatchObject([{ wish: { admit: [{ accountId: QA }] } }]);
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings)
      expect(finding).toMatchObject({ severity: 'error', account: DEV });
  });
});

describe('a key policy that would be too large', () => {
  test('holds back all, and is left as it is', () => {
    const [statement] = JSON.parse(KEY_POLICY).Statement;
    const reader = {
      ...statement,
      Principal: { AWS: `arn:aws:iam::${CENTRAL}:role/${'x'.repeat(32_400)}` },
    };
    const large = JSON.stringify({ Statement: [statement, reader] });
    const { keys, findings, refused } = judge([joining(DEV), joining(QA)], [seen(large)], true);
    expect(refused).toEqual(holding(DEV, QA));
    expect(findings.map(({ code }) => code)).toContain('key-policy-too-large');
    expect(keys).toMatchObject([{ merge: { changed: false } }]);
  });
});

describe('a key that CloudTrail cannot use', () => {
  test.each<[string, Partial<KeyDescription>, string, string]>([
    ["AWS's own", { manager: 'aws' }, 'key-of-aws', 'a key of your own'],
    ['not symmetric', { symmetric: false }, 'key-not-symmetric', 'a symmetric key'],
    [
      'disabled',
      { enabled: false, state: 'Disabled' },
      'key-disabled',
      'Enable the key in KMS, or',
    ],
    [
      'about to be deleted',
      { enabled: false, state: 'PendingDeletion' },
      'key-disabled',
      'once its deletion is cancelled',
    ],
  ])('%s, holds back who would join, and is no matter to who leaves', (_, key, code, remedy) => {
    const { keys, findings, refused } = judge([joining(DEV), leaving(QA)], [seen(open(QA), key)]);
    expect(keys).toEqual([]);
    expect(refused).toEqual(holding(DEV));
    expect(findings).toMatchObject([
      {
        severity: 'error',
        code,
        account: CENTRAL,
        message: expect.stringContaining(KEY),
        remedy: expect.stringContaining(remedy),
      },
    ]);
    const { findings: none } = judge([leaving(QA)], [seen(open(QA), key)], true);
    expect(none).toEqual([]);
  });

  test('in another Region than the bucket, holds back who would join', () => {
    const far = KEY.replace('ap-northeast-2', 'us-east-1');
    const { findings, refused } = judge([joining(DEV, far)], []);
    expect(refused).toEqual(holding(DEV));
    expect(findings).toMatchObject([
      {
        severity: 'error',
        code: 'key-wrong-region',
        message: expect.stringMatching(
          /us-east-1, but the bucket sec-cloudtrail-log is in ap-north/,
        ),
        remedy: expect.stringContaining('a key in ap-northeast-2'),
      },
    ]);
    const gone = { ...leaving(DEV), member: joining(DEV, far).member };
    expect(judge([gone], [], true)).toEqual({ keys: [], findings: [], refused: new Set() });
  });
});

describe('a key of another account', () => {
  const foreign = KEY.replace(CENTRAL, '999999999999');

  test('is told with the statement that it needs, and holds nobody back', () => {
    const { findings, refused } = judge([joining(DEV, foreign)], []);
    expect(refused).toEqual(new Set());
    expect(findings).toMatchObject([
      {
        severity: 'notice',
        code: 'key-of-another-account',
        account: '999999999999',
        message: expect.stringContaining(foreign),
        remedy: expect.stringContaining(arnIn(DEV)),
      },
    ]);
  });

  test('is not spoken of where somebody only leaves', () => {
    const gone = { ...leaving(DEV), member: joining(DEV, foreign).member };
    expect(judge([gone], [], true).findings).toEqual([]);
  });
});

describe('a key that could not be looked at', () => {
  test('because it is not there, holds back who would join, and nobody who leaves', () => {
    const { findings, refused } = judge(
      [joining(DEV), leaving(QA)],
      [unread('NotFoundException')],
      true,
    );
    expect(refused).toEqual(holding(DEV));
    expect(findings).toMatchObject([{ code: 'NotFoundException' }]);
    expect(judge([leaving(QA)], [unread('NotFoundException')], true)).toEqual({
      keys: [],
      findings: [],
      refused: new Set(),
    });
  });

  test('and is to be managed, holds back all', () => {
    const { findings, refused } = judge(
      [joining(DEV), leaving(QA)],
      [unread('AccessDenied')],
      true,
    );
    expect(refused).toEqual(holding(DEV, QA));
    expect(findings).toMatchObject([{ code: 'AccessDenied' }]);
  });

  test('and is not, is a warning with cause, remedy and the statement that it needs', () => {
    const { findings, refused } = judge([joining(DEV)], [unread('AccessDenied')]);
    expect(refused).toEqual(new Set());
    expect(findings).toMatchObject([
      {
        severity: 'warning',
        code: 'key-not-looked-at',
        account: CENTRAL,
        message: expect.stringMatching(/key\/1 .*KMS said AccessDenied/),
        remedy: expect.stringMatching(new RegExp(`^Ask KMS\\.[^]*${arnIn(DEV)}`)),
      },
    ]);
  });
});

test('that nobody may decrypt the logs is told where somebody joins, and only there', () => {
  const unreadable = KEY_POLICY.replace('kms:*', 'kms:PutKeyPolicy');
  const codes = (member: PlannedMember) =>
    judge([member], [seen(unreadable)], true).findings.map(({ code }) => code);
  expect(codes(joining(DEV))).toEqual(['key-without-readers']);
  expect(codes(leaving(QA))).toEqual([]);
});
