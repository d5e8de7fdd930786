// What a reviewer approves: the digest stands for the end state that is meant, with all it costs, and for nothing else.

import fc from 'fast-check';
import { planDigest } from '../../src/plan/digest.js';
import type { KeyPlan, KeyWish } from '../../src/plan/key-plan.js';
import type { Observed, ObservedMember } from '../../src/plan/observe.js';
import { makePlan, type Plan, reapproval } from '../../src/plan/plan.js';
import type { PolicyDocument } from '../../src/policy/index.js';
import type { Member, Request } from '../../src/request/request.js';
import type { LiveTrail } from '../../src/trail/settings.js';
import { live } from './members.js';

const BUCKET = 'logs';
const ACCOUNTS = ['222222222222', '333333333333', '444444444444'];
const OTHER = '999999999999';

const memberOf = (accountId: string, wish: Partial<Member['trail']> = {}): Member => ({
  accountId,
  state: 'present',
  region: 'us-east-1',
  trail: { name: 'T', settings: {}, extras: {}, ...wish },
});

const arnOf = (accountId: string): string => `arn:aws:cloudtrail:us-east-1:${accountId}:trail/T`;

function observedOf(member: Member, trail: Partial<LiveTrail> | null): ObservedMember {
  const arn = arnOf(member.accountId);
  const delivering = { arn, homeRegion: 'us-east-1', bucket: BUCKET };
  return {
    member,
    trailArn: arn,
    trails: trail === null ? [] : [live('T', { ...delivering, ...trail })],
    logging: trail !== null,
    extras: {},
    replacedLogging: false,
    replacedExtras: {},
  };
}

const requestOf = (members: readonly Member[], expectedPlan?: string): Request => ({
  operation: 'onboard',
  mode: 'apply',
  central: { accountId: '111111111111', bucket: BUCKET, bucketRegion: 'us-east-1' },
  members,
  access: { audience: 'a', sessionName: 's' },
  layout: 'documented',
  allowRepoint: false,
  allowBroadening: false,
  settleSeconds: 0,
  maxParallel: 8,
  manageKeyPolicy: false,
  silentAfterHours: 24,
  verifyDelivery: false,
  deliveryTimeoutMinutes: 15,
  comment: 'auto',
  failOn: 'error',
  outputDirectory: '/tmp',
  ...(expectedPlan === undefined ? {} : { expectedPlan }),
});

function planOf(
  members: readonly ObservedMember[],
  document: PolicyDocument | null,
  expectedPlan?: string,
  more: Partial<Request> = {},
): Plan {
  const policy = { text: null, document, readAt: 0 };
  const observed: Observed = { policy, members, keys: [], unlimitedAccounts: [] };
  const request = requestOf(
    members.map(({ member }) => member),
    expectedPlan,
  );
  return makePlan({ ...request, ...more }, observed);
}

/** The policy after these accounts have been onboarded. */
const joined = (ids: readonly string[], before: PolicyDocument | null = null) =>
  planOf(
    ids.map((id) => observedOf(memberOf(id), null)),
    before,
  ).policy.merge.document;

const OTHER_ARN = 'arn:aws:cloudtrail:us-east-1:222222222222:trail/OTHER';

const withExtras = (extras: Member['trail']['extras']): readonly ObservedMember[] =>
  ACCOUNTS.map((id) => observedOf(memberOf(id, { extras }), null));

const fresh = ACCOUNTS.map((id) => observedOf(memberOf(id), null));
const { digest } = planOf(fresh, null);

test('it is the same whatever of the plan is done already, whoever else has joined, in any order', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(ACCOUNTS),
      fc.subarray(ACCOUNTS),
      fc.boolean(),
      fc.shuffledSubarray(ACCOUNTS, { minLength: 3 }),
      (granted, created, other, order) => {
        const document = joined([...granted, ...(other ? [OTHER] : [])]);
        const members = order.map((id) =>
          observedOf(memberOf(id), created.includes(id) ? {} : null),
        );
        expect(planOf(members, granted.length === 0 && !other ? null : document).digest).toBe(
          digest,
        );
      },
    ),
  );
});

