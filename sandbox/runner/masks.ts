// Values that are to be hidden, and texts in which they are. A run of a thousand accounts has three thousand of them, so that a text is
// searched for those alone that begin as something in it does.

export type Masks = {
  readonly add: (value: string) => void;
  /** The text with `***` in place of each of them. */
  readonly applied: (text: string) => string;
};

/** Characters by which a value is found. */
const HEAD = 6;

export function createMasks(): Masks {
  const byHead = new Map<string, Set<string>>();
  const short = new Set<string>();
  const add = (value: string): void => {
    if (value.length < HEAD) {
      short.add(value);
      return;
    }
    const head = value.slice(0, HEAD);
    byHead.set(head, (byHead.get(head) ?? new Set()).add(value));
  };
  const candidates = (text: string): readonly string[] => {
    const found = new Set(short);
    for (let at = 0; at + HEAD <= text.length; at += 1)
      for (const value of byHead.get(text.slice(at, at + HEAD)) ?? []) found.add(value);
    return [...found];
  };
  return { add, applied: (text) => replaceAllOf(text, candidates(text)) };
}

/** Longest first, so that no part of a longer secret stays behind. */
function replaceAllOf(text: string, values: readonly string[]): string {
  return values
    .toSorted((a, b) => b.length - a.length)
    .reduce((result, value) => result.replaceAll(value, '***'), text);
}
