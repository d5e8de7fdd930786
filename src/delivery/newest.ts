// Finds the newest log object of an account: which folders are looked into, from where on, and which keys are a log's. Dated
// are keys by the day on which CloudTrail delivered, in UTC (CloudTrail user guide, "Finding your CloudTrail log files").

import type { LogReader, StoredObject } from './ports.js';

export type LogPlace = {
  /** S3 key prefix without `AWSLogs/` and without slashes at its ends; empty for none. */
  readonly prefix: string;
  readonly accountId: string;
  /** `o-…`, for logs of an organization's trail, which lie below it. */
  readonly organizationId?: string;
};

export type Search = LogPlace & {
  /** Milliseconds since the epoch, both: only objects stored at or after `since` count. */
  readonly since: number;
  readonly now: number;
};

/** `[prefix/]AWSLogs/[o-id/]<account>/`, below which logs and digests have a folder each. */
export function accountFolder({ prefix, accountId, organizationId }: LogPlace): string {
  const start = prefix === '' ? '' : `${prefix}/`;
  const organization = organizationId === undefined ? '' : `${organizationId}/`;
  return `${start}AWSLogs/${organization}${accountId}/`;
}

/**
 * The newest log object of any Region, stored at or after `since`; null where there is none. The folder's zero-byte
 * placeholder, empty objects, digests and Insights are no logs. Costs one listing for the Regions and one for each of them,
 * a second one for each where the last hour holds nothing, one more for each midnight in between.
 */
export async function newestLog(reader: LogReader, search: Search): Promise<StoredObject | null> {
  const regions = await reader.folders(`${accountFolder(search)}CloudTrail/`);
  for (const stretch of stretches(search.since, search.now)) {
    const found = await Promise.all(
      regions.map((folder) => newestIn(reader, search, folder, stretch)),
    );
    const newest = latest(found.flat());
    if (newest !== null) return newest;
  }
  return null;
}

/**
 * The newest log object of the last hour in this Region, else of any Region as `newestLog` finds it: for whoever asks only
 * whether logs still arrive. Costs one listing where they do, however many Regions the trail logs.
 */
export async function recentLog(
  reader: LogReader,
  search: Search,
  region: string,
): Promise<StoredObject | null> {
  const folder = `${accountFolder(search)}CloudTrail/${region}/`;
  for (const stretch of lastHour(search.since, search.now)) {
    const newest = latest(await newestIn(reader, search, folder, stretch));
    if (newest !== null) return newest;
  }
  return newestLog(reader, search);
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A key's minute can be before its object was stored, and another clock is behind or ahead. */
const SLACK = 15 * 60_000;

/** Part of one day (UTC), in milliseconds since the epoch. */
type Stretch = { readonly from: number; readonly day: number };

/** Newest first: the last hour, then what is before it, a day at a time. */
function stretches(since: number, now: number): readonly Stretch[] {
  const [first, recent] = [since - SLACK, now - HOUR];
  const older = first < recent ? daysBetween(first, recent) : [];
  return [...lastHour(since, now), ...older];
}

function lastHour(since: number, now: number): readonly Stretch[] {
  return daysBetween(Math.max(since - SLACK, now - HOUR), now + SLACK);
}

function daysBetween(from: number, to: number): readonly Stretch[] {
  const days: Stretch[] = [];
  for (let day = startOfDay(to); day >= startOfDay(from); day -= DAY)
    days.push({ from: Math.max(from, day), day });
  return days;
}

const startOfDay = (time: number): number => Math.floor(time / DAY) * DAY;

/** More than that in one stretch of one Region is not looked through: what was found is new enough. */
const PAGES = 10;

/** `folder` is that of one Region. The objects of the last page that has any that count. */
async function newestIn(
  reader: LogReader,
  { accountId, since }: Search,
  folder: string,
  { from, day }: Stretch,
): Promise<readonly StoredObject[]> {
  const region = folder.split('/').at(-2) ?? '';
  const prefix = `${folder}${dayFolder(day)}`;
  const name = `${accountId}_CloudTrail_${region}_`;
  const isLog = ({ key, size, lastModified }: StoredObject): boolean =>
    size > 0 &&
    lastModified >= since &&
    key.startsWith(prefix + name) &&
    END.test(key.slice(prefix.length + name.length));
  let after = `${prefix}${name}${minute(from)}`;
  let logs: readonly StoredObject[] = [];
  for (let page = 0; page < PAGES; page += 1) {
    const { objects, truncated } = await reader.list(prefix, after);
    const found = objects.filter(isLog);
    if (found.length > 0) logs = found;
    const last = objects.at(-1);
    if (!truncated || last === undefined) break;
    after = last.key;
  }
  return logs;
}

/** What follows account and Region in the key of a log. */
const END = /^\d{8}T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$/;

/** `YYYY/MM/DD/` */
const dayFolder = (day: number): string => `${iso(day).slice(0, 10).replaceAll('-', '/')}/`;

const iso = (time: number): string => new Date(time).toISOString();

/** `YYYYMMDDTHHmm`, as keys have it. */
const minute = (time: number): string => iso(time).slice(0, 16).replaceAll(/[-:]/g, '');

/**
 * The newest digest file of this trail, by its name, stored at or after `since` in the folder of the trail's home Region. A
 * log's key does not name its trail, a digest's does; a backfill is of the past, and does not count.
 */
export async function newestDigest(
  reader: LogReader,
  search: Search,
  { name, homeRegion }: { readonly name: string; readonly homeRegion: string },
): Promise<StoredObject | null> {
  const folder = `${accountFolder(search)}CloudTrail-Digest/${homeRegion}/`;
  const start = `${search.accountId}_CloudTrail-Digest_${homeRegion}_${name}_${homeRegion}_`;
  for (const { from, day } of daysBetween(search.since - HOUR - SLACK, search.now + SLACK)) {
    const prefix = `${folder}${dayFolder(day)}${start}`;
    const { objects } = await reader.list(prefix, `${prefix}${minute(from)}`);
    const newest = latest(
      objects.filter(
        ({ key, size, lastModified }) =>
          size > 0 &&
          lastModified >= search.since &&
          /^\d{8}T\d{6}Z\.json\.gz$/.test(key.slice(prefix.length)),
      ),
    );
    if (newest !== null) return newest;
  }
  return null;
}

function latest(objects: readonly StoredObject[]): StoredObject | null {
  return objects.reduce<StoredObject | null>(
    (newest, object) =>
      newest === null || object.lastModified > newest.lastModified ? object : newest,
    null,
  );
}
