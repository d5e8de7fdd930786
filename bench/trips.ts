// How often a run waited for an answer before it could go on. Reads the sandbox's request log; knows nothing of what the
// requests were for.

/** When a request arrived and when its answer left, in milliseconds of one clock. */
export type Span = { readonly at: number; readonly endedAt: number };

/** The longest chain of requests of which each began after the one before was answered. */
export function roundTrips(requests: readonly Span[]): number {
  let trips = 0;
  let answered = Number.NEGATIVE_INFINITY;
  for (const { at, endedAt } of requests.toSorted((a, b) => a.endedAt - b.endedAt)) {
    if (at < answered) continue;
    trips += 1;
    answered = endedAt;
  }
  return trips;
}
