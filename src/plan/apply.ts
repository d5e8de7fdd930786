// Carries a plan out, in the order that survives a crash after any call: the bucket is made ready, who is to deliver is
// admitted, then the trails are brought through their steps, then the grants of those that have left are taken back. Decides
// nothing: what to write comes from the plan's own pure functions. What fails is told step by step, and what was done stays
// done, so that a rerun continues from there.

import { findingsOf, UserError } from '../problem.js';
import type { Request } from '../request/request.js';
import { applyBucket } from './apply-bucket.js';
import { applyTrail, type TrailDeps } from './apply-trail.js';
import { inParallel } from './in-parallel.js';
import type { ObservedPolicy } from './observe.js';
import type { MemberOutcome, Outcome, PolicyOutcome, Step } from './outcome.js';
import { type Plan, type PlannedMember, reapproval } from './plan.js';
import { type PolicyDeps, type PolicyKeeper, policyKeeper } from './policy-keeper.js';
import { type PolicyWish, planPolicy } from './policy-plan.js';
import type { Clock, Readers, Writers } from './ports.js';

export type ApplyDeps = {
  readonly readPolicy: () => Promise<ObservedPolicy>;
  readonly readers: Readers;
  readonly writers: Writers;
  readonly backup: PolicyDeps['backup'];
  readonly clock: Clock;
};

/** Never throws for a failure that AWS caused: those are in the outcome. `seen` is the policy that the plan was made from. */
export async function apply(
  plan: Plan,
  request: Request,
  seen: ObservedPolicy,
  deps: ApplyDeps,
): Promise<Outcome> {
  const members = plan.members.filter((member) => member.kind === 'planned');
  const bucket = await applyBucket(plan.bucket, request.central, {
    reader: deps.readers.central.settings,
    writer: deps.writers.bucketSettings,
    clock: deps.clock,
  });
  if (bucket.some(({ result }) => result.state === 'failed'))
    return { bucket, policy: POLICY_NOT_TRIED, members: members.map(notTried), findings: [] };
  const known = bucket.length === 0 ? seen : outdated(seen);
  return { bucket, ...(await applyRest(plan, members, request, known, deps)) };
}

/** Too old to be merged into: others may have written while the bucket was made ready, or have made it. */
const outdated = (policy: ObservedPolicy): ObservedPolicy => ({
  ...policy,
  readAt: Number.NEGATIVE_INFINITY,
});

const POLICY_NOT_TRIED: PolicyOutcome = { step: { state: 'not-tried' }, written: null };

/** The policy, then the trails, then the grants of those that leave. */
async function applyRest(
  plan: Plan,
  members: readonly PlannedMember[],
  request: Request,
  seen: ObservedPolicy,
  deps: ApplyDeps,
): Promise<Omit<Outcome, 'bucket'>> {
  const joining: PolicyWish = { ...plan.wish, withdraw: [] };
  const keeper = policyKeeper(joining, {
    read: deps.readPolicy,
    writer: deps.writers.bucket,
    objections: (document) => reapproval(request, plan, document),
    backup: deps.backup,
    clock: deps.clock,
  });
  const refused = planPolicy(seen.document, joining).merge.changed
    ? await failureOf(keeper.establish(joining, seen))
    : null;
  if (refused !== null)
    return { policy: policyOutcome(keeper, refused), members: members.map(notTried), findings: [] };
  const leaves = plan.wish.withdraw.length > 0 && plan.changes > 0;
  const [unsettled, outcomes] = await Promise.all([
    failureOf(watch(keeper, leaves ? 0 : request.settleSeconds)),
    inParallel(request.maxParallel, members, async (member) => {
      const entered = trailDeps(member, keeper, deps);
      return entered === null ? notTried(member) : applyTrail(member, request, entered);
    }),
  ]);
  const failure =
    unsettled ??
    (leaves ? await failureOf(dismiss(plan, members, outcomes, keeper, request, deps)) : null);
  return { policy: policyOutcome(keeper, failure), members: outcomes, findings: keeper.findings() };
}

/** Takes back the grants of those whose steps are all done: a trail that is still there keeps what it needs. */
async function dismiss(
  plan: Plan,
  members: readonly PlannedMember[],
  outcomes: readonly MemberOutcome[],
  keeper: PolicyKeeper,
  { settleSeconds }: Request,
  { readPolicy }: ApplyDeps,
): Promise<void> {
  const isDone = (index: number): boolean =>
    outcomes[index]?.steps.every(({ result }) => result.state === 'done') ?? false;
  const withdraw = members.flatMap((member, index) => (isDone(index) ? member.withdraw : []));
  if (withdraw.length === 0) return;
  await keeper.establish({ ...plan.wish, withdraw }, await readPolicy());
  await watch(keeper, settleSeconds);
}

/** Reads the written policy back, and again when the time of the others is over. */
async function watch(keeper: PolicyKeeper, settleSeconds: number): Promise<void> {
  if (keeper.written() === null) return;
  await keeper.confirm();
  if (settleSeconds > 0) await keeper.settle(settleSeconds);
}

/** Null for an account that is not entered: it has no steps. */
function trailDeps(
  { member }: PlannedMember,
  keeper: PolicyKeeper,
  { readers, writers, clock }: ApplyDeps,
): TrailDeps | null {
  const reader = readers.members.get(member.accountId);
  if (reader === undefined || reader instanceof UserError) return null;
  const writer = writers.trails(member.accountId);
  return { reader: reader.openTrails(), writer, confirmPolicy: keeper.confirm, clock };
}

async function failureOf(work: Promise<void>): Promise<Step | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return { state: 'failed', findings: findingsOf(error) };
  }
}

function policyOutcome(keeper: PolicyKeeper, failure: Step | null): PolicyOutcome {
  const written = keeper.written();
  return { step: failure ?? { state: written === null ? 'unchanged' : 'done' }, written };
}

function notTried({ member, trail }: PlannedMember): MemberOutcome {
  return {
    accountId: member.accountId,
    steps: trail.steps.map((step) => ({ step, result: { state: 'not-tried' } })),
  };
}
