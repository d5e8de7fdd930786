// The audit: what is asked for and what is there, compared, as findings and one line for each account. Pure. It changes
// nothing, and what is amiss does not keep it from its end: an error is only what could not be looked at.

import type { Result } from '../plan/outcome.js';
import { deliveriesOf, isError } from '../plan/plan.js';
import { type Delivery, type Finding, granteesOf, measurePolicy } from '../policy/index.js';
import type { Request } from '../request/request.js';
import { trailArn } from '../trail/settings.js';
import { bucketFindings, policyFindings, strangersGrants } from './bucket.js';
import { memberFindings } from './drift.js';
import { liveHere, type ObservedAudit } from './observe.js';
import { strangersLogs } from './silence.js';

export type AuditedAccount = {
  readonly accountId: string;
  readonly state: 'present' | 'absent' | 'closed';
  readonly region: string;
  readonly trailName: string;
  /** Null where the account could not be read. */
  readonly trailArn: string | null;
  /** Whether the trail is logging; null where there is none, or nobody looked. */
  readonly logging: boolean | null;
  /** When its newest log was stored, in milliseconds since the epoch; null where none was found. */
  readonly newestLog: number | null;
};

export type Audit = {
  /** In order of account ID. */
  readonly accounts: readonly AuditedAccount[];
  readonly findings: readonly Finding[];
  /** Of the minified policy. */
  readonly policyBytes: number;
};

export function auditOf(request: Request, observed: ObservedAudit): Audit {
  const { central, layout, members } = request;
  const { document } = observed.policy;
  const grantees = granteesOf(document);
  const byAccount = new Map(grantees.map((grantee) => [grantee.accountId, grantee]));
  const listed = new Set([central.accountId, ...members.map(({ accountId }) => accountId)]);
  const deliveries = observed.members.flatMap((one) => deliveryOf(one, request));
  const example = deliveries[0] ?? exampleDelivery(request, observed);
  const findings: readonly Finding[] = [
    ...observed.members.flatMap((one) =>
      'failure' in one
        ? one.failure.findings
        : memberFindings(one, byAccount.get(one.observed.member.accountId), request),
    ),
    ...policyFindings(document, deliveries, example, request),
    ...strangersGrants(grantees, (accountId) => listed.has(accountId)),
    ...strangersLogs(observed.writers, request),
    ...bucketFindings(observed, request),
  ];
  return {
    accounts: observed.members.map(accountOf),
    findings,
    policyBytes: measurePolicy(document, layout, example).bytes,
  };
}

function accountOf(one: ObservedAudit['members'][number]): AuditedAccount {
  const { member } = 'failure' in one ? one : one.observed;
  const { accountId, state, region, trail } = member;
  const base = { accountId, state, region, trailName: trail.name };
  if ('failure' in one) return { ...base, trailArn: null, logging: null, newestLog: null };
  const { observed, newestLog = null } = one;
  const { trailArn: arn, status } = observed;
  return { ...base, trailArn: arn, logging: status?.logging ?? null, newestLog };
}

/** What the account's trail needs of the policy, where it delivers here; whatever else is amiss is told by itself. */
function deliveryOf(one: ObservedAudit['members'][number], request: Request): readonly Delivery[] {
  if ('failure' in one || one.observed.member.state !== 'present') return [];
  const live = liveHere(one.observed, request.central);
  if (live === null) return [];
  const { accountId } = one.observed.member;
  return [deliveriesOf(accountId, request)(live.arn, live.prefix, live.kmsKeyArn)];
}

/** A trail such as this bucket's are, where there is none to go by. */
function exampleDelivery(request: Request, { partition }: ObservedAudit): Delivery {
  const { central, members } = request;
  const region = members[0]?.region ?? central.bucketRegion;
  const name = members[0]?.trail.name ?? 'CLOUDTRAIL';
  const arn = trailArn(partition, region, central.accountId, name);
  return deliveriesOf(central.accountId, request)(arn, central.prefix ?? '', '');
}

/** Why a step that is to fail on drift fails. */
export function unwantedDrift({ failOn }: Request, { findings }: Audit): readonly Finding[] {
  const drift = findings.filter(({ severity }) => severity !== 'notice');
  if (failOn !== 'drift' || drift.length === 0) return [];
  return [
    {
      severity: 'error',
      code: 'drift-found',
      message: `The audit has ${drift.length === 1 ? '1 finding' : `${drift.length} findings`} of a warning or worse, and fail-on is drift.`,
      remedy: 'Put right what is listed, or have it listed in the accounts as it is.',
    },
  ];
}

/** The run in a word: drift alone is no failure, unless it was asked to be one. */
export function auditResult(audit: Audit, unwanted: readonly Finding[]): Result {
  if (unwanted.length > 0) return 'failed';
  if (!audit.findings.some(isError)) return 'no-changes';
  return audit.accounts.some(({ trailArn: arn }) => arn !== null) ? 'partial' : 'failed';
}