test.each<[string, readonly ObservedMember[]]>([
  ['one account less', fresh.slice(1)],
  ['one account more', [...fresh, observedOf(memberOf(OTHER), null)]],
  [
    'another setting',
    fresh.map(({ member }) =>
      observedOf({ ...member, trail: { ...member.trail, settings: { multiRegion: false } } }, null),
    ),
  ],
  [
    'other tags',
    fresh.map(({ member }) =>
      observedOf({ ...member, trail: { ...member.trail, extras: { tags: { a: 'b' } } } }, null),
    ),
  ],
  [
    'tags with another value',
    fresh.map(({ member }) =>
      observedOf({ ...member, trail: { ...member.trail, extras: { tags: { a: 'c' } } } }, null),
    ),
  ],
  [
    'event selectors',
    withExtras({ eventSelectors: { kind: 'basic', selectors: [{ ReadWriteType: 'WriteOnly' }] } }),
  ],
  ['insight selectors', withExtras({ insightSelectors: ['ApiCallRateInsight'] })],
  [
    'another trail',
    fresh.map(({ member }) => ({ ...observedOf(member, null), trailArn: OTHER_ARN })),
  ],
  [
    'an account that leaves',
    fresh.map(({ member }) => observedOf({ ...member, state: 'absent' }, null)),
  ],
])('it is another one for %s', (_what, members) => {
  expect(planOf(members, null).digest).not.toBe(digest);
});

test('it is another one where a trail would lose something', () => {
  const [first] = ACCOUNTS;
  const member = memberOf(first ?? '', { settings: { kmsKeyArn: '' } });
  const keeps = planOf([observedOf(member, {})], null);
  const key = 'arn:aws:kms:us-east-1:111111111111:key/1';
  const loses = planOf([observedOf(member, { kmsKeyArn: key })], null);
  expect(loses.findings.map(({ code }) => code)).toContain('trail-loss');
  expect(loses.digest).not.toBe(keeps.digest);
});

test('it is another one for every layout, organization and bucket, and for a policy that asks for TLS', () => {
  const organizationId = 'o-exampleorgid';
  const central = { accountId: '111111111111', bucket: 'others', bucketRegion: 'us-east-1' };
  const others: readonly Partial<Request>[] = [
    {},
    { layout: 'isolated' },
    { layout: 'compact' },
    { layout: 'organization', organizationId },
    { layout: 'organization', organizationId: 'o-another1234' },
    { central },
    { central: { ...central, bucket: BUCKET, accountId: OTHER } },
    { operation: 'bootstrap' },
  ];
  const digests = others.map((more) => planOf(fresh, null, undefined, more).digest);
  expect(new Set(digests).size).toBe(others.length);
});

describe('the order in which things are said does not count, of', () => {
  const both = (one: Member['trail']['extras'], two: Member['trail']['extras']) =>
    [one, two].map((extras) => planOf(withExtras(extras), null).digest);

  test('tags', () => {
    const [one, two] = both({ tags: { a: '1', b: '2' } }, { tags: { b: '2', a: '1' } });
    expect(one).toBe(two);
  });

  test('insight types', () => {
    const [first, second] = ['ApiCallRateInsight', 'ApiErrorRateInsight'] as const;
    const [one, two] = both(
      { insightSelectors: [first, second] },
      { insightSelectors: [second, first] },
    );
    expect(one).toBe(two);
  });
});

