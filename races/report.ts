// The rounds as Markdown: a table with a row for each play, and what went wrong, if anything did.

import type { Verdict } from './judge.js';
import type { LimitVerdict } from './limits.js';
import type { Play } from './plays.js';

export type Result = { readonly play: Play; readonly verdicts: readonly Verdict[] };

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

export function report(results: readonly Result[], limits: readonly LimitVerdict[]): string {
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
  const parts = [TITLE, INTRODUCTION, table(head, rows), READING, ...problems];
  return `${[...parts, ...limitSection(limits)].join('\n\n')}\n`;
}

function limitSection(limits: readonly LimitVerdict[]): readonly string[] {
  if (limits.length === 0) return [];
  const rows = limits.map(({ limit, done, failed, missing, found }) =>
    [limit.name, done, failed, missing, missing === 0 ? '' : `${found} of ${missing}`].map(String),
  );
  return ['## How far it holds', LIMITS_TEXT, table(LIMIT_HEAD, rows)];
}

const TITLE = '# Races';

const INTRODUCTION = `Made by \`npm run races\`: in each round 16 processes of the action work on one bucket of the sandbox at once. Seeds from 1 on decide how long the network takes, by how much each read is late (up to 0.4 s), who reads when, and which single requests are slow, answered late, answered never, cut or refused. The other writer is no run of the action: it reads the policy, changes a statement of its own and writes the whole document, again and again, and takes another statement out at last. [How it works](how-it-works.md#two-runs-at-once) has the argument.`;

const READING = `An edit of the other writer counts as lost where a run's write undid it. By the request log, each of these fell between what the run's read showed and that run's write; every merge carried on all other statements of the document it had read; and each run that found a statement gone which it had written told so with the name of the backup. A run that failed over it named the cause. From a read to its write's effect is one round trip and what slowed it: here 16 processes share one machine, and single requests were slowed on purpose.`;

const LIMITS_TEXT = `Runs that onboard at once where AWS is slower than a run waits. What is missing here was reported as done; an audit finds it.`;

const LIMIT_HEAD = [
  '',
  'done',
  'failed, and said why',
  'of the done: missing',
  'found by an audit',
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
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
