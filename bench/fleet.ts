// Measures fleets: how time, calls and memory grow with the number of accounts. A run that did not do its job, or called
// twice in an account what it could have called once, is an error and no figure.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAction } from '../sandbox/runner.js';
import { median } from './figures.js';
import { type FleetRun, type FleetStage, fleetStage } from './fleet-stage.js';
import { HELD_FILE } from './held-file.js';
import { callCounts, repeatedCalls, sharedCalls, tripsPerAccount } from './request-log.js';
import { LATENCY_MS } from './stage.js';

export const SIZES = [10, 100, 1_000, 5_000];

/** The default of `max-parallel`. */
export const MAX_PARALLEL = 8;

export type FleetFigures = {
  readonly accounts: number;
  readonly runs: readonly RunFigures[];
  /** What a first apply holds of its heap at the most, after each collection. */
  readonly heldKb: number;
};

export type RunFigures = {
  readonly name: string;
  readonly wallMs: number;
  /** What the round trips and `max-parallel` allow. */
  readonly boundMs: number;
  readonly maxRssKb: number;
  /** By operation. */
  readonly calls: ReadonlyMap<string, number>;
  /** Calls that are about no single account. */
  readonly shared: number;
  readonly tripsPerAccount: number;
  /** Median time until an answer: the latency and the sandbox's own work. */
  readonly answerMs: number;
  /** Share of the time in which the sandbox's only thread was busy. */
  readonly sandboxBusy: number;
  /** Programs that wanted a processor, the average of the last minute. */
  readonly load: string;
};

type Scene = {
  readonly name: string;
  readonly inputs: { readonly [name: string]: string };
  readonly result: string;
  /** Round trips that are made once, however many accounts there are, while no account is worked on. */
  readonly before: number;
  /** Round trips to the central bucket for each account, which its own calls do not show. */
  readonly inBucket: number;
};

const ONCE = { inBucket: 0 };
const CHANGE = { 'settle-seconds': '0', 'allow-broadening': 'true' };

/** The OIDC token is fetched before any role is taken, and the policy is written before any trail is made. */
const CHANGES: readonly Scene[] = [
  {
    name: 'plan',
    inputs: { ...CHANGE, 'dry-run': 'true' },
    result: 'planned',
    before: 1,
    ...ONCE,
  },
  { name: 'first apply', inputs: CHANGE, result: 'applied', before: 2, ...ONCE },
  { name: 'apply again', inputs: CHANGE, result: 'no-changes', before: 1, ...ONCE },
];

const READS: readonly Scene[] = [
  {
    name: 'audit',
    inputs: { operation: 'audit' },
    result: 'no-changes',
    before: 1,
    inBucket: 1,
  },
  {
    name: 'verify',
    inputs: { operation: 'verify' },
    result: 'no-changes',
    before: 2,
    inBucket: 3,
  },
];

export async function measureFleets(
  sizes: readonly number[],
  say: (line: string) => void,
): Promise<readonly FleetFigures[]> {
  const figures: FleetFigures[] = [];
  for (const size of sizes) figures.push(await measureFleet(size, say));
  return figures;
}

async function measureFleet(accounts: number, say: (line: string) => void): Promise<FleetFigures> {
  const options = { latencyMs: LATENCY_MS };
  const fresh = await fleetStage(accounts, options);
  const startMs = await startTime(fresh);
  const runs = await playAll(CHANGES, fresh, startMs, say);
  const policy = fresh.sandbox.world.bucketPolicy(fresh.bucket);
  const grown = await fleetStage(accounts, { ...options, onboarded: { accounts, policy } });
  const reads = await playAll(READS, grown, startMs, say);
  return { accounts, runs: [...runs, ...reads], heldKb: await heldByApply(accounts) };
}

const HOLDER = fileURLToPath(new URL('held.js', import.meta.url));

async function heldByApply(accounts: number): Promise<number> {
  const stage = await fleetStage(accounts, {});
  const file = join(stage.directory, 'held');
  try {
    const run = await stage.run(CHANGE, { starter: HOLDER, env: { [HELD_FILE]: file } });
    if (run.exitCode !== 0) throw new Error(`The apply that is watched failed:\n${run.log}`);
    return Number(await readFile(file, 'utf8')) / 1024;
  } finally {
    await stage.close();
  }
}

/** Milliseconds of the bundle's start: without inputs it loads all of it, and fails before any request. */
async function startTime({ sandbox }: FleetStage): Promise<number> {
  const times: number[] = [];
  while (times.length < 3) times.push((await runAction({ sandbox, with: {} })).wallMs);
  return median(times);
}

async function playAll(
  scenes: readonly Scene[],
  stage: FleetStage,
  startMs: number,
  say: (line: string) => void,
): Promise<readonly RunFigures[]> {
  try {
    const runs: RunFigures[] = [];
    for (const scene of scenes) {
      const run = await stage.run(scene.inputs);
      requireDone(run, scene, stage);
      const figures = await figuresOf(run, scene, stage, startMs);
      say(`${stage.accounts.length} accounts, ${scene.name}: ${Math.round(run.wallMs)} ms`);
      runs.push(figures);
    }
    return runs;
  } finally {
    await stage.close();
  }
}

async function figuresOf(
  run: FleetRun,
  { name, before, inBucket }: Scene,
  { accounts }: FleetStage,
  startMs: number,
): Promise<RunFigures> {
  const trips = tripsPerAccount(run.requests, accounts) + inBucket;
  const shared = [...sharedCalls(run.requests, accounts)].reduce(
    (sum, [, count]) => sum + count,
    0,
  );
  const loads = await readFile('/proc/loadavg', 'utf8').catch(() => 'unknown');
  return {
    name,
    wallMs: run.wallMs,
    boundMs: boundOf(startMs, before, accounts.length, trips),
    maxRssKb: run.maxRssKb ?? Number.NaN,
    calls: callCounts(run.requests),
    shared,
    tripsPerAccount: trips,
    answerMs: median(run.requests.map(({ at, endedAt }) => endedAt - at)),
    sandboxBusy: run.sandboxBusy,
    load: loads.split(' ')[0] ?? '',
  };
}

/** Start + latency × (round trips made once + rounds of `max-parallel` accounts × round trips of each). */
function boundOf(startMs: number, before: number, accounts: number, trips: number): number {
  return startMs + LATENCY_MS * (before + Math.ceil(accounts / MAX_PARALLEL) * trips);
}

function requireDone(run: FleetRun, scene: Scene, { accounts }: FleetStage): void {
  const what = `${scene.name} of ${accounts.length} accounts`;
  const result = run.outputs['result'];
  if (run.exitCode !== 0 || result !== scene.result)
    throw new Error(`${what} ended '${result}', not '${scene.result}':\n${run.log.slice(-5_000)}`);
  const [repeated] = repeatedCalls(run.requests, accounts);
  if (repeated !== undefined) throw new Error(`${what} made a call twice: ${repeated}`);
}
