// One spelling for all the ways in which S3 may return the same policy: lone values and lists, the order of lists and of
// statements, the case of condition keys, an empty Sid, account numbers as root ARNs. For comparing and showing policies;
// what is written is never in this spelling.

import {
  asList,
  conditionEntries,
  type PolicyDocument,
  type Principals,
  type Statement,
} from './document.js';
import { oncePer } from './once.js';

/** Whether two policies are equal but for S3's rewriting. Source: facts seen in the field, see docs; AWS documents none. */
export function samePolicy(a: PolicyDocument | null, b: PolicyDocument | null): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  return canonicalText(a) === canonicalText(b);
}

function canonicalText({ Statement, ...rest }: PolicyDocument): string {
  const statements = asList(Statement).map(canonicalStatement).toSorted();
  return JSON.stringify([canonicalRest(rest), statements]);
}

/** The same text for statements that differ in S3's rewriting alone. */
export const canonicalStatement = oncePer((statement: Statement): string => {
  const { Sid, Condition: _, ...elements } = statement;
  return JSON.stringify([
    Sid ?? '',
    canonicalRest(elements),
    conditionEntries(statement)
      .map(({ operator, key, values }) => [
        operator.toLowerCase(),
        key.toLowerCase(),
        sorted(values),
      ])
      .map((entry) => JSON.stringify(entry))
      .toSorted(),
  ]);
});

/** Elements in alphabetical order, each of their lists sorted and without repetitions. */
function canonicalRest(elements: object): readonly (readonly [string, unknown])[] {
  return Object.entries(elements)
    .map(([name, value]) => [name, canonicalValue(value)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function canonicalValue(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value as Exclude<Principals, string>)
      .map(([type, names]) => [type, sorted(asList(names).map(accountNumber))] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
  return sorted(asList(value));
}

/** Elements IAM does not know may hold anything. */
function sorted(values: readonly unknown[]): readonly string[] {
  return [...new Set(values.map(valueText))].toSorted();
}

/** `true` and `"true"` are one value to IAM. An element that it does not know may hold an object. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** S3 returns an account given by its number as the ARN of its root. */
function accountNumber(name: unknown): unknown {
  if (typeof name !== 'string') return name;
  return /^arn:[^:]+:iam::(\d{12}):root$/.exec(name)?.[1] ?? name;
}
