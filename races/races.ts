// `npm run races`: plays all rounds and writes docs/races.md; `-- 3` plays so many rounds of each play and prints. Ends non-zero
// where something is missing or broken.

import { writeFile } from 'node:fs/promises';
import type { Verdict } from './judge.js';
import { PLAYS, type Play, playSeed } from './plays.js';
import { problemsOf, report } from './report.js';

const FILE = 'docs/races.md';

const [given] = process.argv.slice(2);
const results: { readonly play: Play; readonly verdicts: readonly Verdict[] }[] = [];
for (const play of PLAYS) {
  const verdicts: Verdict[] = [];
  for (let seed = 1; seed <= Number(given ?? play.rounds); seed += 1) {
    const verdict = await playSeed(play, seed);
    verdicts.push(verdict);
    for (const line of [...problemsOf(verdict), ...verdict.failures])
      process.stderr.write(`${play.name}, seed ${seed}: ${line}\n`);
  }
  results.push({ play, verdicts });
  process.stderr.write(`${play.name}: ${verdicts.length} rounds\n`);
}
const text = report(results);
if (given === undefined) await writeFile(FILE, text);
else process.stdout.write(text);
if (results.some(({ verdicts }) => verdicts.some((one) => problemsOf(one).length > 0)))
  process.exitCode = 1;
