// Decides whether one line of a `Condition` block (operator, key, values) holds for a request's context. Source for the
// operators and their treatment of absent keys and of lists: IAM user guide, "IAM JSON policy elements: condition
// operators" and "Set operators for multivalued context keys".

import { BlockList, isIP } from 'node:net';
import type { ConditionEntry } from './document.js';
import { fits, fitsArn, type Pattern, readPattern, type Variables } from './match.js';
import { all, any, not, type Verdict, verdict } from './verdict.js';

/** A request's condition context: lower-cased key → values. A key that is not here is absent from the request. */
export type Context = ReadonlyMap<string, readonly string[]>;

/** Whether the request's value is what one value of the policy wants. */
type Test = (wanted: string, actual: string, variables: Variables) => Verdict;

type Operator = {
  readonly set: 'forallvalues' | 'foranyvalue' | undefined;
  readonly ifExists: boolean;
  readonly negated: boolean;
  readonly test: Test;
};

const stringEquals = withVariables((wanted, actual) => verdict(wanted.text === actual));
const stringEqualsIgnoreCase = withVariables((wanted, actual) =>
  verdict(wanted.text.toLowerCase() === actual.toLowerCase()),
);
const stringLike = withVariables((wanted, actual) => verdict(fits(wanted, actual)));
const arnLike = withVariables((wanted, actual) => known(fitsArn(wanted, actual), (hit) => hit));

const TESTS: ReadonlyMap<string, Test> = new Map([
  ['stringequals', stringEquals],
  ['stringequalsignorecase', stringEqualsIgnoreCase],
  ['stringlike', stringLike],
  ['arnequals', arnLike],
  ['arnlike', arnLike],
  ['bool', compare(readBoolean, (wanted, actual) => wanted === actual)],
  ['binaryequals', (wanted: string, actual: string) => verdict(wanted === actual)],
  ['ipaddress', ipAddress],
  ...ordered('numeric', readNumber),
  ...ordered('date', readDate),
]);

/** Negated operator → the one it negates. */
const NEGATED: ReadonlyMap<string, string> = new Map([
  ['stringnotequals', 'stringequals'],
  ['stringnotequalsignorecase', 'stringequalsignorecase'],
  ['stringnotlike', 'stringlike'],
  ['arnnotequals', 'arnequals'],
  ['arnnotlike', 'arnlike'],
  ['notipaddress', 'ipaddress'],
  ['numericnotequals', 'numericequals'],
  ['datenotequals', 'dateequals'],
]);

/**
 * Whether the line holds. `unknown` for an operator IAM does not document, for values that are none of the operator's type,
 * for a list of several values under an operator that is meant for single ones, and for `ForAnyValue:…IfExists` without
 * the key (the rules of its two halves contradict each other).
 */
export function conditionHolds(
  { operator: name, key, values }: ConditionEntry,
  context: Context,
  variables: Variables,
): Verdict {
  const actual = context.get(key.toLowerCase()) ?? [];
  if (name.toLowerCase() === 'null') return any(values, (value) => isNull(String(value), actual));
  const operator = readOperator(name);
  if (operator === undefined) return 'unknown';
  const test = (value: string): Verdict => {
    const hit = any(values, (wanted) => operator.test(String(wanted), value, variables));
    return operator.negated ? not(hit) : hit;
  };
  return operator.set === undefined
    ? singleHolds(operator, actual, test)
    : setHolds(operator, actual, test);
}

type ValueTest = (value: string) => Verdict;

function singleHolds(
  { ifExists, negated }: Operator,
  actual: readonly string[],
  test: ValueTest,
): Verdict {
  if (actual.length === 0) return verdict(ifExists || negated);
  return actual.length === 1 ? all(actual, test) : 'unknown';
}

/** Over "a null data set, such as an empty string" every value passes and none does. */
function setHolds(
  { set, ifExists }: Operator,
  actual: readonly string[],
  test: ValueTest,
): Verdict {
  const members = actual.every((value) => value === '') ? [] : actual;
  if (set === 'forallvalues') return all(members, test);
  return actual.length === 0 && ifExists ? 'unknown' : any(members, test);
}

/** Operators are matched in any case: IAM either does so too or has refused the policy. */
function readOperator(name: string): Operator | undefined {
  const parts = /^(?:(forallvalues|foranyvalue):)?(\w+?)(ifexists)?$/.exec(name.toLowerCase());
  const [, set, base = '', ifExists] = parts ?? [];
  const negated = NEGATED.has(base);
  const test = TESTS.get(NEGATED.get(base) ?? base);
  if (test === undefined) return undefined;
  return { set: asSet(set), ifExists: ifExists !== undefined, negated, test };
}

function asSet(prefix: string | undefined): Operator['set'] {
  return prefix === 'forallvalues' || prefix === 'foranyvalue' ? prefix : undefined;
}

function isNull(wanted: string, actual: readonly string[]): Verdict {
  return known(readBoolean(wanted), (absent) => absent === (actual.length === 0));
}

/** A wanted value with an unresolvable variable is equal to nothing and like nothing. */
function withVariables(test: (wanted: Pattern, actual: string) => Verdict): Test {
  return (wanted, actual, variables) => {
    const pattern = readPattern(wanted, variables);
    return pattern === undefined ? 'no' : test(pattern, actual);
  };
}

function compare<T>(
  read: (text: string) => T | undefined,
  holds: (wanted: T, actual: T) => boolean,
): Test {
  return (wanted, actual) => {
    const [left, right] = [read(wanted), read(actual)];
    return left === undefined || right === undefined ? 'unknown' : verdict(holds(left, right));
  };
}

function known<T>(value: T | undefined, holds: (value: T) => boolean): Verdict {
  return value === undefined ? 'unknown' : verdict(holds(value));
}

function ordered(type: string, read: (text: string) => number | undefined): [string, Test][] {
  return [
    [`${type}equals`, compare(read, (wanted, actual) => actual === wanted)],
    [`${type}lessthan`, compare(read, (wanted, actual) => actual < wanted)],
    [`${type}lessthanequals`, compare(read, (wanted, actual) => actual <= wanted)],
    [`${type}greaterthan`, compare(read, (wanted, actual) => actual > wanted)],
    [`${type}greaterthanequals`, compare(read, (wanted, actual) => actual >= wanted)],
  ];
}

function readBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

function readNumber(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** Milliseconds since 1970 of a W3C date ("ISO 8601", UTC if it names no zone) or of epoch seconds. */
export function readDate(text: string): number | undefined {
  if (/^-?\d{5,}(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const iso = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/.exec(text);
  if (iso === null) return undefined;
  const time = Date.parse(iso[3] !== undefined && iso[6] === undefined ? `${text}Z` : text);
  return Number.isNaN(time) ? undefined : time;
}

/** An address without a prefix is a range of one. An IPv4 address is in no IPv6 range, nor the other way. */
function ipAddress(wanted: string, actual: string): Verdict {
  const [network = '', prefix] = wanted.split('/', 2);
  const version = isIP(network);
  const longest = version === 4 ? 32 : 128;
  const bits = prefix === undefined ? longest : Number(prefix);
  const isRange = version !== 0 && /^\d{1,3}$/.test(prefix ?? '0') && bits <= longest;
  if (!isRange || isIP(actual) === 0) return 'unknown';
  if (isIP(actual) !== version) return 'no';
  const range = new BlockList();
  range.addSubnet(network, bits, version === 4 ? 'ipv4' : 'ipv6');
  return verdict(range.check(actual, version === 4 ? 'ipv4' : 'ipv6'));
}
