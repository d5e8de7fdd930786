// The policy room's door: what other rooms may use of it.

export type { AccessRow } from './access-rows.js';
export { samePolicy } from './canonical.js';
export { type AccessChange, compareAccess } from './compare.js';
export type { Delivery } from './delivery.js';
export { diffPolicies } from './diff.js';
export { diagnose } from './doctor.js';
export { type PolicyDocument, sidsOf } from './document.js';
export type { Finding, Place, Severity } from './finding.js';
export { admitsAnyAccount, type Grantee, granteesOf } from './grantees.js';
export { type Grant, missingGrants } from './grants.js';
export { diagnoseKey } from './key-doctor.js';
export { keyReaderFindings, keySizeFindings } from './key-findings.js';
export { type KeyGrant, type KeyGrantKind, missingKeyGrants } from './key-grants.js';
export { keyLosses } from './key-losses.js';
export { type KeyMerge, type KeyMergeRequest, mergeKeyPolicy } from './key-merge.js';
export type { Layout } from './layouts.js';
export { measurePolicy, type PolicySize, sizeFindings } from './measure.js';
export { type Merge, type MergeRequest, mergePolicy } from './merge.js';
export { PolicyError, parsePolicy, printPolicy } from './parse.js';
export { type DeadPrincipal, deadPrincipals } from './principals.js';
export { publicStatements } from './public.js';
export { type Reach, type Reader, reachOf } from './reach.js';
export { isTlsOnly } from './tls.js';
export { diagnoseTopic, topicStatement } from './topic.js';
export { weaknesses } from './weaknesses.js';
export { listed } from './wording.js';
