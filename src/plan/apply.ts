// Carries a plan out, in the order that survives a crash after any call: the bucket policy first, then each member's trail,
// then its logging. Decides nothing: what to write comes from the plan's own pure functions. What fails is told step by
// step, and what was done stays done, so that a rerun continues from there.

import { findingsOf } from '../problem.js';
import type { Request } from '../request/request.js';
import { applyTrail, type TrailDeps } from './apply-trail.js';
import type { ObservedPolicy } from './observe.js';
import type { MemberOutcome, Outcome, PolicyOutcome, Step } from './outcome.js';
import type { MemberPlan, Plan } from './plan.js';
import { type PolicyDeps, type PolicyKeeper, policyKeeper } from './policy-keeper.js';
import type { Clock, Readers, Writers } from './ports.js';

export type ApplyDeps = {
  readonly readPolicy: () => Promise<ObservedPolicy>;
  readonly readers: Readers;
  readonly writers: Writers;
  readonly backup: PolicyDeps['backup'];
  readonly clock: Clock;
};

type Planned = Extract<MemberPlan, { readonly kind: 'planned' }>;

/** Never throws for a failure that AWS caused: those are in the outcome. `seen` is the policy that the plan was made from. */
export async function apply(
  plan: Plan,
  request: Request,
  seen: ObservedPolicy,
  deps: ApplyDeps,
): Promise<Outcome> {
  const keeper = policyKeeper(plan.wish, {
    read: deps.readPolicy,
    writer: deps.writers.bucket,
    backup: deps.backup,
    clock: deps.clock,
  });
  const members = plan.members.filter((member) => member.kind === 'planned');
  const refused = plan.policy.merge.changed ? await failureOf(keeper.establish(seen)) : null;
  if (refused !== null)
    return { policy: policyOutcome(keeper, refused), members: members.map(notTried), findings: [] };
  const [unsettled, ...outcomes] = await Promise.all([
    failureOf(watch(keeper, request.settleSeconds)),
    ...members.map((member) => applyTrail(member, request, trailDeps(member, keeper, deps))),
  ]);
  return {
    policy: policyOutcome(keeper, unsettled),
    members: outcomes,
    findings: keeper.findings(),
  };
}

/** Beside the trail work: reads the written policy back, and again when the time of the others is over. */
async function watch(keeper: PolicyKeeper, settleSeconds: number): Promise<void> {
  if (keeper.written() === null) return;
  await keeper.confirm();
  if (settleSeconds > 0) await keeper.settle(settleSeconds);
}

function trailDeps(
  { member }: Planned,
  keeper: PolicyKeeper,
  { readers, writers, clock }: ApplyDeps,
): TrailDeps {
  const reader = readers.members.get(member.accountId);
  if (reader === undefined || !('trails' in reader))
    throw new Error(`No reader for account ${member.accountId}`);
  return {
    reader: reader.trails,
    writer: writers.trails(member.accountId),
    confirmPolicy: keeper.confirm,
    clock,
  };
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

function notTried({ member, trail }: Planned): MemberOutcome {
  return {
    accountId: member.accountId,
    trail: { state: trail.action.kind === 'keep' ? 'unchanged' : 'not-tried' },
    logging: { state: trail.startLogging ? 'not-tried' : 'unchanged' },
  };
}
