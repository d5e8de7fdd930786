// Each operation, each of its calls, a few faults: nothing of others is lost, the message is good, and a rerun finishes. All
// faults are played by `npm run faults`; what came of them is in docs/faults.md.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tryAll } from '../faults/harness.js';
import { OPERATIONS } from '../faults/operations.js';
import { isQuick } from '../faults/quick.js';
import { brokenLine } from '../faults/report.js';

/** Every command of the SDK that the action sends. */
function commands(): readonly string[] {
  const files = readdirSync('src/aws').map((name) => readFileSync(join('src/aws', name), 'utf8'));
  return files.flatMap((text) =>
    [...text.matchAll(/new (\w+)Command\(/g)].map(([, name = '']) => name),
  );
}

test('a refusal of each call, a death after each write and the order to stop there do no harm, and no call is left out', async () => {
  const trials = await tryAll(OPERATIONS, isQuick);
  expect(trials.filter(({ broken }) => broken.length > 0).map(brokenLine)).toEqual([]);
  const played = new Set(trials.flatMap(({ operation, call }) => [operation, call.operation]));
  const all = [...OPERATIONS.map(({ name }) => name), ...commands(), 'GetIdToken'];
  expect(all.filter((name) => !played.has(name))).toEqual([]);
}, 900_000);
