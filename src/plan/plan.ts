// The plan: all that will happen, as one value, from what is asked for and what is there. Pure and total. A member whose
// trail must be left alone is granted nothing; a policy that must not be written holds back everything.

import type { Delivery, Finding, PolicyDocument } from '../policy/index.js';
import type { Member, Request } from '../request/request.js';
import { type BucketStep, planBucket, publicPolicyFindings } from './bucket-plan.js';
import { planDigest } from './digest.js';
import type { KeyPlan } from './key-plan.js';
import { planKeys } from './keys-plan.js';
import type { Observed, ObservedMember, UnreadMember } from './observe.js';
import { type PolicyPlan, type PolicyWish, planPolicy } from './policy-plan.js';
import { planTrail, type TrailPlan } from './trail-plan.js';

export type MemberPlan =
  | PlannedMember
  | HeldBackMember
  | { readonly kind: 'unread'; readonly member: Member };

export type PlannedMember = {
  readonly kind: 'planned';
  readonly member: Member;
  readonly trailArn: string;
  /** What is to be granted before the steps; null for a member that leaves. */
  readonly admit: Delivery | null;
  /** What is taken back after the steps. */
  readonly withdraw: readonly Delivery[];
  readonly trail: TrailPlan;
};

export type HeldBackMember = {
  readonly kind: 'held-back';
  readonly member: Member;
  readonly trailArn: string;
};

export type Plan = {
  /** Before everything else; none but for a bootstrap. */
  readonly bucket: readonly BucketStep[];
  readonly wish: PolicyWish;
  readonly policy: PolicyPlan;
  /** Those that could be looked at; only managed ones change. */
  readonly keys: readonly KeyPlan[];
  readonly members: readonly MemberPlan[];
  readonly findings: readonly Finding[];
  /** Nothing of it may be applied; the error findings say why. */
  readonly blocked: boolean;
  /** Changes a person would count: one for the bucket, one for each policy, one for each member with work. */
  readonly changes: number;
  /** `sha256:…` of the intended end state. */
  readonly digest: string;
};

export function makePlan(request: Request, observed: Observed): Plan {
  const trails = observed.members.map((member) => planMember(member, request));
  const judged = planKeys(
    trails.flatMap(({ plan }) => (plan.kind === 'planned' ? plan : [])),
    observed.keys,
    request,
  );
  const members = trails.map(({ plan }) => heldBackBy(judged.refused, plan));
  const planned = members.filter((member) => member.kind === 'planned');
  const bucket =
    observed.bucket === undefined ? NO_WORK : planBucket(observed.bucket, request.central);
  const wish: PolicyWish = {
    accountId: request.central.accountId,
    bucket: request.central.bucket,
    layout: request.layout,
    allowBroadening: request.allowBroadening,
    tlsOnly: request.operation === 'bootstrap',
    admit: planned.flatMap(({ admit }) => admit ?? []),
    withdraw: planned.flatMap(({ withdraw }) => withdraw),
  };
  const policy = planPolicy(observed.policy.document, wish);
  const digest = planDigest(wish, planned, policy, judged.keys);
  const approval = approvalFindings(request.expectedPlan, digest);
  const exposed =
    observed.bucket === undefined
      ? []
      : publicPolicyFindings(observed.bucket, policy.merge, request.central);
  const whole = [...policy.findings, ...exposed, ...approval];
  // A bucket is not made ready for a trail that cannot be.
  const heldBack =
    request.operation === 'bootstrap' || members.some(({ kind }) => kind === 'held-back');
  return {
    bucket: bucket.steps,
    wish,
    policy,
    keys: judged.keys,
    members,
    findings: [
      ...bucket.findings,
      ...whole,
      ...judged.findings,
      ...trails.flatMap(({ findings }) => findings),
    ],
    blocked: whole.some(isError) || (planned.length === 0 && heldBack),
    changes:
      (bucket.steps.length > 0 ? 1 : 0) +
      [policy, ...judged.keys].filter(({ merge }) => merge.changed).length +
      planned.filter(hasWork).length,
    digest,
  };
}

function heldBackBy(refused: ReadonlySet<string>, plan: MemberPlan): MemberPlan {
  if (plan.kind !== 'planned' || !refused.has(plan.trailArn)) return plan;
  const { member, trailArn } = plan;
  return { kind: 'held-back', member, trailArn };
}

const NO_WORK = { steps: [], findings: [] } as const;

export const isError = ({ severity }: Finding): boolean => severity === 'error';

/** Whether anything is to be done in the member's account. */
function hasWork({ trail }: PlannedMember): boolean {
  return trail.steps.length > 0;
}

function planMember(
  observed: ObservedMember | UnreadMember,
  request: Request,
): { readonly plan: MemberPlan; readonly findings: readonly Finding[] } {
  const { member } = observed;
  if ('failure' in observed)
    return { plan: { kind: 'unread', member }, findings: observed.failure.findings };
  const { trailArn } = observed;
  const trail = planTrail(observed, request);
  const { findings, intended } = trail;
  if (findings.some(isError)) return { plan: { kind: 'held-back', member, trailArn }, findings };
  const deliveryOf = deliveriesOf(member.accountId, request);
  const admit =
    intended === null ? null : deliveryOf(trailArn, intended.prefix, intended.kmsKeyArn);
  const withdraw = trail.leaving.map((left) => deliveryOf(left.trailArn, left.prefix, ''));
  return { plan: { kind: 'planned', member, trailArn, admit, withdraw, trail }, findings };
}

/** What a trail of the account needs of the bucket, by its ARN, prefix and key. */
export function deliveriesOf(accountId: string, { central, organizationId }: Request) {
  return (trailArn: string, prefix: string, kmsKeyArn: string): Delivery => ({
    trailArn,
    accountId,
    bucket: central.bucket,
    prefix,
    ...(kmsKeyArn === '' ? {} : { kmsKeyArn }),
    ...(organizationId === undefined ? {} : { organizationId }),
  });
}

/**
 * The same question once more, for a policy that was read after the plan was made: what it would lose or grant now is part
 * of what was approved.
 */
export function reapproval(
  { expectedPlan }: Request,
  { wish, members, keys }: Plan,
  document: PolicyDocument | null,
): readonly Finding[] {
  if (expectedPlan === undefined) return [];
  const planned = members.filter((member) => member.kind === 'planned');
  return approvalFindings(
    expectedPlan,
    planDigest(wish, planned, planPolicy(document, wish), keys),
  );
}

function approvalFindings(expected: string | undefined, digest: string): readonly Finding[] {
  if (expected === undefined || expected === digest) return [];
  return [
    {
      severity: 'error',
      code: 'plan-not-approved',
      message: `The approved plan is ${expected}, but today's is ${digest}.`,
      remedy: 'Something has changed since the review. Look at the new plan and approve that one.',
    },
  ];
}
