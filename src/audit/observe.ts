// What an audit looks at beside what a plan does: when each account's last log came, and who else's logs lie in the bucket.
// Reads only and decides nothing. An account that cannot be read does not hold back the others.

import { accountFolder, type LogPlace, newestLog, recentLog } from '../delivery/newest.js';
import type { LogReader } from '../delivery/ports.js';
import type { BucketSettings } from '../plan/bucket-plan.js';
import { inParallel } from '../plan/in-parallel.js';
import { type Observed, type ObservedMember, observe, type UnreadMember } from '../plan/observe.js';
import type { Clock, Readers } from '../plan/ports.js';
import { findTrail } from '../plan/trail-guards.js';
import type { Request } from '../request/request.js';
import type { LiveTrail } from '../trail/settings.js';

/** A time is in milliseconds since the epoch. */
export type AuditedMember = {
  readonly observed: ObservedMember;
  /** From when on a log counts as new. */
  readonly since: number;
  /** When its newest log that was found was stored; null where none is new, undefined where nobody looked. */
  readonly newestLog: number | null | undefined;
};

/** A folder of an account that nobody listed, with a new log in it. */
export type Writer = { readonly place: LogPlace };

export type ObservedAudit = Pick<Observed, 'policy' | 'unlimitedAccounts'> & {
  readonly bucket: BucketSettings | null;
  readonly partition: string;
  readonly members: readonly (AuditedMember | UnreadMember)[];
  /** In order of prefix, organization and account. */
  readonly writers: readonly Writer[];
};

const HOUR = 3_600_000;

/** Who hears of each account, when it has been read and when its newest log has been looked for. */
export type AuditListener = {
  readonly seen: Parameters<typeof observe>[3];
  readonly searched: (member: AuditedMember) => void;
};

/**
 * `now` is in milliseconds since the epoch.
 *
 * @throws UserError where the bucket's policy, settings or listing cannot be read.
 */
export async function observeAudit(
  request: Request,
  readers: Readers,
  logs: LogReader,
  clock: Clock,
  now: number,
  { seen, searched }: AuditListener,
): Promise<ObservedAudit> {
  const {
    bucket = null,
    policy,
    members,
    unlimitedAccounts,
  } = await observe(request, readers, clock, seen);
  const time = { since: now - request.silentAfterHours * HOUR, now };
  const roots = rootsOf(request, members);
  const [audited, writers] = await Promise.all([
    inParallel(request.maxParallel, members, async (member) => {
      const one = await withNewestLog(member, request, roots, time, logs);
      if (!('failure' in one)) searched(one);
      return one;
    }),
    findWriters(request, roots, time, logs),
  ]);
  const { partition } = readers.central.session;
  return { bucket, policy, partition, members: audited, writers, unlimitedAccounts };
}

type Time = { readonly since: number; readonly now: number };

/** The trail that is asked for, where it is there and delivers to the central bucket. */
export function liveHere(
  { member, trails, trailArn }: ObservedMember,
  { bucket }: Request['central'],
): LiveTrail | null {
  const live = findTrail(trails, trailArn, member.trail.name);
  return live?.arn === trailArn && live.bucket === bucket && !live.organization ? live : null;
}

/** The prefixes below which logs are looked for: the one that is mentioned, else those that the listed trails have. */
function rootsOf({ central }: Request, members: Observed['members']): readonly string[] {
  if (central.prefix !== undefined) return [central.prefix];
  const live = members.flatMap((one) => ('failure' in one ? [] : (liveHere(one, central) ?? [])));
  const prefixes = [...new Set(live.map(({ prefix }) => prefix))].toSorted();
  return prefixes.length === 0 ? [''] : prefixes;
}

async function withNewestLog(
  observed: ObservedMember | UnreadMember,
  { central }: Request,
  roots: readonly string[],
  time: Time,
  logs: LogReader,
): Promise<AuditedMember | UnreadMember> {
  if ('failure' in observed) return observed;
  const { accountId, state } = observed.member;
  const live = liveHere(observed, central);
  const isAwaited = state === 'present' && live !== null && observed.logging;
  if (!isAwaited || !roots.includes(live.prefix))
    return { observed, since: time.since, newestLog: undefined };
  const place = { prefix: live.prefix, accountId };
  const newest = await recentLog(logs, { ...place, ...time }, live.homeRegion);
  return { observed, since: time.since, newestLog: newest?.lastModified ?? null };
}

async function findWriters(
  { central, members, maxParallel }: Request,
  roots: readonly string[],
  time: Time,
  logs: LogReader,
): Promise<readonly Writer[]> {
  const listed = new Set([central.accountId, ...members.map(({ accountId }) => accountId)]);
  const places = await Promise.all(roots.map((prefix) => placesBelow(prefix, logs)));
  const strangers = places.flat().filter(({ accountId }) => !listed.has(accountId));
  const writers = await inParallel(maxParallel, strangers, async (place) => {
    const newest = await newestLog(logs, { ...place, ...time });
    return newest === null ? [] : [{ place }];
  });
  return writers.flat();
}

/** The folders of accounts below `[prefix/]AWSLogs/`, those of an organization's trail with it. */
async function placesBelow(prefix: string, logs: LogReader): Promise<readonly LogPlace[]> {
  const root = accountFolder({ prefix, accountId: '' }).slice(0, -1);
  const found = await logs.folders(root);
  const names = found.map((folder) => folder.slice(root.length, -1));
  const organizations = names.filter((name) => /^o-[a-z0-9]+$/.test(name));
  const below = await Promise.all(
    organizations.map(async (organizationId) => {
      const folder = `${root}${organizationId}/`;
      const inside = (await logs.folders(folder)).map((one) => one.slice(folder.length, -1));
      return inside.filter(isAccount).map((accountId) => ({ prefix, accountId, organizationId }));
    }),
  );
  return [...names.filter(isAccount).map((accountId) => ({ prefix, accountId })), ...below.flat()];
}

const isAccount = (name: string): boolean => /^\d{12}$/.test(name);
