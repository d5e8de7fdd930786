// Trying again, bounded: the one loop behind every wait for AWS. What is worth waiting for, and for how long, is the
// caller's to say; the pauses grow and are jittered, so that runs that collided once do not collide again.

import { Cancelled } from '../cancel.js';
import { isUnanswered } from './patience.js';
import type { Clock } from './ports.js';

/** Milliseconds: the first pause, the longest one, and all of them together. */
export type Patience = { readonly first: number; readonly longest: number; readonly total: number };

type PatienceFor = (error: unknown) => Patience | null | Promise<Patience | null>;

/**
 * The first answer of `action` that is no error. `patienceFor` says how an error is to be waited out, null: not at all; it
 * may look at the world before it answers.
 *
 * @throws the last error, once its patience is used up; Cancelled, `begun` where an earlier try may have been carried out
 */
export async function persist<T>(
  action: () => Promise<T>,
  patienceFor: PatienceFor,
  clock: Clock,
): Promise<T> {
  let unseen = false;
  const noting: PatienceFor = (error) => {
    unseen ||= isUnanswered(error);
    return patienceFor(error);
  };
  try {
    return await tried(action, noting, clock);
  } catch (error) {
    throw unseen && error instanceof Cancelled ? new Cancelled(true) : error;
  }
}

async function tried<T>(
  action: () => Promise<T>,
  patienceFor: PatienceFor,
  clock: Clock,
): Promise<T> {
  const begun = clock.now();
  for (let tries = 0; ; tries += 1) {
    try {
      return await action();
    } catch (error) {
      const patience = await patienceFor(error);
      if (patience === null) throw error;
      const pause =
        Math.min(patience.longest, patience.first * 2 ** tries) * (0.5 + Math.random() / 2);
      if (clock.now() - begun + pause > patience.total) throw error;
      await clock.sleep(pause);
    }
  }
}
