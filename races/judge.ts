// What a round proves: whether every run that said "done" has what it asked for, whether those that failed said so, whether
// each merge carried on what it had read, and whether what vanished was told. Decided by the sandbox's own evaluation.

import type { RunResult } from '../sandbox/runner.js';
import type { Run } from './cast.js';
import { lastShown, type Merge, mergesOf, shownBefore } from './history.js';
import type { Played } from './round.js';
import { BUCKET, FOREIGN, PASSING, trailArn } from './scene.js';

export type Verdict = {
  readonly seed: number;
  readonly done: number;
  readonly failed: number;
  readonly killed: number;
  readonly writes: number;
  /** Writes beyond the first of a run, and beyond the second of a rename. */
  readonly again: number;
  readonly edits: number;
  readonly lostEdits: number;
  /** Of those that were made while a read was on its way or later, and not before it where reads are late. */
  readonly windowsMs: readonly number[];
  /** What a run said it had done and is not so. */
  readonly missing: readonly string[];
  /** What else must not be. */
  readonly broken: readonly string[];
  /** What the runs that failed said. */
  readonly failures: readonly string[];
};

export function judge(played: Played): Verdict {
  const { runs, weather } = played;
  const merges = mergesOf(played);
  const ended = runs.filter(({ result }) => result.signal === null);
  const done = ended.filter(({ result }) => result.exitCode === 0);
  const failed = ended.filter(({ result }) => result.exitCode !== 0);
  const lost = new Set(merges.flatMap(({ undone }) => undone));
  const delivering = deliveringTrails(played);
  return {
    seed: weather.seed,
    done: done.length,
    failed: failed.length,
    killed: runs.length - ended.length,
    writes: merges.length,
    again: runs.reduce((sum, { run }) => sum + mergedAgain(run, merges), 0),
    edits: played.edits,
    lostEdits: lost.size,
    windowsMs: merges.map(({ windowMs }) => windowMs),
    missing: done.flatMap(({ run }) => lacks(run, played, delivering)),
    broken: [
      ...merges.flatMap((merge) => forgot(merge, merges, played)),
      ...done.flatMap((one) => kept(one, merges, played)),
      ...failed.flatMap(({ run, result }) => unclear(run, result)),
    ],
    failures: failed.map(({ run, result }) => `${run.name}: ${errorsOf(result).join('; ')}`),
  };
}

function mergedAgain(run: Run, merges: readonly Merge[]): number {
  const own = merges.filter((merge) => merge.run === run).length;
  return Math.max(0, own - (run.kind === 'rename' ? 2 : 1));
}

/** ARNs of the trails that log and are let in by the bucket. */
function deliveringTrails({ world }: Played): ReadonlySet<string> {
  world.tryDeliveries();
  const trails = world.trails().filter(({ logging, TrailARN }) => {
    const last = world.deliveries(TrailARN).at(-1);
    return logging && last?.bucket === BUCKET && last.error === undefined;
  });
  return new Set(trails.map(({ TrailARN }) => TrailARN));
}

function lacks(run: Run, { versions }: Played, delivering: ReadonlySet<string>): readonly string[] {
  const policy = JSON.stringify(versions.at(-1)?.document);
  const [old, fresh] = [trailArn(run.account, 'OLD'), trailArn(run.account, 'NEW')];
  const left = policy.includes(old) ? [`${run.name}: the grant of ${old} is back`] : [];
  const admitted = delivering.has(fresh) ? [] : [`${run.name}: ${fresh} does not deliver`];
  switch (run.kind) {
    case 'onboard':
    case 'killed':
      return admitted;
    case 'offboard':
      return left;
    case 'rename':
      return [...admitted, ...left];
  }
}

const SIDS: readonly string[] = [
  ...FOREIGN.map((statement) => (statement as { Sid: string }).Sid),
  'Edited',
  PASSING.Sid,
];

/** A merge carries on the statements of others as they were shown, or puts back what a late write of its own undid. */
function forgot(
  { run, shown, made }: Merge,
  merges: readonly Merge[],
  played: Played,
): readonly string[] {
  const now = foreignPart(played, made);
  const earlier = merges.filter((one) => one.run === run && one.made < made);
  const isOwn = earlier.some((one) => one.made === shown);
  const known = isOwn ? [shown, ...shownBefore(played, run, made)] : [shown];
  return known.some((version) => foreignPart(played, version) === now)
    ? []
    : [`${run.name}: version ${made} does not hold what version ${shown} held of others: ${now}`];
}

function foreignPart({ versions }: Played, version: number): string {
  const statements = (versions[version]?.document?.['Statement'] ?? []) as readonly object[];
  const ours = (statement: { Sid?: string }): boolean => SIDS.includes(statement.Sid ?? '');
  return JSON.stringify(
    statements
      .filter(ours)
      .map((one) => JSON.stringify(one))
      .toSorted(),
  );
}

/** A statement that a run wrote and did not find in the end has to be told, with the name of the backup. */
function kept(
  { run, result }: Played['runs'][number],
  merges: readonly Merge[],
  played: Played,
): readonly string[] {
  const holds = (version: number): boolean => foreignPart(played, version).includes(PASSING.Sid);
  const last = lastShown(played, run);
  const wrote = merges.some((merge) => merge.run === run && holds(merge.made));
  if (!wrote || last === undefined || holds(last)) return [];
  const told = findingsOf(result).some(
    ({ code, message, remedy }) =>
      code === 'policy-changed-meanwhile' &&
      message.includes('passing/*') &&
      remedy.includes('policy-backup.json'),
  );
  return told ? [] : [`${run.name}: a statement vanished and no warning names the backup`];
}

type Told = { readonly code: string; readonly message: string; readonly remedy: string };

const findingsOf = ({ outputs }: RunResult): readonly Told[] =>
  JSON.parse(outputs['findings'] ?? '[]') as readonly Told[];

const errorsOf = ({ annotations }: RunResult): readonly string[] =>
  annotations.filter(({ level }) => level === 'error').map(({ message }) => message);

function unclear(run: Run, result: RunResult): readonly string[] {
  const said = errorsOf(result).join('\n');
  const isClear = result.exitCode === 1 && said.includes('→') && !/fault of the action/.test(said);
  return isClear ? [] : [`${run.name} failed without saying why: ${result.log}`];
}
