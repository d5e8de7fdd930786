// The whole of a change to a key policy, from the document that is there and the deliveries that are wished for or no longer
// wished for. Pure and total: it never touches a statement that is not about these, and says nothing of whether a Deny stops
// CloudTrail (key-doctor.ts). Deliveries without a key are passed over; all others are taken to be about this key.

import { enter } from './admit.js';
import { samePolicy } from './canonical.js';
import { inCanonicalOrder } from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import type { PolicyDocument, Statement } from './document.js';
import type { Finding } from './finding.js';
import { withoutDenies } from './grants.js';
import { keyWeaknesses } from './key-findings.js';
import { hasKeyShape, keyFormOf } from './key-forms.js';
import {
  anyTrailOf,
  CONTEXT_ARN,
  isEncrypted,
  KEY_GRANT_KINDS,
  keyExaminerOf,
  keyRequestsFor,
} from './key-grants.js';
import {
  admittingEntry,
  isForCloudTrailAlone,
  oneOrMany,
  SOURCE_ARN,
  withValues,
} from './locate.js';
import { type Count, countOf, trailsNamedIn } from './merge.js';
import { changeStatements, type Departure, isAnotherTrailOf, withoutTrails } from './withdraw.js';

export type KeyMergeRequest = {
  /** All that are to use the key afterwards, also those that do already: what leaves may not take from them. */
  readonly admit: readonly Delivery[];
  /** Grants taken back; what others still need stays. */
  readonly withdraw: readonly Delivery[];
};

export type KeyMerge = {
  /** May have no statement left, which KMS refuses: such a policy admits nobody but CloudTrail today. */
  readonly document: PolicyDocument;
  /** false: `document` is the one that was given. */
  readonly changed: boolean;
  /** Distinct trail ARNs that the policy newly names, or names no more. */
  readonly trails: Count;
  /** Weaknesses seen on the way; none of them is mended unasked. */
  readonly findings: readonly Finding[];
};

/**
 * The policy with the one admitted and the other withdrawn. A set operation: the order of deliveries does not matter, and
 * merging the result once more changes nothing.
 */
export function mergeKeyPolicy(current: PolicyDocument, request: KeyMergeRequest): KeyMerge {
  const staying = inCanonicalOrder(request.admit.filter(isEncrypted));
  const kept = new Set(staying.map(({ trailArn }) => trailArn));
  const leaving = inCanonicalOrder(request.withdraw.filter(isEncrypted)).filter(
    ({ trailArn }) => !kept.has(trailArn),
  );
  const merged = withdrawKey(admitKey(current, staying), { staying, leaving });
  const document = samePolicy(current, merged) ? current : merged;
  return {
    document,
    changed: document !== current,
    trails: countOf(trailsNamedIn(current), trailsNamedIn(document)),
    findings: keyWeaknesses(document, leaving),
  };
}

/** Whoever some Allow admits already is left alone; what a Deny stops cannot be mended by a further Allow. */
export function admitKey(
  document: PolicyDocument,
  deliveries: readonly Delivery[],
): PolicyDocument {
  const standing = keyExaminerOf(withoutDenies(document));
  const wanted = KEY_GRANT_KINDS.flatMap((kind) =>
    deliveries
      .filter((delivery) => standing(kind, delivery) === 'missing')
      .map((delivery) => keyFormOf(kind, delivery)),
  );
  return enter(document, wanted, { hasShape: hasKeyShape, requests: keyRequestsFor });
}

function withdrawKey(document: PolicyDocument, departure: Departure): PolicyDocument {
  return changeStatements(document, (statement) => {
    if (!isForCloudTrailAlone(statement)) return statement;
    const left = withoutTrails(statement, departure);
    return left === undefined ? undefined : withoutContexts(left, departure);
  });
}

/**
 * A trail's own entry in the encryption context goes with it, its account's with the account's last trail. One entry always
 * stays, and a statement that holds trails by nothing else is not ours to narrow.
 */
function withoutContexts(statement: Statement, { leaving }: Departure): Statement {
  const trails = admittingEntry(statement, SOURCE_ARN)?.values.map(String);
  const entry = admittingEntry(statement, CONTEXT_ARN);
  if (trails === undefined || entry === undefined) return statement;
  const isNeeded = (delivery: Delivery) => trails.some((arn) => isAnotherTrailOf(delivery, arn));
  const gone = new Set(
    leaving.flatMap((delivery) => [
      delivery.trailArn,
      ...(isNeeded(delivery) ? [] : [anyTrailOf(delivery)]),
    ]),
  );
  const kept = entry.values.filter((value) => !gone.has(String(value)));
  if (kept.length === 0 || kept.length === entry.values.length) return statement;
  return withValues(statement, entry, oneOrMany(kept));
}
