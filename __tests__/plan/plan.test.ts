// What becomes of one plan: who is planned for, who is held back and who could not be read; what blocks all of it; how many
// changes a person would count.

import type { Observed, ObservedMember, UnreadMember } from '../../src/plan/observe.js';
import type { ObservedKey } from '../../src/plan/observe-keys.js';
import { makePlan, reapproval } from '../../src/plan/plan.js';
import type { PolicyDocument, Principals } from '../../src/policy/document.js';
import { parsePolicy } from '../../src/policy/index.js';
import { userError } from '../../src/problem.js';
import type { Request } from '../../src/request/request.js';
import type { SettingsWish } from '../../src/trail/settings.js';
import { arnOf, BUCKET, CENTRAL, DEV, live, observed, requestFor } from './members.js';

const QA = '333333333333';
const KEY = `arn:aws:kms:ap-northeast-2:${CENTRAL}:key/1`;

/** A member that wishes a trail with these settings; nothing is there yet. */
function joining(accountId: string, settings: SettingsWish = {}): ObservedMember {
  const one = observed([]);
  const trail = { ...one.member.trail, settings };
  const trailArn = one.trailArn.replace(DEV, accountId);
  return { ...one, trailArn, member: { ...one.member, accountId, trail } };
}

/** One whose trail delivers to a bucket of somebody else. */
const held = observed([live('DEV-CLOUDTRAIL', { bucket: 'another' })]);

const unread = (accountId: string): UnreadMember => ({
  member: joining(accountId).member,
  failure: userError({ code: 'no-role', account: accountId, message: 'no', remedy: 'none' }),
});

const settled = (accountId: string, document: PolicyDocument | null): ObservedMember => ({
  ...joining(accountId),
  trails: [live('DEV-CLOUDTRAIL', { arn: arnOf('DEV-CLOUDTRAIL').replace(DEV, accountId) })],
  logging: document !== null,
});

type Scene = Partial<Omit<Observed, 'policy'>> & { readonly document?: PolicyDocument | null };

function planOf(
  members: Observed['members'],
  { document = null, keys = [], ...more }: Scene = {},
  request: Partial<Request> = {},
) {
  const policy = { text: null, document, readAt: 0 };
  const asked = requestFor(
    members.map(({ member }) => member),
    request,
  );
  return makePlan(asked, { policy, members, keys, unlimitedAccounts: [], ...more });
}

const granted = (...accounts: readonly string[]): PolicyDocument | null =>
  planOf(accounts.map((one) => joining(one))).policy.merge.document;

const keySeen = (more: object = {}): ObservedKey => {
  const text = JSON.stringify({
    Statement: [{ Effect: 'Allow', Principal: { AWS: CENTRAL }, Action: 'kms:*', Resource: '*' }],
  });
  return {
    arn: KEY,
    policy: { text, document: parsePolicy(text), readAt: 0 },
    description: {
      arn: KEY,
      accountId: CENTRAL,
      region: 'ap-northeast-2',
      enabled: true,
      state: 'Enabled',
      manager: 'customer',
      symmetric: true,
      ...more,
    },
  };
};

const kinds = ({ members }: ReturnType<typeof planOf>) => members.map(({ kind }) => kind);

describe('who is planned for', () => {
  test('is granted what the trail needs, prefix, key and organization included', () => {
    const wish = { prefix: 'p', kmsKeyArn: KEY };
    const { wish: asked } = planOf(
      [joining(DEV, wish)],
      {},
      { organizationId: 'o-exampleorgid', layout: 'organization', allowBroadening: true },
    );
    expect(asked.admit).toEqual([
      {
        trailArn: arnOf('DEV-CLOUDTRAIL'),
        accountId: DEV,
        bucket: BUCKET,
        prefix: 'p',
        kmsKeyArn: KEY,
        organizationId: 'o-exampleorgid',
      },
    ]);
  });

  test('without key and organization is granted what names neither', () => {
    const [delivery] = planOf([joining(DEV)]).wish.admit;
    expect(Object.keys(delivery ?? {}).toSorted()).toEqual([
      'accountId',
      'bucket',
      'prefix',
      'trailArn',
    ]);
  });
});

describe('a member whose trail must be left alone', () => {
  test('is held back and granted nothing, and the others go on', () => {
    const plan = planOf([held, joining(QA)]);
    expect(kinds(plan)).toEqual(['held-back', 'planned']);
    expect(plan.members[0]).toMatchObject({ trailArn: held.trailArn, member: { accountId: DEV } });
    expect(plan.wish.admit.map(({ accountId }) => accountId)).toEqual([QA]);
    expect(plan.findings).toMatchObject([{ code: 'trail-delivers-elsewhere', account: DEV }]);
    expect(plan.blocked).toBe(false);
  });

  test('blocks the plan where nobody else is left', () => {
    expect(planOf([held]).blocked).toBe(true);
    expect(planOf([held, unread(QA)]).blocked).toBe(true);
  });
});

describe('a member that could not be read', () => {
  test('is granted nothing; why is told, and the others go on', () => {
    const plan = planOf([unread(DEV), joining(QA)]);
    expect(plan.members[0]).toEqual({ kind: 'unread', member: unread(DEV).member });
    expect(plan.wish.admit.map(({ accountId }) => accountId)).toEqual([QA]);
    expect(plan.findings).toMatchObject([{ code: 'no-role', account: DEV }]);
    expect(plan.blocked).toBe(false);
  });

  test('is no reason to block: nothing is forbidden, there is only nothing to do', () => {
    expect(planOf([unread(DEV)])).toMatchObject({ blocked: false, changes: 0 });
  });
});

