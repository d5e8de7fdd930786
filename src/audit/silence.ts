// Whether logs that should arrive do not, and whether logs arrive that nobody asked for. Pure: judges by what the bucket
// holds, and by what CloudTrail says of the trail.

import { accountFolder } from '../delivery/newest.js';
import { type Finding, listed } from '../policy/index.js';
import type { Request } from '../request/request.js';
import type { LiveTrail, TrailStatus } from '../trail/settings.js';
import type { OwnCode } from './codes.js';
import type { AuditedMember, Writer } from './observe.js';

type About = (code: OwnCode, message: string, remedy: string) => Finding;

/** Of a trail that has logged to this bucket for the whole time: a young one has had no time to speak. */
export function silence(
  { observed: { member, logging, status }, newestLog, since }: AuditedMember,
  live: LiveTrail,
  { silentAfterHours }: Request,
  about: About,
): readonly Finding[] {
  const isYoung = (status?.startedAt ?? 0) > since;
  if (!logging || isYoung || newestLog !== null) return [];
  const folder = accountFolder({ prefix: live.prefix, accountId: member.accountId });
  return [
    about(
      'prefix-silent',
      `No log has arrived in ${folder} for more than ${silentAfterHours} hours, though trail ${live.name} is logging. ${whatCloudTrailSays(status)}`,
      `Look at the other findings of this account first: a grant, a Deny or a key that is missing stops the delivery. CloudTrail tries again for 30 days, so logs come late but whole once it is mended.`,
    ),
  ];
}

function whatCloudTrailSays(status: TrailStatus | undefined): string {
  const { deliveredAt = null, error = '' } = status ?? {};
  const last =
    deliveredAt === null
      ? 'CloudTrail knows of no delivery'
      : `CloudTrail delivered last at ${new Date(deliveredAt).toISOString()}`;
  return `${last}${error === '' ? '' : `; its error is ${error}`}.`;
}

/** One for each account, but one alone for all that are below an organization's folder: its trail is one. */
export function strangersLogs(
  writers: readonly Writer[],
  { central, silentAfterHours }: Request,
): readonly Finding[] {
  const told = (accountIds: readonly string[], folder: string, remedy: string): Finding => ({
    severity: 'warning',
    code: 'logs-without-account' satisfies OwnCode,
    ...(accountIds.length === 1
      ? { account: accountIds[0] ?? '' }
      : { account: central.accountId }),
    message: `Logs arrived in ${folder} within ${silentAfterHours} hours, of ${accountIds.length === 1 ? 'an account' : `${accountIds.length} accounts`} that nobody listed: ${listed(accountIds)}.`,
    remedy,
  });
  const alone = writers
    .filter(({ place }) => place.organizationId === undefined)
    .map(({ place }) => told([place.accountId], accountFolder(place), LIST_IT));
  const folders = new Map<string, string[]>();
  for (const { place } of writers) {
    if (place.organizationId === undefined) continue;
    const folder = accountFolder(place).replace(/\d{12}\/$/, '');
    folders.set(folder, [...(folders.get(folder) ?? []), place.accountId]);
  }
  return [...alone, ...[...folders].map(([folder, ids]) => told(ids, folder, ORGANIZATION))];
}

const LIST_IT =
  "List the account, or take its grants back (operation offboard, or with grants-only 'true' for an account that cannot be entered).";
const ORGANIZATION =
  "An organization's trail delivers there. List its accounts, or ask whoever runs the organization whether it is meant to deliver to this bucket.";
