// Keeps what lasts for a while: takes it when it is first asked for, and anew before its time is over. What it is, is not known
// here.

export type Kept<T> = {
  /** Whoever asks while it is being taken waits for the same. */
  readonly get: () => Promise<T>;
  /** This one is no longer good: who asks next gets another. */
  readonly drop: (value: T) => void;
};

/** Milliseconds for which a failure is given to whoever asks, before it is tried again. */
const FAILURE_MS = 5_000;

type Taken<T> = { readonly value: Promise<T>; known?: T; until: number };

/** `now` and `lasts` are in milliseconds of a clock that only grows. */
export function kept<T>(take: () => Promise<T>, lasts: number, now: () => number): Kept<T> {
  let current: Taken<T> | null = null;
  return {
    get: () => {
      if (current !== null && now() < current.until) return current.value;
      const taken: Taken<T> = { value: take(), until: now() + lasts };
      current = taken;
      taken.value.then(
        (known) => {
          taken.known = known;
        },
        () => {
          taken.until = now() + FAILURE_MS;
        },
      );
      return taken.value;
    },
    drop: (value) => {
      if (current?.known === value) current = null;
    },
  };
}
