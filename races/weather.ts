// What befalls a round, drawn from its seed: how long the network takes, how late reads are, who reads when, and which single
// requests are slow, late, lost or refused. Keeps to what the claim is about: from its read to its write being in effect, and
// seen by everybody, a run has less than the tool's two seconds, unless the machine itself is slower.

import type { FaultAnswer } from '../sandbox/index.js';
import type { Run } from './cast.js';
import { type Chance, chanceOf } from './chance.js';

export type Trouble = {
  readonly run: Run;
  readonly operation: 'GetBucketPolicy' | 'PutBucketPolicy';
  /** How many such calls of the run pass before. */
  readonly after: number;
  readonly answer: FaultAnswer;
};

export type Weather = {
  readonly seed: number;
  readonly latencyMs: number;
  /** A read is late by any time up to this. */
  readonly readDelayMs: number;
  readonly nextReadDelay: () => number;
  /** While a write takes so long, S3 aborts another. */
  readonly policyWriteMs: number;
  /** Milliseconds after the start, by the run's name, when it is let go. */
  readonly pauses: ReadonlyMap<string, number>;
  readonly troubles: readonly Trouble[];
};

/** The bound of the tool, less what timers and a busy machine take. */
const ROOM_MS = 1_700;
/** The share of runs of which one request meets trouble. */
const TROUBLED = 40;

export function weatherOf(seed: number, runs: readonly Run[]): Weather {
  const chance = chanceOf(seed);
  const latencyMs = chance.between(0, 60);
  const readDelayMs = chance.pick([0, 0, 100, 250, 400]);
  const policyWriteMs = chance.pick([0, 0, 20]);
  const spread = chance.pick([0, 300, 1_500]);
  const slowest = ROOM_MS - 2 * readDelayMs - 2 * latencyMs - policyWriteMs;
  const late = chanceOf(seed + 1_000_000);
  return {
    seed,
    latencyMs,
    readDelayMs,
    nextReadDelay: () => late.between(0, readDelayMs),
    policyWriteMs,
    pauses: new Map(runs.map(({ name }) => [name, chance.between(0, spread)])),
    troubles: runs.flatMap((run) =>
      chance.percent(TROUBLED) ? [troubleOf(run, slowest, chance)] : [],
    ),
  };
}

function troubleOf(run: Run, slowest: number, chance: Chance): Trouble {
  const slow = chance.between(Math.min(300, slowest), slowest);
  const after = chance.between(0, 1);
  if (chance.percent(40)) {
    const answer = chance.pick<FaultAnswer>([{ delayMs: slow }, { lateMs: slow }]);
    return { run, operation: 'GetBucketPolicy', after, answer };
  }
  const answer = chance.pick<FaultAnswer>([
    { delayMs: slow },
    { lateMs: slow },
    // The run has given it up by then.
    { lateMs: 3_000 },
    'reset-after',
    'reset-before',
    { status: 503, code: 'SlowDown' },
  ]);
  return { run, operation: 'PutBucketPolicy', after: 0, answer };
}
