// Decides what IAM would decide about one request by one resource policy alone, and can say why: what the caller's own
// account, its organization or a session policy allow is not asked. Knows nothing of CloudTrail. Source: IAM user guide,
// "Policy evaluation logic" and "IAM JSON policy element reference".

import { type Context, conditionHolds } from './conditions.js';
import {
  asList,
  type ConditionEntry,
  conditionEntries,
  type OneOrMany,
  type PolicyDocument,
  type Principals,
  STATEMENT_ELEMENTS,
  type Statement,
  statementsOf,
} from './document.js';
import { fits, fitsAnyCase, readPattern, type Variables } from './match.js';
import { oncePer } from './once.js';
import { isExcepted, isPrincipal } from './principals.js';
import { any, not, type Verdict, verdict } from './verdict.js';

/** Who calls: an AWS service (`cloudtrail.amazonaws.com`) or an IAM principal's ARN (`arn:aws:iam::111111111111:role/Reader`). */
export type Caller = { readonly service: string } | { readonly arn: string };

export type AccessRequest = {
  readonly caller: Caller;
  /** `s3:PutObject` */
  readonly action: string;
  readonly resource: string;
  /** Condition key (any case) → value or values. A key that is not here is absent from the request. */
  readonly context: { readonly [key: string]: string | readonly string[] };
};

export type Decision = {
  readonly effect: 'allowed' | 'denied' | 'not-allowed';
  /** Zero-based indexes of the statements that decided: all Denies that hit, else all Allows that hit, else none. */
  readonly statements: readonly number[];
  /**
   * Zero-based indexes of the statements, Allow or Deny, of which nobody can say from here whether they hit. They do not
   * count in `effect`: with a Deny among them, an `allowed` is not certain.
   */
  readonly unknown: readonly number[];
};

/** An element that keeps a statement from applying (`verdict` is `no`), or may keep it (`unknown`). */
export type Mismatch = { readonly verdict: 'no' | 'unknown' } & (
  | {
      readonly element: 'principal';
      /** Whether it is `NotPrincipal` (`NotAction`, `NotResource`) that excludes the request. */
      readonly negated: boolean;
      readonly wanted: Principals;
      readonly actual: Caller;
    }
  | {
      readonly element: 'action' | 'resource';
      readonly negated: boolean;
      readonly wanted: readonly string[];
      readonly actual: string;
    }
  | (ConditionEntry & {
      readonly element: 'condition';
      /** The request's values; empty if it does not have the key. */
      readonly actual: readonly string[];
    })
  /** An element of a name IAM does not document, or one of a pair that is missing or there twice. */
  | { readonly element: 'statement'; readonly name: string }
);

/** What this policy alone decides: an explicit Deny, else an Allow, else nothing. */
export function evaluate(document: PolicyDocument, request: AccessRequest): Decision {
  const question = ask(document, request);
  const hits: Record<Statement['Effect'], number[]> = { Allow: [], Deny: [] };
  const unknown: number[] = [];
  for (const [index, statement] of statementsOf(document).entries()) {
    const applies = verdictOf(mismatches(statement, question));
    if (applies === 'yes') hits[statement.Effect].push(index);
    else if (applies === 'unknown') unknown.push(index);
  }
  if (hits.Deny.length > 0) return { effect: 'denied', statements: hits.Deny, unknown };
  if (hits.Allow.length > 0) return { effect: 'allowed', statements: hits.Allow, unknown };
  return { effect: 'not-allowed', statements: [], unknown };
}

/**
 * Every element that keeps the statement at this zero-based index from applying to the request, in the order principal,
 * action, resource, conditions; empty if it applies. Throws a RangeError if there is no such statement.
 */
export function explain(
  document: PolicyDocument,
  statementIndex: number,
  request: AccessRequest,
): readonly Mismatch[] {
  const statement = statementsOf(document)[statementIndex];
  if (statement === undefined)
    throw new RangeError(`The policy has no statement ${statementIndex}`);
  return [...mismatches(statement, ask(document, request))];
}

/** A request as one document reads it. */
type Question = {
  readonly request: AccessRequest;
  readonly context: Context;
  readonly variables: Variables;
};

