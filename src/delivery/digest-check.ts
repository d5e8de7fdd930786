// The validation of digests as part of the proof of delivery: for a trail that was found, as a word and findings. Whatever AWS
// refuses is told, never thrown: that logs arrive is known all the same.

import { Cancelled } from '../cancel.js';
import { findingsOf } from '../problem.js';
import type { Request } from '../request/request.js';
import { HOUR } from './digest-key.js';
import { digestFindings, digestWords } from './digest-words.js';
import { validateDigests } from './digests.js';
import type { Target } from './look.js';
import type { DeliveryReaders } from './ports.js';
import type { DigestVerdict } from './verdict.js';
import type { VerifyDeps } from './verify.js';

/** What of a verification is left out where the request asks for no hours. Looks back from now, by AWS's clock. */
export function digestCheck({
  validateDigestHours: hours,
}: Pick<Request, 'validateDigestHours'>): Pick<VerifyDeps, 'validateDigests'> {
  if (hours === undefined) return {};
  return { validateDigests: (target, readers) => checked(hours, target, readers) };
}

async function checked(
  hours: number,
  { delivery, place }: Target,
  readers: DeliveryReaders,
): Promise<DigestVerdict> {
  const { accountId, bucket, trailArn } = delivery;
  const to = readers.now();
  try {
    const scope = { ...place, bucket, trailArn, from: to - hours * HOUR, to };
    const verdict = await validateDigests(readers.logs, readers.keys, scope);
    return { words: digestWords(verdict), findings: digestFindings(verdict, accountId) };
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    return { words: 'not validated', findings: findingsOf(error) };
  }
}
