// Takes grants back out of a policy: trail ARNs out of `aws:SourceArn` lists, an account's path where no other trail of the
// account needs it, a statement once it admits nobody any more. What admits by a wildcard, or anybody, stays as it is.

import { accountOf, GRANT_KINDS, type GrantKind, pathArn } from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import { type PolicyDocument, type Statement, statementsOf } from './document.js';
import { formOf, hasShape, type Layout } from './layouts.js';
import {
  accountsNamedIn,
  admittingEntry,
  isForCloudTrailAlone,
  oneOrMany,
  resourcesOf,
  SOURCE_ACCOUNT,
  SOURCE_ARN,
  withValues,
} from './locate.js';

/** Trails that leave, beside those that are to stay whatever leaves. */
export type Departure = {
  readonly leaving: readonly Delivery[];
  readonly staying: readonly Delivery[];
};

/** The policy without the grants of those that leave. A statement that then admits nobody is gone; others keep their place. */
export function withdraw(document: PolicyDocument, departure: Departure): PolicyDocument {
  if (departure.leaving.length === 0) return document;
  return changeStatements(document, (statement) => without(statement, departure));
}

/**
 * The policy without what admits these deliveries in another layout than this one, so that they can be admitted anew in it.
 * Only statements that hold members one by one are touched, and there only these members' entries.
 */
export function moveOut(
  document: PolicyDocument,
  layout: Layout,
  deliveries: readonly Delivery[],
): PolicyDocument {
  const [example] = deliveries;
  if (example === undefined || layout === 'documented') return document;
  const departure = { leaving: deliveries, staying: [] };
  return changeStatements(document, (statement) =>
    GRANT_KINDS.some((kind) => isInOtherLayout(statement, layout, kind, example))
      ? without(statement, departure)
      : statement,
  );
}

/**
 * From lists of trails into any layout; from lists of accounts only where all trails of an account are admitted again, for
 * nobody said which of them deliver.
 */
function isInOtherLayout(
  statement: Statement,
  layout: Layout,
  kind: GrantKind,
  example: Delivery,
): boolean {
  if (isLike(statement, 'compact', kind, example)) return layout === 'organization';
  if (!isLike(statement, 'documented', kind, example)) return false;
  return layout !== 'isolated' || (kind === 'write' && isShared(statement));
}

function isLike(statement: Statement, layout: Layout, kind: GrantKind, example: Delivery): boolean {
  return hasShape(statement, formOf(layout, kind, example));
}

function isShared(statement: Statement): boolean {
  return accountsNamedIn(statement).size > 1;
}

/** `undefined` takes a statement out. */
export function changeStatements(
  document: PolicyDocument,
  change: (statement: Statement) => Statement | undefined,
): PolicyDocument {
  const kept = statementsOf(document)
    .map(change)
    .filter((statement) => statement !== undefined);
  const [only] = kept;
  const isLone = !Array.isArray(document.Statement) && only !== undefined;
  return { ...document, Statement: isLone ? only : kept };
}

function without(statement: Statement, departure: Departure): Statement | undefined {
  if (!isForCloudTrailAlone(statement)) return statement;
  const [example] = departure.leaving;
  if (example === undefined) return statement;
  const compact = GRANT_KINDS.find((kind) => isLike(statement, 'compact', kind, example));
  return compact === undefined
    ? withoutTrails(statement, departure)
    : withoutAccounts(statement, departure);
}

export function withoutTrails(statement: Statement, departure: Departure): Statement | undefined {
  const entry = admittingEntry(statement, SOURCE_ARN);
  if (entry === undefined) return statement;
  const staying = new Set(departure.staying.map(({ trailArn }) => trailArn));
  const gone = new Set(
    departure.leaving.map(({ trailArn }) => trailArn).filter((arn) => !staying.has(arn)),
  );
  const kept = entry.values.filter((value) => !gone.has(String(value)));
  if (kept.length === 0 && entry.values.length > 0) return undefined;
  const narrowed =
    kept.length === entry.values.length ? statement : withValues(statement, entry, oneOrMany(kept));
  return withoutPaths(narrowed, departure, (delivery) =>
    kept.some((value) => isAnotherTrailOf(delivery, String(value))),
  );
}

/**
 * A pattern counts as another trail of every account it can match. Only where it has all six parts of a trail's ARN does
 * the fifth stand for the account; else a wildcard reaches over a colon.
 */
export function isAnotherTrailOf({ accountId, trailArn }: Delivery, value: string): boolean {
  if (value === trailArn) return false;
  const account = accountOf(value);
  return account === accountId || value.split(':').length !== 6 || /[*?$]/.test(account);
}

/** In `compact` an account is in or out as a whole. */
function withoutAccounts(statement: Statement, departure: Departure): Statement | undefined {
  const entry = admittingEntry(statement, SOURCE_ACCOUNT);
  if (entry === undefined) return statement;
  const staying = new Set(departure.staying.map(({ accountId }) => accountId));
  const gone = new Set(
    departure.leaving.map(({ accountId }) => accountId).filter((id) => !staying.has(id)),
  );
  const kept = entry.values.filter((value) => !gone.has(String(value)));
  if (kept.length === 0) return undefined;
  const narrowed =
    kept.length === entry.values.length ? statement : withValues(statement, entry, oneOrMany(kept));
  return withoutPaths(narrowed, departure, ({ accountId }) => staying.has(accountId));
}

/** A statement without a Resource would mean nothing, and one whose last path has no trail does no harm: that one stays. */
function withoutPaths(
  statement: Statement,
  { leaving }: Departure,
  isNeeded: (delivery: Delivery) => boolean,
): Statement {
  const paths = new Set(leaving.filter((delivery) => !isNeeded(delivery)).map(pathArn));
  const kept = resourcesOf(statement).filter((resource) => !paths.has(resource));
  if (kept.length === 0 || kept.length === resourcesOf(statement).length) return statement;
  return { ...statement, Resource: oneOrMany(kept) };
}
