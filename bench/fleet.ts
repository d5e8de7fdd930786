// Measures fleets: how time, calls and memory grow with the number of accounts. A run that did not do its job, or called
// twice what it could have called once, is an error and no figure.

import { root, succeed } from './command.js';
import { median } from './figures.js';
import { type FleetRun, type FleetStage, fleetStage } from './fleet-stage.js';
import { callCounts, repeatedCalls, tripsPerAccount } from './request-log.js';
import { LATENCY_MS } from './stage.js';

export const SIZES = [10, 100, 1_000, 5_000];
/** An audit and a proof of delivery read as a dry run does; beyond this they would only take time. */
const READ_UP_TO = 1_000;

/** The default of `max-parallel`. */
const MAX_PARALLEL = 8;

export type FleetFigures = {
  readonly accounts: number;
  readonly runs: readonly RunFigures[];
};

export type RunFigures = {
  readonly name: string;
  readonly wallMs: number;
  /** What `max-parallel` and the round trips allow. */
  readonly boundMs: number;
  readonly maxRssKb: number;
  /** By operation. */
  readonly calls: ReadonlyMap<string, number>;
  readonly tripsPerAccount: number;
  /** Median time until an answer: the latency and the sandbox's own work. */
  readonly answerMs: number;
  /** Share of the time in which the sandbox's only thread was busy. */
  readonly sandboxBusy: number;
};

type Scene = {
  readonly name: string;
  readonly inputs: { readonly [name: string]: string };
  readonly result: string;
  /** Round trips that are made once, however many accounts there are, while no account is worked on. */
  readonly before: number;
};

/** The OIDC token is fetched before any role is taken; the policy is written before any trail is made. */
const CHANGES: readonly Scene[] = [
  { name: 'plan', inputs: { 'dry-run': 'true' }, result: 'planned', before: 1 },
  { name: 'first apply', inputs: {}, result: 'applied', before: 2 },
  { name: 'apply again', inputs: {}, result: 'no-changes', before: 1 },
];
const READS: readonly Scene[] = [
  { name: 'audit', inputs: { operation: 'audit' }, result: 'no-changes', before: 1 },
  { name: 'verify', inputs: { operation: 'verify' }, result: 'no-changes', before: 2 },
];

export async function measureFleets(sizes: readonly number[]): Promise<readonly FleetFigures[]> {
  const startMs = await startTime();
  const figures: FleetFigures[] = [];
  for (const size of sizes) figures.push(await measureFleet(size, startMs));
  return figures;
}

/** The bundle's start: it fails on its inputs before any request. */
async function startTime(): Promise<number> {
  const bundle = [`${root}dist/index.js`];
  const times: number[] = [];
  while (times.length < 3) {
    const startedAt = performance.now();
    await succeed(process.execPath, bundle, { directory: root, environment: {} }).catch(() => null);
    times.push(performance.now() - startedAt);
  }
  return median(times);
}

async function measureFleet(size: number, startMs: number): Promise<FleetFigures> {
  const stage = await fleetStage(size, { latencyMs: LATENCY_MS });
  try {
    const runs: RunFigures[] = [];
    for (const scene of CHANGES) runs.push(await play(scene, stage, startMs));
    if (size <= READ_UP_TO) {
      stage.sandbox.advance(70);
      for (const scene of READS) runs.push(await play(scene, stage, startMs));
    }
    return { accounts: size, runs };
  } finally {
    await stage.close();
  }
}

async function play(scene: Scene, stage: FleetStage, startMs: number): Promise<RunFigures> {
  const run = await stage.run(scene.inputs);
  process.stderr.write(`${stage.accounts.length} ${scene.name} ${Math.round(run.wallMs)} ms … `);
  requireDone(run, scene, stage);
  const trips = tripsPerAccount(run.requests, stage.accounts);
  const rounds = Math.ceil(stage.accounts.length / MAX_PARALLEL);
  return {
    name: scene.name,
    wallMs: run.wallMs,
    boundMs: startMs + (scene.before + rounds * trips) * LATENCY_MS,
    maxRssKb: run.maxRssKb ?? Number.NaN,
    calls: callCounts(run.requests),
    tripsPerAccount: trips,
    answerMs: median(run.requests.map(({ at, endedAt }) => endedAt - at)),
    sandboxBusy: run.sandboxBusy,
  };
}

function requireDone(run: FleetRun, { name, result }: Scene, { accounts }: FleetStage): void {
  const what = `${name} of ${accounts.length} accounts`;
  if (run.exitCode !== 0 || run.outputs['result'] !== result)
    throw new Error(`${what} ended '${run.outputs['result']}', not '${result}':\n${run.log.slice(-5_000)}`);
  const repeated = repeatedCalls(run.requests, accounts);
  if (repeated.length > 0)
    throw new Error(`${what} repeated ${repeated.length} calls, such as ${repeated.slice(0, 4).join("; ")}`);
}
