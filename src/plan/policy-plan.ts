// What becomes of the bucket policy, decided from the document that is there and the deliveries that are wished. Pure, and
// asked again with each newly read document while a plan is carried out, so that apply decides nothing of its own.

import {
  type AccessChange,
  compareAccess,
  type Delivery,
  deadPrincipals,
  diagnose,
  diffPolicies,
  type Finding,
  type Layout,
  type Merge,
  measurePolicy,
  mergePolicy,
  type PolicyDocument,
  type PolicySize,
  sizeFindings,
} from '../policy/index.js';
import { policyFindings } from './managed-elsewhere.js';

export type PolicyWish = {
  readonly accountId: string;
  readonly bucket: string;
  readonly layout: Layout;
  readonly allowBroadening: boolean;
  /** Whether every request without TLS is to be refused; left out: as it is. */
  readonly tlsOnly?: boolean;
  /** All that are to be admitted afterwards. */
  readonly admit: readonly Delivery[];
  /** Grants taken back, as far as none of the admitted needs them. */
  readonly withdraw: readonly Delivery[];
};

export type PolicyPlan = {
  readonly before: PolicyDocument | null;
  readonly merge: Merge;
  readonly access: AccessChange;
  readonly size: PolicySize | null;
  /** Unified diff of the canonical documents; empty when the policy does not change. */
  readonly diff: string;
  /** Errors here mean: the policy is not written. */
  readonly findings: readonly Finding[];
};

export function planPolicy(before: PolicyDocument | null, wish: PolicyWish): PolicyPlan {
  const { layout, admit, withdraw, accountId } = wish;
  const merge = mergePolicy(before, wish);
  const access = compareAccess(before, merge.document, admit, withdraw);
  const [example] = [...admit, ...withdraw];
  const size = example === undefined ? null : measurePolicy(merge.document, layout, example);
  const findings = [
    ...merge.findings,
    ...diagnose(merge.document, admit),
    ...(size === null ? [] : sizeFindings(size, layout)),
    ...(merge.changed ? [...deadFindings(merge.document), ...policyFindings(before)] : []),
    ...(access.broader ? [broader(wish)] : []),
  ];
  return {
    before,
    merge,
    access,
    size,
    diff: merge.changed ? diffPolicies(before, merge.document) : '',
    findings: findings.map((finding) => ({ account: accountId, ...finding })),
  };
}

/** S3 refuses a document that names a principal which no longer exists, and names only the first: here all are named. */
export function deadFindings(document: PolicyDocument | null): readonly Finding[] {
  return deadPrincipals(document ?? { Statement: [] }).map(({ statement, sid, principal }) => ({
    severity: 'error',
    code: 'policy-dead-principal',
    message: `Statement ${statement + 1}${sid ? ` (${sid})` : ''} of the bucket policy names ${principal}, the ID of a user or role that was deleted. S3 refuses to store a policy with it.`,
    remedy: `Take ${principal} out of the statement by hand; such an ID is never given out again, so nobody loses access.`,
  }));
}

function broader({ allowBroadening }: PolicyWish): Finding {
  return {
    severity: allowBroadening ? 'warning' : 'error',
    code: 'policy-broader',
    message:
      'The new policy grants more than the onboarded accounts need; the plan lists it under Access.',
    remedy: "Look at the Access table. To apply it all the same, set allow-broadening to 'true'.",
  };
}
