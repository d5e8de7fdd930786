// Carries a plan out, in the order that survives a crash after any call: the bucket is made ready, who is to deliver is
// admitted (to the bucket, and to the keys that are managed), then the trails are brought through their steps, then the grants
// of those that have left are taken back. Decides nothing: what to write comes from the plan's own pure functions. What fails
// is told step by step, and what was done stays done, so that a rerun continues from there.

import type { PolicyDocument } from '../policy/index.js';
import type { Request } from '../request/request.js';
import { applyBucket } from './apply-bucket.js';
import { type PolicyPart, policyPart } from './apply-policy.js';
import { applyTrail, type TrailDeps } from './apply-trail.js';
import { inParallel } from './in-parallel.js';
import type { KeyPlan } from './key-plan.js';
import type { ObservedPolicy } from './observe.js';
import { type ObservedKey, readKeyPolicy } from './observe-keys.js';
import { isUndone, type MemberOutcome, type Outcome } from './outcome.js';
import { type Plan, type PlannedMember, reapproval } from './plan.js';
import { bucketHolder, keyHolder } from './policy-holders.js';
import type { Clock, Readers, Writers } from './ports.js';

export type ApplyDeps = {
  readonly readPolicy: () => Promise<ObservedPolicy>;
  readonly readers: Readers;
  readonly writers: Writers;
  /** Keeps a policy as it was, before it is written over. */
  readonly backup: (policy: ObservedPolicy) => Promise<void>;
  readonly backupKey: (arn: string, policy: ObservedPolicy) => Promise<void>;
  readonly clock: Clock;
  /** Hears of each member with steps when its turn has ended. */
  readonly finished: (member: MemberOutcome) => void;
};

/** The policies that the plan was made from. */
export type Seen = { readonly policy: ObservedPolicy; readonly keys: readonly ObservedKey[] };

/** Never throws for a failure that AWS caused: those are in the outcome. */
export async function apply(
  plan: Plan,
  request: Request,
  seen: Seen,
  deps: ApplyDeps,
): Promise<Outcome> {
  const members = plan.members.filter((member) => member.kind === 'planned');
  const bucket = await applyBucket(plan.bucket, request.central, {
    reader: deps.readers.central.settings,
    writer: deps.writers.bucketSettings,
    clock: deps.clock,
  });
  const known = bucket.length === 0 ? seen.policy : outdated(seen.policy);
  const parts = partsOf(plan, request, { ...seen, policy: known }, deps);
  const ready = !bucket.some(({ result }) => isUndone(result));
  const outcomes = ready
    ? await applyRest(plan, members, request, parts, deps)
    : members.map(notTried);
  return {
    bucket,
    policy: parts.bucket.outcome(),
    keys: [...parts.keys].map(([arn, part]) => ({ arn, ...part.outcome() })),
    members: outcomes,
    findings: [parts.bucket, ...parts.keys.values()].flatMap((part) => part.findings()),
  };
}

/** Too old to be merged into: others may have written while the bucket was made ready, or have made it. */
const outdated = (policy: ObservedPolicy): ObservedPolicy => ({
  ...policy,
  readAt: Number.NEGATIVE_INFINITY,
});

/** The policies that may be written: the bucket's, and by their ARN those of the managed keys. */
type Parts = { readonly bucket: PolicyPart; readonly keys: ReadonlyMap<string, PolicyPart> };

function partsOf(plan: Plan, request: Request, seen: Seen, deps: ApplyDeps): Parts {
  const { readers, writers, clock } = deps;
  const { central, settleSeconds } = request;
  const timing = { clock, settleSeconds };
  const keyPart = ({ wish }: KeyPlan): readonly (readonly [string, PolicyPart])[] => {
    const { arn, managed } = wish;
    const known = seen.keys.find((key) => key.arn === arn);
    if (!managed || known === undefined || 'failure' in known) return [];
    const read = () => readKeyPolicy(readers.central.key(arn), arn, clock);
    const backup = (policy: ObservedPolicy) => deps.backupKey(arn, policy);
    const holder = keyHolder(wish, read, writers.key(arn));
    return [[arn, policyPart(holder, wish, known.policy, { ...timing, backup })]];
  };
  const holder = bucketHolder(central, deps.readPolicy, writers.bucket);
  const objections = (document: PolicyDocument | null) => reapproval(request, plan, document);
  const { backup } = deps;
  return {
    bucket: policyPart(holder, plan.wish, seen.policy, { ...timing, backup, objections }),
    keys: new Map(plan.keys.flatMap(keyPart)),
  };
}

/** The policies, then the trails, then the grants of those that leave. */
async function applyRest(
  plan: Plan,
  members: readonly PlannedMember[],
  request: Request,
  parts: Parts,
  deps: ApplyDeps,
): Promise<readonly MemberOutcome[]> {
  const all = [parts.bucket, ...parts.keys.values()];
  await Promise.all(all.map((part) => part.join()));
  const leaves = plan.changes > 0;
  const [outcomes] = await Promise.all([
    inParallel(request.maxParallel, members, async (member) => {
      const outcome = await applyMember(member, request, plan, parts, deps);
      if (outcome.steps.length > 0) deps.finished(outcome);
      return outcome;
    }),
    ...all.map((part) => part.watch(leaves)),
  ]);
  if (!leaves) return outcomes;
  const gone = members.flatMap((member, index) =>
    isReady(member, parts) && isDone(outcomes[index]) ? member.withdraw : [],
  );
  const left = new Set(gone.map(({ trailArn }) => trailArn));
  await Promise.all(all.map((part) => part.dismiss(left)));
  return outcomes;
}

/** A trail that is still there keeps what it needs. */
const isDone = (outcome: MemberOutcome | undefined): boolean =>
  outcome?.steps.every(({ result }) => result.state === 'done') ?? false;

const keyOf = ({ admit }: PlannedMember): string => admit?.kmsKeyArn ?? '';

/** Whether the member's grants are in the policies that this run writes. */
function isReady(member: PlannedMember, { bucket, keys }: Parts): boolean {
  return !bucket.failed() && !(keys.get(keyOf(member))?.failed() ?? false);
}

async function applyMember(
  planned: PlannedMember,
  request: Request,
  plan: Plan,
  parts: Parts,
  { readers, writers, clock }: ApplyDeps,
): Promise<MemberOutcome> {
  const { accountId } = planned.member;
  const reader = readers.members.get(accountId);
  // A closed account is not entered: it has no steps.
  if (reader === undefined) return notTried(planned);
  if (!isReady(planned, parts)) return notTried(planned);
  const key = plan.keys.find(({ wish }) => wish.arn === keyOf(planned));
  const deps: TrailDeps = {
    reader: reader.open().trails,
    writer: writers.trails(accountId),
    confirmPolicy: parts.bucket.confirm,
    confirmKey: key === undefined ? null : (parts.keys.get(key.wish.arn)?.confirm ?? CONFIRMED),
    clock,
  };
  return applyTrail(planned, request, deps);
}

/** A policy that was looked at and is not ours to write. */
const CONFIRMED = async (): Promise<boolean> => true;

function notTried({ member, trail }: PlannedMember): MemberOutcome {
  return {
    accountId: member.accountId,
    steps: trail.steps.map((step) => ({ step, result: { state: 'not-tried' } })),
  };
}
