// The one word for a run, whether anything is another than before, and what is told of what failed.

import { Cancelled } from '../../src/cancel.js';
import {
  cancellation,
  hasChanged,
  isUndone,
  type Outcome,
  outcomeFindings,
  resultOf,
  type Step,
  undone,
  unwantedChanges,
} from '../../src/plan/outcome.js';
import type { MemberPlan, Plan } from '../../src/plan/plan.js';
import type { Finding } from '../../src/policy/index.js';
import type { Request } from '../../src/request/request.js';
import { failure } from './keeper-stage.js';

const finding = (code: string, severity: Finding['severity'] = 'error'): Finding => ({
  severity,
  code,
  message: code,
  remedy: 'none',
});
const warning = finding('careful', 'warning');

const DONE: Step = { state: 'done' };
const UNCHANGED: Step = { state: 'unchanged' };
const NOT_TRIED: Step = { state: 'not-tried' };
const FAILED: Step = { state: 'failed', findings: [finding('failed')] };
const STOPPED: Step = { state: 'cancelled', begun: false };
const UNSEEN: Step = { state: 'cancelled', begun: true };

const planOf = (more: Partial<Plan> = {}, ...kinds: readonly MemberPlan['kind'][]): Plan =>
  ({
    blocked: false,
    changes: 1,
    findings: [warning],
    members: (kinds.length > 0 ? kinds : ['planned']).map((kind) => ({ kind })),
    ...more,
  }) as Plan;

const WRITTEN = { before: { text: null, document: null, readAt: 0 }, after: null };
const step = { kind: 'start-logging', trail: 'T' } as const;

/** In which nothing was to be done, but for what is given. */
const outcomeOf = ({
  bucket = [],
  policy = UNCHANGED,
  key = UNCHANGED,
  member = [],
  ...more
}: {
  readonly bucket?: readonly Step[];
  readonly policy?: Step;
  readonly key?: Step;
  readonly member?: readonly Step[];
} & Partial<Pick<Outcome, 'findings'>> = {}): Outcome => ({
  bucket: bucket.map((result) => ({ step: { kind: 'put-versioning' }, result })),
  policy: { step: policy, written: null },
  keys: [{ arn: 'key', step: key, written: null }],
  members: [{ accountId: '1', steps: member.map((result) => ({ step, result })) }],
  findings: [warning],
  ...more,
});

describe('a plan that was not carried out', () => {
  test.each<[string, Plan, string]>([
    ['with changes', planOf(), 'planned'],
    ['without any', planOf({ changes: 0 }), 'no-changes'],
    ['that may not be', planOf({ blocked: true }), 'blocked'],
    ['with an account that is held back', planOf({}, 'planned', 'held-back'), 'planned'],
    ['with an error', planOf({ findings: [warning, finding('no')] }), 'partial'],
    ['with an error and no change', planOf({ changes: 0, findings: [finding('no')] }), 'partial'],
    ['in which no account is left', planOf({}, 'unread', 'held-back'), 'failed'],
  ])('%s: %s', (_, plan, result) => {
    expect(resultOf(plan, null)).toBe(result);
    expect(hasChanged(plan, null)).toBe(plan.changes > 0);
  });
});

