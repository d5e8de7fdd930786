// Writes grants into a policy: each joins the statement it naturally belongs to, and where there is none, new statements are
// added as AWS documents them. All targets are chosen from the policy as it was, so the order of members cannot matter.

import { GRANT_KINDS } from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import { type PolicyDocument, type Statement, statementsOf } from './document.js';
import { examinerOf, type Requests, requestsFor, withoutDenies } from './grants.js';
import {
  type Form,
  formOf,
  hasShape,
  isAlikeForAll,
  joined,
  type Layout,
  takesEffectIn,
} from './layouts.js';
import { accountsNamedIn } from './locate.js';

/**
 * The policy with every delivery admitted. Whoever some Allow admits already is left alone; what a Deny stops cannot be
 * mended by a further Allow and is not looked at here.
 */
export function admit(
  document: PolicyDocument,
  layout: Layout,
  deliveries: readonly Delivery[],
): PolicyDocument {
  const standing = examinerOf(withoutDenies(document));
  const wanted = GRANT_KINDS.flatMap((kind) =>
    deliveries
      .filter((delivery) => standing(kind, delivery) === 'missing')
      .map((delivery) => formOf(layout, kind, delivery)),
  );
  return enter(document, wanted, { hasShape, requests: requestsFor });
}

/** How grants of one kind of resource are told and tried. */
export type Rules<K extends string> = {
  /** Whether a statement has the form's shape, with whichever members. */
  readonly hasShape: (statement: Statement, form: Form<K>) => boolean;
  readonly requests: Requests<K>;
};

/** The document with these grants written in; the very same one if there are none. */
export function enter<K extends string>(
  document: PolicyDocument,
  wanted: readonly Form<K>[],
  rules: Rules<K>,
): PolicyDocument {
  if (wanted.length === 0) return document;
  const { joining, homeless } = assign(document, wanted, rules);
  const extended = statementsOf(document).map((statement, index) =>
    joined(statement, joining.get(index) ?? []),
  );
  return { ...document, Statement: withNew(extended, homeless) };
}

type Assignment<K extends string> = {
  readonly joining: ReadonlyMap<number, readonly Form<K>[]>;
  readonly homeless: readonly Form<K>[];
};

function assign<K extends string>(
  document: PolicyDocument,
  forms: readonly Form<K>[],
  rules: Rules<K>,
): Assignment<K> {
  const joining = new Map<number, Form<K>[]>();
  const homeless: Form<K>[] = [];
  const candidatesFor = candidatesIn(document, rules);
  for (const form of forms) {
    const target = candidatesFor(form).find(({ takes }) => takes(form));
    if (target === undefined) homeless.push(form);
    else joining.set(target.index, [...(joining.get(target.index) ?? []), form]);
  }
  return { joining, homeless };
}

type Candidate<K extends string> = {
  readonly index: number;
  readonly accounts: ReadonlySet<string>;
  /** Whether the grant would be in effect in it. */
  readonly takes: (form: Form<K>) => boolean;
};

/**
 * The statements of the form's shape: those that name the account first, then all in document order. Naming the account,
 * not this very trail or path: so two trails of one account take the same way, whichever comes first. In a layout that
 * keeps accounts apart, a statement that names another account is closed.
 */
function candidatesIn<K extends string>(
  document: PolicyDocument,
  rules: Rules<K>,
): (form: Form<K>) => readonly Candidate<K>[] {
  const byKind = new Map<K, Candidates<K>>();
  return (form) => {
    const { all, naming } = byKind.get(form.kind) ?? shapedLike(document, form, rules);
    byKind.set(form.kind, { all, naming });
    const { accountId } = form.delivery;
    const first = naming.get(accountId) ?? [];
    return form.shared ? [...first, ...all] : first.filter(({ accounts }) => accounts.size === 1);
  };
}

type Candidates<K extends string> = {
  readonly all: readonly Candidate<K>[];
  readonly naming: ReadonlyMap<string, readonly Candidate<K>[]>;
};

function shapedLike<K extends string>(
  document: PolicyDocument,
  form: Form<K>,
  rules: Rules<K>,
): Candidates<K> {
  const all = statementsOf(document)
    .map((statement, index) => ({ index, statement }))
    .filter(({ statement }) => rules.hasShape(statement, form))
    .map(({ index, statement }) => ({
      index,
      accounts: accountsNamedIn(statement),
      takes: trialOf(statement, form, document.Version, rules),
    }));
  const naming = new Map<string, Candidate<K>[]>();
  for (const candidate of all) {
    for (const account of candidate.accounts) {
      naming.set(account, [...(naming.get(account) ?? []), candidate]);
    }
  }
  return { all, naming };
}

/** Tried once, where one member's answer is everybody's. */
function trialOf<K extends string>(
  statement: Statement,
  example: Form<K>,
  version: PolicyDocument['Version'],
  { requests }: Rules<K>,
): Candidate<K>['takes'] {
  const takes = (form: Form<K>) => takesEffectIn(statement, form, version, requests);
  if (!isAlikeForAll(statement, example)) return takes;
  const answer = takes(example);
  return () => answer;
}

/** Forms without a statement share a new one with those they could have joined. */
function withNew<K extends string>(
  statements: readonly Statement[],
  forms: readonly Form<K>[],
): readonly Statement[] {
  const groups = new Map<string, Form<K>[]>();
  for (const form of forms) {
    const key = JSON.stringify([form.kind, form.shared || form.delivery.accountId]);
    groups.set(key, [...(groups.get(key) ?? []), form]);
  }
  return [...groups.values()].reduce((made, group) => {
    const [first] = group;
    if (first === undefined) return made;
    const statement = joined(first.fresh, group);
    return [...made, { ...statement, Sid: uniqueSid(statement.Sid ?? '', made) }];
  }, statements);
}

/** The Sid, or with a number behind it where it is taken. */
export function uniqueSid(sid: string, statements: readonly Statement[]): string {
  const taken = new Set(statements.map(({ Sid }) => Sid));
  let candidate = sid;
  for (let number = 2; taken.has(candidate); number += 1) candidate = `${sid}-${number}`;
  return candidate;
}
