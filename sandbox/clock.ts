// The sandbox's own time. It runs with the real clock (or faster), and can be moved forward; everything AWS or GitHub
// would date (tokens, sessions, log objects) is dated by it. Latency and propagation delays are real time instead.

export type Clock = {
  readonly now: () => Date;
  readonly advance: (minutes: number) => void;
};

/**
 * @param start what the clock shows now
 * @param rate sandbox seconds per real second
 */
export function createClock(start: Date, rate = 1): Clock {
  const startedAt = Date.now();
  let offsetMs = 0;
  return {
    now: () => new Date(start.getTime() + (Date.now() - startedAt) * rate + offsetMs),
    advance: (minutes) => {
      if (!(minutes >= 0)) throw new RangeError('the sandbox clock only moves forward');
      offsetMs += minutes * 60_000;
    },
  };
}
