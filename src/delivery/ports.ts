// What the proof of delivery needs of the world: the central bucket's objects, listed and read. Nothing here can write.
// Every function throws a `CallFailure` when AWS refuses or cannot be reached.

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
