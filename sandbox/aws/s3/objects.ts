// Objects of a bucket: stores, reads and lists them. Permissions were checked before.

import { createHash } from 'node:crypto';
import { type HttpReply, type HttpRequest, Refusal } from '../../wire.js';
import type { Bucket, StoredObject } from '../state.js';
import { accessDenied } from './replies.js';

/** Stores an object and returns it. */
export function storeObject(
  bucket: Bucket,
  key: string,
  content: {
    readonly body: Buffer;
    readonly at: Date;
    readonly contentType?: string;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly kmsKeyArn?: string | undefined;
  },
): StoredObject {
  const object = {
    key,
    body: content.body,
    etag: createHash('md5').update(content.body).digest('hex'),
    lastModified: content.at,
    contentType: content.contentType ?? 'application/octet-stream',
    metadata: content.metadata ?? {},
    ...(content.kmsKeyArn !== undefined && { kmsKeyArn: content.kmsKeyArn }),
  };
  bucket.objects.set(key, object);
  return object;
}

export function putObject(bucket: Bucket, key: string, request: HttpRequest, at: Date): HttpReply {
  const acl = request.headers['x-amz-acl'] ?? 'bucket-owner-full-control';
  if (acl !== 'bucket-owner-full-control') {
    // Object Ownership is BucketOwnerEnforced (S3 user guide, about-object-ownership).
    throw new Refusal(400, 'AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
  if (blocksCustomerKeys(bucket) && customerKeyHeader in request.headers) {
    throw accessDenied('Access Denied');
  }
  const object = storeObject(bucket, key, {
    body: bodyOf(request),
    at,
    contentType: request.headers['content-type'] ?? 'binary/octet-stream',
    metadata: userMetadata(request.headers),
  });
  return { status: 200, headers: { etag: `"${object.etag}"` }, body: '' };
}

const customerKeyHeader = 'x-amz-server-side-encryption-customer-algorithm';

/** S3 user guide, "Blocking or unblocking SSE-C for a general purpose bucket". */
function blocksCustomerKeys({ configurations }: Bucket): boolean {
  return configurations.get('encryption')?.includes('<EncryptionType>SSE-C<') ?? false;
}

export function readObject(bucket: Bucket, key: string): HttpReply {
  const object = bucket.objects.get(key);
  if (object === undefined) {
    throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
  }
  const metadata = Object.entries(object.metadata).map(([name, value]) => [
    `x-amz-meta-${name}`,
    value,
  ]);
  return {
    status: 200,
    headers: {
      'content-type': object.contentType,
      etag: `"${object.etag}"`,
      'last-modified': object.lastModified.toUTCString(),
      ...Object.fromEntries(metadata),
    },
    body: object.body,
  };
}

export type Listing = {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  /** The last key or prefix of this page, when there are more. */
  readonly next: string | undefined;
};

/** One page of a bucket's keys in UTF-8 order (S3 API reference, ListObjectsV2; ListObjects starts after a `marker`). */
export function listObjects(bucket: Bucket, query: URLSearchParams): Listing {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token');
  const after =
    token === null ? (query.get('start-after') ?? query.get('marker') ?? '') : fromToken(token);
  const limit = Math.min(Number(query.get('max-keys') ?? 1000), 1000);
  const objects: StoredObject[] = [];
  const commonPrefixes = new Set<string>();
  let last: string | undefined;
  for (const key of bucket.objects.keysBelow(prefix, after)) {
    const group = groupOf(key, prefix, delimiter);
    const entry = group ?? key;
    if (entry <= after || (group !== undefined && commonPrefixes.has(group))) continue;
    if (objects.length + commonPrefixes.size >= limit)
      return { objects, commonPrefixes: [...commonPrefixes], next: last };
    last = entry;
    const object = bucket.objects.get(key);
    if (group !== undefined) commonPrefixes.add(group);
    else if (object !== undefined) objects.push(object);
  }
  return { objects, commonPrefixes: [...commonPrefixes], next: undefined };
}

export function toToken(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function fromToken(token: string): string {
  return Buffer.from(token, 'base64url').toString();
}

function groupOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

function userMetadata(headers: HttpRequest['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('x-amz-meta-'))
      .map(([name, value]) => [name.slice('x-amz-meta-'.length), value]),
  );
}

/** The content, taken out of `aws-chunked` framing where an SDK streams with a trailing checksum. */
function bodyOf(request: HttpRequest): Buffer {
  const { body, headers } = request;
  if (headers['x-amz-content-sha256']?.startsWith('STREAMING-') !== true) return body;
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) break;
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}
