// Whose delivery is to be proven: of a verification every account's, after an apply that of each account whose trail is to log
// now. What has failed, or has left, is not waited for.

import type { Outcome } from '../plan/outcome.js';
import type { Plan } from '../plan/plan.js';
import type { Member, Request } from '../request/request.js';

/** An account, and what this run did to its delivery: when (in the clock's milliseconds); null for nothing. */
export type Candidate = {
  readonly member: Member;
  readonly change: { readonly at: number; readonly created: boolean } | null;
};

export function allOf({ members }: Request): readonly Candidate[] {
  return members
    .filter(({ state }) => state === 'present')
    .map((member) => ({ member, change: null }));
}

/** `at` is when the apply had ended. */
export function appliedOf(plan: Plan, outcome: Outcome, at: number): readonly Candidate[] {
  const unfinished = new Set(
    outcome.members
      .filter(({ steps }) => steps.some(({ result }) => result.state !== 'done'))
      .map(({ accountId }) => accountId),
  );
  return plan.members.flatMap((planned) => {
    if (planned.kind !== 'planned' || planned.admit === null) return [];
    const { member, trail } = planned;
    if (unfinished.has(member.accountId)) return [];
    const isChanged = outcome.policy.written !== null || trail.steps.length > 0;
    const created = trail.steps.some(({ kind }) => kind === 'create');
    return [{ member, change: isChanged ? { at, created } : null }];
  });
}
