// Inputs that hold a list or a table: event selectors and insight selectors in the API's own shape, as YAML or JSON, and
// tags. Says what is wrong with them before AWS would.

import { parse } from 'yaml';
import {
  DEFAULT_SELECTORS,
  type EventSelectors,
  type InsightTypes,
  OPERATORS,
  type Tags,
} from '../trail/extras.js';
import type { Rule, Ruled } from './rules.js';

const EXAMPLE =
  "Give a list in the shape of the API: '- FieldSelectors: [{ Field: eventCategory, Equals: [Management] }]', or 'none'.";

const BASIC = new Set([
  'ReadWriteType',
  'IncludeManagementEvents',
  'DataResources',
  'ExcludeManagementEventSources',
]);
const ADVANCED = new Set(['Name', 'FieldSelectors']);
const FIELD = new Set<string>(['Field', ...OPERATORS]);

/** `none` goes back to what a trail has that was never given selectors: all management events. */
export const eventSelectors: Rule<EventSelectors> = (text) => {
  if (text === 'none') return { value: DEFAULT_SELECTORS };
  const items = listOf(text);
  if (items === null || items.length === 0) return { problem: 'is no list', remedy: EXAMPLE };
  const isAdvanced = items.some((item) => 'FieldSelectors' in item);
  const fault = faultOf(items, isAdvanced);
  if (fault !== null) return { problem: fault, remedy: EXAMPLE };
  return {
    value: {
      kind: isAdvanced ? 'advanced' : 'basic',
      selectors: items,
    } as unknown as EventSelectors,
  };
};

type Item = { readonly [key: string]: unknown };

/** Null for what is no list of objects. */
function listOf(text: string): readonly Item[] | null {
  const value = valueOf(text);
  return Array.isArray(value) && value.every(isItem) ? value : null;
}

/** In UTF-16 code units, far beyond what CloudTrail takes: what is longer would only take long to read. */
const LONGEST = 100_000;

/** Undefined for what cannot be parsed. */
function valueOf(text: string): unknown {
  if (text.length > LONGEST) return undefined;
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

const isItem = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function faultOf(items: readonly Item[], isAdvanced: boolean): string | null {
  const known = isAdvanced ? ADVANCED : BASIC;
  const unknown = items.flatMap(Object.keys).find((key) => !known.has(key));
  if (unknown !== undefined)
    return `has ${JSON.stringify(unknown)}, which ${isAdvanced ? 'an advanced' : 'a basic'} event selector does not have`;
  return isAdvanced
    ? (items.map(fieldFault).find((fault) => fault !== null) ?? null)
    : basicFault(items);
}

function fieldFault({ FieldSelectors }: Item): string | null {
  if (
    !Array.isArray(FieldSelectors) ||
    FieldSelectors.length === 0 ||
    !FieldSelectors.every(isItem)
  )
    return 'has an advanced event selector without a list of FieldSelectors';
  for (const field of FieldSelectors) {
    const unknown = Object.keys(field).find((key) => !FIELD.has(key));
    if (unknown !== undefined) return `has ${JSON.stringify(unknown)} in a field selector`;
    if (typeof field['Field'] !== 'string') return 'has a field selector without Field';
    const lists = OPERATORS.map((operator) => field[operator]).filter((list) => list !== undefined);
    if (lists.length === 0 || !lists.every(isTextList))
      return `has no list of texts for field ${JSON.stringify(field['Field'])}`;
  }
  return null;
}

const isTextList = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');

function basicFault(items: readonly Item[]): string | null {
  for (const item of items) {
    const { ReadWriteType: type = 'All', IncludeManagementEvents: include = true } = item;
    if (type !== 'All' && type !== 'ReadOnly' && type !== 'WriteOnly')
      return 'has a ReadWriteType other than All, ReadOnly and WriteOnly';
    if (typeof include !== 'boolean')
      return 'has an IncludeManagementEvents that is neither true nor false';
  }
  return null;
}

const INSIGHTS = ['ApiCallRateInsight', 'ApiErrorRateInsight'];

/** Names, or a list of names or of `{ InsightType: … }`. */
export const insightSelectors: Rule<InsightTypes> = (text) => {
  if (text === 'none') return { value: [] };
  const names = insightNames(text);
  if (names.length > 0 && names.every((name) => INSIGHTS.includes(name)))
    return { value: [...new Set(names)].toSorted() };
  return {
    problem: 'holds something other than insight types',
    remedy: `Give ${INSIGHTS.join(' or ')}, both, or 'none'.`,
  };
};

function insightNames(text: string): readonly string[] {
  const items = listOf(text);
  if (items !== null) return items.map((item) => String(item['InsightType']));
  return text.split(/[\s,[\]"'-]+/).filter((name) => name !== '');
}

/**
 * `key=value` lines, or a table in braces. AWS allows keys of 128 and values of 256 characters, and keeps `aws:` for itself.
 */
export const tags: Rule<Tags> = (text): Ruled<Tags> => {
  if (text === 'none') return { value: {} };
  const pairs = text.startsWith('{') ? tablePairs(text) : linePairs(text);
  const keys = pairs.map(([key]) => key);
  const isGood = ([key, value]: readonly [string, string]): boolean =>
    /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) && value.length <= 256;
  if (pairs.every(isGood) && new Set(keys).size === keys.length && keys.length <= 50)
    return { value: Object.fromEntries(pairs) };
  return {
    problem: 'holds a line that is no tag, or a key twice, or over 50 tags',
    remedy:
      "Give lines of key=value; a key has up to 128 characters and does not begin with 'aws:'.",
  };
};

function linePairs(text: string): readonly (readonly [string, string])[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.map((line) => {
    const at = line.indexOf('=');
    return at < 0 ? ['', line] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
}

/** As the accounts file has them; what is no table of texts gives a pair that is no tag. */
function tablePairs(text: string): readonly (readonly [string, string])[] {
  const value = valueOf(text);
  if (!isItem(value)) return [['', '']];
  return Object.entries(value).map(([key, one]) =>
    typeof one === 'string' ? [key, one] : ['', ''],
  );
}
