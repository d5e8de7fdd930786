// A report in parts, made to fit a limit: what is cut are whole rows, list items and hunks, from the end of the longest parts
// first, and each part says how much of it is missing. What a part says is not decided here.

import { plural } from './words.js';

export type Section = {
  /** Begins the part: its text, a table's head, the line that opens a fence. Never cut. */
  readonly open: string;
  /** What may be cut, from the end on: whole rows, list items or hunks. */
  readonly items: readonly string[];
  /** What one item is called. */
  readonly thing: 'account' | 'finding' | 'row' | 'hunk';
  /** Ends the items: the line that closes a fence. */
  readonly close: string;
  /** Ends the part, behind the word about what is missing: `</details>`. */
  readonly end: string;
};

/** A part that is never cut. */
export function uncut(text: string): Section {
  return { open: text, items: [], thing: 'row', close: '', end: '' };
}

/** A table; cells are Markdown already. */
export function tableSection(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Section {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const open = [head, head.map(() => '---')].map(line).join('\n');
  return { ...uncut(open), items: rows.map(line), thing: 'row' };
}

/** How much may be shown, and where a reader finds the rest. */
export type Limit = {
  /** UTF-8 bytes, the last line's end included. */
  readonly bytes: number;
  /** Markdown, as in "the whole report is …". */
  readonly elsewhere: string;
};

/** The parts as one text, which ends with a new line. What is never cut comes out even where it alone passes the limit. */
export function inLimit(sections: readonly Section[], limit?: Limit): string {
  const whole = joined(sections.map((section) => shown(section, section.items.length, '')));
  if (limit === undefined || bytesOf(whole) <= limit.bytes) return whole;
  // Without items each part has the longest note that it can get: what then is left is for items.
  const bare = joined(sections.map((section) => shown(section, 0, limit.elsewhere)));
  const shares = fairShares(sections.map(sizeOfItems), limit.bytes - bytesOf(bare));
  return joined(
    sections.map((section, index) =>
      shown(section, countIn(section, shares[index] ?? 0), limit.elsewhere),
    ),
  );
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** An item and the end of its line. */
const sizeOf = (item: string): number => bytesOf(item) + 1;

const sizeOfItems = ({ items }: Section): number =>
  items.reduce((sum, item) => sum + sizeOf(item), 0);

function joined(texts: readonly string[]): string {
  return `${texts.filter((text) => text !== '').join('\n\n')}\n`;
}

function shown(section: Section, count: number, elsewhere: string): string {
  const { open, items, thing, close, end } = section;
  const missing = items.length - count;
  const body = [open, ...items.slice(0, count), close].filter((part) => part !== '').join('\n');
  const note =
    missing === 0
      ? ''
      : `… and ${plural(missing, `more ${thing}`)}, left out here: the whole report is ${elsewhere}.`;
  const parts = [body, note].filter((part) => part !== '').join('\n\n');
  return end === '' ? parts : `${parts}\n${end}`;
}

/** How many of a part's items, from the first on, fit into its share. */
function countIn({ items }: Section, share: number): number {
  let left = share;
  const end = items.findIndex((item) => {
    left -= sizeOf(item);
    return left < 0;
  });
  return end < 0 ? items.length : end;
}

/** Room dealt out evenly, where nobody gets more than he needs: small parts come out whole, the long ones share the rest. */
export function fairShares(needs: readonly number[], room: number): readonly number[] {
  const shares = needs.map(() => 0);
  let left = Math.max(0, room);
  const order = needs.map((need, index) => ({ need, index })).toSorted((a, b) => a.need - b.need);
  for (const [dealt, { need, index }] of order.entries()) {
    const share = Math.min(need, Math.floor(left / (order.length - dealt)));
    shares[index] = share;
    left -= share;
  }
  return shares;
}
