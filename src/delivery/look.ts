// One look at one account: the trail's status first, and only where CloudTrail says that it has delivered, the bucket. Whether
// to look again is decided in verify.ts.

import type { Gate } from '../plan/in-parallel.js';
import { findTrail } from '../plan/trail-guards.js';
import type { Delivery, Finding, PolicyDocument } from '../policy/index.js';
import { CallFailure, findingsOf } from '../problem.js';
import type { Member, Request } from '../request/request.js';
import type { TrailStatus } from '../trail/settings.js';
import { type LiveTrail, trailArn } from '../trail/settings.js';
import * as findings from './findings.js';
import { inspectLog } from './inspect.js';
import { judge } from './judge.js';
import { accountFolder, type LogPlace, newestDigest, newestLog } from './newest.js';
import type { DeliveryReaders, LogReader, MemberProbe, StoredObject } from './ports.js';
import type { AccountDelivery, Proof, SeenLog } from './verdict.js';

/** What a look finds out, but for what is the same for every look. */
export type Sight = Pick<AccountDelivery, 'state' | 'detail' | 'proof' | 'log' | 'findings'>;

/** A trail that delivers into the bucket, and from when on its deliveries count. */
export type Target = {
  readonly delivery: Delivery;
  readonly trail: LiveTrail;
  readonly place: LogPlace;
  /** Milliseconds since the epoch, by AWS's clock. */
  readonly since: number;
  /** As `Circumstances` has it. */
  readonly errorAtFirst: string | undefined;
  /** No other trail that the account sees delivers to the same place. */
  readonly alone: boolean;
};

export type Found = { readonly target: Target; readonly status: TrailStatus };

/** What this run changed of the account's delivery; null for nothing. */
export type Change = {
  /** Milliseconds since the epoch, by AWS's clock. */
  readonly at: number;
  /** The trail is new. */
  readonly created: boolean;
} | null;

/** Without a change: what arrived within the last hour is proof that logs arrive. */
const WINDOW = 3_600_000;

/** The trail that is to be watched with its status now, or why there is nothing to watch. */
export async function findTarget(
  member: Member,
  change: Change,
  { central, organizationId }: Request,
  probe: MemberProbe,
  { logs, now, partition }: DeliveryReaders,
): Promise<Found | Sight> {
  const arn = trailArn(partition, member.region, member.accountId, member.trail.name);
  const trails = await probe.trails();
  const trail = findTrail(trails, arn, member.trail.name);
  const about = {
    accountId: member.accountId,
    trailArn: trail?.arn ?? arn,
    bucket: central.bucket,
  };
  if (trail === null) return failing('no trail', findings.trailMissing(about));
  if (trail.bucket !== central.bucket)
    return failing(`delivers to ${trail.bucket}`, findings.trailElsewhere(about, trail.bucket));
  if (trail.homeRegion !== member.region)
    return unknown('another home Region', findings.trailAbroad(about, trail.homeRegion));
  const status = await probe.status(trail.arn);
  if (status === null) return failing('no trail', findings.trailMissing(about));
  const place = await placeOf(member.accountId, trail, organizationId, logs);
  if (place === null) return unknown('organization not known', findings.organizationUnknown(about));
  const delivery: Delivery = {
    ...about,
    prefix: trail.prefix,
    ...(trail.kmsKeyArn === '' ? {} : { kmsKeyArn: trail.kmsKeyArn }),
    ...(organizationId === undefined ? {} : { organizationId }),
  };
  const target: Target = {
    delivery,
    trail,
    place,
    since: change?.at ?? Math.max(now() - WINDOW, status.startedAt ?? 0),
    errorAtFirst: change?.created === true ? undefined : status.error,
    alone: trails.every((other) => other.arn === trail.arn || !isSamePlace(other, trail)),
  };
  return { target, status };
}

const isSamePlace = (one: LiveTrail, other: LiveTrail): boolean =>
  one.bucket === other.bucket &&
  one.prefix === other.prefix &&
  one.organization === other.organization;

/** Null where the logs lie below an organization's ID that nobody has told and the bucket does not show. */
async function placeOf(
  accountId: string,
  { prefix, organization }: LiveTrail,
  told: string | undefined,
  logs: LogReader,
): Promise<LogPlace | null> {
  if (!organization) return { accountId, prefix };
  if (told !== undefined) return { accountId, prefix, organizationId: told };
  const above = accountFolder({ prefix, accountId }).slice(0, -`${accountId}/`.length);
  const ids = (await logs.folders(above))
    .map((folder) => folder.split('/').at(-2) ?? '')
    .filter((name) => /^o-[a-z0-9]{10,32}$/.test(name));
  const [organizationId] = ids;
  return ids.length !== 1 || organizationId === undefined
    ? null
    : { accountId, prefix, organizationId };
}

