// The whole of a change to a bucket policy, from the document that is there and the deliveries that are wished for or no
// longer wished for. Pure and total: it never fails, never touches a statement that is not about these, and says nothing of
// whether a Deny stops CloudTrail (doctor.ts) or of what the change means (compare.ts).

import { admit } from './admit.js';
import { samePolicy } from './canonical.js';
import { bucketArn, identityOf, inCanonicalOrder, isTrailArn } from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import { conditionEntries, type PolicyDocument, type Statement, statementsOf } from './document.js';
import type { Finding } from './finding.js';
import type { Layout } from './layouts.js';
import { isForCloudTrailAlone, resourcesOf, SOURCE_ARN } from './locate.js';
import { withTlsOnly } from './tls.js';
import { weaknesses } from './weaknesses.js';
import { moveOut, withdraw } from './withdraw.js';

export type MergeRequest = {
  readonly layout: Layout;
  /** `o-…`; layout `organization` cannot do without it. */
  readonly organizationId?: string;
  /** All that are to be admitted afterwards, also those that are already: what leaves may not take from them. */
  readonly admit: readonly Delivery[];
  /** Grants taken back; what others still need stays. */
  readonly withdraw: readonly Delivery[];
  /** The bucket the policy belongs to; every delivery names the same. */
  readonly bucket: string;
  /** Whether nobody is to reach the bucket without TLS; false or left out: as it is. */
  readonly tlsOnly?: boolean;
};

export type Count = { readonly added: number; readonly removed: number };

export type Merge = {
  /** null: nothing is left (S3 takes no empty policy, so it is to be deleted), or there was none and nothing is wished. */
  readonly document: PolicyDocument | null;
  /** false: `document` is the one that was given. */
  readonly changed: boolean;
  /** Distinct trail ARNs that the policy newly names, or names no more. */
  readonly trails: Count;
  /** Distinct resources for CloudTrail's logs that the policy newly names, or names no more. */
  readonly paths: Count;
  /** Weaknesses seen on the way; none of them is mended unasked. */
  readonly findings: readonly Finding[];
};

/**
 * The policy with the one admitted and the other withdrawn. A set operation: the order of deliveries does not matter, and
 * merging the result once more changes nothing.
 */
export function mergePolicy(current: PolicyDocument | null, request: MergeRequest): Merge {
  const { layout, organizationId } = request;
  const staying = inCanonicalOrder(
    request.admit.map((delivery) => withOrganization(delivery, organizationId)),
  );
  const kept = new Set(staying.map(identityOf));
  const leaving = inCanonicalOrder(request.withdraw).filter(
    (delivery) => !kept.has(identityOf(delivery)),
  );
  const merged = mergeInto(current ?? NO_POLICY, request, { staying, leaving });
  const empty = statementsOf(merged).length === 0;
  const document = settled(current, empty ? null : merged);
  return {
    document,
    changed: document !== current,
    ...counted(current, document),
    findings: weaknesses(document, { layout, staying, leaving }),
  };
}

const NO_POLICY: PolicyDocument = { Version: '2012-10-17', Statement: [] };

function withOrganization(delivery: Delivery, organizationId: string | undefined): Delivery {
  return organizationId === undefined ? delivery : { ...delivery, organizationId };
}

type Wish = { readonly staying: readonly Delivery[]; readonly leaving: readonly Delivery[] };

function mergeInto(
  document: PolicyDocument,
  { layout, tlsOnly = false }: MergeRequest,
  wish: Wish,
): PolicyDocument {
  const isPossible = layout !== 'organization' || wish.staying.every((one) => one.organizationId);
  const ready = isPossible
    ? admit(moveOut(document, layout, wish.staying), layout, wish.staying)
    : document;
  const merged = withdraw(ready, wish);
  const [first] = wish.staying;
  return tlsOnly && first !== undefined ? withTlsOnly(merged, bucketArn(first)) : merged;
}

/** The given document itself if nothing has changed but the way it is written. */
function settled(
  before: PolicyDocument | null,
  after: PolicyDocument | null,
): PolicyDocument | null {
  return samePolicy(before, after) ? before : after;
}

function counted(before: PolicyDocument | null, after: PolicyDocument | null) {
  return {
    trails: countOf(trailsNamedIn(before), trailsNamedIn(after)),
    paths: countOf(pathsNamedIn(before), pathsNamedIn(after)),
  };
}

/** The trails that statements for CloudTrail alone name by their ARNs. */
export function trailsNamedIn(document: PolicyDocument | null): ReadonlySet<string> {
  const trails = ownStatements(document)
    .flatMap(conditionEntries)
    .filter(({ key }) => key.toLowerCase() === SOURCE_ARN)
    .flatMap(({ values }) => values.map(String));
  return new Set(trails.filter(isTrailArn));
}

function pathsNamedIn(document: PolicyDocument | null): ReadonlySet<string> {
  const resources = ownStatements(document).flatMap(resourcesOf);
  return new Set(resources.filter((resource) => resource.includes('/')));
}

function ownStatements(document: PolicyDocument | null): readonly Statement[] {
  return document === null ? [] : statementsOf(document).filter(isForCloudTrailAlone);
}

export function countOf(before: ReadonlySet<string>, after: ReadonlySet<string>): Count {
  return {
    added: [...after].filter((one) => !before.has(one)).length,
    removed: [...before].filter((one) => !after.has(one)).length,
  };
}
