// `npm run races`: plays all rounds and writes docs/races.md; `-- 3` plays at most so many rounds of each play and prints, and
// `-- 3 FILE` writes them to a file. Ends non-zero where something is missing or broken.

import { writeFile } from 'node:fs/promises';
import type { Verdict } from './judge.js';
import { LIMITS, type LimitVerdict, tryLimit } from './limits.js';
import { PLAYS, playSeed } from './plays.js';
import { problemsOf, type Result, report } from './report.js';

const [given, file = given === undefined ? 'docs/races.md' : undefined] = process.argv.slice(2);
const rounds = Math.min(Number(given ?? Infinity), Math.max(...PLAYS.map((play) => play.rounds)));
const verdicts = new Map(PLAYS.map((play) => [play, [] as Verdict[]]));
const limits: LimitVerdict[] = [];
const results = (): readonly Result[] =>
  [...verdicts].map(([play, all]) => ({ play, verdicts: all }));

// A round of each play in turn: what has been written is of use even where a long run is broken off.
for (let seed = 1; seed <= rounds; seed += 1) {
  for (const play of PLAYS.filter((one) => seed <= one.rounds)) {
    const verdict = await playSeed(play, seed);
    verdicts.get(play)?.push(verdict);
    for (const line of [...problemsOf(verdict), ...verdict.failures])
      process.stderr.write(`${play.name}, seed ${seed}: ${line}\n`);
  }
  process.stderr.write(`${seed} rounds of each\n`);
  if (file !== undefined) await writeFile(file, report(results(), limits));
}
for (const limit of LIMITS) {
  limits.push(await tryLimit(limit));
  process.stderr.write(`${limit.name}\n`);
}
const text = report(results(), limits);
if (file === undefined) process.stdout.write(text);
else await writeFile(file, text);
if (results().some((result) => result.verdicts.some((one) => problemsOf(one).length > 0)))
  process.exitCode = 1;
