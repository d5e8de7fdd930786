// `npm run faults`: plays every fault and writes docs/faults.md. `-- WORDS` plays the operations whose names hold the words
// and prints what came of them, `-- --quick` does so with a few faults for each call. What has been played is kept and not
// played again, unless it is told `--afresh`. Ends non-zero where something is broken.

import { writeFile } from 'node:fs/promises';
import { type Choice, keyOf, type Trial, tryAll } from './harness.js';
import { keptTrials } from './kept.js';
import { OPERATIONS } from './operations.js';
import { isQuick } from './quick.js';
import { brokenLine, report, summaryOf } from './report.js';

const FILE = 'docs/faults.md';
const PROGRESS = 100;

const given = process.argv.slice(2);
const words = given.filter((argument) => !argument.startsWith('--')).join(' ');
const isOne = (name: string): boolean => name.includes(words);
const chosen = OPERATIONS.filter(({ name }) => isOne(name));
if (chosen.length === 0)
  throw new Error(`Operations: ${OPERATIONS.map(({ name }) => name).join('; ')}`);
const quick = given.includes('--quick');
const isWhole = words === '' && !quick;

const kept = await keptTrials(given.includes('--afresh'));
const known = new Set(kept.trials.map(keyOf));
const wanted: Choice = (operation, call, kind) =>
  (!quick || isQuick(operation, call, kind)) &&
  !known.has(keyOf({ operation: operation.name, call, kind: kind.name }));

let ended = 0;
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const tell = (trial: Trial): void => {
  kept.add(trial);
  ended += 1;
  if (ended % PROGRESS === 0) say(`${ended} trials`);
  if (trial.broken.length > 0) say(brokenLine(trial));
};
const doubt = (trial: Trial): void => say(`To be played again: ${brokenLine(trial).slice(2)}`);
const played = await tryAll(chosen, wanted, tell, doubt);

const trials: readonly Trial[] = [
  ...kept.trials.filter(({ operation }) => isOne(operation)),
  ...played,
];
if (isWhole) await writeFile(FILE, report(trials));
process.stdout.write(`${isWhole ? summaryOf(trials) : report(trials)}\n`);
if (trials.some(({ broken }) => broken.length > 0)) process.exitCode = 1;
