// The rounds as Markdown: a table with a row for each play, and what went wrong, if anything did.

import type { Verdict } from './judge.js';
import type { Play } from './plays.js';

type Result = { readonly play: Play; readonly verdicts: readonly Verdict[] };

export const problemsOf = ({ missing, broken }: Verdict): readonly string[] => [
  ...missing,
  ...broken,
];

const COLUMNS: readonly (readonly [string, (verdicts: readonly Verdict[]) => string])[] = [
  ['rounds', (all) => String(all.length)],
  ['runs done', (all) => total(all, ({ done }) => done)],
  ['failed, and said why', (all) => total(all, ({ failed }) => failed)],
  ['killed', (all) => total(all, ({ killed }) => killed)],
  ['policy writes', (all) => total(all, ({ writes }) => writes)],
  ['merged again', (all) => total(all, ({ again }) => again)],
  ['edits of the other writer', (all) => total(all, ({ edits }) => edits)],
  ['of these lost', (all) => total(all, ({ lostEdits }) => lostEdits)],
  ['read to write, median', (all) => seconds(quantile(all, 0.5))],
  ['longest', (all) => seconds(quantile(all, 1))],
  ['**said "done" and is missing**', (all) => `**${total(all, ({ missing }) => missing.length)}**`],
];

export function report(results: readonly Result[]): string {
  const head = ['', ...results.map(({ play }) => play.name)];
  const rows = COLUMNS.map(([name, cell]) => [
    name,
    ...results.map(({ verdicts }) => cell(verdicts)),
  ]);
  const problems = results.flatMap(({ play, verdicts }) =>
    verdicts.flatMap((one) =>
      problemsOf(one).map((line) => `- ${play.name}, seed ${one.seed}: ${line}`),
    ),
  );
  return `${['# Races', table(head, rows), ...problems].join('\n\n')}\n`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [head, head.map((_, at) => (at === 0 ? '---' : '--:')), ...rows].map(line).join('\n');
}

const total = (all: readonly Verdict[], of: (one: Verdict) => number): string =>
  all.reduce((sum, one) => sum + of(one), 0).toLocaleString('en');

/** Milliseconds: the window that this share of all merges stays below. */
function quantile(all: readonly Verdict[], share: number): number {
  const sorted = all.flatMap(({ windowsMs }) => windowsMs).toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;
