// Puts one account's questions to a policy in a time that does not grow with the other accounts in it: entries and whole
// statements that can only be about another account are left out beforehand. The answer is the same as the whole policy's;
// what is left out is what is another account's beyond doubt, and nothing else.

import { accountOf, isTrailArn } from './cloudtrail.js';
import {
  asList,
  type Conditions,
  type OneOrMany,
  type PolicyDocument,
  type Scalar,
  type Statement,
  statementsOf,
} from './document.js';
import { type AccessRequest, type Decision, evaluate } from './evaluate.js';

/**
 * Decides a request of one account's trail, about the bucket itself or about a path of the same account. The decision names
 * statements by their positions in the whole policy.
 */
export type Judge = (account: string, request: AccessRequest) => Decision;

/** Reads the policy once. */
export function judgeOf(document: PolicyDocument): Judge {
  const partOf = partsOf(document);
  const parts = new Map<string, Part>();
  return (account, request) => {
    const part = parts.get(account) ?? partOf(account);
    parts.set(account, part);
    const { effect, statements, unknown } = evaluate(part.document, request);
    const position = (index: number): number => part.positions[index] ?? index;
    return { effect, statements: statements.map(position), unknown: unknown.map(position) };
  };
}

/** The statements that may be about an account, shortened, and where they stand in the whole. */
type Part = { readonly document: PolicyDocument; readonly positions: readonly number[] };

function partsOf(document: PolicyDocument): (account: string) => Part {
  const statements = statementsOf(document).map((statement) => shortened(statement));
  const positions = groupBy(statementsOf(document).entries(), ([, statement]) =>
    ownerOf(statement),
  );
  const open = positionsIn(positions, undefined);
  return (account) => {
    const mine = [...open, ...positionsIn(positions, account)].toSorted((a, b) => a - b);
    const Statement = mine.flatMap((index) => statements[index]?.(account) ?? []);
    return { document: { ...document, Statement }, positions: mine };
  };
}

function positionsIn(
  groups: ReadonlyMap<string | undefined, readonly (readonly [number, Statement])[]>,
  owner: string | undefined,
): readonly number[] {
  return (groups.get(owner) ?? []).map(([index]) => index);
}

/** The account that all of the statement's resources belong to; undefined if there is none such. */
function ownerOf({ Resource }: Statement): string | undefined {
  const owners = Resource === undefined ? [] : asList(Resource).map(resourceOwner);
  const [owner] = owners;
  return owners.every((other) => other === owner) ? owner : undefined;
}

/** Shorter lists are as quick to read as to shorten. */
const LONG = 8;

function shortened(statement: Statement): (account: string) => Statement {
  const { Resource, Condition } = statement;
  const resources = Resource === undefined ? undefined : narrowed(Resource, resourceOwner);
  const conditions = Condition === undefined ? undefined : narrowedConditions(Condition);
  if (resources === undefined && conditions === undefined) return () => statement;
  return (account) => ({
    ...statement,
    ...(resources !== undefined && { Resource: resources(account) }),
    ...(conditions !== undefined && { Condition: conditions(account) }),
  });
}

function narrowedConditions(conditions: Conditions): ((account: string) => Conditions) | undefined {
  const changes = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).flatMap(([key, wanted]) => {
      const values = narrowed(wanted, OWNERS[key.toLowerCase()]);
      return values === undefined ? [] : [{ operator, key, values }];
    }),
  );
  if (changes.length === 0) return undefined;
  return (account) =>
    changes.reduce<Conditions>(
      (made, { operator, key, values }) => ({
        ...made,
        [operator]: { ...made[operator], [key]: values(account) },
      }),
      conditions,
    );
}

/** The account that alone can match the entry; undefined if others might. */
type Owner = (entry: Scalar) => string | undefined;

const OWNERS: { readonly [key: string]: Owner } = {
  'aws:sourcearn': (arn) => (isTrailArn(String(arn)) ? accountOf(String(arn)) : undefined),
  'aws:sourceaccount': (id) => (/^\d{12}$/.test(String(id)) ? String(id) : undefined),
};

/** Before a wildcard, and once: a path may stand for two accounts' otherwise. */
function resourceOwner(resource: Scalar): string | undefined {
  const [literal = ''] = String(resource).split(/[*?$]/, 1);
  const [found, ...others] = literal.matchAll(/(?<=\/AWSLogs\/)\d{12}(?=\/)/g);
  return others.length === 0 ? found?.[0] : undefined;
}

/** One entry always stays: an empty list would mean something else, and another account's entry matches nothing here. */
function narrowed<T extends Scalar>(
  list: OneOrMany<T>,
  owner: Owner | undefined,
): ((account: string) => readonly T[]) | undefined {
  const entries = asList(list);
  if (owner === undefined || entries.length < LONG) return undefined;
  const groups = groupBy(entries, owner);
  const open = groups.get(undefined) ?? [];
  return (account) => {
    const kept = [...open, ...(groups.get(account) ?? [])];
    return kept.length > 0 ? kept : entries.slice(0, 1);
  };
}

function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
