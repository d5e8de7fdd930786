// Two policies as a unified text diff for people. Shown is a spelling that does not depend on the order in which S3 returned
// things; what is written keeps the order it has.

import { createTwoFilesPatch } from 'diff';
import { canonicalStatement, samePolicy, valueText } from './canonical.js';
import {
  asList,
  type PolicyDocument,
  type Scalar,
  type Statement,
  statementsOf,
} from './document.js';

/** Lines of context around a change. */
const CONTEXT = 3;

/** Unified diff with three lines of context; empty if the policies differ by S3's rewriting alone. */
export function diffPolicies(before: PolicyDocument | null, after: PolicyDocument | null): string {
  if (samePolicy(before, after)) return '';
  const patch = createTwoFilesPatch(
    'before',
    'after',
    display(before),
    display(after),
    undefined,
    undefined,
    { context: CONTEXT },
  );
  return patch.slice(patch.indexOf('---'));
}

function display(document: PolicyDocument | null): string {
  if (document === null) return '';
  const { Version, Id, Statement: _, ...others } = document;
  const statements = statementsOf(document)
    .map((statement) => ({ statement, key: sortKey(statement) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ statement }) => displayStatement(statement));
  return `${JSON.stringify({ Version, Id, ...others, Statement: statements }, null, 2)}\n`;
}

/** By what rarely changes first, so that a statement that grows keeps its place. */
function sortKey(statement: Statement): string {
  const { Sid = '', Effect, Principal, Action } = statement;
  return JSON.stringify([Sid, Effect, Principal, Action, canonicalStatement(statement)]);
}

const ELEMENTS: readonly (keyof Statement)[] = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

/** These grow with the members: always shown as lists, so that one more is one more line. */
const GROWING: ReadonlySet<string> = new Set(['resource', 'aws:sourcearn', 'aws:sourceaccount']);

function displayStatement(statement: Statement): object {
  const known = ELEMENTS.filter((name) => statement[name] !== undefined && statement[name] !== '');
  const others = Object.keys(statement).filter(
    (name) => !ELEMENTS.includes(name as keyof Statement),
  );
  return Object.fromEntries(
    [...known, ...others].map((name) => [
      name,
      displayValue(name, statement[name as keyof Statement]),
    ]),
  );
}

function displayValue(name: string, value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) {
    return displayList(name, asList(value as Scalar | readonly Scalar[]));
  }
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
      .map(([key, inner]) => [key, displayValue(key, inner)]),
  );
}

function displayList(name: string, values: readonly Scalar[]): unknown {
  const sorted = [...new Set(values)].toSorted((a, b) => (valueText(a) < valueText(b) ? -1 : 1));
  return sorted.length === 1 && !GROWING.has(name.toLowerCase()) ? sorted[0] : sorted;
}
