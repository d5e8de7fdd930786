// Makes this process skip the time in which it only waits: while it sleeps between two tries, or has had no answer for a whole
// second, its clock runs faster and its timers with it. While it works and is answered, a second is a second, so that the
// bounds it sets itself hold as they do in earnest. Short pauses and time-outs of sockets are Node's own and stay as they are.

import { createRequire } from 'node:module';
import type { TimerOptions } from 'node:timers';
import type * as Promises from 'node:timers/promises';

export type HastySettings = {
  /** What the clock showed, in milliseconds since the epoch, and when that was by the real one. */
  readonly start: number;
  readonly startedAt: number;
  /** Seconds of this process per real second in which it only waits. */
  readonly haste: number;
};

/** Milliseconds. A timer of as much or more is a time-out, which runs beside what it is for. */
const TIMEOUT = 5_000;
/** A time-out of this age is for something that does not answer. */
const HUNG = 1_000;
const TICK = 20;

type Timer = {
  /** By the hasty clock. */
  readonly due: number;
  /** By the real one. */
  readonly since: number;
  readonly kind: 'sleep' | 'timeout';
  readonly fire: () => void;
};

type Hasty = {
  readonly add: (kind: Timer['kind'], ms: number, fire: () => void) => Timer;
  readonly remove: (timer: Timer) => void;
};

export function hastenClock({ start, startedAt, haste }: HastySettings): void {
  const date = Date.now.bind(Date);
  Date.now = () => start + (date() - startedAt);
  const timers = hastyTimers(haste);
  replaceTimeouts(timers);
  replaceSleep(timers);
}

/** Replaces `performance.now`, by which the action measures how long it has waited. */
function hastyTimers(haste: number): Hasty {
  const real = performance.now.bind(performance);
  const pending = new Set<Timer>();
  let ahead = 0;
  performance.now = () => real() + ahead;
  const isWaiting = (): boolean => {
    const timeouts = [...pending].filter(({ kind }) => kind === 'timeout');
    const hung = timeouts.filter(({ since }) => real() - since >= HUNG);
    return hung.length === timeouts.length && pending.size > 0;
  };
  setInterval(() => {
    if (isWaiting()) ahead += TICK * (haste - 1);
    for (const timer of [...pending].filter(({ due }) => due <= real() + ahead)) {
      pending.delete(timer);
      timer.fire();
    }
  }, TICK);
  return {
    add: (kind, ms, fire) => {
      const timer = { due: real() + ahead + ms, since: real(), kind, fire };
      pending.add(timer);
      return timer;
    },
    remove: (timer) => void pending.delete(timer),
  };
}

function replaceTimeouts({ add, remove }: Hasty): void {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  // What Node would give back can be let go of and counted on; these end with the process all the same.
  type Handle = { readonly timer: Timer; readonly unref: () => Handle; readonly ref: () => Handle };
  const handleOf = (timer: Timer): Handle => {
    const handle: Handle = { timer, unref: () => handle, ref: () => handle };
    return handle;
  };
  const hastySet = (work: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): unknown =>
    ms < TIMEOUT ? set(work, ms, ...given) : handleOf(add('timeout', ms, () => work(...given)));
  const hastyClear = (handle: Parameters<typeof clear>[0] | Handle): void => {
    if (typeof handle === 'object' && 'timer' in handle) remove(handle.timer);
    else clear(handle);
  };
  globalThis.setTimeout = Object.assign(hastySet, set) as unknown as typeof set;
  globalThis.clearTimeout = hastyClear as typeof clear;
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (ms) => {
    if (ms < TIMEOUT) return timeout(ms);
    const late = new AbortController();
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    add('timeout', ms, () => late.abort(reason));
    return late.signal;
  };
}

/** A sleep that can be called off is a time-out. */
function replaceSleep({ add, remove }: Hasty): void {
  // The namespace of an import could not be changed; what the bundle requires is this object.
  const promises = createRequire(import.meta.url)('node:timers/promises') as {
    -readonly [name in keyof typeof Promises]: (typeof Promises)[name];
  };
  promises.setTimeout = <T>(ms = 0, value?: T, options: TimerOptions = {}) =>
    new Promise<T>((done, calledOff) => {
      const { signal } = options;
      const timer = add(signal ? 'timeout' : 'sleep', ms, () => done(value as T));
      signal?.addEventListener('abort', () => {
        remove(timer);
        calledOff(signal.reason);
      });
    });
}
