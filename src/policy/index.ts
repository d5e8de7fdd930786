// The policy room's door: what other rooms may use of it.

import type { Delivery } from './delivery.js';
import type { PolicyDocument } from './document.js';
import type { Finding } from './finding.js';

export type { Delivery } from './delivery.js';
export type { PolicyDocument } from './document.js';
export type { Finding, Severity } from './finding.js';
export { PolicyError, parsePolicy, printPolicy } from './parse.js';
export { type DeadPrincipal, deadPrincipals } from './principals.js';
export type Layout = 'documented' | 'isolated' | 'compact' | 'organization';
export type Grant = { readonly kind: 'acl-check' | 'write'; readonly delivery: Delivery };
export type MergeRequest = {
  readonly layout: Layout;
  readonly organizationId?: string;
  readonly admit: readonly Delivery[];
  readonly withdraw: readonly Delivery[];
  readonly bucket: string;
};
export type Merge = {
  readonly document: PolicyDocument | null;
  readonly changed: boolean;
  readonly trails: { readonly added: number; readonly removed: number };
  readonly paths: { readonly added: number; readonly removed: number };
  readonly findings: readonly Finding[];
};
export declare function mergePolicy(current: PolicyDocument | null, request: MergeRequest): Merge;
export declare function missingGrants(
  document: PolicyDocument | null,
  deliveries: readonly Delivery[],
): readonly Grant[];
export declare function diagnose(
  document: PolicyDocument | null,
  deliveries: readonly Delivery[],
): readonly Finding[];
export type AccessRow = {
  readonly who: string;
  readonly may: string;
  readonly on: string;
  readonly when: readonly string[];
};
export type AccessChange = {
  readonly gained: readonly AccessRow[];
  readonly lost: readonly AccessRow[];
  readonly broader: boolean;
  readonly notes: readonly string[];
};
export declare function compareAccess(
  before: PolicyDocument | null,
  after: PolicyDocument | null,
  admitted: readonly Delivery[],
  withdrawn?: readonly Delivery[],
): AccessChange;
export type PolicySize = {
  readonly bytes: number;
  readonly limit: 20480;
  readonly share: number;
  readonly membersLeft: number | null;
};
export declare function measurePolicy(
  document: PolicyDocument | null,
  layout: Layout,
  example: Delivery,
): PolicySize;
export declare function sizeFindings(size: PolicySize, layout: Layout): readonly Finding[];
export declare function diffPolicies(
  before: PolicyDocument | null,
  after: PolicyDocument | null,
): string;
export declare function samePolicy(a: PolicyDocument, b: PolicyDocument): boolean;
