// Plays one round: a world, all runs of the cast let go by one gate, each a process of its own, and beside them, if wanted, the
// other writer. Gives back what the runs said and what the sandbox saw; what that is worth, the judge says.

import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecordedRequest, type Sandbox, startSandbox, type World } from '../sandbox/index.js';
import { type RunResult, runAction } from '../sandbox/runner.js';
import { inputsOf, type Run } from './cast.js';
import { chanceOf } from './chance.js';
import { otherWriter } from './other-writer.js';
import { BUCKET, buildScene, centralRole } from './scene.js';
import type { Weather } from './weather.js';

export type Played = {
  readonly sandbox: Sandbox;
  readonly weather: Weather;
  readonly runs: readonly { readonly run: Run; readonly result: RunResult }[];
  readonly edits: number;
  readonly requests: readonly RecordedRequest[];
  readonly versions: ReturnType<World['bucketPolicies']>;
  readonly world: World;
};

export type RoundOptions = {
  readonly withOther: boolean;
  /** The input; default 2. */
  readonly settleSeconds?: string;
};

/** Whoever has not come by then is not waited for, milliseconds. */
const GATE_MS = 15_000;
/** How long the other writer writes. */
const OTHER_MS = 3_000;

export async function playRound<T>(
  cast: readonly Run[],
  weather: Weather,
  { withOther, settleSeconds = '2' }: RoundOptions,
  judge: (played: Played) => T | Promise<T>,
): Promise<T> {
  const { latencyMs, policyWriteMs, nextReadDelay } = weather;
  const options = { latencyMs, policyWriteMs, readDelayMs: nextReadDelay };
  const sandbox = await startSandbox(options);
  try {
    buildScene(sandbox.world, cast);
    const gate = gateFor(sandbox, cast, weather);
    const edits = withOther
      ? gate.open.then(() => otherWriter(sandbox, chanceOf(weather.seed + 2_000_000), OTHER_MS))
      : 0;
    const runs = await Promise.all(
      cast.map(async (run) => ({ run, result: await act(sandbox, run, weather, settleSeconds) })),
    );
    const made = await edits;
    await calm(sandbox, weather);
    const { requests, world } = sandbox;
    const versions = world.bucketPolicies(BUCKET);
    return await judge({ sandbox, weather, runs, edits: made, requests, versions, world });
  } finally {
    await sandbox.close();
  }
}

/** Holds every run at its central role until all are there; then each waits for its own time. */
function gateFor(sandbox: Sandbox, cast: readonly Run[], { pauses }: Weather) {
  const missing = new Set(cast.map(({ name }) => name));
  let openIt = (): void => {};
  const open = new Promise<void>((opened) => {
    openIt = opened;
  });
  const come = (name: string): void => {
    missing.delete(name);
    if (missing.size === 0) openIt();
  };
  for (const run of cast)
    sandbox.faults.inject({
      operation: 'AssumeRoleWithWebIdentity',
      resource: centralRole(run),
      times: 1,
      answer: {
        first: async () => {
          come(run.name);
          await Promise.race([open, pause(GATE_MS)]);
          openIt();
          await pause(pauses.get(run.name) ?? 0);
        },
      },
    });
  return { open };
}

async function act(
  sandbox: Sandbox,
  run: Run,
  weather: Weather,
  settleSeconds: string,
): Promise<RunResult> {
  let child: ChildProcess | undefined;
  const meets = ({ principal = '' }: { readonly principal?: string }): boolean =>
    principal.includes(`:assumed-role/${run.name}/`);
  const kill = (): void => void child?.kill('SIGKILL');
  const when = weather.seed % 2 === 0 ? 'before' : 'after';
  if (run.kind === 'killed')
    sandbox.faults.inject({ operation: 'PutBucketPolicy', meets, answer: { kill, when } });
  for (const { operation, after, answer } of weather.troubles.filter(
    (trouble) => trouble.run === run,
  ))
    sandbox.faults.inject({ operation, after, times: 1, meets, answer });
  const onSpawn = (process: ChildProcess): void => {
    child = process;
  };
  return actOnce(sandbox, inputsOf(run, settleSeconds), onSpawn);
}

/** A run in a folder of its own that is gone afterwards. */
export async function actOnce(
  sandbox: Sandbox,
  inputs: Readonly<Record<string, string>>,
  onSpawn: (process: ChildProcess) => void = () => {},
): Promise<RunResult> {
  const directory = await mkdtemp(join(tmpdir(), 'races-'));
  const options = { sandbox, with: inputs, directory, onSpawn };
  try {
    return await runAction({ ...options, timeoutMs: 300_000 });
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Until everything that was sent has been carried out, and can be seen. */
async function calm(sandbox: Sandbox, { readDelayMs }: Weather): Promise<void> {
  while (sandbox.requests.some(({ endedAt }) => Number.isNaN(endedAt))) await pause(50);
  await pause(readDelayMs);
}

const pause = (ms: number): Promise<void> =>
  new Promise((done) => {
    setTimeout(done, ms);
  });
