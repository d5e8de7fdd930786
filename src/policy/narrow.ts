// A view of a document for one account: long lists without the entries that can say nothing about it. Asking a member's
// question of the view gives the same answer as asking it of the document, in a time that does not grow with the other
// members. Knows which entries are another account's beyond doubt, and nothing else.

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

/** The statements keep their positions. Only for requests about the account's own trails and paths. */
export type View = (account: string) => PolicyDocument;

/** Shorter lists are as quick to read as to narrow. */
const LONG = 8;

export function viewOf(document: PolicyDocument): View {
  const statements = statementsOf(document).map(viewOfStatement);
  return (account) => ({
    ...document,
    Statement: statements.map((statement) => statement(account)),
  });
}

function viewOfStatement(statement: Statement): (account: string) => Statement {
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
  const narrowings: { operator: string; key: string; values: (account: string) => Scalar[] }[] = [];
  for (const [operator, keys] of Object.entries(conditions)) {
    for (const [key, wanted] of Object.entries(keys)) {
      const values = narrowed(wanted, ownerUnder(key));
      if (values !== undefined) narrowings.push({ operator, key, values });
    }
  }
  if (narrowings.length === 0) return undefined;
  return (account) =>
    narrowings.reduce<Conditions>(
      (made, { operator, key, values }) => ({
        ...made,
        [operator]: { ...made[operator], [key]: values(account) },
      }),
      conditions,
    );
}

/** The account that alone can match the entry; undefined if others might. */
type Owner = (entry: Scalar) => string | undefined;

const nobody: Owner = () => undefined;
const OWNERS: { readonly [key: string]: Owner } = {
  'aws:sourcearn': (arn) => (isTrailArn(String(arn)) ? accountOf(String(arn)) : undefined),
  'aws:sourceaccount': (id) => (/^\d{12}$/.test(String(id)) ? String(id) : undefined),
};

function ownerUnder(key: string): Owner {
  return OWNERS[key.toLowerCase()] ?? nobody;
}

/** Before a wildcard, and once: a path may stand for two accounts' otherwise. */
function resourceOwner(resource: Scalar): string | undefined {
  const [literal = ''] = String(resource).split(/[*?$]/, 1);
  const [found, ...others] = literal.matchAll(/(?<=\/AWSLogs\/)\d{12}(?=\/)/g);
  return others.length === 0 ? found?.[0] : undefined;
}

/** One entry always stays: an empty list would mean something else, and another account's entry matches nothing here. */
function narrowed<T extends Scalar>(
  list: OneOrMany<T>,
  ownerOf: Owner,
): ((account: string) => T[]) | undefined {
  const entries = asList(list);
  if (entries.length < LONG || ownerOf === nobody) return undefined;
  const byOwner = new Map<string | undefined, T[]>();
  for (const entry of entries) {
    const owner = ownerOf(entry);
    const known = byOwner.get(owner);
    if (known === undefined) byOwner.set(owner, [entry]);
    else known.push(entry);
  }
  const open = byOwner.get(undefined) ?? [];
  return (account) => {
    const own = byOwner.get(account);
    const kept = own === undefined ? open : [...open, ...own];
    return kept.length > 0 ? kept : entries.slice(0, 1);
  };
}
