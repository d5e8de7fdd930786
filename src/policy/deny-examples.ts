// Where a Deny makes a difference to an Allow: who does what, on what, with which context, for the Deny to refuse it, and the
// same with one of these changed. Made from both statements; whether a policy then refuses it is asked in compare.ts.

import {
  contextMeeting,
  contextPassing,
  rarest,
  type Tried,
  valuesAround,
} from './condition-examples.js';
import { asList, conditionEntries, type Principals, type Statement } from './document.js';
import type { Caller } from './evaluate.js';
import { fits, fitsAnyCase, fittingBoth } from './match.js';
import { isExcepted, isPrincipal } from './principals.js';

/** What an Allow is tried with by itself. */
export type Tries = {
  readonly callers: readonly Caller[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
};

/** The Allow, as far as a Deny can have something in common with it. */
export type Allowed = {
  readonly principals: Principals;
  readonly action: string;
  readonly resource: string;
};

export type Point = {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  /** What the Deny asks for, or does not. */
  readonly context: Tried;
};

/** What gets by the Denies that stand, with the context that helps it to. */
export function pointsBeside(
  allowed: Allowed,
  tries: Tries,
  denies: readonly Statement[],
): { readonly points: readonly Point[]; readonly passing: Tried } {
  const more = withThoseOf(allowed, tries, denies.filter(excepts));
  const near = withThoseOf(allowed, tries, denies);
  const passing = contextPassing(denies.filter((deny) => hitBy(deny, near) !== undefined));
  const points = more.callers.flatMap((caller) =>
    more.actions.flatMap((action) =>
      more.resources.map((resource) => ({ caller, action, resource, context: {} })),
    ),
  );
  return { points, passing };
}

function excepts({ NotPrincipal, NotAction, NotResource }: Statement): boolean {
  return [NotPrincipal, NotAction, NotResource].some((element) => element !== undefined);
}

/** For each Deny that can refuse something of what is allowed: that, and what differs from it in one respect. */
export function pointsAt(
  allowed: Allowed,
  tries: Tries,
  denies: readonly Statement[],
): readonly Point[] {
  if (denies.length === 0) return [];
  const near = withThoseOf(allowed, tries, denies);
  const contexts = valuesAround(denies.flatMap(conditionEntries));
  return denies.flatMap((deny) => {
    const hit = hitBy(deny, withThoseOf(allowed, tries, [deny]));
    if (hit === undefined) return [];
    return [
      hit,
      ...near.callers.map((caller) => ({ ...hit, caller })),
      ...near.actions.map((action) => ({ ...hit, action })),
      ...near.resources.map((resource) => ({ ...hit, resource })),
      ...contexts.map((context) => ({ ...hit, context: { ...hit.context, ...context } })),
    ];
  });
}

/** What differs in one respect from what is allowed anyway, by what the changed Allows name and ask for. */
export function pointsBetween(
  allowed: Allowed,
  tries: Tries,
  allows: readonly Statement[],
  contexts: readonly Tried[],
): readonly Point[] {
  const { callers, actions, resources } = withThoseOf(allowed, tries, allows);
  const [caller] = callers;
  const [action] = actions;
  const [resource] = resources;
  if (caller === undefined || action === undefined || resource === undefined) return [];
  const usual = { caller, action, resource, context: {} };
  return [
    ...callers.map((other) => ({ ...usual, caller: other })),
    ...actions.map((other) => ({ ...usual, action: other })),
    ...resources.map((other) => ({ ...usual, resource: other })),
    ...contexts.map((context) => ({ ...usual, context })),
  ];
}

/** One that the Deny refuses, if there is one among these. */
function hitBy(deny: Statement, { callers, actions, resources }: Tries): Point | undefined {
  const caller = callers.find((one) => isRefused(deny, one));
  const action = actions.find((one) =>
    isNamed(deny.Action, deny.NotAction, (pattern) => fitsAnyCase(pattern, one)),
  );
  const resource = resources.find((one) =>
    isNamed(deny.Resource, deny.NotResource, (text) => fits({ text, literal: new Set() }, one)),
  );
  const context = contextMeeting(conditionEntries(deny));
  if (caller && action !== undefined && resource !== undefined && context)
    return { caller, action, resource, context };
  return undefined;
}

function isRefused({ Principal, NotPrincipal }: Statement, caller: Caller): boolean {
  if (Principal !== undefined) return isPrincipal(Principal, caller) === 'yes';
  return NotPrincipal !== undefined && isExcepted(NotPrincipal, caller) === 'no';
}

function isNamed(
  positive: Statement['Action'],
  negative: Statement['NotAction'],
  isLike: (pattern: string) => boolean,
): boolean {
  if (positive !== undefined) return asList(positive).some(isLike);
  return negative !== undefined && !asList(negative).some(isLike);
}

/** Also what the Denies name, as far as it is allowed. */
function withThoseOf(allowed: Allowed, tries: Tries, denies: readonly Statement[]): Tries {
  const callers = denies
    .flatMap(({ Principal, NotPrincipal }) => callersIn(Principal ?? NotPrincipal ?? {}))
    .filter((caller) => isPrincipal(allowed.principals, caller) === 'yes');
  const actions = denies
    .flatMap(({ Action, NotAction }) => asList(Action ?? NotAction ?? []))
    .flatMap((named) => fittingBoth(allowed.action.toLowerCase(), named.toLowerCase()) ?? []);
  const resources = denies
    .flatMap(({ Resource, NotResource }) => asList(Resource ?? NotResource ?? []))
    .flatMap((named) => fittingBoth(allowed.resource, named) ?? []);
  return {
    callers: [...tries.callers, ...rarest(callers)],
    actions: [...tries.actions, ...rarest(actions)],
    resources: [...tries.resources, ...rarest(resources)],
  };
}

function callersIn(principals: Principals): readonly Caller[] {
  if (typeof principals === 'string') return [];
  return Object.entries(principals).flatMap(([type, names]) =>
    asList(names).flatMap((name) => callerOf(type, name)),
  );
}

/** Whom the name stands for, an account for its root; none for a name that stands for many or for nobody we can call. */
export function callerOf(type: string, name: string): readonly Caller[] {
  if (type === 'Service') return [{ service: name }];
  if (type !== 'AWS' || name === '*') return [];
  return [{ arn: /^\d{12}$/.test(name) ? `arn:aws:iam::${name}:root` : name }];
}
