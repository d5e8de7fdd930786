// The objects of a bucket by their keys, and the keys in the order in which S3 lists them: UTF-8's, which is put up once and not for
// each listing.

import type { StoredObject } from '../state.js';

type Place = { readonly key: string; readonly bytes: Buffer };

export class ObjectsByKey extends Map<string, StoredObject> {
  #places: readonly Place[] | undefined;

  override set(key: string, object: StoredObject): this {
    if (!this.has(key)) this.#places = undefined;
    return super.set(key, object);
  }

  override delete(key: string): boolean {
    this.#places = undefined;
    return super.delete(key);
  }

  /** Those that begin with `prefix`, without the ones that come before `from`. */
  *keysBelow(prefix: string, from = prefix): Generator<string> {
    const places = this.#places ?? placesOf(this);
    this.#places = places;
    const start = Math.max(firstFrom(places, prefix), firstFrom(places, from));
    for (let at = start; places[at]?.key.startsWith(prefix) === true; at += 1)
      yield places[at]?.key ?? '';
  }
}

function placesOf(objects: ReadonlyMap<string, StoredObject>): readonly Place[] {
  return [...objects.keys()]
    .map((key) => ({ key, bytes: Buffer.from(key) }))
    .toSorted((a, b) => Buffer.compare(a.bytes, b.bytes));
}

/** Where the first stands that is not before `key`. */
function firstFrom(places: readonly Place[], key: string): number {
  const bytes = Buffer.from(key);
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(places[middle]?.bytes ?? bytes, bytes) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
