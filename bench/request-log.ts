// What the sandbox's request log says of a fleet: calls by kind, round trips of one account, and calls that were made more
// than once where once would do. Knows nothing of time.

import type { RecordedRequest } from '../sandbox/index.js';
import { roundTrips } from './trips.js';

type Log = readonly RecordedRequest[];

/** How often each operation was called, in order of the first call. */
export function callCounts(log: Log): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { operation } of log) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  return counts;
}

/** Round trips that one account's own calls took, of the account that took the fewest: more of them is a busy machine's. */
export function tripsPerAccount(log: Log, accounts: readonly string[]): number {
  const calls = grouped(log, ({ account = '' }) => account);
  return Math.min(...accounts.map((account) => roundTrips(calls.get(account) ?? [])));
}

/** Calls in a member account that were made twice or more for the same thing, as `operation account resource`. */
export function repeatedCalls(log: Log, accounts: readonly string[]): readonly string[] {
  const members = new Set(accounts);
  const own = log.filter(({ account = '' }) => members.has(account));
  const same = grouped(own, ({ operation, account = '', resource = '' }) =>
    [operation, account, resource].join(' '),
  );
  return [...same].filter(([, calls]) => calls.length > 1).map(([call]) => call);
}

/** Calls by kind that are about no member: their number must not grow with the fleet. */
export function sharedCalls(log: Log, accounts: readonly string[]): ReadonlyMap<string, number> {
  const members = new Set(accounts);
  return callCounts(log.filter(({ account = '' }) => !members.has(account)));
}

function grouped(log: Log, keyOf: (request: RecordedRequest) => string): ReadonlyMap<string, Log> {
  const groups = new Map<string, RecordedRequest[]>();
  for (const request of log) {
    const key = keyOf(request);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [request]);
    else group.push(request);
  }
  return groups;
}
