// That a member account cannot read the bucket it logs into. The proof is what the policy means; that the member's own role is
// refused when it tries corroborates it, and no more: the role alone may lack the permission.

import type { Finding } from '../policy/index.js';
import { type PolicyDocument, type Reader, reachOf } from '../policy/index.js';
import { UserError } from '../problem.js';
import type { MemberProbe } from './ports.js';
import type { Isolation } from './verdict.js';

/** `document` is undefined where the policy could not be read. */
export async function isolationOf(
  reader: Reader,
  document: PolicyDocument | null | undefined,
  probe: MemberProbe,
): Promise<Isolation> {
  return {
    byPolicy: document === undefined ? 'unknown' : reachOf(document, reader),
    tried: await attempt(probe),
  };
}

async function attempt(probe: MemberProbe): Promise<Isolation['tried']> {
  try {
    return (await probe.listsBucket()) ? 'let-in' : 'refused';
  } catch (error) {
    // Corroboration is not worth failing for: what is wrong with the bucket or the session shows elsewhere.
    if (error instanceof UserError) return 'not-tried';
    throw error;
  }
}

export function isolationFindings(
  { accountId, bucket }: Pick<Reader, 'accountId' | 'bucket'>,
  { byPolicy, tried }: Isolation,
): readonly Finding[] {
  if (tried === 'let-in')
    return [
      {
        severity: 'error',
        code: 'bucket-readable-by-member',
        account: accountId,
        message: `Account ${accountId} can list bucket ${bucket}: its own role tried and was let in.`,
        remedy:
          'Take the access out of the bucket policy. Whoever can read the bucket can read the logs of every account.',
      },
    ];
  if (byPolicy === 'may')
    return [
      {
        severity: 'warning',
        code: 'bucket-readable-by-member',
        account: accountId,
        message: `The policy of bucket ${bucket} lets account ${accountId} list it or read other accounts' logs.`,
        remedy:
          'Take the access out of the bucket policy, unless that account is meant to read all logs.',
      },
    ];
  if (byPolicy === 'unsure')
    return [
      {
        severity: 'notice',
        code: 'bucket-isolation-unsure',
        account: accountId,
        message: `Whether account ${accountId} can read bucket ${bucket} depends on conditions of its policy that cannot be judged from here.`,
        remedy:
          'Read the Allow statements for "*" or for this account, and what their conditions ask for.',
      },
    ];
  return [];
}
