// What the proof of delivery needs of the world: the central bucket's objects and policy, and what CloudTrail says of trails.
// Nothing here can write. Every function throws a `CallFailure` when AWS refuses or cannot be reached.

import type { BucketReader } from '../plan/ports.js';
import type { LiveTrail, TrailStatus } from '../trail/settings.js';

export type StoredObject = {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch, by S3's clock. */
  readonly lastModified: number;
};

export type Listing = {
  /** In the order of their keys. */
  readonly objects: readonly StoredObject[];
  /** There are more behind the last one. */
  readonly truncated: boolean;
};

export type StoredBody = {
  /** User metadata, names in lower case without `x-amz-meta-`. */
  readonly metadata: { readonly [name: string]: string };
  /** As stored, piece by piece: whoever reads it decides how much of it to take. It can be read once. */
  readonly body: AsyncIterable<Uint8Array>;
};

/** Bound to one bucket. */
export type LogReader = {
  /** One page, of at most `limit` objects (1,000 unless told), whose keys come behind `startAfter`. */
  readonly list: (prefix: string, startAfter?: string, limit?: number) => Promise<Listing>;
  /** Whole prefixes one level below `prefix`, each with `/` at its end. */
  readonly folders: (prefix: string) => Promise<readonly string[]>;
  readonly read: (key: string) => Promise<StoredBody>;
};

/** What is asked in an account whose trail is to deliver. */
export type MemberProbe = {
  readonly trails: () => Promise<readonly LiveTrail[]>;
  /** By ARN, from the trail's home Region; null where there is no such trail. */
  readonly status: (trailArn: string) => Promise<TrailStatus | null>;
  /** Tries to list the central bucket: whether it was let in. */
  readonly listsBucket: () => Promise<boolean>;
};

/** With sessions that cannot write. */
export type DeliveryReaders = {
  readonly partition: string;
  readonly policy: BucketReader;
  readonly logs: LogReader;
  /** Asked in the central account: keys are a Region's, not an account's. */
  readonly keys: PublicKeyReader;
  /** By account ID. The central account is among them for its own trail. @throws UserError where it cannot be entered */
  readonly members: ReadonlyMap<string, () => Promise<MemberProbe>>;
  /** AWS's clock, in milliseconds since the epoch: the runner's, put right by AWS's last answer. */
  readonly now: () => number;
};

/** With which CloudTrail signed digests of one Region. */
export type PublicKey = {
  /** As a digest names it, hexadecimal. */
  readonly fingerprint: string;
  /** RSA, PKCS#1 or SPKI: AWS documents the former, its samples hold both. */
  readonly der: Uint8Array;
};

export type PublicKeyReader = {
  /** The keys that were in use at any time of the range (milliseconds since the epoch), in this Region alone. */
  readonly publicKeys: (region: string, from: number, to: number) => Promise<readonly PublicKey[]>;
};
