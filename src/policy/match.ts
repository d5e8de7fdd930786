// Decides whether a text fits an IAM pattern: `*` and `?` (which cross `/` and `:`), policy variables, ARNs segment by
// segment. Knows neither statements nor operators; which pattern meets which text is decided in evaluate.ts and
// conditions.ts.

/** A text in which `*` and `?` are wildcards, except at the positions listed as literal. */
export type Pattern = { readonly text: string; readonly literal: ReadonlySet<number> };

const NONE: ReadonlySet<number> = new Set();

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
  if (variables === undefined || !text.includes('${')) return { text, literal: NONE };
  const literal = new Set<number>();
  let resolved = '';
  let end = 0;
  for (const found of text.matchAll(VARIABLE)) {
    const value = valueOf(found, variables);
    if (value === undefined) return undefined;
    resolved += text.slice(end, found.index);
    for (let index = 0; index < value.length; index++) literal.add(resolved.length + index);
    resolved += value;
    end = found.index + found[0].length;
  }
  return { text: resolved + text.slice(end), literal };
}

function valueOf(
  [, literal, key, fallback]: RegExpMatchArray,
  variables: NonNullable<Variables>,
): string | undefined {
  return literal ?? variables((key ?? '').trim().toLowerCase()) ?? fallback;
}

/**
 * Whether the whole text fits. Only the last `*` is ever reconsidered (an earlier one could gain nothing), so the time is
 * at most pattern × text, whatever the pattern.
 */
export function fits({ text: pattern, literal }: Pattern, text: string): boolean {
  const isWild = (char: string, index: number) => pattern[index] === char && !literal.has(index);
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (isWild('*', next)) {
      star = next++;
      resume = at;
    } else if (isWild('?', next)) {
      at += characterLength(text, at);
      next++;
    } else if (pattern[next] === text[at]) {
      at++;
      next++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else return false;
  }
  while (isWild('*', next)) next++;
  return next === pattern.length;
}

/** `?` stands for one character, which may be two UTF-16 code units. */
function characterLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

/** {@link fits} for a pattern without variables, whatever the case: how IAM matches action names. */
export function fitsAnyCase(pattern: string, text: string): boolean {
  return fits({ text: pattern.toLowerCase(), literal: NONE }, text.toLowerCase());
}

/**
 * Whether an ARN fits a pattern of ARN operators: "each of the six colon-delimited components of the ARN is checked
 * separately". `undefined` if the pattern has fewer than six: IAM does not say what that means.
 * Source: IAM user guide, "Amazon Resource Name (ARN) condition operators".
 */
export function fitsArn(pattern: Pattern, arn: string): boolean | undefined {
  const wanted = segments(pattern);
  if (wanted.length < ARN_SEGMENTS) return undefined;
  const actual = segments({ text: arn, literal: NONE });
  return wanted.every((segment, index) => {
    const part = actual[index];
    return part !== undefined && fits(segment, part.text);
  });
}

const ARN_SEGMENTS = 6;

/** Splits at the first five colons; the sixth segment keeps its own. */
function segments(pattern: Pattern): readonly Pattern[] {
  const found: Pattern[] = [];
  let from = 0;
  while (found.length < ARN_SEGMENTS - 1) {
    const colon = pattern.text.indexOf(':', from);
    if (colon < 0) break;
    found.push(slice(pattern, from, colon));
    from = colon + 1;
  }
  return [...found, slice(pattern, from)];
}

function slice({ text, literal }: Pattern, from: number, to?: number): Pattern {
  return {
    text: text.slice(from, to),
    literal: new Set(Array.from(literal, (index) => index - from)),
  };
}

/** Longer than any ARN of S3; the search goes as deep as both patterns are long. */
const LONGEST = 1_200;
/** In both together. More serve only to hold up whoever reads them: each may stand for as much as the other pattern is long. */
const MOST_STARS = 8;

/** A text that fits both patterns, wildcards as short as can be; undefined if none does, or none is found in short time. */
export function fittingBoth(one: string, other: string): string | undefined {
  if (Math.max(one.length, other.length) > LONGEST) return undefined;
  if (one.split('*').length + other.split('*').length > MOST_STARS + 2) return undefined;
  const dead = new Set<number>();
  const from = (i: number, j: number): string | undefined => {
    const [a, b] = [one[i], other[j]];
    if (a === undefined && b === undefined) return '';
    const at = i * (other.length + 1) + j;
    if (dead.has(at)) return undefined;
    dead.add(at);
    if (a === '*') return from(i + 1, j) ?? (b && prefixed(b, from(i, j + 1)));
    if (b === '*') return from(i, j + 1) ?? (a && prefixed(a, from(i + 1, j)));
    if (a === '?' || b === '?' || a === b)
      return a && b && prefixed(a === '?' ? b : a, from(i + 1, j + 1));
    return undefined;
  };
  return from(0, 0);
}

function prefixed(char: string, rest: string | undefined): string | undefined {
  if (rest === undefined || char === '*') return rest;
  return `${char === '?' ? 'x' : char}${rest}`;
}
