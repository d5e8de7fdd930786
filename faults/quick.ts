// The few faults that every change is tried with: each call is refused, each write is the last thing the process lived to do,
// and the one at which it is told to stop.
// Of the many logs and listings that are read one like the other, the first is. `npm run faults` plays all of them.

import type { Choice } from './harness.js';

const READ_OFTEN: readonly string[] = ['GetObject', 'ListObjectsV2'];

export const isQuick: Choice = (_, { operation, write, earlier }, { name }) =>
  (name === 'denied' && (earlier === 0 || !READ_OFTEN.includes(operation))) ||
  (['killed after', 'SIGINT after'].includes(name) && write);
