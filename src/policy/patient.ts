// What a diagnosis is of: a resource whose policy must let CloudTrail do some things, what CloudTrail then asks of it, and how
// findings speak of that. Which findings there are is decided in doctor.ts and deny-doctor.ts.

import type { Delivery } from './delivery.js';
import type { PolicyDocument } from './document.js';
import type { AccessRequest } from './evaluate.js';
import type { Grant, Requests } from './grants.js';
import { type Asked, worldsOf } from './worlds.js';

/** A resource whose policy must let CloudTrail do some things, and how findings speak of it. */
export type Patient<K extends string> = {
  readonly kinds: readonly K[];
  readonly requests: Requests<K>;
  /** What the grant is about, as a policy would name it. */
  readonly resource: (kind: K, delivery: Delivery) => string;
  /** What a merge would write. */
  readonly admit: (document: PolicyDocument, deliveries: readonly Delivery[]) => PolicyDocument;
  /** `policy`, and what findings' codes begin with. */
  readonly name: string;
  readonly code: string;
  readonly byHand: string;
};

/** What CloudTrail asks for this grant, in every world; the most likely first. */
export function requestsIn<K extends string>(
  { requests }: Patient<K>,
  { kind, delivery }: Grant<K>,
  asked: Asked,
): readonly (readonly AccessRequest[])[] {
  return worldsOf(delivery, asked).map((world) => requests(kind, delivery, world));
}

/** How a finding names the values of one key in a request of CloudTrail's. */
export function sends(values: readonly string[]): string {
  return values.length > 0 ? values.join(', ') : 'nothing';
}
