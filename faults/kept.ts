// What came of the trials that have been played already: kept from one run of the harness to the next, as long as the bundle
// and the harness are the same, so that a long run can be ended and gone on with, or done in parts.

import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Trial } from './harness.js';

const FOLDER = 'node_modules/.cache/faults';
/** What the outcome hangs on, compiled. */
const SOURCES = ['dist', 'lib/faults', 'lib/sandbox'];

export type Kept = {
  readonly trials: readonly Trial[];
  /** One that is broken is not kept: it is to be played again. */
  readonly add: (trial: Trial) => void;
};

/** `afresh`: what was kept is thrown away. */
export async function keptTrials(afresh: boolean): Promise<Kept> {
  const file = join(FOLDER, `${await fingerprint()}.jsonl`);
  if (afresh) await rm(file, { force: true });
  mkdirSync(FOLDER, { recursive: true });
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return {
    trials: lines.map((line) => JSON.parse(line) as Trial),
    add: (trial) => {
      if (trial.broken.length === 0) appendFileSync(file, `${JSON.stringify(trial)}\n`);
    },
  };
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of SOURCES)
    for (const name of (await readdir(source, { recursive: true })).toSorted())
      if (name.endsWith('.js')) hash.update(await readFile(join(source, name)));
  return hash.digest('hex').slice(0, 16);
}
