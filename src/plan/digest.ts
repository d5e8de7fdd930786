// The plan's digest: what a reviewer approves and an apply compares. It stands for the intended end state, so it stays the
// same when part of it is done meanwhile or other members join, on any machine and in any order of the accounts.

import { createHash } from 'node:crypto';
import type { MemberPlan } from './plan.js';
import type { PolicyPlan, PolicyWish } from './policy-plan.js';

type Planned = Extract<MemberPlan, { readonly kind: 'planned' }>;

/** `sha256:` and 64 hexadecimal digits. */
export function planDigest(
  wish: PolicyWish,
  members: readonly Planned[],
  policy: PolicyPlan,
): string {
  const state = {
    version: 1,
    bucket: wish.bucket,
    bucketOwner: wish.accountId,
    layout: wish.layout,
    organizationId: wish.admit[0]?.organizationId ?? null,
    trails: members.map(intent).toSorted((a, b) => (a.trailArn < b.trailArn ? -1 : 1)),
    lostAccess: policy.access.lost
      .map((row) => JSON.stringify([row.who, row.may, row.on, row.when]))
      .toSorted(),
    broader: policy.access.broader,
  };
  return `sha256:${createHash('sha256').update(JSON.stringify(state)).digest('hex')}`;
}

/** Written out key by key: the digest must not depend on the order in which an object was built. */
function intent({ delivery, trail }: Planned) {
  const { intended, action } = trail;
  const losses = action.kind === 'update' ? action.changes.filter(({ loss }) => loss) : [];
  return {
    trailArn: delivery.trailArn,
    prefix: intended.prefix,
    multiRegion: intended.multiRegion,
    globalServiceEvents: intended.globalServiceEvents,
    logFileValidation: intended.logFileValidation,
    logging: true,
    losses: losses.map(({ setting, from, to }) => [setting, from, to]),
  };
}
