// Recognises, by what it does and never by its Sid, the statement that a new grant naturally joins, and tells what joining
// it would add. Whether a grant is needed at all is not asked here.

import {
  ACTION,
  accountOf,
  CLOUDTRAIL_NAMES,
  type GrantKind,
  isTrailArn,
  pathAccount,
} from './cloudtrail.js';
import {
  asList,
  type ConditionEntry,
  conditionEntries,
  type OneOrMany,
  type Scalar,
  type Statement,
} from './document.js';
import { fitsAnyCase } from './match.js';

/** Under these a listed value admits; the forms with `IfExists` also admit requests without the key. */
const ADMITTING: ReadonlySet<string> = new Set([
  'stringequals',
  'stringlike',
  'arnequals',
  'arnlike',
]);

/** An Allow for CloudTrail's service principal and nobody else. */
export function isForCloudTrailAlone({ Effect, Principal }: Statement): boolean {
  if (Effect !== 'Allow' || typeof Principal !== 'object') return false;
  const types = Object.keys(Principal);
  const services = servicesOf(Principal);
  return types.length === 1 && services.length > 0 && services.every(isCloudTrail);
}

function servicesOf(principals: Exclude<Statement['Principal'], string | undefined>) {
  return asList(principals['Service'] ?? []);
}

/** Whether CloudTrail is among the principals, alone or beside others. */
export function namesCloudTrail({ Principal }: Statement): boolean {
  return typeof Principal === 'object' && servicesOf(Principal).some(isCloudTrail);
}

function isCloudTrail(name: string): boolean {
  return CLOUDTRAIL_NAMES.has(name);
}

/** Whether the statement is for this one thing and no other. */
export function isOnlyFor(kind: GrantKind, { Action }: Statement): boolean {
  const actions = Action === undefined ? [] : asList(Action);
  return (
    actions.length > 0 &&
    actions.every((action) => action.toLowerCase() === ACTION[kind].toLowerCase())
  );
}

/** Whether this one thing is among what the statement is for. */
export function allows({ Action }: Statement, kind: GrantKind): boolean {
  return Action !== undefined && asList(Action).some((action) => fitsAnyCase(action, ACTION[kind]));
}

export function resourcesOf({ Resource }: Statement): readonly string[] {
  return Resource === undefined ? [] : asList(Resource);
}

/** The line of the statement's conditions with this key in any case; undefined unless there is exactly one and it admits what it lists. */
export function admittingEntry(statement: Statement, key: string): ConditionEntry | undefined {
  const [entry, ...others] = entriesFor(statement, key);
  if (entry === undefined || others.length > 0) return undefined;
  return ADMITTING.has(entry.operator.toLowerCase()) ? entry : undefined;
}

export function entriesFor(statement: Statement, key: string): readonly ConditionEntry[] {
  return conditionEntries(statement).filter((entry) => entry.key.toLowerCase() === key);
}

export const SOURCE_ARN = 'aws:sourcearn';
export const SOURCE_ACCOUNT = 'aws:sourceaccount';
export const SOURCE_ORGANIZATION = 'aws:sourceorgid';

/** The accounts that the statement names by a path or by a trail. */
export function accountsNamedIn(statement: Statement): ReadonlySet<string> {
  const senders = [SOURCE_ARN, SOURCE_ACCOUNT].flatMap((key) =>
    entriesFor(statement, key).flatMap(({ values }) => values.map(String)),
  );
  const accounts = [
    ...resourcesOf(statement).map(pathAccount),
    ...senders.map((sender) => (isTrailArn(sender) ? accountOf(sender) : sender)),
  ];
  return new Set(
    accounts.filter((account) => account !== undefined && /^\d{12}$/.test(account)) as string[],
  );
}

/** The list with what is not in it yet; the very same value if nothing is new, and never a list for a lone value. */
export function union<T extends Scalar>(list: OneOrMany<T>, more: readonly T[]): OneOrMany<T> {
  const present = new Set(asList(list).map(String));
  const added = [...new Set(more)].filter((value) => !present.has(String(value)));
  return added.length === 0 ? list : oneOrMany([...asList(list), ...added]);
}

export function oneOrMany<T extends Scalar>(values: readonly T[]): OneOrMany<T> {
  const [first, ...others] = values;
  return first !== undefined && others.length === 0 ? first : values;
}

/** The statement with other values in this one place of its conditions; every key stays where it is. */
export function withValues(
  statement: Statement,
  { operator, key }: ConditionEntry,
  values: OneOrMany<Scalar>,
): Statement {
  const { Condition = {} } = statement;
  return {
    ...statement,
    Condition: { ...Condition, [operator]: { ...Condition[operator], [key]: values } },
  };
}
