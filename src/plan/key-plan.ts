// What becomes of a key's policy, decided from the document that is there and the trails that are to use the key. Pure, and
// asked again with each newly read document while a plan is carried out. Which keys a run is about, and whom a key that
// cannot be used holds back, is decided in keys-plan.ts.

import {
  type Delivery,
  diagnoseKey,
  diffPolicies,
  type Finding,
  type KeyMerge,
  keyReaderFindings,
  keySizeFindings,
  mergeKeyPolicy,
  type PolicyDocument,
} from '../policy/index.js';

export type KeyWish = {
  readonly arn: string;
  /** Of the key's owner. */
  readonly accountId: string;
  /** Whether the policy may be written; else it is only looked at. */
  readonly managed: boolean;
  /** All that are to use the key afterwards. */
  readonly admit: readonly Delivery[];
  /** Grants taken back, as far as none of the admitted needs them. */
  readonly withdraw: readonly Delivery[];
};

export type KeyPlan = {
  readonly wish: KeyWish;
  readonly before: PolicyDocument;
  /** Of a policy that is only looked at: unchanged. */
  readonly merge: KeyMerge;
  /** Unified diff of the canonical documents; empty when the policy does not change. */
  readonly diff: string;
  /** Errors here mean: the policy is not written. */
  readonly findings: readonly Finding[];
};

export function planKeyPolicy(before: PolicyDocument, wish: KeyWish): KeyPlan {
  const { accountId, managed, admit } = wish;
  const merge = mergeKeyPolicy(before, managed ? wish : { admit: [], withdraw: [] });
  const findings = [
    ...merge.findings,
    ...diagnoseKey(merge.document, admit),
    ...(merge.changed ? keySizeFindings(merge.document) : []),
    ...(admit.length > 0 ? keyReaderFindings(merge.document) : []),
  ];
  return {
    wish,
    before,
    merge,
    diff: merge.changed ? diffPolicies(before, merge.document) : '',
    findings: findings.map((finding) => ({ account: accountId, ...finding })),
  };
}
