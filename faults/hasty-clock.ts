// Makes this process live faster: its clocks show, and its timers wait for, what a sandbox of the same rate takes for the time.
// Time-outs of sockets are Node's own and stay as they are.

import { createRequire } from 'node:module';
import type * as Promises from 'node:timers/promises';

export type HastySettings = {
  /** What the clock showed, in milliseconds since the epoch, and when that was by the real one. */
  readonly start: number;
  readonly startedAt: number;
  /** Seconds of this process per real second. */
  readonly rate: number;
};

export function hastenClock({ start, startedAt, rate }: HastySettings): void {
  const real = {
    date: Date.now.bind(Date),
    performance: performance.now.bind(performance),
    timeout: setTimeout,
  };
  Date.now = () => Math.floor(start + (real.date() - startedAt) * rate);
  performance.now = () => real.performance() * rate;
  const timeout = (work: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) =>
    real.timeout(work, ms / rate, ...given);
  globalThis.setTimeout = Object.assign(timeout, real.timeout);
  AbortSignal.timeout = (ms) => {
    const late = new AbortController();
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    real.timeout(() => late.abort(reason), ms / rate).unref();
    return late.signal;
  };
  // The namespace of an import could not be changed; what the bundle requires is this object.
  const promises = createRequire(import.meta.url)('node:timers/promises') as {
    -readonly [name in keyof typeof Promises]: (typeof Promises)[name];
  };
  const sleep = promises.setTimeout;
  promises.setTimeout = (ms = 0, ...rest) => sleep(ms / rate, ...rest);
}