function ask(document: PolicyDocument, request: AccessRequest): Question {
  const context = contextOf(request.context);
  const single = (key: string): string | undefined => {
    const values = context.get(key) ?? [];
    return values.length === 1 ? values[0] : undefined;
  };
  return { request, context, variables: document.Version === '2012-10-17' ? single : undefined };
}

const contextOf = oncePer(
  (given: AccessRequest['context']): Context =>
    new Map(Object.entries(given).map(([key, value]) => [key.toLowerCase(), asList(value)])),
);

/** Stops at the first certain mismatch: the others need not be looked for. */
function verdictOf(found: Iterable<Mismatch>): Verdict {
  let applies: Verdict = 'yes';
  for (const mismatch of found) {
    if (mismatch.verdict === 'no') return 'no';
    applies = 'unknown';
  }
  return applies;
}

function* mismatches(statement: Statement, question: Question): Generator<Mismatch> {
  for (const check of [principalMismatch, actionMismatch, resourceMismatch]) {
    const found = check(statement, question);
    if (found !== undefined) yield found;
  }
  for (const entry of conditionEntries(statement)) {
    const holds = conditionHolds(entry, question.context, question.variables);
    const actual = question.context.get(entry.key.toLowerCase()) ?? [];
    if (holds !== 'yes') yield { verdict: holds, element: 'condition', ...entry, actual };
  }
  for (const name of Object.keys(statement)) {
    if (!STATEMENT_ELEMENTS.has(name)) yield { verdict: 'unknown', element: 'statement', name };
  }
}

function principalMismatch(
  { Principal, NotPrincipal }: Statement,
  { request: { caller: actual } }: Question,
): Mismatch | undefined {
  const pair = onlyOne('Principal', Principal, NotPrincipal);
  if ('element' in pair) return pair;
  const { wanted, negated } = pair;
  const applies = negated ? not(isExcepted(wanted, actual)) : isPrincipal(wanted, actual);
  if (applies === 'yes') return undefined;
  return { verdict: applies, element: 'principal', negated, wanted, actual };
}

function actionMismatch(
  { Action, NotAction }: Statement,
  { request: { action } }: Question,
): Mismatch | undefined {
  return textMismatch('action', onlyOne('Action', Action, NotAction), action, (wanted) =>
    verdict(fitsAnyCase(wanted, action)),
  );
}

/**
 * A resource with an unresolvable variable "will not match any resource". For `NotResource` that can be read both ways
 * (nothing is excepted; the statement does not apply), so nobody knows.
 */
function resourceMismatch(
  { Resource, NotResource }: Statement,
  { request: { resource }, variables }: Question,
): Mismatch | undefined {
  const unresolved = NotResource === undefined ? 'no' : 'unknown';
  return textMismatch(
    'resource',
    onlyOne('Resource', Resource, NotResource),
    resource,
    (wanted) => {
      const pattern = readPattern(wanted, variables);
      return pattern === undefined ? unresolved : verdict(fits(pattern, resource));
    },
  );
}

function textMismatch(
  element: 'action' | 'resource',
  pair: OnlyOne<OneOrMany<string>>,
  actual: string,
  test: (wanted: string) => Verdict,
): Mismatch | undefined {
  if ('element' in pair) return pair;
  const { negated } = pair;
  const wanted = asList(pair.wanted);
  const named = any(wanted, test);
  const applies = negated ? not(named) : named;
  if (applies === 'yes') return undefined;
  return { verdict: applies, element, negated, wanted, actual };
}

type OnlyOne<T> = { readonly wanted: T; readonly negated: boolean } | Mismatch;

/** Of a pair such as `Action` and `NotAction` a statement has one; IAM gives no meaning to both or neither. */
function onlyOne<T>(name: string, positive: T | undefined, negative: T | undefined): OnlyOne<T> {
  if (positive !== undefined && negative === undefined) return { wanted: positive, negated: false };
  if (negative !== undefined && positive === undefined) return { wanted: negative, negated: true };
  return { verdict: 'unknown', element: 'statement', name };
}
