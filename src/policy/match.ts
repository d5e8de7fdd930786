// Decides whether a text fits an IAM pattern: `*` and `?` (which cross `/` and `:`), policy variables, ARNs segment by
// segment. Knows neither statements nor operators; which pattern meets which text is decided in evaluate.ts and
// conditions.ts.

const MANY = Symbol('*');
const ONE = Symbol('?');

/** One literal character (a code point), or a wildcard. */
type Token = string | typeof MANY | typeof ONE;
export type Pattern = readonly Token[];

/**
 * What policy variables stand for, by lower-cased condition key; `undefined` for a key that has no single value. No
 * function at all where the document's `Version` is not 2012-10-17: `${…}` is plain text there.
 * Source: IAM user guide, "IAM policy elements: variables and tags".
 */
export type Variables = ((key: string) => string | undefined) | undefined;

/** `${*}`, `${?}`, `${$}`; `${key}`; `${key, 'default'}`. Anything else is text. */
const VARIABLE = /\$\{(?:([*?$])|([^{}$,]+)(?:,\s*'([^']*)'\s*)?)\}/g;

/**
 * The pattern a policy's text stands for in this request; `undefined` if a variable in it has no value, for then nothing
 * is equal to it or like it. What a variable brings in is literal: a `*` from a request is never a wildcard.
 */
export function readPattern(text: string, variables: Variables): Pattern | undefined {
  if (variables === undefined || !text.includes('${')) return wildcards(text);
  const tokens: Token[] = [];
  let end = 0;
  for (const found of text.matchAll(VARIABLE)) {
    const value = valueOf(found, variables);
    if (value === undefined) return undefined;
    tokens.push(...wildcards(text.slice(end, found.index)), ...Array.from(value));
    end = found.index + found[0].length;
  }
  tokens.push(...wildcards(text.slice(end)));
  return tokens;
}

function valueOf(
  [, literal, key, fallback]: RegExpMatchArray,
  variables: NonNullable<Variables>,
): string | undefined {
  return literal ?? variables((key ?? '').trim().toLowerCase()) ?? fallback;
}

function wildcards(text: string): Pattern {
  return Array.from(text, (char) => (char === '*' ? MANY : char === '?' ? ONE : char));
}

/** The pattern as plain text, wildcards and all: for operators that know no wildcards. */
export function plainText(pattern: Pattern): string {
  return pattern
    .map((token) => (typeof token === 'string' ? token : (token.description ?? '')))
    .join('');
}

/**
 * Whether the whole text fits. Only the last `*` is ever reconsidered (an earlier one could gain nothing), so the time is
 * at most pattern × text, whatever the pattern.
 */
export function fits(pattern: Pattern, text: string): boolean {
  const chars = Array.from(text);
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < chars.length) {
    const token = pattern[next];
    if (token === MANY) {
      star = next++;
      resume = at;
    } else if (token !== undefined && (token === ONE || token === chars[at])) {
      next++;
      at++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else return false;
  }
  return pattern.slice(next).every((token) => token === MANY);
}

/** {@link fits} for a pattern without variables, whatever the case: how IAM matches action names. */
export function fitsAnyCase(pattern: string, text: string): boolean {
  return fits(wildcards(pattern.toLowerCase()), text.toLowerCase());
}

/**
 * Whether an ARN fits a pattern of ARN operators: "each of the six colon-delimited components of the ARN is checked
 * separately". `undefined` if the pattern has fewer than six: IAM does not say what that means.
 * Source: IAM user guide, "Amazon Resource Name (ARN) condition operators".
 */
export function fitsArn(pattern: Pattern, arn: string): boolean | undefined {
  const wanted = segments(pattern);
  if (wanted.length < ARN_SEGMENTS) return undefined;
  const actual = segments(Array.from(arn));
  return (
    actual.length === ARN_SEGMENTS &&
    wanted.every((segment, index) => fits(segment, plainText(actual[index] ?? [])))
  );
}

const ARN_SEGMENTS = 6;

/** Splits at the first five colons; the sixth segment keeps its own. */
function segments(pattern: Pattern): readonly Pattern[] {
  const found: Pattern[] = [];
  let start = 0;
  while (found.length < ARN_SEGMENTS - 1) {
    const colon = pattern.indexOf(':', start);
    if (colon < 0) break;
    found.push(pattern.slice(start, colon));
    start = colon + 1;
  }
  return [...found, pattern.slice(start)];
}
