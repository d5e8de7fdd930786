// A day's digests and logs as CloudTrail would leave them, made from scratch: hourly, chained and signed by whoever is handed in.
// Shares no code with what validates them.

import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';

export type Signer = { readonly fingerprint: string; readonly sign: (text: string) => string };

export type Content = {
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
};

/** A bucket's objects by their keys. */
export type Contents = Map<string, Content>;

export type Place = {
  readonly bucket: string;
  readonly prefix: string;
  readonly organizationId?: string;
  readonly accountId: string;
  readonly trailArn: string;
  readonly region: string;
};

const HOUR = 3_600_000;

export type Run = Place & {
  readonly signer: Signer;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly hours: number;
  readonly logsPerHour?: number;
  readonly backfill?: boolean;
};

/** Digests of consecutive hours, the first of which begins a chain. Gives their keys, oldest first. */
export function deliver(contents: Contents, run: Run): readonly string[] {
  const keys: string[] = [];
  let previous: Previous | null = null;
  for (let hour = 0; hour < run.hours; hour += 1) {
    const start = run.start + hour * HOUR;
    const end = start + HOUR;
    const logs = deliverLogs(contents, run, end);
    previous = deliverDigest(contents, run, { start, end, logs, previous });
    keys.push(previous.key);
  }
  return keys;
}

type Previous = { readonly key: string; readonly hash: string; readonly signature: string };

type LogEntry = { readonly s3Object: string; readonly hashValue: string };

function deliverLogs(contents: Contents, run: Run, end: number): readonly LogEntry[] {
  const { accountId, region, logsPerHour = 2, bucket } = run;
  return Array.from({ length: logsPerHour }, (_, index) => {
    const at = iso(end - (index + 1) * 5 * 60_000)
      .slice(0, 16)
      .replaceAll(/[-:]/g, '');
    const unique = `${run.backfill === true ? 'B' : 'A'}${index}`.padEnd(16, 'x');
    const s3Object = `${folder(run)}CloudTrail/${region}/${day(end)}/${accountId}_CloudTrail_${region}_${at}Z_${unique}.json.gz`;
    const content = Buffer.from(JSON.stringify({ Records: [{ eventID: s3Object }] }));
    contents.set(s3Object, { body: gzipSync(content), metadata: {} });
    return { s3Bucket: bucket, s3Object, hashValue: sha256(content), hashAlgorithm: 'SHA-256' };
  });
}

type Hour = {
  readonly start: number;
  readonly end: number;
  readonly logs: readonly LogEntry[];
  readonly previous: Previous | null;
};

function deliverDigest(
  contents: Contents,
  run: Run,
  { start, end, logs, previous }: Hour,
): Previous {
  const { accountId, bucket, signer } = run;
  const key = digestKey(run, end);
  const digest = {
    awsAccountId: accountId,
    digestStartTime: iso(start),
    digestEndTime: iso(end),
    digestS3Bucket: bucket,
    digestS3Object: key,
    digestPublicKeyFingerprint: signer.fingerprint,
    digestSignatureAlgorithm: 'SHA256withRSA',
    previousDigestS3Bucket: previous === null ? null : bucket,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous?.hash ?? null,
    previousDigestHashAlgorithm: previous === null ? null : 'SHA-256',
    previousDigestSignature: previous?.signature ?? null,
    logFiles: logs,
  };
  const generated = run.backfill === true ? iso(end + 30 * 60_000) : undefined;
  return { key, ...store(contents, key, digest, signer, generated) };
}

/** Stores a digest as it is given, signed. */
export function store(
  contents: Contents,
  key: string,
  digest: Readonly<Record<string, unknown>>,
  signer: Signer,
  generated?: string,
): { readonly hash: string; readonly signature: string } {
  const content = Buffer.from(JSON.stringify(digest));
  const hash = sha256(content);
  const place = `${String(digest['digestS3Bucket'])}/${String(digest['digestS3Object'])}`;
  const previous = digest['previousDigestSignature'] ?? 'null';
  const signature = signer.sign([digest['digestEndTime'], place, hash, previous].join('\n'));
  const metadata = {
    signature,
    'signature-algorithm': 'SHA256withRSA',
    ...(generated !== undefined && { 'backfill-generation-timestamp': generated }),
  };
  contents.set(key, { body: gzipSync(content), metadata });
  return { hash, signature };
}

function digestKey(run: Run, end: number): string {
  const { accountId, region, trailArn } = run;
  const [home, name] = [trailArn.split(':')[3], trailArn.split('/')[1]];
  const file = `${accountId}_CloudTrail-Digest_${region}_${name}_${home}_${iso(end).replaceAll(/[-:]/g, '')}`;
  const ending = run.backfill === true ? '_backfill.json.gz' : '.json.gz';
  return `${folder(run)}CloudTrail-Digest/${region}/${day(end)}/${file}${ending}`;
}

function folder({ prefix, organizationId, accountId }: Place): string {
  return [prefix, 'AWSLogs', organizationId ?? '', accountId, '']
    .filter((part, index) => part !== '' || index === 4)
    .join('/');
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

export const iso = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

const day = (time: number): string => iso(time).slice(0, 10).replaceAll('-', '/');

export type OwnSigner = Signer & { readonly pkcs1: Buffer; readonly spki: Buffer };

/** With a key pair of its own. */
export function newSigner(): OwnSigner {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pkcs1 = publicKey.export({ type: 'pkcs1', format: 'der' });
  return {
    pkcs1,
    spki: publicKey.export({ type: 'spki', format: 'der' }),
    fingerprint: createHash('md5').update(pkcs1).digest('hex'),
    sign: (text) => sign('RSA-SHA256', Buffer.from(text), privateKey).toString('hex'),
  };
}
