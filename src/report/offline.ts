// The report's body where AWS could not be asked: what the inputs ask for, without a word on what is there.

import type { AccessRow } from '../policy/index.js';
import type { Request } from '../request/request.js';
import { accessTable } from './access.js';
import { code } from './escape.js';
import { type Section, tableSection, uncut } from './sections.js';

const WISHES = {
  present: 'is to log',
  absent: 'is to leave',
  closed: 'is to leave, without being entered',
} as const;

/** `why` says why it could not be asked. */
export function offlineSections(
  { members, central }: Request,
  grants: readonly AccessRow[],
  why: Section,
): readonly Section[] {
  const wishes = members.map(({ accountId, region, trail, state }) => [
    code(accountId),
    `trail ${code(trail.name)} in ${code(region)}`,
    `${WISHES[state]}${state === 'present' ? ' to' : ''} ${code(central.bucket)}`,
  ]);
  return [
    uncut('**Only the inputs were checked: this is no plan.** AWS was not asked.'),
    why,
    tableSection(['account', 'what', 'wish'], wishes),
    ...(grants.length === 0
      ? []
      : [uncut('Grants in the bucket policy that this asks for, there already or not:')]),
    accessTable('', grants),
  ];
}
