// Whether access that changed hands is what the change was for: what exactly the deliveries need, what comes with AWS's
// documented layout, or more than that.

import type { Clause } from './access-rows.js';
import {
  ACTION,
  accountOf,
  CLOUDTRAIL_NAMES,
  GRANT_KINDS,
  pathAccount,
  pathArn,
  resourceArn,
} from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import { type PolicyDocument, type Statement, statementsOf } from './document.js';
import { admittingEntry, allows, namesCloudTrail, resourcesOf, SOURCE_ARN } from './locate.js';

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
  const listed = new Set(statementsOf(unchanged).filter(letsCloudTrailWrite).flatMap(namedIn));
  return ({ principal, action, resource, sender = '' }) => {
    if (principal.type !== 'Service' || !CLOUDTRAIL_NAMES.has(principal.name)) return 'beyond';
    if (needs.has(keyOf(action, resource, sender))) return 'needed';
    const isWrite = action.toLowerCase() === ACTION.write.toLowerCase();
    const halves = [sender, resource];
    const isKnown = halves.every((half) => concerned.has(half) || listed.has(half));
    return isWrite && isKnown && halves.some((half) => concerned.has(half)) ? 'crossed' : 'beyond';
  };
}

function keyOf(action: string, resource: string, trailArn: string): string {
  return JSON.stringify([action.toLowerCase(), resource, trailArn]);
}

function letsCloudTrailWrite(statement: Statement): boolean {
  return statement.Effect === 'Allow' && namesCloudTrail(statement) && allows(statement, 'write');
}

/** Trails (or all trails of an account) and accounts' paths; a pattern that fits any account is not one of them. */
function namedIn(statement: Statement): readonly string[] {
  const trails = (admittingEntry(statement, SOURCE_ARN)?.values ?? []).map(String);
  return [
    ...trails.filter((trail) => /^\d{12}$/.test(accountOf(trail))),
    ...resourcesOf(statement).filter((resource) => pathAccount(resource) !== undefined),
  ];
}
