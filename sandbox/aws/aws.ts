// What every service of the sandbox's AWS works with, and the shape each of them has: read a request far enough to
// name it, answer it, word a refusal.

import type { Clock } from '../clock.js';
import type { RequestFacts } from '../recorder.js';
import type { HttpReply, HttpRequest, Refusal } from '../wire.js';
import type { Throttle } from './cloudtrail/throttle.js';
import type { State } from './state.js';

export type Aws = {
  readonly state: State;
  readonly clock: Clock;
  /** Public keys of the identity provider an OIDC issuer URL names. */
  readonly issuerKeys: (issuer: string) => Promise<JsonWebKeySet | undefined>;
  /** Real milliseconds until a policy write is seen by CloudTrail's own check. */
  readonly policyDelayMs: number;
  /** Real milliseconds until a policy write is seen by GetBucketPolicy. */
  readonly readDelayMs: () => number;
  /** Real milliseconds a policy write takes; another one in that time is refused. */
  readonly policyWriteMs: number;
  readonly throttle: Throttle;
  /** Events in each log that CloudTrail delivers. */
  readonly recordsPerLog: number;
  /** Requests that are signed for another time are refused. */
  readonly checksTime: boolean;
};

/** How far a request's time may be off, where that is looked at. */
export const slackOf = ({ checksTime }: Aws, ms: number): number =>
  checksTime ? ms : Number.POSITIVE_INFINITY;

export type JsonWebKeySet = { readonly keys: readonly { readonly [field: string]: unknown }[] };

/** What a request asks for, before anyone asked who sends it. */
export type Named = Pick<RequestFacts, 'operation' | 'write'> & {
  readonly resource?: string;
  /** Only where the account is not the caller's: the account of a role to be taken. */
  readonly account?: string;
};

export type Service = {
  readonly name: (request: HttpRequest) => Named;
  /** Answers or throws a `Refusal`. */
  readonly answer: (aws: Aws, request: HttpRequest, named: Named) => Promise<HttpReply>;
  /** The error in the service's own format. */
  readonly refuse: (refusal: Refusal, request: HttpRequest) => HttpReply;
};