describe('the policy of a key', () => {
  const key = 'arn:aws:kms:us-east-1:111111111111:key/1';
  const delivery = (trail: string) => ({
    ...planOf(fresh, null).wish.admit[0],
    trailArn: arnOf(trail),
  });
  const [first = '', second = ''] = ACCOUNTS;
  const digestWith = (more: Partial<KeyWish> | null): string => {
    const { wish, members, policy } = planOf(fresh, null);
    const planned = members.filter((member) => member.kind === 'planned');
    const keyWish = { arn: key, accountId: '111111111111', managed: true, withdraw: [], ...more };
    const keys = more === null ? [] : [{ wish: { admit: [delivery(first)], ...keyWish } }];
    return planDigest(wish, planned, policy, keys as unknown as readonly KeyPlan[]);
  };

  test('counts where it is managed: which key, who may use it, who leaves it', () => {
    const all = [
      digestWith(null),
      digestWith({}),
      digestWith({ arn: `${key}2` }),
      digestWith({ admit: [delivery(second)] as KeyWish['admit'] }),
      digestWith({ withdraw: [delivery(second)] as KeyWish['withdraw'] }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test('does not count where it is only looked at', () => {
    expect(digestWith({ managed: false })).toBe(digestWith(null));
  });

  test('is the same in any order of its trails', () => {
    const trails = [delivery(first), delivery(second)] as KeyWish['admit'];
    expect(digestWith({ admit: trails })).toBe(digestWith({ admit: trails.toReversed() }));
    expect(digestWith({ withdraw: trails })).toBe(digestWith({ withdraw: trails.toReversed() }));
  });
});

describe('it holds', () => {
  const plan = planOf(fresh, null);
  const planned = plan.members.filter((member) => member.kind === 'planned');
  type Changes = { readonly member?: object; readonly access?: object };
  /** Of a plan that differs from the other in this alone. */
  const digestWith = ({ member = {}, access = {} }: Changes): string => {
    const policy = { ...plan.policy, access: { ...plan.policy.access, ...access } };
    const members = planned.map((one) => ({ ...one, ...member }));
    return planDigest(plan.wish, members, policy, []);
  };
  const trailWith = (findings: readonly object[]) => ({
    trail: { ...planned[0]?.trail, findings },
  });
  const loss = (message: string) =>
    trailWith([{ code: 'trail-loss', severity: 'warning', message }]);
  const lost = (who: string) => ({
    lostUnasked: [{ who, may: 's3:GetObject', on: 'o', when: '' }],
  });
  const leaving = (id: string) => ({ withdraw: [{ trailArn: arnOf(id) }] });

  test.each<[string, readonly Changes[]]>([
    ['who loses access', [{}, { access: lost('one') }, { access: lost('another') }]],
    ['that access is broadened', [{}, { access: { broader: true } }]],
    ['what a trail loses', [{}, { member: loss('its key') }, { member: loss('its topic') }]],
    ['which trail leaves', [{}, { member: leaving(OTHER) }, { member: leaving('888888888888') }]],
  ])('%s', (_what, changes) => {
    expect(new Set(changes.map(digestWith)).size).toBe(changes.length);
  });

  test('no other finding, for what is found today may be gone tomorrow', () => {
    const found = trailWith([{ code: 'second-copy', severity: 'notice', message: 'twice' }]);
    expect(digestWith({ member: found })).toBe(digestWith({ member: trailWith([]) }));
  });
});

/** Somebody who reads the logs, with or without TLS. */
const READER: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111111111111:role/Auditor' },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${BUCKET}/*`,
    },
  ],
};

describe('an approved plan', () => {
  test("blocks with both digests where today's is another one", () => {
    const expected = `sha256:${'0'.repeat(64)}`;
    const plan = planOf(fresh, null, expected);
    expect(plan.blocked).toBe(true);
    expect(plan.findings).toMatchObject([
      { code: 'plan-not-approved', message: expect.stringMatching(`${expected}.*${digest}`) },
    ]);
  });

  test('is asked for again with the policy that is about to be written over', () => {
    const approved = (document: PolicyDocument | null) => {
      const members = fresh.map(({ member }) => member);
      return reapproval(requestOf(members, digest), planOf(fresh, null, digest), document);
    };
    expect(approved(joined([OTHER]))).toEqual([]);
    expect(approved(joined(ACCOUNTS))).toEqual([]);
  });

  test('is another one when somebody has come meanwhile who would lose access by it', () => {
    const [first] = fresh;
    const members = first === undefined ? [] : [first];
    const bootstrap = { operation: 'bootstrap' } as const;
    const plan = planOf(members, null, undefined, bootstrap);
    const request = { ...requestOf([], plan.digest), ...bootstrap };
    expect(reapproval(request, plan, null)).toEqual([]);
    const now = planOf(members, READER, undefined, bootstrap).digest;
    expect(reapproval(request, plan, READER)).toMatchObject([
      { severity: 'error', message: expect.stringMatching(`${plan.digest}.*${now}`) },
    ]);
  });
});

test.each(['isolated', 'compact', 'organization'] as const)(
  'with layout %s too it is the same before and after the plan is carried out',
  (layout) => {
    const more = { layout, organizationId: 'o-exampleorgid' };
    const before = planOf(fresh, null, undefined, more);
    const after = planOf(fresh, before.policy.merge.document, undefined, more);
    expect(after.digest).toBe(before.digest);
  },
);
