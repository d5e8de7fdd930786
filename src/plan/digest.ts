// The plan's digest: what a reviewer approves and an apply compares. It stands for the intended end state, so it stays the
// same when part of it is done meanwhile or other members join, on any machine and in any order of the accounts.

import { createHash } from 'node:crypto';
import { canonicalSelectors } from '../trail/extras.js';
import { SETTINGS } from '../trail/settings.js';
import type { KeyPlan } from './key-plan.js';
import type { PlannedMember } from './plan.js';
import type { PolicyPlan, PolicyWish } from './policy-plan.js';

/** `sha256:` and 64 hexadecimal digits. */
export function planDigest(
  wish: PolicyWish,
  members: readonly PlannedMember[],
  policy: PolicyPlan,
  keys: readonly KeyPlan[],
): string {
  const managed = keys.filter((key) => key.wish.managed);
  const state = {
    version: 1,
    bucket: wish.bucket,
    bucketOwner: wish.accountId,
    layout: wish.layout,
    organizationId: wish.admit[0]?.organizationId ?? null,
    ...(wish.tlsOnly && { tlsOnly: true }),
    trails: members.map(intent).toSorted((a, b) => (a.trailArn < b.trailArn ? -1 : 1)),
    ...(managed.length > 0 && { keys: managed.map(keyIntent) }),
    lostAccess: policy.access.lostUnasked
      .map((row) => JSON.stringify([row.who, row.may, row.on, row.when]))
      .toSorted(),
    broader: policy.access.broader || admitsWholeAccounts(wish),
  };
  return `sha256:${createHash('sha256').update(JSON.stringify(state)).digest('hex')}`;
}

/** These layouts are broader by themselves, also where they stand already and nothing is gained any more. */
const WHOLE_ACCOUNTS: ReadonlySet<string> = new Set(['compact', 'organization']);

const admitsWholeAccounts = ({ layout, admit }: PolicyWish): boolean =>
  WHOLE_ACCOUNTS.has(layout) && admit.length > 0;

function keyIntent({ wish: { arn, admit, withdraw } }: KeyPlan) {
  const trails = (deliveries: KeyPlan['wish']['admit']) =>
    deliveries.map(({ trailArn }) => trailArn).toSorted();
  return { key: arn, trails: trails(admit), leaving: trails(withdraw) };
}

/** Written out in a fixed order: the digest must not depend on the order in which an object was built. */
function intent({ trailArn, trail, member, withdraw }: PlannedMember) {
  const { intended } = trail;
  const { eventSelectors, insightSelectors, tags } = member.trail.extras;
  const losses = trail.findings.filter(({ code }) => code === 'trail-loss');
  return {
    trailArn,
    state: member.state,
    settings: intended === null ? null : SETTINGS.map((setting) => intended[setting]),
    eventSelectors: eventSelectors === undefined ? null : canonicalSelectors(eventSelectors),
    insightSelectors: insightSelectors?.toSorted() ?? null,
    tags: Object.entries(tags ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    leaving: withdraw.map((left) => left.trailArn).toSorted(),
    losses: losses.map(({ message }) => message).toSorted(),
  };
}
