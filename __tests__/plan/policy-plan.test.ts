// What is found wrong with a bucket's policy before it is written, and in which cases that forbids the write.

import { type PolicyWish, planPolicy } from '../../src/plan/policy-plan.js';
import type { PolicyDocument, Statement } from '../../src/policy/document.js';
import { AUDITOR, DEV, QA, wishFor } from './keeper-stage.js';

const CENTRAL = '111111111111';
const ORGANIZATION = 'o-exampleorgid';
const wish = wishFor(DEV);
const nobody: PolicyWish = { ...wish, admit: [] };

const policy = (...statements: readonly Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});
const auditor = AUDITOR as Statement;
const dead = (who: string, sid?: string): Statement => {
  const { Sid: _, ...rest } = auditor;
  return { ...rest, ...(sid !== undefined && { Sid: sid }), Principal: { AWS: who } };
};
/** The policy once the wish is fulfilled. */
const fulfilled = (before: PolicyDocument | null): PolicyDocument | null =>
  planPolicy(before, wish).merge.document;

const found = (before: PolicyDocument | null, more: Partial<PolicyWish> = {}) =>
  planPolicy(before, { ...wish, ...more }).findings;
const codes = (before: PolicyDocument | null, more: Partial<PolicyWish> = {}) =>
  found(before, more).map(({ code }) => code);

test('the diff shows a change, and nothing where there is none', () => {
  expect(planPolicy(policy(auditor), wish).diff).toContain(DEV);
  expect(planPolicy(fulfilled(policy(auditor)), wish).diff).toBe('');
  expect(codes(fulfilled(policy(auditor)))).toEqual([]);
});

describe('a principal that was deleted', () => {
  const [ROLE, USER] = ['AROAEXAMPLEEXAMPLEAAA', 'AIDAEXAMPLEEXAMPLEBBB'];

  test('forbids the write, and all are named with their statements', () => {
    expect(found(policy(auditor, dead(ROLE, 'Old'), dead(USER)))).toMatchObject([
      {
        severity: 'error',
        code: 'policy-dead-principal',
        account: CENTRAL,
        message: expect.stringMatching(new RegExp(`^Statement 2 \\(Old\\) .*${ROLE}`)),
        remedy: expect.stringContaining(ROLE),
      },
      {
        severity: 'error',
        message: expect.stringMatching(new RegExp(`^Statement 3 of .*${USER}`)),
      },
    ]);
  });

  test('does not matter while the policy is not written', () => {
    const standing = fulfilled(policy(dead(ROLE)));
    expect(codes(standing)).toEqual([]);
    expect(codes(standing, wishFor(QA))).toEqual(['policy-dead-principal']);
  });

  test('in a policy that is deleted forbids nothing', () => {
    const { admit } = wish;
    expect(planPolicy(fulfilled(null), { ...nobody, withdraw: admit })).toMatchObject({
      merge: { document: null, changed: true },
      findings: [],
    });
  });
});

describe('a policy that would grant more than is needed', () => {
  const { admit } = wish;
  const wide = {
    layout: 'organization',
    admit: admit.map((one) => ({ ...one, organizationId: ORGANIZATION })),
  } as const;

  test.each([
    [false, 'error'],
    [true, 'warning'],
  ])('with allow-broadening %s it is an %s', (allowBroadening, severity) => {
    const findings = found(null, { ...wide, allowBroadening });
    expect(findings.filter(({ code }) => code === 'policy-broader')).toMatchObject([
      {
        severity,
        account: CENTRAL,
        message: expect.stringContaining('more than the onboarded accounts need'),
        remedy: expect.stringContaining('allow-broadening'),
      },
    ]);
  });

  test('needs no word where the layout grants each its own', () => {
    expect(codes(null)).not.toContain('policy-broader');
  });
});

describe('the room in a policy', () => {
  const padded = (bytes: number): PolicyDocument =>
    policy({ ...auditor, Resource: `arn:aws:s3:::logs/${'x'.repeat(bytes)}` });

  test.each([
    ['is plenty', 1_000, []],
    ['is little', 17_000, ['policy-nearly-full']],
    ['is not enough', 20_400, ['policy-too-large']],
  ])('%s', (_, bytes, expected) => {
    expect(codes(padded(bytes))).toEqual(expected);
  });

  test('is measured for those that leave, too, and not where nobody comes or goes', () => {
    const { admit } = wish;
    expect(codes(padded(17_000), { admit: [], withdraw: admit })).toEqual(['policy-nearly-full']);
    expect(planPolicy(padded(17_000), nobody)).toMatchObject({ size: null, findings: [] });
  });
});

test('a tool that would put back the policy is told where the policy changes, and only there', () => {
  const managed = policy({ ...auditor, Sid: 'denyInsecureTransport' });
  expect(found(managed)).toMatchObject([{ code: 'policy-managed-elsewhere', account: CENTRAL }]);
  expect(codes(fulfilled(managed))).toEqual([]);
});
