// The plan: all that will happen, as one value, from what is asked for and what is there. Pure and total. A member whose
// trail must be left alone is granted nothing; a policy that must not be written holds back everything.

import type { Delivery, Finding } from '../policy/index.js';
import type { Member, Request } from '../request/request.js';
import { planDigest } from './digest.js';
import type { Observed, ObservedMember, UnreadMember } from './observe.js';
import { type PolicyPlan, type PolicyWish, planPolicy } from './policy-plan.js';
import { planTrail, type TrailPlan } from './trail-plan.js';

export type MemberPlan =
  | {
      readonly kind: 'planned';
      readonly member: Member;
      readonly delivery: Delivery;
      readonly trail: TrailPlan;
    }
  | { readonly kind: 'held-back'; readonly member: Member; readonly trailArn: string }
  | { readonly kind: 'unread'; readonly member: Member };

export type Plan = {
  readonly wish: PolicyWish;
  readonly policy: PolicyPlan;
  readonly members: readonly MemberPlan[];
  readonly findings: readonly Finding[];
  /** Nothing of it may be applied; the error findings say why. */
  readonly blocked: boolean;
  /** Changes a person would count: one for the policy, one for each member with work. */
  readonly changes: number;
  /** `sha256:…` of the intended end state. */
  readonly digest: string;
};

export function makePlan(request: Request, observed: Observed): Plan {
  const trails = observed.members.map((member) => planMember(member, request));
  const members = trails.map(({ plan }) => plan);
  const admitted = members.filter((member) => member.kind === 'planned');
  const wish: PolicyWish = {
    accountId: request.central.accountId,
    bucket: request.central.bucket,
    layout: request.layout,
    allowBroadening: request.allowBroadening,
    admit: admitted.map(({ delivery }) => delivery),
  };
  const policy = planPolicy(observed.policy.document, wish);
  const digest = planDigest(wish, admitted, policy);
  const approval = approvalFindings(request.expectedPlan, digest);
  const whole = [...policy.findings, ...approval];
  const heldBack = members.some(({ kind }) => kind === 'held-back');
  return {
    wish,
    policy,
    members,
    findings: [...whole, ...trails.flatMap(({ findings }) => findings)],
    blocked: whole.some(isError) || (admitted.length === 0 && heldBack),
    changes: (policy.merge.changed ? 1 : 0) + admitted.filter(hasWork).length,
    digest,
  };
}

export const isError = ({ severity }: Finding): boolean => severity === 'error';

/** Whether anything is to be done in the member's account. */
export function hasWork({ trail }: { readonly trail: TrailPlan }): boolean {
  return trail.action.kind !== 'keep' || trail.startLogging;
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
  if (trail.findings.some(isError))
    return { plan: { kind: 'held-back', member, trailArn }, findings: trail.findings };
  const { bucket, prefix } = trail.intended;
  const { organizationId } = request;
  const delivery: Delivery = {
    trailArn,
    accountId: member.accountId,
    bucket,
    prefix,
    ...(organizationId === undefined ? {} : { organizationId }),
  };
  return { plan: { kind: 'planned', member, delivery, trail }, findings: trail.findings };
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
