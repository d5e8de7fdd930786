// Whether access that changed hands is what the change was for: what exactly the deliveries need, what comes with AWS's
// documented layout, or more than that.

import type { Clause } from './access-rows.js';
import {
  ACTION,
  CLOUDTRAIL_NAMES,
  GRANT_KINDS,
  pathAccount,
  pathArn,
  resourceArn,
} from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import { type PolicyDocument, statementsOf } from './document.js';
import { entriesFor, resourcesOf, SOURCE_ARN } from './locate.js';

/**
 * `needed`: just what a delivery needs. `crossed`: one trail on another one's path, which a statement with lists of both
 * cannot help. `beyond`: anything else.
 */
export type Purpose = 'needed' | 'crossed' | 'beyond';

/** `unchanged` is the policy as it is without the change. */
export function purposes(
  deliveries: readonly Delivery[],
  unchanged: PolicyDocument,
): (clause: Clause) => Purpose {
  const needs = new Set(
    deliveries.flatMap((delivery) =>
      GRANT_KINDS.map((kind) =>
        keyOf(ACTION[kind], resourceArn(kind, delivery), delivery.trailArn),
      ),
    ),
  );
  const concerned = new Set(deliveries.flatMap((one) => [one.trailArn, pathArn(one)]));
  const listed = new Set(statementsOf(unchanged).flatMap(namedIn));
  return ({ principal, action, resource, sender = '' }) => {
    if (principal.type !== 'Service' || !CLOUDTRAIL_NAMES.has(principal.name)) return 'beyond';
    if (needs.has(keyOf(action, resource, sender))) return 'needed';
    const isPair = action === ACTION.write && pathAccount(resource) !== undefined;
    const halves = [sender, resource];
    const isKnown = halves.every((half) => concerned.has(half) || listed.has(half));
    return isPair && isKnown && halves.some((half) => concerned.has(half)) ? 'crossed' : 'beyond';
  };
}

function keyOf(action: string, resource: string, trailArn: string): string {
  return JSON.stringify([action, resource, trailArn]);
}

function namedIn(statement: Parameters<typeof resourcesOf>[0]): readonly string[] {
  const trails = entriesFor(statement, SOURCE_ARN).flatMap(({ values }) => values.map(String));
  return [...trails, ...resourcesOf(statement)];
}
