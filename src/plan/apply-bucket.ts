// Carries out the steps of the central bucket, one after the other, for S3 aborts writes of one bucket that meet. Stops at
// the first that fails. A bucket that came into being meanwhile is looked at again, so that what somebody set stays.

import type { Central } from '../request/request.js';
import { type BucketStep, planBucket } from './bucket-plan.js';
import { type BucketOutcome, isUndone, type Step, undone } from './outcome.js';
import { bucketWritePatience, isOwnBucket } from './patience.js';
import { persist } from './persist.js';
import type { BucketSettingsReader, BucketSettingsWriter, Clock } from './ports.js';

export type BucketDeps = {
  readonly reader: BucketSettingsReader;
  readonly writer: BucketSettingsWriter;
  readonly clock: Clock;
};

/** Never throws for a failure that AWS caused: it is in the outcome. */
export async function applyBucket(
  steps: readonly BucketStep[],
  central: Central,
  { reader, writer, clock }: BucketDeps,
): Promise<readonly BucketOutcome[]> {
  let needed = kindsOf(steps);
  const carryOut = async ({ kind }: BucketStep): Promise<Step> => {
    if (!needed.has(kind)) return { state: 'unchanged' };
    try {
      await persist(writer[kind], bucketWritePatience, clock);
      return { state: 'done' };
    } catch (error) {
      if (!isOwnBucket(error)) throw error;
      needed = kindsOf(planBucket(await reader.settings(), central).steps);
      return { state: 'unchanged' };
    }
  };
  const outcomes: BucketOutcome[] = [];
  for (const step of steps) {
    const stopped = outcomes.some(({ result }) => isUndone(result));
    const result: Step = stopped ? { state: 'not-tried' } : await carryOut(step).catch(undone);
    outcomes.push({ step, result });
  }
  return outcomes;
}

const kindsOf = (steps: readonly BucketStep[]): ReadonlySet<BucketStep['kind']> =>
  new Set(steps.map(({ kind }) => kind));
