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
import { SOURCE_ACCOUNT, SOURCE_ARN } from './locate.js';
import { oncePer } from './once.js';

/**
 * Decides a request of one account's trail. What is about another account as well (a path, a sender) is put to the whole
 * policy. The decision names statements by their positions in the whole.
 */
export type Judge = (account: string, request: AccessRequest) => Decision;

/** Reads the policy once, and each account's part of it once. */
export const judgeOf = oncePer((document: PolicyDocument): Judge => {
  const partOf = partsOf(document);
  const parts = new Map<string, Part>();
  return (account, request) => {
    if (!isOnlyAbout(account, request)) return evaluate(document, request);
    const service = 'service' in request.caller ? request.caller.service : undefined;
    const key = `${account} ${service}`;
    const part = parts.get(key) ?? partOf(account, service);
    parts.set(key, part);
    const { effect, statements, unknown } = evaluate(part.document, request);
    const position = (index: number): number => part.positions[index] ?? index;
    return { effect, statements: statements.map(position), unknown: unknown.map(position) };
  };
});

function isOnlyAbout(account: string, { resource, context }: AccessRequest): boolean {
  const { [SOURCE_ARN]: trail, [SOURCE_ACCOUNT]: sender } = context;
  const accounts = [pathOwner(resource), trail && accountOf(String(trail)), sender];
  return accounts.every((one) => one === undefined || one === account);
}

/** The statements that may be about an account and a service, shortened, and where they stand in the whole. */
type Part = { readonly document: PolicyDocument; readonly positions: readonly number[] };

function partsOf(document: PolicyDocument): (account: string, service: string | undefined) => Part {
  const statements = statementsOf(document);
  const shorter = statements.map(shortened);
  const byOwner = groupBy(statements.keys(), (index) => ownerOf(statements[index]));
  const openTo = once((service: string | undefined) =>
    (byOwner.get(undefined) ?? []).filter((index) => mayBeFor(statements[index], service)),
  );
  return (account, service) => {
    const positions = [...openTo(service), ...(byOwner.get(account) ?? [])].toSorted(
      (a, b) => a - b,
    );
    const Statement = positions.flatMap((index) => shorter[index]?.(account) ?? []);
    return { document: { ...document, Statement }, positions };
  };
}

function once<K, T>(work: (key: K) => T): (key: K) => T {
  const done = new Map<K, T>();
  return (key) => {
    const result = done.get(key) ?? work(key);
    done.set(key, result);
    return result;
  };
}

/** False only if the statement names principals, and none of them can be the service. */
function mayBeFor(statement: Statement | undefined, service: string | undefined): boolean {
  const principals = statement?.Principal;
  if (service === undefined || typeof principals !== 'object') return true;
  return Object.entries(principals).some(([type, names]) => {
    if (type === 'AWS') return asList(names).includes('*');
    return type === 'Service' ? asList(names).includes(service) : true;
  });
}

/** The account that all of the statement's resources belong to; undefined if there is none such. */
function ownerOf(statement: Statement | undefined): string | undefined {
  const owners = asList(statement?.Resource ?? []).map(resourceOwner);
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
  [SOURCE_ARN]: (arn) => (isTrailArn(String(arn)) ? accountOf(String(arn)) : undefined),
  [SOURCE_ACCOUNT]: (id) => (/^\d{12}$/.test(String(id)) ? String(id) : undefined),
};

/** By what stands before a wildcard. */
function resourceOwner(resource: Scalar): string | undefined {
  return pathOwner(String(resource).replace(/[*?$].*$/s, ''));
}

/** The first, if there are several: whatever begins like the path has the same one. */
function pathOwner(path: string): string | undefined {
  return /\/AWSLogs\/(\d{12})\//.exec(path)?.[1];
}

/** Nothing matches an empty list, as nothing of this account matches the entries left out. */
function narrowed<T extends Scalar>(
  list: OneOrMany<T>,
  owner: Owner | undefined,
): ((account: string) => readonly T[]) | undefined {
  const entries = asList(list);
  if (owner === undefined || entries.length < LONG) return undefined;
  const groups = groupBy(entries, owner);
  const open = groups.get(undefined) ?? [];
  return (account) => [...open, ...(groups.get(account) ?? [])];
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
