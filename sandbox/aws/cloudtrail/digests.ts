// The digest files of a trail with log file validation: one for each hour, empty or not, signed and chained, and a last one
// when logging stops. Form and location: CloudTrail user guide, "CloudTrail digest file structure".

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Aws } from '../aws.js';
import { storeObject } from '../s3/objects.js';
import type { DigestChain, Trail, TrailDescription } from '../state.js';
import { obstacle } from './admission.js';
import { accountOf } from './service-principal.js';
import { fingerprintIn, signedIn } from './signing-keys.js';

const HOUR_MS = 60 * 60_000;

type Log = {
  readonly key: string;
  readonly at: Date;
  readonly content: Buffer;
  readonly oldest: Date;
  readonly newest: Date;
};

/** Remembers a log until its hour's digest. The chain starts with the first log under validation, at `since`. */
export function noteLog(trail: Trail, log: Log, since: Date): void {
  const { LogFileValidationEnabled, S3BucketName } = trail.description;
  if (!LogFileValidationEnabled) return;
  trail.digests ??= { start: wholeSecond(since), previous: undefined, logs: [] };
  trail.digests.logs.push({
    at: log.at,
    file: {
      s3Bucket: S3BucketName,
      s3Object: log.key,
      hashValue: sha256(log.content),
      hashAlgorithm: 'SHA-256',
      newestEventTime: isoTime(log.newest),
      oldestEventTime: isoTime(log.oldest),
    },
  });
}

/** Delivers the digests of all full hours. What the bucket refuses waits; where validation was turned off the chain ends. */
export function deliverDigests(aws: Aws, trail: Trail, now: Date): void {
  const chain = trail.digests;
  if (chain === undefined) return;
  if (!trail.description.LogFileValidationEnabled) {
    trail.digests = undefined;
    return;
  }
  for (;;) {
    const end = new Date(chain.start.getTime() + HOUR_MS);
    if (end > now || !deliverDigest(aws, trail, chain, end)) return;
  }
}

/** The final digest of a trail that stops or goes. The next one begins a new chain. */
export function endDigests(aws: Aws, trail: Trail): void {
  const chain = trail.digests;
  const end = wholeSecond(aws.clock.now());
  if (chain !== undefined && end > chain.start) deliverDigest(aws, trail, chain, end);
  trail.digests = undefined;
}

/** Whether the bucket took it. */
function deliverDigest(aws: Aws, trail: Trail, chain: DigestChain, end: Date): boolean {
  const { description } = trail;
  const key = digestKey(description, end);
  trail.latestDigestError = obstacle(aws, description, key);
  const bucket = aws.state.buckets.get(description.S3BucketName);
  if (trail.latestDigestError !== undefined || bucket === undefined) return false;
  const content = digestOf(description, chain, key, end);
  const signature = signedIn(
    description.HomeRegion,
    [
      isoTime(end),
      `${bucket.name}/${key}`,
      sha256(content),
      chain.previous?.signature ?? 'null',
    ].join('\n'),
  );
  storeObject(bucket, key, {
    body: gzipSync(content),
    at: end,
    contentType: 'application/json',
    metadata: { signature, 'signature-algorithm': 'SHA256withRSA' },
    kmsKeyArn: description.KmsKeyId,
  });
  trail.latestDigest = end;
  chain.logs.splice(0, chain.logs.length, ...chain.logs.filter((log) => !isDue(log, end)));
  chain.previous = { bucket: bucket.name, key, hash: sha256(content), signature };
  chain.start = end;
  return true;
}

function digestOf(trail: TrailDescription, chain: DigestChain, key: string, end: Date): Buffer {
  const { previous } = chain;
  const files = chain.logs.filter((log) => isDue(log, end)).map(({ file }) => file);
  return Buffer.from(
    JSON.stringify({
      awsAccountId: accountOf(trail),
      digestStartTime: isoTime(chain.start),
      digestEndTime: isoTime(end),
      digestS3Bucket: trail.S3BucketName,
      digestS3Object: key,
      digestPublicKeyFingerprint: fingerprintIn(trail.HomeRegion),
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime:
        files
          .map(({ newestEventTime }) => newestEventTime)
          .toSorted()
          .at(-1) ?? null,
      oldestEventTime: files.map(({ oldestEventTime }) => oldestEventTime).toSorted()[0] ?? null,
      previousDigestS3Bucket: previous?.bucket ?? null,
      previousDigestS3Object: previous?.key ?? null,
      previousDigestHashValue: previous?.hash ?? null,
      previousDigestHashAlgorithm: previous === undefined ? null : 'SHA-256',
      previousDigestSignature: previous?.signature ?? null,
      logFiles: files,
    }),
  );
}

/** Digests know no milliseconds. */
function isDue({ at }: { readonly at: Date }, end: Date): boolean {
  return wholeSecond(at) <= end;
}

/** `…/<region>/YYYY/MM/DD/<account>_CloudTrail-Digest_<region>_<trail>_<home region>_YYYYMMDDTHHmmssZ.json.gz`, by its end. */
function digestKey(trail: TrailDescription, end: Date): string {
  const { Name, HomeRegion: region, S3KeyPrefix } = trail;
  const account = accountOf(trail);
  const prefix = S3KeyPrefix === undefined ? '' : `${S3KeyPrefix}/`;
  const day = end.toISOString().slice(0, 10).replaceAll('-', '/');
  const second = isoTime(end).replaceAll(/[-:]/g, '');
  return `${prefix}AWSLogs/${account}/CloudTrail-Digest/${region}/${day}/${account}_CloudTrail-Digest_${region}_${Name}_${region}_${second}.json.gz`;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function isoTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function wholeSecond(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
