// The stage of the planning tests: one member, of whose trails this and that is seen, and what is planned for it.

import type { ObservedMember } from '../../src/plan/observe.js';
import { planTrail } from '../../src/plan/trail-plan.js';
import type { Member } from '../../src/request/request.js';
import type { EventSelectors } from '../../src/trail/extras.js';
import type { LiveTrail } from '../../src/trail/settings.js';
import { arnOf, BUCKET, CENTRAL, live, observed } from './members.js';

export const ARN = arnOf('DEV-CLOUDTRAIL');
export const LIVE = live('DEV-CLOUDTRAIL');
export const OLD = live('OLD');
export const central = {
  accountId: CENTRAL,
  bucket: BUCKET,
  bucketRegion: 'ap-northeast-2',
};

export const WRITES: EventSelectors = {
  kind: 'basic',
  selectors: [{ ReadWriteType: 'WriteOnly', IncludeManagementEvents: true }],
};
/** As every trail has them of which nobody says anything. */
export const ALL: EventSelectors = { kind: 'basic', selectors: [{ ReadWriteType: 'All' }] };

export type More = Partial<ObservedMember> & {
  readonly allowRepoint?: boolean;
  /** Of the bucket: for all trails. */
  readonly prefix?: string;
};

export function plan(trails: readonly LiveTrail[], more: More = {}) {
  const { allowRepoint = false, prefix, ...seen } = more;
  const rules = { central: { ...central, ...(prefix !== undefined && { prefix }) }, allowRepoint };
  return planTrail(observed(trails, seen), { ...rules, mode: 'apply' });
}

export const codes = (trails: readonly LiveTrail[], more: More = {}): readonly string[] =>
  plan(trails, { logging: true, ...more }).findings.map(({ code }) => code);

export const wishing = (
  trail: Partial<Member['trail']>,
  state: Member['state'] = 'present',
): More => {
  const { member } = observed([]);
  return { member: { ...member, state, trail: { ...member.trail, ...trail } } };
};
