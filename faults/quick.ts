// The few faults that every change is tried with: each call is refused, each write is the last thing the process lived to do.
// `npm run faults` plays all of them.

import type { Choice } from './harness.js';

export const isQuick: Choice = (_, { write }, { name }) =>
  name === 'denied' || (write && name === 'killed after');
