// The part of the report that says what the policy change means: who gains or loses what, found by evaluating both
// documents.

import type { AccessChange, AccessRow } from '../policy/index.js';
import type { Section } from './cut.js';
import { code, prose } from './escape.js';

/** Empty when nobody's access changes. */
export function accessSection({ gained, lost, notes, broader }: AccessChange): Section {
  const rows = [...lost.map((row) => cells('−', row)), ...gained.map((row) => cells('+', row))];
  if (rows.length === 0 && notes.length === 0) return '';
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |\n`;
  const head = ['', 'who', 'may', 'on', 'when'];
  const words = [
    ...notes.map(prose),
    ...(broader ? [] : ['Member accounts get no read access to the bucket.']),
  ];
  const details = broader || lost.length > 0 ? '<details open>' : '<details>';
  const title = `${details}<summary>Access</summary>\n\n`;
  return {
    unit: 'row',
    open: rows.length === 0 ? title : title + line(head) + line(head.map(() => '---')),
    units: rows.map(line),
    close: `\n${words.join('\n\n')}\n</details>`,
  };
}

function cells(mark: string, { who, may, on, when }: AccessRow): readonly string[] {
  return [
    mark,
    prose(who),
    code(may),
    on === 'the bucket' ? on : code(on),
    when.map(prose).join(', '),
  ];
}
