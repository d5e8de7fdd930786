// The part of the report that says what the policy change means: who gains or loses what, found by evaluating both
// documents.

import type { AccessChange, AccessRow } from '../policy/index.js';
import { code, prose } from './escape.js';
import { type Section, tableSection, uncut } from './sections.js';

/** Empty when nobody's access changes. */
export function accessSection({ gained, lost, notes, broader }: AccessChange): Section {
  const rows = [...lost.map(cells('−')), ...gained.map(cells('+'))];
  if (rows.length === 0 && notes.length === 0) return uncut('');
  const open = `${broader || lost.length > 0 ? '<details open>' : '<details>'}<summary>Access</summary>`;
  const table = tableSection(HEAD, rows);
  const words = [
    ...notes.map(prose),
    ...(broader ? [] : ['Member accounts get no read access to the bucket.']),
  ];
  return {
    ...table,
    open: rows.length === 0 ? open : `${open}\n\n${table.open}`,
    end: [...words.map((text) => `\n${text}`), '</details>'].join('\n'),
  };
}

const HEAD = ['', 'who', 'may', 'on', 'when'];

/** The table alone; empty where there are no rows. */
export function accessTable(mark: string, rows: readonly AccessRow[]): Section {
  return rows.length === 0 ? uncut('') : tableSection(HEAD, rows.map(cells(mark)));
}

function cells(mark: string) {
  return ({ who, may, on, when }: AccessRow): readonly string[] => [
    mark,
    prose(who),
    code(may),
    on === 'the bucket' ? on : code(on),
    when.map(prose).join(', '),
  ];
}
