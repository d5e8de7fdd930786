// Decides what IAM would decide about one request by one resource policy alone. Knows nothing of CloudTrail.

import type { PolicyDocument } from './document.js';

/** Who calls: an AWS service (`cloudtrail.amazonaws.com`) or an IAM principal's ARN (`arn:aws:iam::111111111111:role/Reader`). */
export type Caller = { readonly service: string } | { readonly arn: string };

export type AccessRequest = {
  readonly caller: Caller;
  /** `s3:PutObject` */
  readonly action: string;
  readonly resource: string;
  /** Condition key (any case) → value or values. A key that is not here is absent from the request. */
  readonly context: { readonly [key: string]: string | readonly string[] };
};

export type Decision = {
  readonly effect: 'allowed' | 'denied' | 'not-allowed';
  /** Zero-based indexes of the statements that decided: all Denies that hit, else all Allows that hit, else none. */
  readonly statements: readonly number[];
};

export function evaluate(_document: PolicyDocument, _request: AccessRequest): Decision {
  throw new Error('not yet');
}
