// The few faults that every change is tried with: a write is refused, loses its answer, or is the last thing the process
// lived to do; what only asks is answered with what cannot be read. `npm run faults` plays all of them.

import type { Call, Kind } from './kinds.js';

const OF_WRITES: readonly string[] = ['denied', 'cut after', 'killed after'];
const OF_READS: readonly string[] = ['garbled'];

export const isQuick = ({ write }: Call, { name }: Kind): boolean =>
  (write ? OF_WRITES : OF_READS).includes(name);
