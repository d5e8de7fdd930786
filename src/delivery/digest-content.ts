// Zipped objects of the bucket, unzipped while they are downloaded: hashed (logs), or taken whole (digests). What is stored may be
// anything; a stream that is no gzip is `format`, as is a digest too large to be one.

import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CallFailure } from '../problem.js';
import type { LogReader, StoredBody } from './ports.js';

/** Why an object has no content to judge. */
export type NoContent = 'missing' | 'archived' | 'format';

/** SHA-256 of the unzipped object, hexadecimal. @throws CallFailure where AWS refuses, or the connection broke twice */
export function readHash(
  reader: LogReader,
  key: string,
): Promise<{ readonly hash: string } | NoContent> {
  return reading(reader, key, async ({ body }) => {
    const hash = createHash('sha256');
    const isZipped = await unzip(body, (piece) => hash.update(piece));
    return isZipped ? { hash: hash.digest('hex') } : 'format';
  });
}

/** The unzipped object and its metadata. @throws as `readHash` */
export function readWhole(
  reader: LogReader,
  key: string,
): Promise<{ readonly content: Buffer; readonly metadata: StoredBody['metadata'] } | NoContent> {
  return reading(reader, key, async ({ body, metadata }) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const isZipped = await unzip(body, (piece) => {
      size += piece.length;
      if (size > WHOLE_LIMIT) throw new TooLarge();
      pieces.push(piece);
    });
    return isZipped ? { content: Buffer.concat(pieces), metadata } : 'format';
  });
}

/** Bytes; a digest that names 100,000 logs has half of that. */
const WHOLE_LIMIT = 64 * 1024 * 1024;

class TooLarge extends Error {}

/** Again from the start when the connection breaks while the body is read: there the SDK does not try again by itself. */
async function reading<T>(
  reader: LogReader,
  key: string,
  take: (stored: StoredBody) => Promise<T>,
): Promise<T | NoContent> {
  try {
    const stored = await reader.read(key);
    return await take(stored).catch(async (error: unknown) => {
      if (!isOf(error, BROKEN)) throw error;
      return take(await reader.read(key));
    });
  } catch (error) {
    if (isOf(error, ['NoSuchKey'])) return 'missing';
    if (isOf(error, ['AccessDenied']) && !(await isThere(reader, key))) return 'missing';
    if (isOf(error, ['InvalidObjectState'])) return 'archived';
    throw error;
  }
}

/**
 * S3 says `NoSuchKey` only to who may list the bucket without conditions, and our session may do so below `AWSLogs/` alone
 * (S3 API reference, GetObject, on `s3:ListBucket`).
 */
async function isThere(reader: LogReader, key: string): Promise<boolean> {
  const { objects } = await reader.list(key, undefined, 1);
  return objects[0]?.key === key;
}

const BROKEN = ['network', 'TimeoutError'];

const isOf = (error: unknown, codes: readonly string[]): boolean =>
  error instanceof CallFailure && codes.includes(error.awsCode);

/** Larger than zlib's default: each piece is a turn of the event loop. */
const PIECE = 128 * 1024;

/** Whether it was a gzip stream to its end, and not more than `take` wanted. */
async function unzip(
  body: AsyncIterable<Uint8Array>,
  take: (piece: Buffer) => void,
): Promise<boolean> {
  try {
    await pipeline(body, createGunzip({ chunkSize: PIECE }), async (pieces) => {
      for await (const piece of pieces) take(piece as Buffer);
    });
    return true;
  } catch (error) {
    if (error instanceof TooLarge || isZlib(error)) return false;
    throw error;
  }
}

function isZlib(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code).startsWith('Z_')
    : false;
}
