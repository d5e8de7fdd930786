// An Allow statement as rows a person can read: who may do what, on what, when; each with requests that fall under it. A
// statement that lists trails and their accounts' paths gives one row for each pair of one account; that every trail listed
// may also write to every path listed is kept apart, for it would be as many rows as their product.

import { accountOf, CLOUDTRAIL_NAMES, isTrailArn, pathAccount } from './cloudtrail.js';
import {
  asList,
  type ConditionEntry,
  conditionEntries,
  type Principals,
  type Statement,
} from './document.js';
import { admittingEntry, SOURCE_ACCOUNT, SOURCE_ARN } from './locate.js';
import { listed } from './wording.js';

/** One line of an access table, as plain text. */
export type AccessRow = {
  /** `CloudTrail`, another service's principal, an ARN, `anyone`. */
  readonly who: string;
  /** `s3:PutObject` */
  readonly may: string;
  /** `the bucket`, or a key pattern such as `AWSLogs/222222222222/*`. */
  readonly on: string;
  /** All of these must hold. */
  readonly when: readonly string[];
};

/** One combination of a statement's listed values. */
export type Clause = {
  readonly row: AccessRow;
  readonly principal: Named;
  readonly action: string;
  readonly resource: string;
  /** The trail's ARN or the account, where the statement lists them one by one. */
  readonly sender: string | undefined;
  readonly conditions: readonly ConditionEntry[];
};

/** A principal and its type; a `NotPrincipal` and the like have the type with a `!` before it. */
export type Named = { readonly type: string; readonly name: string };

/** `crossed`: one account's trail on another's path; a few such pairs, spread over all of them. */
export type Clauses = { readonly own: readonly Clause[]; readonly crossed: readonly Clause[] };

export function clausesOf(statement: Statement): Clauses {
  const senders = sendersOf(statement);
  const resources = patterns('!', statement.Resource, statement.NotResource);
  const principals = principalsOf(statement);
  const actions = patterns('!', statement.Action, statement.NotAction);
  const entries = conditionEntries(statement);
  const pairs = pairsOf(senders === undefined ? undefined : matchable(senders), resources);
  const clause = (principal: Named, action: string, { sender, resource }: Pair): Clause => {
    const conditions = entries.map((entry) =>
      sender !== undefined && isSame(entry, senders) ? { ...entry, values: [sender] } : entry,
    );
    return {
      row: rowOf(principal, action, resource, conditions),
      principal,
      action,
      resource,
      sender,
      conditions,
    };
  };
  const over = (which: readonly Pair[]): readonly Clause[] =>
    principals.flatMap((principal) =>
      actions.flatMap((action) => which.map((pair) => clause(principal, action, pair))),
    );
  return { own: over(pairs.own), crossed: over(pairs.crossed) };
}

type Pair = { readonly sender: string | undefined; readonly resource: string };

/** The list that tells one member from the other: trails, or, where those are a pattern, accounts. */
function sendersOf(statement: Statement): ConditionEntry | undefined {
  const trails = admittingEntry(statement, SOURCE_ARN);
  const accounts = admittingEntry(statement, SOURCE_ACCOUNT);
  if (trails?.values.some((value) => isTrailArn(String(value)))) return trails;
  return accounts ?? trails;
}

/** `StringEquals` knows no wildcards: what has one there is nobody. */
function matchable({ operator, values }: ConditionEntry): readonly string[] {
  const isLiteral = operator.toLowerCase() === 'stringequals';
  return values
    .map(String)
    .filter((value) => !(isLiteral && /[*?]/.test(value) && !value.includes('${')));
}

function isSame(one: ConditionEntry, other: ConditionEntry | undefined): boolean {
  return one.operator === other?.operator && one.key === other.key;
}

function pairsOf(
  senders: readonly string[] | undefined,
  resources: readonly string[],
): { readonly own: readonly Pair[]; readonly crossed: readonly Pair[] } {
  if (senders === undefined) {
    return { own: resources.map((resource) => ({ sender: undefined, resource })), crossed: [] };
  }
  const bySender = groupBy(senders, senderAccount);
  const byPath = groupBy(resources, pathAccount);
  const anySender = bySender.get(undefined) ?? [];
  const anyPath = byPath.get(undefined) ?? [];
  const single = senders.filter((sender) => senderAccount(sender) !== undefined);
  const paths = resources.filter((resource) => pathAccount(resource) !== undefined);
  const own = single.flatMap((sender) =>
    product([sender], byPath.get(senderAccount(sender)) ?? []),
  );
  const open = [...product(anySender, resources), ...product(single, anyPath)];
  if (own.length === 0) return { own: [...open, ...product(single, paths)], crossed: [] };
  return { own: [...own, ...open], crossed: neighbours(single, paths) };
}

