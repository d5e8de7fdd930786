// The trials as Markdown: counts on top, then one table for each operation, a row for each call, a column for each fault.
// Holds nothing that another run of the same code would not hold too.

import type { Trial } from './harness.js';
import type { Ending } from './judge.js';
import { type Call, KINDS } from './kinds.js';
import { OPERATIONS } from './operations.js';
import { ACCOUNTS } from './scene.js';

const SIGNS: { readonly [ending in Ending]: string } = {
  recovered: '✓',
  told: '◐',
  failed: '↻',
  killed: '†',
  stopped: '■',
};

const LEGEND = [
  '`✓` the run got over it by itself, or was not touched by it: exit status 0, and all is as an undisturbed run leaves it',
  '`◐` the run did its work, exit status 0, and a warning names account, cause and remedy of what it could not look at or say',
  '`↻` exit status 1 and a message that names account, cause and remedy; a plain rerun finished the work',
  '`†` the process was killed; a plain rerun finished the work',
  '`■` told to stop, the run began nothing more, ended within seconds with exit status 1 and said in log and summary what was done; a plain rerun finished the work',
  'empty: the fault cannot meet the call',
];

const INTRODUCTION =
  'Made by `npm run faults`: every operation in a world of its own on the sandbox, each of its calls met by each fault. While it ran and after it, no account that delivered had stopped delivering, no trail logged into a bucket that refuses it, and no foreign statement of the policies of bucket and key was lost; what befell one account of a fleet did not hold back the others. A rerun is played once for each state of the world that a disturbed run left.';

export function report(trials: readonly Trial[]): string {
  const names = OPERATIONS.map(({ name }) => name).filter((name) =>
    trials.some(({ operation }) => operation === name),
  );
  return `${[
    '# Faults',
    INTRODUCTION,
    summaryOf(trials),
    list(LEGEND),
    overview(names, trials),
    'The faults:',
    list(KINDS.map(({ name, meaning }) => `**${name}**: ${meaning}`)),
    ...names.map((name) => section(name, of(name, trials))),
  ].join('\n\n')}\n`;
}

const of = (name: string, trials: readonly Trial[]): readonly Trial[] =>
  trials.filter(({ operation }) => operation === name);

const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');

/** The count, and what is broken, if anything is. */
export function summaryOf(trials: readonly Trial[]): string {
  const [recovered, told, failed, killed, stopped, broken] = counts(trials);
  const line = `**${trials.length} trials: ${recovered} recovered, ${told} done and told, ${failed} failed cleanly and finished by a rerun, ${killed} killed and finished by a rerun, ${stopped} stopped when told to and finished by a rerun, ${broken} broken.**`;
  return [line, ...trials.filter(isBroken).map(brokenLine)].join('\n');
}

const isBroken = ({ broken }: Trial): boolean => broken.length > 0;

/** In the order of the signs; the broken ones are counted by themselves. */
function counts(trials: readonly Trial[]): readonly number[] {
  const sound = trials.filter((trial) => !isBroken(trial));
  const endings = Object.keys(SIGNS).map((sign) => sound.filter(({ ending }) => ending === sign));
  return [...endings.map(({ length }) => length), trials.length - sound.length];
}

/** In one line which trial it was and what was wrong. */
export function brokenLine({ operation, call, kind, broken }: Trial): string {
  const what = broken.map((text) => text.replaceAll(/\s+/g, ' ')).join(' · ');
  return `- ${operation}, ${rowName(call)}, ${kind}: ${what}`;
}

function overview(names: readonly string[], trials: readonly Trial[]): string {
  const rows = names.map((name) => {
    const own = of(name, trials);
    return [`[${name}](#${anchor(name)})`, own.length, ...counts(own)].map(String);
  });
  return table(['operation', 'trials', ...Object.values(SIGNS), 'broken'], rows);
}

/** As GitHub makes it of a heading. */
const anchor = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');

function section(name: string, trials: readonly Trial[]): string {
  const calls = [...new Map(trials.map(({ call }) => [sortKey(call), call]))].toSorted(
    ([a], [b]) => (a < b ? -1 : 1),
  );
  const met = KINDS.filter((kind) => trials.some((trial) => trial.kind === kind.name));
  const rows = calls.map(([key, call]) => {
    const own = trials.filter((trial) => sortKey(trial.call) === key);
    return [
      rowName(call),
      ...met.map(({ name: kind }) => cell(own.find((one) => one.kind === kind))),
    ];
  });
  return `## ${name}\n\n${table(['call', ...met.map((kind) => kind.name)], rows)}`;
}

function cell(trial: Trial | undefined): string {
  if (trial === undefined) return '';
  return isBroken(trial) ? '**broken**' : SIGNS[trial.ending];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [head, head.map((_, at) => (at === 0 ? '---' : ':-:')), ...rows].map(line).join('\n');
}

/** Who is asked first what is read, and then what is written: calls that run side by side come in no order of their own. */
function sortKey({
  service,
  operation,
  write,
  account = '',
  resource = '',
  earlier,
}: Call): string {
  const rank = service === 'oidc' ? 0 : service === 'sts' ? 1 : write ? 3 : 2;
  return [rank, service, operation, account, resource, String(earlier).padStart(3)].join(' ');
}

function rowName({ operation, account, resource = '', earlier }: Call): string {
  const owner = Object.entries(ACCOUNTS).find(([, id]) => id === account)?.[0];
  const trail = /(?:^|:trail\/)([A-Z0-9]+-[A-Z]+)$/.exec(resource)?.[1];
  const about = trail ?? owner;
  const again = earlier === 0 ? '' : `, ${earlier + 1}.`;
  const name = operation.replace(/\/repos\/[^/]+\/[^/]+/, '…');
  return `${name}${about === undefined ? '' : ` (${about})`}${again}`;
}
