// What is found out about the delivery of one account's trail, as values. Nothing is claimed here that was not seen.

import type { Result } from '../plan/outcome.js';
import { isError } from '../plan/plan.js';
import type { Finding, Reach } from '../policy/index.js';

/**
 * `delivered`: a log newer than the change lies in the bucket, and CloudTrail says that it is this trail's doing. `pending`:
 * not yet. `failing`: CloudTrail says that it cannot, or there is no trail that could. `unknown`: nobody can tell.
 */
export type DeliveryState = 'delivered' | 'pending' | 'failing' | 'unknown';

/**
 * What shows that the log is of this trail, strongest first: a digest file, whose name holds the trail's, beside what follows;
 * the status of the trail, which is the account's only one that delivers there; the status, although others do too.
 */
export type Proof = 'digest' | 'only-trail' | 'status';

export type SeenLog = {
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
  /** Null for a log that was not opened. */
  readonly records: number | null;
  readonly newestEvent: number | null;
};

export type Isolation = {
  readonly byPolicy: Reach | 'unknown';
  /** Whether the member's own role was let in when it tried to list the bucket. */
  readonly tried: 'refused' | 'let-in' | 'not-tried';
};

/** What the validation of the digest files has to say of one account. */
export type DigestVerdict = { readonly words: string; readonly findings: readonly Finding[] };

export type AccountDelivery = {
  readonly accountId: string;
  readonly trailName: string;
  readonly state: DeliveryState;
  /** In words, for every state but `delivered`. */
  readonly detail: string;
  /** Null unless delivered. */
  readonly proof: Proof | null;
  readonly log: SeenLog | null;
  /** Null for the owner of the bucket, and where nothing was tried. */
  readonly isolation: Isolation | null;
  /** Null where no validation was asked for, or there is no trail. */
  readonly digests: DigestVerdict | null;
  readonly findings: readonly Finding[];
};

export type DeliveryReport = {
  /** In order of account ID. */
  readonly accounts: readonly AccountDelivery[];
  /** All of them: the accounts', and what is about none. */
  readonly findings: readonly Finding[];
};

/** The run's result, given what was found out about the delivery: what was changed stays changed. */
export function resultWith(before: Result, { findings }: DeliveryReport): Result {
  if (!findings.some(isError)) return before;
  return before === 'applied' ? 'partial' : 'failed';
}
