// How many cases a property is tried with, decided in one place. POLICY_CASES says it for all of them, for a search that has
// hours (.github/workflows/fuzz.yml). A property that fails prints its seed and the smallest case found.

const GIVEN = process.env['POLICY_CASES'];

/** `inCi`: where machines are idle; a desk has a tenth of that, if nothing else is said. */
export function casesOf(inCi: number, onADesk = inCi / 10): number {
  return Number(GIVEN ?? (process.env['CI'] ? inCi : onADesk));
}

/** For properties whose cases are few and slow: a change is judged by the same ones as the change before it, a search takes new ones. */
export const SAME_CASES = GIVEN === undefined ? { seed: 20_261_123 } : {};

/** Milliseconds for a test of so many cases; on a busy machine a case can take long. */
export function patienceFor(cases: number, milliseconds: number): number {
  return Math.max(60_000, cases * milliseconds);
}
