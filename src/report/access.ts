// The part of the report that says what the policy change means: who gains or loses what, found by evaluating both
// documents.

import type { AccessChange, AccessRow } from '../policy/index.js';
import { code, prose } from './escape.js';

/** Empty when nobody's access changes. */
export function accessSection({ gained, lost, notes, broader }: AccessChange): string {
  const rows = [...lost.map((row) => cells('−', row)), ...gained.map((row) => cells('+', row))];
  if (rows.length === 0 && notes.length === 0) return '';
  const head = ['', 'who', 'may', 'on', 'when'];
  const table =
    rows.length === 0
      ? []
      : [[head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')];
  const words = [
    ...table,
    ...notes.map(prose),
    ...(broader ? [] : ['Member accounts get no read access to the bucket.']),
  ];
  const open = broader || lost.length > 0 ? '<details open>' : '<details>';
  return `${open}<summary>Access</summary>\n\n${words.join('\n\n')}\n</details>`;
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
