// Values of condition keys to try: those under which a line of a condition holds, and those just beside them. Which requests
// they come with is decided in access-examples.ts and deny-examples.ts.

import { type Context, conditionHolds, readDate } from './conditions.js';
import { type ConditionEntry, conditionEntries, type Statement } from './document.js';

/** A context as a request has it, its keys in lower case; an empty list is a key that is not sent. */
export type Tried = { readonly [key: string]: string | readonly string[] };

/** What a list is tried with, at most, where it makes no other difference which of its values is met. */
const MOST_VALUES = 8;

const ABSENT: readonly string[] = [];

/** The values listed, as far as they are values; for a number, a date or an address also some that are beside it. */
function valuesNear({ operator, values }: ConditionEntry): readonly string[] {
  const texts = values.map(String);
  const name = operator.toLowerCase();
  if (name === 'null') return ['x'];
  if (name.includes('ipaddress')) return [...texts.flatMap(addressesOf), ...OTHER_ADDRESSES];
  if (name.includes('numeric')) return texts.flatMap((text) => [text, ...around(Number(text))]);
  if (name.includes('date')) return texts.flatMap((text) => [text, ...momentsAround(text)]);
  return [...texts.flatMap(filled), ...OTHER_VALUES];
}

function filled(pattern: string): readonly string[] {
  return /[*?]/.test(pattern) ? ['x', 'y'].map((one) => pattern.replace(/[*?]/g, one)) : [pattern];
}

const OTHER_VALUES = ['another', 'true', 'false'];
const OTHER_ADDRESSES = ['0.0.0.1', '255.255.255.254', '::1'];

/** The first of a range and, in version 4, the last. */
function addressesOf(range: string): readonly string[] {
  const [first = range, bits = '32'] = range.split('/');
  const bytes = first.split('.').map(Number);
  if (bytes.length !== 4) return [first];
  const last = bytes.map(
    (byte, at) => byte | (0xff >> Math.min(8, Math.max(0, Number(bits) - at * 8))),
  );
  return [first, last.join('.')];
}

function around(number: number): readonly string[] {
  return [number - 1, number + 1].map(String);
}

function momentsAround(text: string): readonly string[] {
  const time = readDate(text);
  if (time === undefined) return [];
  return [time - 1000, time + 1000].map((near) => new Date(near).toISOString());
}

/** Under which all of the lines hold, a key that is not sent before one that is; undefined if there is none such. */
export function contextMeeting(entries: readonly ConditionEntry[]): Tried | undefined {
  const found = [...byKey(entries)].map(([key, lines]) => {
    const value = [ABSENT, ...lines.flatMap(valuesNear)].find((tried) => holds(lines, key, tried));
    return value === undefined ? undefined : ([key, value] as const);
  });
  return found.every((pair) => pair !== undefined) ? Object.fromEntries(found) : undefined;
}

/** Under which the line holds, of what is sent; nothing if it holds only without. */
export function valueMeeting(entry: ConditionEntry): Tried {
  const key = entry.key.toLowerCase();
  const value = valuesNear(entry).find((tried) => isMet(entry, { [key]: tried }));
  return value === undefined ? {} : { [key]: value };
}

/** Under which none of these statements' conditions hold, as far as that can be had for all of them. */
export function contextPassing(statements: readonly Statement[]): Tried {
  return statements.reduce<Tried>((passing, statement) => {
    const entries = conditionEntries(statement);
    if (!entries.every((entry) => isMet(entry, passing))) return passing;
    for (const entry of entries) {
      const key = entry.key.toLowerCase();
      const value = valuesNear(entry).find((tried) => !isMet(entry, { [key]: tried }));
      if (value !== undefined && passing[key] === undefined) return { ...passing, [key]: value };
    }
    return passing;
  }, {});
}

/** Each key of these lines, with each value in turn, and not sent at all. */
export function valuesAround(entries: readonly ConditionEntry[]): readonly Tried[] {
  return [...byKey(entries)].flatMap(([key, lines]) =>
    [ABSENT, ...rarest(lines.flatMap(valuesNear)), ...OTHER_VALUES].map((value) => ({
      [key]: value,
    })),
  );
}

/** What the statements of one side ask for, value by value, and those of the other do not ask for alike. */
export function differing(
  some: readonly Statement[],
  others: readonly Statement[],
): readonly ConditionEntry[] {
  const [ours, theirs] = [some, others].map(singleValues) as [Lines, Lines];
  const onlyIn = (these: Lines, those: Lines) => [...these].filter(([line]) => !those.has(line));
  return [...onlyIn(ours, theirs), ...onlyIn(theirs, ours)].map(([, entry]) => entry);
}

type Lines = ReadonlyMap<string, ConditionEntry>;

function singleValues(statements: readonly Statement[]): Lines {
  const lines = statements
    .flatMap(conditionEntries)
    .flatMap(({ values, ...line }) => values.map((value) => ({ ...line, values: [value] })));
  return new Map(lines.map((line) => [JSON.stringify(line), line]));
}

/** Each once: first what the fewest name, for that is what one of two lists has and the other has not. */
export function rarest<T>(items: readonly T[]): readonly T[] {
  const found = new Map<string, { readonly item: T; count: number }>();
  for (const item of items) {
    const key = JSON.stringify(item);
    const known = found.get(key);
    if (known === undefined) found.set(key, { item, count: 1 });
    else known.count++;
  }
  const sorted = [...found.values()].toSorted((a, b) => a.count - b.count);
  return sorted.slice(0, MOST_VALUES).map(({ item }) => item);
}

function byKey(entries: readonly ConditionEntry[]): ReadonlyMap<string, ConditionEntry[]> {
  const keys = new Map<string, ConditionEntry[]>();
  for (const entry of entries) {
    const key = entry.key.toLowerCase();
    keys.set(key, [...(keys.get(key) ?? []), entry]);
  }
  return keys;
}

function holds(entries: readonly ConditionEntry[], key: string, value: Tried[string]): boolean {
  return entries.every((entry) => isMet(entry, { [key]: value }));
}

function isMet(entry: ConditionEntry, tried: Tried): boolean {
  const context: Context = new Map(
    Object.entries(tried).map(([key, value]) => [key, [value].flat()]),
  );
  return conditionHolds(entry, context, undefined) === 'yes';
}
