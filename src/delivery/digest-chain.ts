// What the digests of one chain say about each other: which are missing or not the ones that were there, and which hours have
// none. Pure. A digest names the one before it, so that a deletion is told from a trail that did not log; where the digest
// that would tell is itself gone or invalid, nobody knows, and the hours are `unexplained`.

import type { PreviousDigest } from './digest-document.js';
import { endOf, HOUR } from './digest-key.js';
import type { DigestFault, PeriodCause } from './digest-verdict.js';

/** A digest that is in the bucket, as far as its neighbours are concerned. */
export type Link = {
  readonly key: string;
  /** Milliseconds since the epoch, by the key. */
  readonly end: number;
  /** What the digest says; null where it cannot be believed. */
  readonly says: {
    readonly start: number;
    readonly hash: string;
    readonly signature: string;
    readonly previous: PreviousDigest | null;
  } | null;
};

export type ChainProblem =
  | { readonly kind: 'digest'; readonly key: string; readonly cause: DigestFault }
  | {
      readonly kind: 'period';
      readonly from: number;
      readonly to: number;
      readonly cause: PeriodCause;
    };

export type ChainScope = { readonly bucket: string; readonly from: number; readonly to: number };

/** Digests are hourly, and come some minutes after their hour. */
const SLACK = 5 * 60_000;
const DELAY = HOUR;

/** `links` are the standard digests of one Region that end in the scope, oldest first, at least one. */
export function chainProblems(links: readonly Link[], scope: ChainScope): readonly ChainProblem[] {
  const keys = new Set(links.map(({ key }) => key));
  return [
    ...linkProblems(links, scope),
    ...links.flatMap((link, index) => holeBefore(link, links[index - 1], keys, scope) ?? []),
    ...holesAfter(links.at(-1), scope),
  ];
}

/** The same for backfill digests, which come when there is need: hours without one mean nothing. */
export function backfillProblems(
  links: readonly Link[],
  scope: ChainScope,
): readonly ChainProblem[] {
  return linkProblems(links, scope);
}

/** What each digest says of the one before it, held against the one that is there. */
function linkProblems(links: readonly Link[], scope: ChainScope): readonly ChainProblem[] {
  const there = new Map(links.map((link) => [link.key, link]));
  const found = links.flatMap(({ says }) => {
    const previous = says?.previous ?? null;
    const cause = previous === null ? null : faultOf(previous, there, scope);
    return previous === null || cause === null ? [] : [[previous.key, cause] as const];
  });
  return [...new Map(found)].map(([key, cause]) => ({ kind: 'digest', key, cause }));
}

function faultOf(
  previous: PreviousDigest,
  there: ReadonlyMap<string, Link>,
  { bucket, from }: ChainScope,
): DigestFault | null {
  const end = endOf(previous.key);
  if (end !== null && end < from) return null;
  if (previous.bucket !== bucket) return 'other-bucket';
  const link = there.get(previous.key);
  if (link === undefined) return 'missing';
  // One that is invalid by itself has been counted already.
  if (link.says === null) return null;
  const { hash, signature } = link.says;
  const same = (previous.hash ?? hash) === hash && (previous.signature ?? signature) === signature;
  return same ? null : 'replaced';
}

/** The hours between a digest and the one before it in the bucket that no digest answers for. */
function holeBefore(
  link: Link,
  before: Link | undefined,
  keys: ReadonlySet<string>,
  scope: ChainScope,
): ChainProblem | null {
  const from = before?.end ?? scope.from;
  if (link.says !== null && link.says.previous === null) {
    if (before === undefined) return null;
    return hole(from, link.says.start, 'not-logging');
  }
  // What is unknown ends an hour before the end of the oldest digest that is known to have been.
  const previous = link.says?.previous;
  if (previous === undefined || previous === null)
    return hole(from, link.end - HOUR, 'unexplained');
  if (previous.bucket !== scope.bucket || keys.has(previous.key)) return null;
  return hole(from, (endOf(previous.key) ?? link.end) - HOUR, 'unexplained');
}

/** The hour that has just ended may still be without one. */
function holesAfter(last: Link | undefined, { to }: ChainScope): readonly ChainProblem[] {
  if (last === undefined || hole(last.end, to - HOUR - DELAY, 'none-since') === null) return [];
  return [{ kind: 'period', from: last.end, to, cause: 'none-since' }];
}

function hole(from: number, to: number, cause: PeriodCause): ChainProblem | null {
  return to - from > SLACK ? { kind: 'period', from, to, cause } : null;
}
