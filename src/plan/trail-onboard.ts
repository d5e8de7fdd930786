// The steps that make a trail deliver into the central bucket: created or changed, logging, and in the place of an older one
// where one is named. Pure. A rename has no gap: the old trail is stopped only after the new one logs.

import type { Finding } from '../policy/index.js';
import {
  DEFAULT_SELECTORS,
  sameInsights,
  sameSelectors,
  type TrailExtras,
  tagChanges,
} from '../trail/extras.js';
import {
  intendedSettings,
  type LiveTrail,
  settingChanges,
  type TrailSettings,
} from '../trail/settings.js';
import type { ObservedMember } from './observe.js';
import type { TrailStep } from './steps.js';
import {
  type About,
  aboutAccount,
  combination,
  elsewhere,
  findTrail,
  losses,
  slots,
  untouchable,
} from './trail-guards.js';
import type { TrailPlan, TrailRules } from './trail-plan.js';

export function planOnboarding(observed: ObservedMember, rules: TrailRules): TrailPlan {
  const { member, trails, trailArn } = observed;
  const about = aboutAccount(member.accountId);
  const live = findTrail(trails, trailArn, member.trail.name);
  const old = replacedTrail(observed);
  const wish = {
    ...(rules.central.prefix !== undefined && { prefix: rules.central.prefix }),
    ...member.trail.settings,
  };
  const intended = intendedSettings(wish, rules.central.bucket, live ?? old);
  const changes = live === null ? [] : settingChanges(live, intended);
  const findings: readonly Finding[] = [
    ...combination(intended, about),
    ...(live === null ? slots(trails, member.region, about) : untouchable(live, trailArn, about)),
    ...(live === null ? [] : changeFindings(live, changes, rules, about)),
    ...extraLosses(observed, about),
    ...(old === null ? [] : retirementFindings(old, observed, rules, about)),
  ];
  const steps = [
    ...(live === null ? creation(observed, intended) : change(observed, changes, intended)),
    ...(live === null || !observed.logging
      ? [{ kind: 'start-logging', trail: member.trail.name } as const]
      : []),
    ...(old === null ? [] : retirement(old.name, observed.replacedLogging)),
  ];
  const { replacedArn } = observed;
  const leaving =
    replacedArn === undefined
      ? []
      : [{ trailArn: replacedArn, prefix: old?.prefix ?? intended.prefix }];
  return { steps, intended, leaving, findings };
}

function changeFindings(
  live: LiveTrail,
  changes: ReturnType<typeof settingChanges>,
  { central, allowRepoint }: TrailRules,
  about: About,
): readonly Finding[] {
  return live.bucket === central.bucket || allowRepoint
    ? losses(live.name, changes, about)
    : [elsewhere(live, central.bucket, about)];
}

function replacedTrail({ member, trails, replacedArn }: ObservedMember): LiveTrail | null {
  const { replaces } = member.trail;
  if (replacedArn === undefined || replaces === undefined) return null;
  return findTrail(trails, replacedArn, replaces);
}

/** A new trail takes over what the replaced one has and nobody mentions. */
function creation(
  { member, replacedExtras }: ObservedMember,
  settings: TrailSettings,
): readonly TrailStep[] {
  const { name: trail } = member.trail;
  const {
    eventSelectors,
    insightSelectors = [],
    tags = {},
  } = { ...replacedExtras, ...member.trail.extras };
  const selects = eventSelectors !== undefined && !sameSelectors(eventSelectors, DEFAULT_SELECTORS);
  const own = Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('aws:')));
  return [
    { kind: 'create', trail, settings, tags: own },
    ...(selects
      ? [{ kind: 'put-event-selectors', trail, selectors: eventSelectors } as const]
      : []),
    ...(insightSelectors.length > 0
      ? [{ kind: 'put-insight-selectors', trail, types: insightSelectors } as const]
      : []),
  ];
}

function change(
  { member, extras }: ObservedMember,
  changes: ReturnType<typeof settingChanges>,
  settings: TrailSettings,
): readonly TrailStep[] {
  const { name: trail, extras: wish } = member.trail;
  return [
    ...(changes.length > 0 ? [{ kind: 'update', trail, changes, settings } as const] : []),
    ...selectorSteps(trail, extras, wish),
    ...tagSteps(trail, extras, wish),
  ];
}

function selectorSteps(trail: string, live: TrailExtras, wish: TrailExtras): readonly TrailStep[] {
  const { eventSelectors: selectors, insightSelectors: types } = wish;
  const selects =
    selectors !== undefined &&
    !(live.eventSelectors !== undefined && sameSelectors(live.eventSelectors, selectors));
  const insights = types !== undefined && !sameInsights(live.insightSelectors ?? [], types);
  return [
    ...(selects ? [{ kind: 'put-event-selectors', trail, selectors } as const] : []),
    ...(insights ? [{ kind: 'put-insight-selectors', trail, types } as const] : []),
  ];
}

function tagSteps(trail: string, live: TrailExtras, { tags }: TrailExtras): readonly TrailStep[] {
  if (tags === undefined) return [];
  const { add, remove } = tagChanges(live.tags ?? {}, tags);
  return [
    ...(Object.keys(add).length > 0 ? [{ kind: 'add-tags', trail, tags: add } as const] : []),
    ...(remove.length > 0 ? [{ kind: 'remove-tags', trail, keys: remove } as const] : []),
  ];
}

function extraLosses({ member, extras }: ObservedMember, about: About): readonly Finding[] {
  const { name, extras: wish } = member.trail;
  const lost = (what: string): Finding =>
    about(
      'warning',
      'trail-loss',
      `${name} loses something: ${what}.`,
      'Apply only if that is meant.',
    );
  const insights = (extras.insightSelectors ?? []).filter(
    (type) => wish.insightSelectors !== undefined && !wish.insightSelectors.includes(type),
  );
  const tags = wish.tags === undefined ? [] : tagChanges(extras.tags ?? {}, wish.tags).remove;
  const selectors =
    wish.eventSelectors !== undefined &&
    extras.eventSelectors !== undefined &&
    !sameSelectors(wish.eventSelectors, extras.eventSelectors) &&
    !sameSelectors(extras.eventSelectors, DEFAULT_SELECTORS);
  return [
    ...(selectors ? [lost('its event selectors are replaced by others')] : []),
    ...insights.map((type) => lost(`insight selector ${type}`)),
    ...tags.map((key) => lost(`tag ${key}`)),
  ];
}

/** Stops, then deletes: a trail that is deleted while it logs loses its last digest. */
export function retirement(trail: string, logging: boolean): readonly TrailStep[] {
  return [
    ...(logging ? [{ kind: 'stop-logging', trail } as const] : []),
    { kind: 'delete', trail },
  ];
}

function retirementFindings(
  old: LiveTrail,
  { replacedArn = '' }: ObservedMember,
  { central }: TrailRules,
  about: About,
): readonly Finding[] {
  const guarded = untouchable(old, replacedArn, about);
  if (guarded.length > 0 || old.bucket === central.bucket) return guarded;
  return [
    about(
      'error',
      'replaced-trail-delivers-elsewhere',
      `${old.name}, which replaces-trail names, delivers to bucket ${old.bucket}, not to ${central.bucket}. It is not deleted.`,
      'Leave replaces-trail out, or name a trail that delivers to this bucket.',
    ),
  ];
}
