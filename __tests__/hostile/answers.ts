// The texts in an answer of AWS, JSON or XML: values, keys, and those of a document that is a text in it. So that each can be
// replaced by another, one at a time, without a list that somebody must keep.

/** Gives each text its replacement; `index` counts them in the order in which they stand. */
export type Replace = (text: string, index: number) => string;

export function withTexts(body: string, replace: Replace): string {
  let index = 0;
  const next = (text: string): string => {
    index += 1;
    return replace(text, index - 1);
  };
  if (body.startsWith('{')) return JSON.stringify(inJson(JSON.parse(body), next));
  return body.replaceAll(/>([^<]+)</g, (_, text: string) => `>${escaped(next(text))}<`);
}

export function textCount(body: string): number {
  let count = 0;
  withTexts(body, (text) => {
    count += 1;
    return text;
  });
  return count;
}

type Next = (text: string) => string;

function inJson(value: unknown, next: Next): unknown {
  if (typeof value === 'string') return inText(value, next);
  if (Array.isArray(value)) return value.map((item: unknown) => inJson(item, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [next(key), inJson(item, next)]),
  );
}

/** A policy comes as a text. */
function inText(text: string, next: Next): string {
  return text.startsWith('{') ? JSON.stringify(inJson(JSON.parse(text), next)) : next(text);
}

/** XML has no way to write most control characters: AWS cannot send them so. */
function escaped(text: string): string {
  return text
    .replaceAll(/(?![\t\n\r\x80-\x9f])[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}
