// The two kinds of policy that a keeper keeps: the central bucket's, and that of a key of the central account. Says how each
// is read, merged and written; when that is done is the keeper's to decide.

import {
  compareAccess,
  keyLosses,
  mergeKeyPolicy,
  mergePolicy,
  missingGrants,
  missingKeyGrants,
  printPolicy,
} from '../policy/index.js';
import type { Central } from '../request/request.js';
import { type KeyWish, planKeyPolicy } from './key-plan.js';
import type { KeyWriter } from './key-ports.js';
import type { ObservedPolicy } from './observe.js';
import { bucketWritePatience, keyWritePatience } from './patience.js';
import { type PolicyWish, planPolicy } from './policy-plan.js';
import type { PolicyHolder } from './policy-write.js';
import type { BucketWriter } from './ports.js';

export function bucketHolder(
  { accountId, bucket }: Pick<Central, 'accountId' | 'bucket'>,
  read: () => Promise<ObservedPolicy>,
  writer: BucketWriter,
): PolicyHolder<PolicyWish> {
  return {
    accountId,
    name: `the policy of ${bucket}`,
    code: 'policy',
    read,
    plan: planPolicy,
    stands: (document, wish) =>
      missingGrants(document, wish.admit).length === 0 && !mergePolicy(document, wish).changed,
    lost: (written, standing) =>
      compareAccess(written, standing, []).lost.map(({ who, may, on }) => `${who} ${may} on ${on}`),
    write: (document, timeoutMs) =>
      document === null
        ? writer.deletePolicy(timeoutMs)
        : writer.putPolicy(printPolicy(document), timeoutMs),
    patienceFor: bucketWritePatience,
  };
}

/** A key is never without a policy, so null stands for none that was ever read. */
export function keyHolder(
  { arn, accountId }: Pick<KeyWish, 'arn' | 'accountId'>,
  read: () => Promise<ObservedPolicy>,
  writer: KeyWriter,
): PolicyHolder<KeyWish> {
  return {
    accountId,
    name: `the policy of key ${arn}`,
    code: 'key-policy',
    read,
    plan: (before, wish) => planKeyPolicy(before ?? NOTHING, wish),
    stands: (document, wish) =>
      missingKeyGrants(document ?? NOTHING, wish.admit).length === 0 &&
      !mergeKeyPolicy(document ?? NOTHING, wish).changed,
    lost: keyLosses,
    write: (document, timeoutMs) =>
      writer.putKeyPolicy(printPolicy(document ?? NOTHING), timeoutMs),
    patienceFor: keyWritePatience,
  };
}

const NOTHING = { Statement: [] };
