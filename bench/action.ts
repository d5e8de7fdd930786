// Measures the action's bundle, started as the runner starts it: its start, and each kind of run. Every round does all of
// them in turn, so that a busy machine disturbs all alike.

import { type RunResult, runAction } from '../sandbox/runner.js';
import { root, succeed } from './command.js';
import { median } from './figures.js';
import { requireOnboarded, reset, type Stage, TRAIL } from './stage.js';
import { roundTrips } from './trips.js';

export const ROUNDS = 5;

/** The default of `settle-seconds`: how long an apply waits before it reads the policy once more. */
export const SETTLE_MS = 2_000;

/** Medians of the rounds. */
export type RunFigures = {
  readonly wallMs: number;
  readonly requests: number;
  readonly trips: number;
  readonly maxRssKb: number;
};

export type ActionFigures = {
  readonly bareNodeMs: number;
  /** The bundle without any input: loads all of it and fails on its inputs, before any request. */
  readonly startMs: number;
  readonly dryRun: RunFigures;
  readonly apply: RunFigures;
  readonly noChanges: RunFigures;
  /** An apply with the default `settle-seconds`. */
  readonly settledApply: RunFigures;
};

type Round = {
  readonly bareNode: number;
  readonly start: number;
  readonly dryRun: RunResult;
  readonly apply: RunResult;
  readonly noChanges: RunResult;
  readonly settledApply: RunResult;
};

export async function measureAction(stage: Stage): Promise<ActionFigures> {
  await playRound(stage); // The first one finds cold caches, here and in the sandbox.
  const rounds: Round[] = [];
  while (rounds.length < ROUNDS) rounds.push(await playRound(stage));
  return {
    bareNodeMs: median(rounds.map(({ bareNode }) => bareNode)),
    startMs: median(rounds.map(({ start }) => start)),
    dryRun: figuresOf(rounds.map(({ dryRun }) => dryRun)),
    apply: figuresOf(rounds.map(({ apply }) => apply)),
    noChanges: figuresOf(rounds.map(({ noChanges }) => noChanges)),
    settledApply: figuresOf(rounds.map(({ settledApply }) => settledApply)),
  };
}

async function playRound(stage: Stage): Promise<Round> {
  const bareNode = await succeed(process.execPath, ['-e', '0'], {
    directory: root,
    environment: {},
  });
  const start = await runAction({ sandbox: stage.sandbox, with: {} });
  if (start.exitCode !== 1 || start.requests.length > 0)
    throw new Error(`A run without inputs ended with ${start.exitCode}:\n${start.log}`);
  reset(stage);
  const unsettled = { 'settle-seconds': '0' };
  const dryRun = await act(stage, { ...unsettled, 'dry-run': 'true' }, 'planned');
  const apply = await act(stage, unsettled, 'applied');
  requireOnboarded(stage);
  const noChanges = await act(stage, unsettled, 'no-changes');
  reset(stage);
  const settledApply = await act(stage, {}, 'applied');
  requireOnboarded(stage);
  return {
    bareNode: bareNode.wallMs,
    start: start.wallMs,
    dryRun,
    apply,
    noChanges,
    settledApply,
  };
}

async function act(
  { sandbox, scene }: Stage,
  inputs: Readonly<Record<string, string>>,
  result: string,
): Promise<RunResult> {
  const run = await runAction({
    sandbox,
    memory: true,
    with: {
      'central-account-id': scene.ids.SEC,
      'central-role-arn': scene.roles.central,
      bucket: scene.bucket,
      'member-account-id': scene.ids.DEV,
      'member-role-arn': scene.roles.member,
      'trail-name': TRAIL,
      region: scene.region,
      ...inputs,
    },
  });
  if (run.exitCode !== 0 || run.outputs['result'] !== result)
    throw new Error(`The action ended '${run.outputs['result']}', not '${result}':\n${run.log}`);
  return run;
}

function figuresOf(runs: readonly RunResult[]): RunFigures {
  return {
    wallMs: median(runs.map(({ wallMs }) => wallMs)),
    requests: median(runs.map(({ requests }) => requests.length)),
    trips: median(runs.map(({ requests }) => roundTrips(requests))),
    maxRssKb: median(runs.map(({ maxRssKb }) => maxRssKb ?? Number.NaN)),
  };
}
