// What a trail's status says of its delivery since a moment. Pure. CloudTrail keeps an error without its time, so an old one
// is told from a new one by what was there at first, by when CloudTrail last tried, and by how long it stands.

import type { TrailStatus } from '../trail/settings.js';

/** What is known besides the status. Times in milliseconds since the epoch, by AWS's clock. */
export type Circumstances = {
  /** Only what happened from then on counts. */
  readonly since: number;
  readonly now: number;
  /** The error at the first look, right after the change; undefined for a trail that is newer than that: its errors are new. */
  readonly errorAtFirst: string | undefined;
};

export type Judgement =
  /** CloudTrail says that it has delivered. Whether a log lies there is still to be seen. */
  | { readonly kind: 'delivers' }
  | { readonly kind: 'fails'; readonly error: string }
  | { readonly kind: 'stopped' }
  /** Neither a delivery nor a new error yet; `oldError` may be one from before. */
  | { readonly kind: 'waits'; readonly oldError: string };

/** Two of CloudTrail's tries, which come about five minutes apart. */
const TWO_TRIES = 10 * 60_000;

export function judge(status: TrailStatus, circumstances: Circumstances): Judgement {
  const { since, now } = circumstances;
  const { logging, error } = status;
  const delivered = status.deliveredAt !== null && status.deliveredAt >= since;
  if (!logging) return { kind: 'stopped' };
  if (error === '') return delivered ? { kind: 'delivers' } : { kind: 'waits', oldError: '' };
  const triedAt = status.triedAt ?? 0;
  const quietSince = Math.max(since, status.deliveredAt ?? 0);
  const stands = now - quietSince > TWO_TRIES;
  if (triedAt > quietSince || stands) return { kind: 'fails', error };
  if (delivered) return { kind: 'delivers' };
  return error === circumstances.errorAtFirst
    ? { kind: 'waits', oldError: error }
    : { kind: 'fails', error };
}
