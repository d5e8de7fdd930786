// Each operation, each of its calls, a few faults: nothing of others is lost, the message is good, and a rerun finishes. All
// faults are played by `npm run faults`; what came of them is in docs/faults.md.

import { tryAll } from '../faults/harness.js';
import { OPERATIONS } from '../faults/operations.js';
import { isQuick } from '../faults/quick.js';
import { brokenLine } from '../faults/report.js';

test('a refusal of each call and a death after each write do no harm', async () => {
  const trials = await tryAll(OPERATIONS, isQuick);
  const played = new Set(trials.map(({ operation }) => operation));
  expect(OPERATIONS.map(({ name }) => name).filter((name) => !played.has(name))).toEqual([]);
  expect(trials.filter(({ broken }) => broken.length > 0).map(brokenLine)).toEqual([]);
}, 900_000);