test('who leaves takes back what names no key', () => {
  const { member } = joining(DEV);
  const { wish } = planOf([{ ...joining(DEV), member: { ...member, state: 'absent' } }]);
  expect(wish.withdraw).toEqual([
    { trailArn: arnOf('DEV-CLOUDTRAIL'), accountId: DEV, bucket: BUCKET, prefix: '' },
  ]);
});

test('what was approved holds when it is asked again, whoever is held back; another plan says what to do', () => {
  const members = [held, joining(QA)];
  const approved = planOf(members);
  const request = (expectedPlan: string): Request => requestFor([], { expectedPlan });
  expect(reapproval(request(approved.digest), approved, null)).toEqual([]);
  expect(reapproval(request('sha256:another'), approved, null)).toMatchObject([
    { code: 'plan-not-approved', remedy: expect.stringContaining('approve that one') },
  ]);
});

describe('a key that CloudTrail cannot use', () => {
  const disabled = keySeen({ enabled: false, state: 'Disabled' });
  const members = [joining(DEV, { kmsKeyArn: KEY }), joining(QA)];

  test('holds back those that would use it, and nobody else', () => {
    const plan = planOf(members, { keys: [disabled] });
    expect(kinds(plan)).toEqual(['held-back', 'planned']);
    expect(plan.members[0]).toMatchObject({
      trailArn: members[0]?.trailArn,
      member: { accountId: DEV },
    });
    expect(plan.wish.admit.map(({ accountId }) => accountId)).toEqual([QA]);
    expect(plan.findings).toMatchObject([{ code: 'key-disabled', severity: 'error' }]);
  });

  test('is asked about for those alone that are planned for', () => {
    const elsewhere = { ...members[0], trails: held.trails } as ObservedMember;
    const managed = { manageKeyPolicy: true };
    expect(planOf([elsewhere, unread(QA)], { keys: [keySeen()] }, managed).keys).toEqual([]);
  });
});

describe('what blocks the whole plan', () => {
  const bootstrap = { operation: 'bootstrap' } as const;
  const letting = (Principal: Principals): PolicyDocument => ({
    Statement: [
      { Effect: 'Allow', Principal, Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/*` },
    ],
  });

  test('an error about the policy, and no warning', () => {
    const dead = letting({ AWS: 'AIDAEXAMPLEEXAMPLEAAA' });
    expect(planOf([joining(DEV)], { document: dead }).blocked).toBe(true);
    const broader = planOf([joining(DEV)], {}, { layout: 'compact', allowBroadening: true });
    expect(broader.findings.map(({ code }) => code)).toContain('policy-broader');
    expect(broader.blocked).toBe(false);
  });

  test('a bootstrap whose trail could not be read: no bucket is made ready for it', () => {
    expect(planOf([unread(CENTRAL)], { bucket: null }, bootstrap).blocked).toBe(true);
    expect(planOf([joining(CENTRAL)], { bucket: null }, bootstrap).blocked).toBe(false);
  });

  test('a bucket policy that lets anybody in, where it is to be closed', () => {
    const document = letting('*');
    const bucket = { publicAccessBlock: null, ownership: null, encryption: null, versioning: null };
    const plan = planOf([joining(CENTRAL)], { document, bucket }, bootstrap);
    expect(plan.blocked).toBe(true);
    expect(plan.findings.map(({ code }) => code)).toContain('bucket-policy-public');
  });
});

describe('changes, as a person would count them', () => {
  const document = granted(DEV, QA);
  const managed = { manageKeyPolicy: true };
  const withKey = joining(DEV, { kmsKeyArn: KEY });

  test.each<[string, () => ReturnType<typeof planOf>, number]>([
    ['nothing to do', () => planOf([settled(DEV, document)], { document }), 0],
    ['the policy and a trail', () => planOf([joining(DEV)]), 2],
    ['the policy and two trails', () => planOf([joining(DEV), joining(QA)]), 3],
    ['a trail', () => planOf([joining(DEV), settled(QA, document)], { document }), 1],
    ['policy, key and trail', () => planOf([withKey], { keys: [keySeen()] }, managed), 3],
    ['policy and trail, the key looked at', () => planOf([joining(DEV)], { keys: [keySeen()] }), 2],
    [
      'bucket, policy and trail',
      () => planOf([joining(CENTRAL)], { bucket: null }, { operation: 'bootstrap' }),
      3,
    ],
  ])('%s', (_, plan, count) => {
    expect(plan().changes).toBe(count);
  });
});

test('a bootstrap asks for TLS, and tells what is weak about the bucket; other operations do neither', () => {
  const bucket = {
    publicAccessBlock: null,
    ownership: 'ObjectWriter',
    encryption: null,
    versioning: null,
  };
  const bootstrap = planOf([joining(CENTRAL)], { bucket }, { operation: 'bootstrap' });
  expect(bootstrap.bucket.length).toBeGreaterThan(0);
  expect(bootstrap.findings).toMatchObject([{ code: 'bucket-acls-enabled' }]);
  expect(JSON.stringify(bootstrap.policy.merge.document)).toContain('aws:SecureTransport');
  const onboard = planOf([joining(DEV)]);
  expect(onboard).toMatchObject({ bucket: [], findings: [] });
  expect(JSON.stringify(onboard.policy.merge.document)).not.toContain('aws:SecureTransport');
});