describe('a plan that was carried out', () => {
  test.each<[string, Outcome, string, boolean]>([
    ['nothing was to be done', outcomeOf(), 'no-changes', false],
    ['the bucket was changed', outcomeOf({ bucket: [UNCHANGED, DONE] }), 'applied', true],
    ['the policy was written', outcomeOf({ policy: DONE }), 'applied', true],
    ['a key was opened', outcomeOf({ key: DONE }), 'applied', true],
    ['a trail was changed', outcomeOf({ member: [DONE, DONE] }), 'applied', true],
    ['the first step failed', outcomeOf({ member: [FAILED, NOT_TRIED] }), 'failed', false],
    ['a later step failed', outcomeOf({ member: [DONE, FAILED] }), 'partial', true],
    ['the bucket failed', outcomeOf({ bucket: [FAILED], policy: NOT_TRIED }), 'failed', false],
    ['the policy failed', outcomeOf({ policy: FAILED, member: [NOT_TRIED] }), 'failed', false],
    ['a key failed', outcomeOf({ policy: DONE, key: FAILED }), 'partial', true],
    ['it was cancelled first', outcomeOf({ policy: STOPPED }), 'failed', false],
    ['it was cancelled between', outcomeOf({ policy: DONE, key: STOPPED }), 'partial', true],
    ['nobody saw the end of a write', outcomeOf({ policy: UNSEEN }), 'partial', true],
    ['something was found on the way', outcomeOf({ findings: [finding('x')] }), 'failed', false],
  ])('%s', (_, outcome, result, changed) => {
    expect(resultOf(planOf(), outcome)).toBe(result);
    expect(hasChanged(planOf(), outcome)).toBe(changed);
  });

  test.each<[string, (outcome: Outcome) => Outcome]>([
    ['the policy', (one) => ({ ...one, policy: { step: FAILED, written: WRITTEN } })],
    ['a key', (one) => ({ ...one, keys: [{ arn: 'key', step: FAILED, written: WRITTEN }] })],
  ])('%s was written and then undone: that is a change', (_, change) => {
    const outcome = change(outcomeOf());
    expect(resultOf(planOf(), outcome)).toBe('partial');
    expect(hasChanged(planOf(), outcome)).toBe(true);
  });

  test('an error of the plan keeps it from being whole', () => {
    const plan = planOf({ findings: [finding('held-back')] }, 'planned', 'held-back');
    expect(resultOf(plan, outcomeOf({ policy: DONE }))).toBe('partial');
    expect(resultOf(plan, outcomeOf())).toBe('failed');
  });
});

test('told are the causes of all that failed, and what was found on the way', () => {
  const failed = (code: string): Step => ({ state: 'failed', findings: [finding(code)] });
  const all = outcomeOf({
    bucket: [failed('bucket')],
    policy: failed('policy'),
    key: failed('key'),
    member: [DONE, failed('trail'), NOT_TRIED],
    findings: [warning],
  });
  expect(outcomeFindings(all).map(({ code }) => code)).toEqual([
    'bucket',
    'policy',
    'key',
    'trail',
    'careful',
  ]);
  expect(outcomeFindings(outcomeOf({ policy: UNSEEN, findings: [] }))).toEqual([]);
});

test.each<[string, unknown, object]>([
  ['a refusal', failure('no'), { state: 'failed', findings: [{ code: 'no', message: 'no' }] }],
  ['a cancellation before it was sent', new Cancelled(), STOPPED],
  ['a cancellation while it was on its way', new Cancelled(true), UNSEEN],
])('a step that ended in %s is not done, and nothing follows it', (_, error, expected) => {
  const result = undone(error);
  expect(result).toMatchObject(expected);
  expect(isUndone(result)).toBe(true);
});

test.each([DONE, UNCHANGED, NOT_TRIED])('behind one that is %j the next is tried', (result) => {
  expect(isUndone(result)).toBe(false);
});

test.each([
  [true, 'What had been done by then stays'],
  [false, 'Nothing had been changed'],
])(
  'a run that was cancelled says whether anything had changed (%s), and to run again',
  (changed, text) => {
    expect(cancellation(changed)).toMatchObject({
      severity: 'error',
      code: 'cancelled',
      message: expect.stringContaining(text),
      remedy: expect.stringContaining('Run again'),
    });
  },
);

describe('fail-on: changes', () => {
  const request = { mode: 'plan', failOn: 'changes' } as Request;

  test.each([
    [1, 'is 1 change to'],
    [3, 'are 3 changes to'],
  ])('fails a dry run with %s', (changes, text) => {
    expect(unwantedChanges(request, planOf({ changes }))).toMatchObject([
      {
        severity: 'error',
        code: 'changes-found',
        message: expect.stringContaining(text),
        remedy: expect.stringContaining('Apply the plan'),
      },
    ]);
  });

  test.each<[string, Request, Plan]>([
    ['an apply', { ...request, mode: 'apply' }, planOf()],
    ['a dry run that nobody asked to fail', { ...request, failOn: 'error' }, planOf()],
    ['a dry run without changes', request, planOf({ changes: 0 })],
    ['a plan that is blocked anyway', request, planOf({ blocked: true })],
  ])('does not fail %s', (_, asked, plan) => {
    expect(unwantedChanges(asked, plan)).toEqual([]);
  });
});
