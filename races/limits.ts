// How far the claim holds: the same runs where it is no longer covered. A write that AWS carries out long after the run has
// given it up, reads that are later than a run can wait for. Here runs are lost, and that is what these rounds show.

import { inputsOf, onboarders, type Run } from './cast.js';
import { judge } from './judge.js';
import { actOnce, type Played, playRound } from './round.js';
import type { Weather } from './weather.js';

export type Limit = {
  readonly name: string;
  readonly cast: readonly Run[];
  readonly weather: Weather;
};

export type LimitVerdict = {
  readonly limit: Limit;
  readonly done: number;
  readonly failed: number;
  readonly missing: number;
  /** Of what is missing, how much an audit finds. */
  readonly found: number;
};

const PAIR = onboarders(2);
const FOUR = onboarders(4);

function weather(change: Partial<Weather>): Weather {
  return {
    seed: 1,
    latencyMs: 20,
    readDelayMs: 0,
    nextReadDelay: () => 0,
    policyWriteMs: 0,
    pauses: new Map(),
    troubles: [],
    ...change,
  };
}

/** The first write of one run of two takes effect so late. */
function lateWrite(seconds: number): Limit {
  const [run, other] = PAIR as readonly [Run, Run];
  const answer = { delayMs: seconds * 1_000 };
  const troubles = [{ run, operation: 'PutBucketPolicy', after: 0, answer }] as const;
  // The other one reads and writes while the write is on its way.
  const pauses = new Map([[other.name, 500]]);
  const name = `a write is carried out ${seconds} s after it was sent`;
  return { name, cast: PAIR, weather: weather({ troubles, pauses }) };
}

function allLate(seconds: number): Limit {
  const readDelayMs = seconds * 1_000;
  const name = `every read shows what was ${seconds} s before`;
  return {
    name,
    cast: FOUR,
    weather: weather({ readDelayMs, nextReadDelay: () => readDelayMs }),
  };
}

/** As of two servers, one of which lags behind. */
function everyOtherLate(seconds: number): Limit {
  let reads = 0;
  const readDelayMs = seconds * 1_000;
  const nextReadDelay = (): number => {
    reads += 1;
    return reads % 2 === 0 ? readDelayMs : 0;
  };
  const name = `every other read shows what was ${seconds} s before`;
  return { name, cast: FOUR, weather: weather({ readDelayMs, nextReadDelay }) };
}

export const LIMITS: readonly Limit[] = [
  ...[1, 2.5, 4, 8, 15].map(lateWrite),
  ...[0.5, 1, 2, 4].map(allLate),
  ...[0.5, 1, 2, 4].map(everyOtherLate),
];

export function tryLimit(limit: Limit): Promise<LimitVerdict> {
  return playRound(limit.cast, limit.weather, { withOther: false }, async (played) => {
    const { done, failed, missing } = judge(played);
    const found = await audited(played, missing);
    return { limit, done, failed, missing: missing.length, found };
  });
}

/** How many of the accounts that lack something an audit names with an error or a warning. */
async function audited({ sandbox, runs }: Played, missing: readonly string[]): Promise<number> {
  const lacking = runs.filter(({ run }) => missing.some((line) => line.startsWith(`${run.name}:`)));
  const found = lacking.map(async ({ run }) => {
    const inputs = { ...inputsOf(run, '2'), operation: 'audit' };
    const { outputs } = await actOnce(sandbox, inputs);
    const findings = JSON.parse(outputs['findings'] ?? '[]') as readonly Found[];
    return findings.some(
      ({ account, severity }) => account === run.account && severity !== 'notice',
    );
  });
  return (await Promise.all(found)).filter(Boolean).length;
}

type Found = { readonly account?: string; readonly severity: string };
