// `npm run faults`: plays every fault and writes docs/faults.md; `-- --quick` plays a few for each call and prints them. A name
// of an operation plays that one alone, and prints. Ends non-zero where something is broken.

import { writeFile } from 'node:fs/promises';
import { tryAll } from './harness.js';
import { OPERATIONS } from './operations.js';
import { isQuick } from './quick.js';
import { brokenLine, report, summaryOf } from './report.js';

const FILE = 'docs/faults.md';

const given = process.argv.slice(2);
const names = given.filter((argument) => argument !== '--quick');
const operations = OPERATIONS.filter(({ name }) => names.length === 0 || names.includes(name));
if (operations.length === 0)
  throw new Error(`Operations: ${OPERATIONS.map(({ name }) => name).join('; ')}`);
const whole = given.length === 0;
const wanted = given.includes('--quick') ? isQuick : () => true;

let ended = 0;
const trials = await tryAll(operations, wanted, (trial) => {
  ended += 1;
  if (ended % 100 === 0) process.stderr.write(`${ended} trials\n`);
  if (trial.broken.length > 0) process.stderr.write(`${brokenLine(trial)}\n`);
});
if (whole) await writeFile(FILE, report(trials));
process.stdout.write(`${whole ? summaryOf(trials) : report(trials)}\n`);
if (trials.some(({ broken }) => broken.length > 0)) process.exitCode = 1;
