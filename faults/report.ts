// The trials as Markdown: a count on top, then one table for each operation, a row for each call, a column for each fault.
// Holds nothing that another run of the same code would not hold too.

import type { Trial } from './harness.js';
import { type Call, KINDS } from './kinds.js';
import { ACCOUNTS } from './scene.js';
import type { Ending } from './judge.js';

const SIGNS: { readonly [ending in Ending]: string } = { recovered: '✓', told: '⚠', failed: '↻', killed: '†' };

export function report(trials: readonly Trial[]): string {
  const operations = [...new Set(trials.map(({ operation }) => operation))];
  return `${[
    '# Faults',
    'Made by `npm run faults`: every operation in a world of its own on the sandbox, each of its calls met by each fault. While it ran and after it, no account that delivered had stopped delivering, no trail logged into a bucket that refuses it, and no foreign statement of the bucket policy was lost.',
    summaryOf(trials),
    '`✓` the run got over it by itself (or was not touched by it), exit status 0, and left behind what an undisturbed run does. `↻` it ended with exit status 1 and a message that names account, cause and remedy; a plain rerun finished the work. `†` the process was killed; a plain rerun finished the work. Empty: the fault cannot meet the call. A rerun is played once for each state of the world that a disturbed run left.',
    KINDS.map(({ name, meaning }) => `- **${name}**: ${meaning}`).join('\n'),
    ...operations.map(({ name }) => section(name, trials)),
  ].join('\n\n')}\n`;
}

/** The count, and what is broken, if anything is. */
export function summaryOf(trials: readonly Trial[]): string {
  const count = (ending: Ending): number =>
    trials.filter((trial) => trial.ending === ending && trial.broken.length === 0).length;
  const broken = trials.filter((trial) => trial.broken.length > 0);
  const counts = `**${trials.length} trials: ${count('recovered')} recovered, ${count('failed')} failed cleanly and finished by a rerun, ${count('killed')} killed and finished by a rerun, ${broken.length} broken.**`;
  return [counts, ...broken.map(brokenLine)].join('\n');
}

/** In one line which trial it was and what was wrong. */
export function brokenLine({ operation, call, kind, broken }: Trial): string {
  const what = broken.map((text) => text.replaceAll(/\s+/g, ' ')).join(' · ');
  return `- ${operation.name}, ${rowName(call)}, ${kind.name}: ${what}`;
}

function section(name: string, all: readonly Trial[]): string {
  const trials = all.filter(({ operation }) => operation.name === name);
  const calls = [...new Map(trials.map(({ call }) => [sortKey(call), call]))].toSorted(
    ([a], [b]) => (a < b ? -1 : 1),
  );
  const rows = calls.map(([key, call]) => {
    const signs = KINDS.map((kind) => {
      const trial = trials.find((one) => one.kind === kind && sortKey(one.call) === key);
      if (trial === undefined) return '';
      return trial.broken.length > 0 ? '**broken**' : SIGNS[trial.ending];
    });
    return [rowName(call), ...signs];
  });
  return `## ${name}\n\n${table(['', ...KINDS.map((kind) => kind.name)], rows)}`;
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
  return [rank, service, operation, account, resource, earlier].join(' ');
}

function rowName({ operation, account, resource = '', earlier }: Call): string {
  const owner = Object.entries(ACCOUNTS).find(([, id]) => id === account)?.[0];
  const trail = /^[A-Z0-9]+-[A-Z]+$/.test(resource) ? resource : undefined;
  const about = trail ?? owner;
  const again = earlier === 0 ? '' : `, ${earlier + 1}.`;
  return `${operation}${about === undefined ? '' : ` (${about})`}${again}`;
}
