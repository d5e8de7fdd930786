// One digest file judged by itself: its form, that it lies where it says, and its signature. Pure; what comes before and after
// it is the chain's. As `aws cloudtrail validate-logs` (AWS CLI 1.45) does it, and the user guide's "CloudTrail digest file
// structure" and "Custom implementations of CloudTrail log file integrity validation".

import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { DigestFault } from './digest-verdict.js';
import type { PublicKey } from './ports.js';

/** A digest file as it was read. */
export type RawDigest = {
  readonly bucket: string;
  readonly key: string;
  /** Unzipped. */
  readonly content: Buffer;
  readonly metadata: { readonly [name: string]: string };
};

export type Digest = {
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly fingerprint: string;
  readonly previous: PreviousDigest | null;
  readonly logs: readonly DigestLog[];
  /** SHA-256 of the content and signature, hexadecimal, as the next digest names them. */
  readonly hash: string;
  readonly signature: string;
  readonly signed: Buffer;
  /** Around which its key is looked for; only a backfill digest says so. Milliseconds since the epoch. */
  readonly generated: number | null;
};

/** The digest before it in the chain, as this one remembers it. */
export type PreviousDigest = {
  readonly bucket: string;
  readonly key: string;
  readonly hash: string | null;
  readonly signature: string | null;
};

export type DigestLog = { readonly bucket: string; readonly key: string; readonly hash: string };

/** Everything but the signature, for which its public key has to be had first. */
export function readDigest(raw: RawDigest, backfill: boolean): Digest | DigestFault {
  const { signature, 'signature-algorithm': algorithm } = raw.metadata;
  if (signature === undefined || algorithm === undefined) return 'unsigned';
  if (algorithm !== 'SHA256withRSA') return 'algorithm';
  const fields = fieldsOf(raw.content);
  const end = fields?.text('digestEndTime');
  const start = time(fields?.text('digestStartTime'));
  const fingerprint = fields?.text('digestPublicKeyFingerprint');
  const logs = fields?.logs();
  const generated = backfill ? time(raw.metadata['backfill-generation-timestamp']) : null;
  if (!fields || end === undefined || start === undefined || fingerprint === undefined)
    return 'format';
  if (logs === undefined || generated === undefined || !fields.has('previousDigestSignature'))
    return 'format';
  const place = [fields.text('digestS3Bucket'), fields.text('digestS3Object')];
  if (place[0] !== raw.bucket || place[1] !== raw.key) return 'moved';
  const previous = previousOf(fields);
  const hash = createHash('sha256').update(raw.content).digest('hex');
  const lines = [
    end,
    `${raw.bucket}/${raw.key}`,
    hash,
    fields.text('previousDigestSignature') ?? 'null',
  ];
  const signed = Buffer.from(lines.join('\n'));
  return { start, fingerprint, previous, logs, hash, signature, signed, generated };
}

/** Whether the digest bears the signature that this key's owner made: RSA, PKCS#1 v1.5, SHA-256. */
export function isSignedBy(digest: Digest, key: KeyObject): boolean {
  // Node would stop reading at the first character that is no hexadecimal digit.
  if (!/^(?:[0-9a-f]{2})+$/i.test(digest.signature)) return false;
  return verify('RSA-SHA256', digest.signed, key, Buffer.from(digest.signature, 'hex'));
}

/** Null where the bytes are no RSA key. PKCS#1 is what the API reference promises; one of its samples is an SPKI. */
export function rsaKey({ der }: PublicKey): KeyObject | null {
  for (const type of ['pkcs1', 'spki'] as const) {
    try {
      const key = createPublicKey({ key: Buffer.from(der), format: 'der', type });
      if (key.asymmetricKeyType === 'rsa') return key;
    } catch {
      // Not in this form.
    }
  }
  return null;
}

function previousOf(fields: Fields): PreviousDigest | null {
  const bucket = fields.text('previousDigestS3Bucket');
  const key = fields.text('previousDigestS3Object');
  if (bucket === undefined || key === undefined) return null;
  return {
    bucket,
    key,
    hash: fields.text('previousDigestHashValue') ?? null,
    signature: fields.text('previousDigestSignature') ?? null,
  };
}

type Fields = {
  readonly has: (name: string) => boolean;
  readonly text: (name: string) => string | undefined;
  readonly logs: () => readonly DigestLog[] | undefined;
};

function fieldsOf(content: Buffer): Fields | null {
  const value = objectIn(content);
  if (value === null) return null;
  return {
    has: (name) => name in value,
    text: (name) => textIn(value, name),
    logs: () => logsIn(value['logFiles']),
  };
}

type Json = { readonly [name: string]: unknown };

function objectIn(content: Buffer): Json | null {
  try {
    const value = JSON.parse(content.toString()) as unknown;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function textIn(value: Json, name: string): string | undefined {
  const text = value[name];
  return typeof text === 'string' ? text : undefined;
}

/** Undefined where one of them is not of the form. */
function logsIn(value: unknown): readonly DigestLog[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const logs = (value as readonly unknown[]).map(logIn);
  return logs.includes(null) ? undefined : (logs as readonly DigestLog[]);
}

function logIn(value: unknown): DigestLog | null {
  if (!isObject(value)) return null;
  const bucket = textIn(value, 's3Bucket');
  const key = textIn(value, 's3Object');
  const hash = textIn(value, 'hashValue');
  return bucket === undefined || key === undefined || hash === undefined
    ? null
    : { bucket, key, hash };
}

/** Milliseconds since the epoch. */
function time(text: string | undefined): number | undefined {
  const milliseconds = Date.parse(text ?? '');
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
