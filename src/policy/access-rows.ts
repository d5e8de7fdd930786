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

/** `crossed`: one account's trail on another's path, for as many pairs as there are accounts, so that each is in two. */
export type Clauses = { readonly own: readonly Clause[]; readonly crossed: readonly Clause[] };

export function clausesOf(statement: Statement): Clauses {
  const senders = sendersOf(statement);
  const resources = patterns('!', statement.Resource, statement.NotResource);
  const principals = principalsOf(statement);
  const actions = patterns('!', statement.Action, statement.NotAction);
  const pairs = pairsOf(senders?.values.map(String), resources);
  const clause = (principal: Named, action: string, { sender, resource }: Pair): Clause => {
    const conditions = conditionEntries(statement).map((entry) =>
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
  const both = [...bySender.keys()].filter(
    (account) => account !== undefined && byPath.has(account),
  );
  const own = both.flatMap((account) =>
    product(bySender.get(account) ?? [], byPath.get(account) ?? []),
  );
  const matched = new Set(both);
  const restSenders = senders.filter((sender) => !matched.has(senderAccount(sender)));
  const restResources = resources.filter((resource) => !matched.has(pathAccount(resource)));
  const ownSenders = senders.filter((sender) => matched.has(senderAccount(sender)));
  const crossed = both.flatMap((account, index) => {
    const next = both[(index + 1) % both.length];
    return next === account
      ? []
      : product(bySender.get(account) ?? [], byPath.get(next) ?? []).slice(0, 1);
  });
  return {
    own: [...own, ...product(restSenders, resources), ...product(ownSenders, restResources)],
    crossed,
  };
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
    when: conditions.map(conditionText),
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
