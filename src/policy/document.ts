// A bucket policy as a plain value: the parsed JSON, nothing added and nothing taken away, so that printing it gives back
// what was read, and the few ways to walk over it. What the elements mean is decided elsewhere (evaluate.ts).

import { oncePer } from './once.js';

export type Scalar = string | number | boolean;
export type OneOrMany<T> = T | readonly T[];

/**
 * `"*"`, or principal type (`AWS`, `Service`, `Federated`, `CanonicalUser`) → one or many names. A string other than `"*"`
 * is kept, but has no documented meaning.
 */
export type Principals = string | { readonly [type: string]: OneOrMany<string> };

/** Operator (`StringEquals`) → condition key (any case) → one or many values. */
export type Conditions = {
  readonly [operator: string]: { readonly [key: string]: OneOrMany<Scalar> };
};

export type Statement = {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: Principals;
  readonly NotPrincipal?: Principals;
  readonly Action?: OneOrMany<string>;
  readonly NotAction?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  readonly Condition?: Conditions;
};

export type PolicyDocument = {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: OneOrMany<Statement>;
};

/** One line of a `Condition` block: its operator and key as written, its values always as a list. */
export type ConditionEntry = {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly Scalar[];
};

/** The elements IAM knows in a statement. Any other name is kept, but nobody can say what it means. */
export const STATEMENT_ELEMENTS: ReadonlySet<string> = new Set<keyof Statement>([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/** IAM reads a lone value and a list of one alike; so does everything that goes through here. */
export function asList<T>(value: OneOrMany<T>): readonly T[] {
  return isList(value) ? value : [value];
}

/** The statements in document order; their zero-based positions are what `Decision` and `DeadPrincipal` speak of. */
export function statementsOf(document: PolicyDocument): readonly Statement[] {
  return asList(document.Statement);
}

/** All lines of the statement's `Condition` block, in document order; every one of them must hold. */
export const conditionEntries = oncePer((statement: Statement): readonly ConditionEntry[] =>
  Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values: asList(values) })),
  ),
);

function isList<T>(value: OneOrMany<T>): value is readonly T[] {
  return Array.isArray(value);
}

/** In document order; statements without one, or with the empty one that S3 gives back for none, are left out. */
export function sidsOf(document: PolicyDocument): readonly string[] {
  return statementsOf(document).flatMap(({ Sid }) => Sid || []);
}
