// Each operation, each of its calls, a few faults: nothing of others is lost, the message is good, and a rerun finishes. All
// faults are played by `npm run faults`; what came of them is in docs/faults.md.

import { tryAll } from '../faults/harness.js';
import { OPERATIONS } from '../faults/operations.js';
import { isQuick } from '../faults/quick.js';
import { brokenLine } from '../faults/report.js';

test.each(OPERATIONS.map((operation) => [operation.name, operation] as const))(
  '%s',
  async (_, operation) => {
    const trials = await tryAll([operation], isQuick);
    expect(trials.length).toBeGreaterThan(0);
    expect(trials.filter(({ broken }) => broken.length > 0).map(brokenLine)).toEqual([]);
  },
  900_000,
);
