// Where a trail's digest files lie and what their keys say. Keys: CloudTrail user guide, "CloudTrail digest file structure";
// the ending `_backfill` marks a digest of a chain of its own, for logs that came too late for their hour's.

import { accountFolder, type LogPlace } from './newest.js';

/** Whose digests, from where on and up to when (milliseconds since the epoch, both inclusive). */
export type DigestScope = LogPlace & {
  readonly bucket: string;
  /** Of an organization's trail: that in the management account, while `accountId` is the member's. */
  readonly trailArn: string;
  readonly from: number;
  readonly to: number;
};

export type DigestFile = {
  readonly key: string;
  /** The end of the hour that it covers, by its key; milliseconds since the epoch. */
  readonly end: number;
  readonly backfill: boolean;
};

export const HOUR = 3_600_000;

/** Below which every Region with digests has a folder. */
export function digestFolder(place: LogPlace): string {
  return `${accountFolder(place)}CloudTrail-Digest/`;
}

/** The Region that a folder below `digestFolder` stands for. */
export function regionOf(folder: string): string {
  return folder.split('/').at(-2) ?? '';
}

/** All digests that end in the scope are behind the first of these keys and before the second. */
export function keyRange(folder: string, scope: DigestScope): readonly [after: string, to: string] {
  return [`${folder}${day(scope.from)}/`, `${folder}${day(latestEnd(scope))}/~`];
}

/** The digest that a key of the Region's folder is, if it is one of this trail's in the scope. */
export function digestFile(folder: string, scope: DigestScope, key: string): DigestFile | null {
  const [, , , homeRegion, , trail = ''] = scope.trailArn.split(':');
  const name = trail.slice(trail.indexOf('/') + 1);
  const region = regionOf(folder);
  const start = `${scope.accountId}_CloudTrail-Digest_${region}_${name}_${homeRegion}_`;
  const file = key.slice(folder.length + DAY_LENGTH);
  if (!key.startsWith(folder) || !file.startsWith(start)) return null;
  const [, backfill] = ENDING.exec(file.slice(start.length)) ?? [];
  const end = endOf(key);
  if (backfill === undefined || end === null) return null;
  if (end < scope.from || end > latestEnd(scope)) return null;
  return { key, end, backfill: backfill !== '' };
}

/** The end that any digest's key names; null for a key that is none. */
export function endOf(key: string): number | null {
  const [, date = '', time = ''] = TIME.exec(key) ?? [];
  const text = `${date.replace(/(....)(..)/, '$1-$2-')}T${time.replace(/(..)(..)/, '$1:$2:')}Z`;
  const end = Date.parse(text);
  return Number.isNaN(end) ? null : end;
}

const ENDING = /^\d{8}T\d{6}Z(|_backfill)\.json\.gz$/;
const TIME = /_(\d{8})T(\d{6})Z(?:_backfill)?\.json\.gz$/;
const DAY_LENGTH = 'YYYY/MM/DD/'.length;

/** Logs delivered before `to` are in a digest that ends up to an hour later. */
const latestEnd = ({ to }: DigestScope): number => to + HOUR;

const day = (time: number): string =>
  new Date(time).toISOString().slice(0, 10).replaceAll('-', '/');
