// The validation of a trail's digest files and of the logs they name: reads what the judgement needs, many objects at a time and
// none of them whole but digests, and counts. What makes a digest valid is decided in digest-document.ts and digest-chain.ts;
// nothing is decided here about what a verdict is good for.

import type { KeyObject } from 'node:crypto';
import { type Gate, gate } from '../plan/in-parallel.js';
import { backfillProblems, type ChainProblem, chainProblems, type Link } from './digest-chain.js';
import { type NoContent, readHash, readWhole } from './digest-content.js';
import {
  type Digest,
  type DigestLog,
  isSignedBy,
  type RawDigest,
  readDigest,
  rsaKey,
} from './digest-document.js';
import {
  type DigestFile,
  type DigestScope,
  digestFile,
  digestFolder,
  HOUR,
  keyRange,
  regionOf,
} from './digest-key.js';
import { type DigestFault, type DigestValidation, type Tally, tally } from './digest-verdict.js';
import type { LogReader, PublicKeyReader } from './ports.js';

export type { DigestScope } from './digest-key.js';
export type * from './digest-verdict.js';

/** Objects read at once, and digests whose logs are being read at once: what memory and connections are bounded by. */
const OBJECTS_OPEN = 16;
const DIGESTS_OPEN = 6;

/**
 * Validates the digests of one account's trail that end between `from` and an hour after `to`, in every Region that has some,
 * and the logs that they name, as `aws cloudtrail validate-logs` does it for one Region. Beyond it: each hour without a digest
 * is told, a digest must be the very one that its successor names, a log must have no further content behind its gzip stream,
 * and public keys may be SPKI.
 *
 * @param reader the bucket's, which has to be `scope.bucket`
 * @throws CallFailure where AWS refuses a call: nothing is known then. What is archived, or in another bucket, is counted as
 * unread instead.
 */
export async function validateDigests(
  reader: LogReader,
  keys: PublicKeyReader,
  scope: DigestScope,
): Promise<DigestValidation> {
  const work = {
    reader,
    keys,
    scope,
    counted: tally(),
    object: gate(OBJECTS_OPEN),
    digest: gate(DIGESTS_OPEN),
  };
  const folders = await reader.folders(digestFolder(scope));
  await Promise.all(folders.map((folder) => validateRegion(work, folder)));
  return work.counted.verdict();
}

type Work = {
  readonly reader: LogReader;
  readonly keys: PublicKeyReader;
  readonly scope: DigestScope;
  readonly counted: Tally;
  readonly object: Gate;
  readonly digest: Gate;
};

async function validateRegion(work: Work, folder: string): Promise<void> {
  const files = await digestFiles(work, folder);
  if (files.length === 0) return;
  const find = keyFinder(work, regionOf(folder));
  const judged = await Promise.all(
    files.map((file) => work.digest(() => judgeDigest(work, find, file))),
  );
  const present = judged.flatMap((each) => each ?? []);
  const standard = present.filter(({ backfill }) => !backfill);
  const backfill = present.filter((each) => each.backfill);
  count(work, folder, standard, chainProblems(standard, work.scope));
  count(work, folder, backfill, backfillProblems(backfill, work.scope));
}

/** Oldest first. */
async function digestFiles(
  { reader, scope }: Work,
  folder: string,
): Promise<readonly DigestFile[]> {
  const files: DigestFile[] = [];
  const [start, last] = keyRange(folder, scope);
  for (let after = start; ; ) {
    const { objects, truncated } = await reader.list(folder, after);
    files.push(...objects.flatMap(({ key }) => digestFile(folder, scope, key) ?? []));
    after = objects.at(-1)?.key ?? last;
    if (!truncated || after >= last) return files.toSorted((a, b) => a.end - b.end);
  }
}

/** A digest that is there, with what is wrong with it by itself. */
type Judged = Link & { readonly backfill: boolean; readonly fault: DigestFault | null };

/** Null for one that is gone since it was listed: the chain knows whether it should be there. */
async function judgeDigest(work: Work, find: KeyFinder, file: DigestFile): Promise<Judged | null> {
  const { reader, scope } = work;
  const stored = await work.object(() => readWhole(reader, file.key));
  if (stored === 'missing') return null;
  if (typeof stored === 'string') return { ...file, says: null, fault: stored };
  const raw = { ...stored, bucket: scope.bucket, key: file.key };
  const digest = await trusted(find, raw, file.backfill);
  if (typeof digest === 'string') return { ...file, says: null, fault: digest };
  await Promise.all(digest.logs.map((log) => validateLog(work, file.key, log)));
  const { start, hash, signature, previous } = digest;
  return { ...file, says: { start, hash, signature, previous }, fault: null };
}

async function trusted(
  find: KeyFinder,
  raw: RawDigest,
  backfill: boolean,
): Promise<Digest | DigestFault> {
  const digest = readDigest(raw, backfill);
  if (typeof digest === 'string') return digest;
  const key = await find(digest);
  if (key === null) return 'unknown-key';
  return isSignedBy(digest, key) ? digest : 'signature';
}

async function validateLog(work: Work, digest: string, log: DigestLog): Promise<void> {
  const { reader, scope, counted } = work;
  if (log.bucket !== scope.bucket) return counted.log(log.key, digest, 'other-bucket');
  const read = await work.object(() => readHash(reader, log.key));
  return counted.log(log.key, digest, faultOfLog(read, log));
}

function faultOfLog(read: Awaited<ReturnType<typeof readHash>>, { hash }: DigestLog) {
  if (typeof read === 'string') return read satisfies NoContent;
  return read.hash === hash ? null : 'hash';
}

function count(
  { counted }: Work,
  folder: string,
  digests: readonly Judged[],
  problems: readonly ChainProblem[],
): void {
  const faults = new Map(digests.map(({ key, fault }) => [key, fault]));
  for (const problem of problems) {
    if (problem.kind === 'digest') faults.set(problem.key, problem.cause);
    else counted.period({ ...problem, region: regionOf(folder) });
  }
  for (const [key, fault] of faults) counted.digest(key, fault);
}

/** The key that a digest names; null where CloudTrail has none of that fingerprint, or none that is one. */
type KeyFinder = (digest: Digest) => Promise<KeyObject | null>;

type KeyRing = Promise<ReadonlyMap<string, KeyObject | null>>;

/** One question for all of a Region's digests, and one for each hour in which backfill digests were made. */
function keyFinder({ keys, scope }: Work, region: string): KeyFinder {
  const rings = new Map<string, KeyRing>();
  const ring = (from: number, to: number): KeyRing => {
    const name = `${from} ${to}`;
    const known = rings.get(name) ?? askKeys(keys, region, from, to);
    rings.set(name, known);
    return known;
  };
  return async ({ fingerprint, generated }) => {
    const hour = generated === null ? null : Math.floor(generated / HOUR) * HOUR;
    const found =
      hour === null
        ? await ring(scope.from, scope.to + 2 * HOUR)
        : await ring(hour - HOUR, hour + 2 * HOUR);
    return found.get(fingerprint) ?? null;
  };
}

async function askKeys(keys: PublicKeyReader, region: string, from: number, to: number): KeyRing {
  const found = await keys.publicKeys(region, from, to);
  return new Map(found.map((key) => [key.fingerprint, rsaKey(key)]));
}
