// Chance that can be had again: the same seed gives the same numbers. What they decide is not its business.

export type Chance = {
  /** A whole number from `low` to `high`. */
  readonly between: (low: number, high: number) => number;
  readonly pick: <T>(items: readonly [T, ...T[]]) => T;
  /** True so many times in a hundred. */
  readonly percent: (share: number) => boolean;
};

/** mulberry32: 32 bits of state are plenty for a round. */
export function chanceOf(seed: number): Chance {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number =>
    low + Math.floor(next() * (high - low + 1));
  return {
    between,
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
    percent: (share) => next() * 100 < share,
  };
}