/** Null: nothing can be said yet. At the last look something always is. `status`: null where the trail is gone. */
export async function look(
  target: Target,
  status: TrailStatus | null,
  readers: DeliveryReaders,
  opening: Gate,
  document: PolicyDocument | null | undefined,
  isLast: boolean,
): Promise<Sight | null> {
  const { delivery } = target;
  if (status === null) return failing('no trail', findings.trailMissing(delivery));
  const judgement = judge(status, { ...target, now: readers.now() });
  switch (judgement.kind) {
    case 'stopped':
      return failing('not logging', findings.trailStopped(delivery));
    case 'fails': {
      const { error } = judgement;
      return failing(error, ...findings.failureFindings(delivery, error, document));
    }
    case 'delivers': {
      const log = await newestLog(readers.logs, { ...target.place, ...timesOf(target, readers) });
      if (log !== null) return delivered(target, log, readers, opening);
      return isLast ? pending(target, CLAIMED(status)) : null;
    }
    case 'waits':
      return isLast ? pending(target, await waitingFor(target, judgement.oldError, readers)) : null;
  }
}

const timesOf = ({ since }: Target, { now }: DeliveryReaders) => ({ since, now: now() });

const CLAIMED = ({ deliveredAt }: TrailStatus): string =>
  `CloudTrail says that it delivered at ${time(deliveredAt ?? 0)}, but no log of that time lies in the bucket.`;

async function waitingFor(
  target: Target,
  oldError: string,
  readers: DeliveryReaders,
): Promise<string> {
  const log = await newestLog(readers.logs, { ...target.place, ...timesOf(target, readers) });
  const old =
    oldError === ''
      ? ''
      : ` Its status shows ${oldError}, which may be from before ${time(target.since)}.`;
  return log === null
    ? `nothing has arrived since ${time(target.since)}.${old}`
    : `a log has arrived since ${time(target.since)}, but the trail's status does not claim it: it may be another trail's.${old}`;
}

async function delivered(
  target: Target,
  log: StoredObject,
  readers: DeliveryReaders,
  opening: Gate,
): Promise<Sight> {
  const [proof, opened] = await Promise.all([
    proofOf(target, readers),
    opening(() => open(log, target.delivery, readers.logs)),
  ]);
  return opened.problem === ''
    ? { state: 'delivered', detail: '', proof, ...opened }
    : { state: 'unknown', detail: `the newest object ${opened.problem}`, proof: null, ...opened };
}

async function proofOf(target: Target, readers: DeliveryReaders): Promise<Proof> {
  const { trail, place } = target;
  const search = { ...place, ...timesOf(target, readers) };
  const digest = trail.logFileValidation ? await newestDigest(readers.logs, search, trail) : null;
  if (digest !== null) return 'digest';
  return target.alone ? 'only-trail' : 'status';
}

type Opened = {
  readonly log: SeenLog;
  readonly problem: string;
  readonly findings: readonly Finding[];
};

/** That the log lies there is proof enough; one that cannot be read is told, one that is no log is no proof. */
async function open(
  { key, lastModified }: StoredObject,
  delivery: Delivery,
  logs: LogReader,
): Promise<Opened> {
  const closed = { key, storedAt: lastModified, records: null, newestEvent: null };
  try {
    const { body } = await logs.read(key);
    const inspection = await inspectLog(body, delivery.accountId);
    if (inspection.kind === 'malformed') {
      const { problem } = inspection;
      return { log: closed, problem, findings: [findings.malformed(delivery, key, problem)] };
    }
    if (inspection.kind === 'too-large') return { log: closed, problem: '', findings: [] };
    const { count: records, newestEvent } = inspection;
    return { log: { ...closed, records, newestEvent }, problem: '', findings: [] };
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    return { log: closed, problem: '', findings: findingsOf(error) };
  }
}

const NOTHING = { proof: null, log: null } as const;

function failing(detail: string, ...found: readonly Finding[]): Sight {
  return { ...NOTHING, state: 'failing', detail, findings: found };
}

export function unknown(detail: string, ...found: readonly Finding[]): Sight {
  return { ...NOTHING, state: 'unknown', detail, findings: found };
}

function pending({ delivery }: Target, detail: string): Sight {
  return { ...NOTHING, state: 'pending', detail, findings: [findings.notYet(delivery, detail)] };
}

/** `2026-11-24T00:05:00Z` */
const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
