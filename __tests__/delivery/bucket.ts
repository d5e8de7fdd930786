// A bucket in memory, as the delivery room sees one, that counts what it is asked.

import type { LogReader, StoredObject } from '../../src/delivery/ports.js';

export type StoredLog = Partial<Omit<StoredObject, 'key'>> & {
  readonly key: string;
  readonly body?: Uint8Array;
};

export type FakeBucket = { readonly reader: LogReader; readonly asked: string[] };

/** Objects are of 100 bytes and stored at `at` unless told otherwise. */
export function bucketWith(objects: readonly StoredLog[], at = 0): FakeBucket {
  const asked: string[] = [];
  const sorted = objects.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const reader: LogReader = {
    list: (prefix, startAfter = '', limit = 1_000) => {
      asked.push(`list ${prefix} after ${startAfter}`);
      const all = sorted
        .filter(({ key }) => key.startsWith(prefix) && key > startAfter)
        .map(({ key, size = 100, lastModified = at }) => ({ key, size, lastModified }));
      return Promise.resolve({ objects: all.slice(0, limit), truncated: all.length > limit });
    },
    folders: (prefix) => {
      asked.push(`folders ${prefix}`);
      const below = sorted
        .filter(({ key }) => key.startsWith(prefix) && key.includes('/', prefix.length))
        .map(({ key }) => key.slice(0, key.indexOf('/', prefix.length) + 1));
      return Promise.resolve([...new Set(below)]);
    },
    read: (key) => {
      asked.push(`read ${key}`);
      const body = sorted.find((object) => object.key === key)?.body ?? new Uint8Array();
      return Promise.resolve({ metadata: {}, body: inPieces(body) });
    },
  };
  return { reader, asked };
}

async function* inPieces(body: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < body.length; at += 1_000)
    yield await Promise.resolve(body.subarray(at, at + 1_000));
}
