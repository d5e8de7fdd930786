// Opens a log object and says what is in it: gzip, JSON, records, whose they are and how old. Bounded in memory, whatever
// somebody has put there.

import { gunzip } from 'node:zlib';

export type Inspection =
  | {
      readonly kind: 'records';
      readonly count: number;
      /** Of events, in milliseconds since the epoch; null where no record has a time. */
      readonly newestEvent: number | null;
    }
  /** Not what CloudTrail writes; `problem` goes on after "The object". */
  | { readonly kind: 'malformed'; readonly problem: string }
  | { readonly kind: 'too-large' };

const MEBIBYTE = 1024 * 1024;
/** As stored, and unpacked. CloudTrail's own are far smaller: a log holds about five minutes of one Region. */
const MOST_STORED = 16 * MEBIBYTE;
const MOST_UNPACKED = 64 * MEBIBYTE;

/** @throws whatever reading `body` throws */
export async function inspectLog(
  body: AsyncIterable<Uint8Array>,
  accountId: string,
): Promise<Inspection> {
  const stored = await collected(body, MOST_STORED);
  if (stored === null) return { kind: 'too-large' };
  const unpacked = await unpack(stored);
  return typeof unpacked === 'string' ? inspectText(unpacked, accountId) : unpacked;
}

/** Null for more than `most` bytes, of which no more are then read. */
async function collected(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer | null> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > most) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function unpack(stored: Buffer): Promise<string | Inspection> {
  return new Promise((resolve) => {
    gunzip(stored, { maxOutputLength: MOST_UNPACKED }, (error, text) => {
      if (error === null) resolve(text.toString('utf8'));
      else if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
        resolve({ kind: 'too-large' });
      else resolve({ kind: 'malformed', problem: `is not gzip (${error.message})` });
    });
  });
}

function inspectText(text: string, accountId: string): Inspection {
  const records = recordsIn(text);
  if (typeof records === 'string') return { kind: 'malformed', problem: records };
  const foreign = records.find(
    ({ recipientAccountId: owner }) => owner !== undefined && owner !== accountId,
  );
  if (foreign !== undefined)
    return {
      kind: 'malformed',
      problem: `holds records of another account (${String(foreign.recipientAccountId)})`,
    };
  const times = records
    .map(({ eventTime }) => Date.parse(String(eventTime)))
    .filter((time) => !Number.isNaN(time));
  const newest = times.reduce((latest, time) => Math.max(latest, time), Number.NEGATIVE_INFINITY);
  return {
    kind: 'records',
    count: records.length,
    newestEvent: times.length === 0 ? null : newest,
  };
}

type LogRecord = { readonly recipientAccountId?: unknown; readonly eventTime?: unknown };

/** The records, or what is wrong with the text. */
function recordsIn(text: string): readonly LogRecord[] | string {
  let log: unknown;
  try {
    log = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  const records = isObject(log) ? log['Records'] : undefined;
  const isLog = Array.isArray(records) && records.every(isObject);
  return isLog ? records : 'has no list of records';
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