/** Not every pair of two accounts, for they are many: both lists are walked side by side. */
function neighbours(senders: readonly string[], paths: readonly string[]): readonly Pair[] {
  const steps = Array.from({ length: Math.max(senders.length, paths.length) }, (_, step) => step);
  return steps
    .flatMap((step) => [0, 1].map((ahead) => [step, step + ahead] as const))
    .map(([at, other]) => [senders[at % senders.length], paths[other % paths.length]] as const)
    .flatMap(([sender, resource]) =>
      sender === undefined ||
      resource === undefined ||
      senderAccount(sender) === pathAccount(resource)
        ? []
        : [{ sender, resource }],
    );
}

function product(senders: readonly string[], resources: readonly string[]): readonly Pair[] {
  return senders.flatMap((sender) => resources.map((resource) => ({ sender, resource })));
}

function groupBy<K>(items: readonly string[], keyOf: (item: string) => K): Map<K, string[]> {
  const groups = new Map<K, string[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function senderAccount(sender: string): string | undefined {
  const account = sender.includes(':') ? accountOf(sender) : sender;
  return /^\d{12}$/.test(account) ? account : undefined;
}

function patterns(
  mark: string,
  positive: Statement['Action'],
  negative: Statement['NotAction'],
): readonly string[] {
  if (positive !== undefined) return asList(positive);
  return negative === undefined ? [] : [`${mark}${asList(negative).join(' ')}`];
}

function principalsOf({ Principal, NotPrincipal }: Statement): readonly Named[] {
  if (Principal !== undefined) return named(Principal);
  if (NotPrincipal === undefined) return [];
  const names = named(NotPrincipal).map(({ name }) => name);
  return [{ type: '!AWS', name: names.join(', ') }];
}

function named(principals: Principals): readonly Named[] {
  if (typeof principals === 'string') return [{ type: 'AWS', name: principals }];
  return Object.entries(principals).flatMap(([type, names]) =>
    asList(names).map((name) => ({ type, name })),
  );
}

function rowOf(
  principal: Named,
  action: string,
  resource: string,
  conditions: readonly ConditionEntry[],
): AccessRow {
  return {
    who: whoIs(principal),
    may: action.startsWith('!') ? `everything but ${action.slice(1)}` : action,
    on: placeOf(resource),
    when: conditions.toSorted((a, b) => rankOf(a) - rankOf(b)).map(conditionText),
  };
}

function whoIs({ type, name }: Named): string {
  if (type.startsWith('!')) return `anyone but ${name}`;
  if (CLOUDTRAIL_NAMES.has(name)) return 'CloudTrail';
  return type === 'AWS' && name === '*' ? 'anyone' : name;
}

/** Within the bucket whose policy it is, its ARN says nothing. */
export function placeOf(resource: string): string {
  if (resource.startsWith('!'))
    return `everything but ${resource.slice(1).split(' ').map(placeOf).join(', ')}`;
  const [, key] = /^arn:[^:]*:s3:::[^/]+(?:\/(.*))?$/.exec(resource) ?? [undefined, resource];
  return key ?? 'the bucket';
}

/** For whom comes before all else. */
function rankOf({ key }: ConditionEntry): number {
  return key.toLowerCase().startsWith('aws:source') ? 0 : 1;
}

function conditionText({ operator, key, values }: ConditionEntry): string {
  const texts = values.map(String);
  const isAdmitting = /^(string|arn)(equals|like)$/i.test(operator);
  const name = key.toLowerCase();
  if (isAdmitting && name === SOURCE_ARN) {
    return `for ${texts.length === 1 ? 'trail' : 'trails'} ${listed(texts.map(shortArn))}`;
  }
  if (isAdmitting && name === SOURCE_ACCOUNT) return `for trails of account ${listed(texts)}`;
  if (isAdmitting && name === 'aws:sourceorgid')
    return `for trails of organization ${listed(texts)}`;
  if (isAdmitting && name === 's3:x-amz-acl') return `ACL ${listed(texts)}`;
  return `${operator} ${key} ${listed(texts)}`;
}

function shortArn(arn: string): string {
  return isTrailArn(arn) ? `…:${arn.split(':').slice(4).join(':')}` : arn;
}
