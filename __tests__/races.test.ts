// A few runs at once on one bucket: what they say is done is done, and nobody else's statements are lost but between a read and
// its write. `npm run races` plays many more rounds with 16 runs each; what came of them is in docs/races.md.

import { everybody, onboarders } from '../races/cast.js';
import { chanceOf } from '../races/chance.js';
import { mergesOf } from '../races/history.js';
import { judge } from '../races/judge.js';
import { playSeed } from '../races/plays.js';
import { type Played, playRound } from '../races/round.js';
import { weatherOf } from '../races/weather.js';

const PLAYS = [
  { name: 'onboardings at once', cast: onboarders(5), withOther: false, rounds: 1 },
  {
    name: 'offboardings, renames and one account twice, with another writer',
    cast: everybody(7),
    withOther: true,
    rounds: 1,
  },
];

test.each(PLAYS.map((play) => [play.name, play] as const))(
  '%s',
  async (_, play) => {
    const verdict = await playSeed(play, 3);
    expect(verdict).toMatchObject({ missing: [], broken: [] });
    expect(verdict.done).toBeGreaterThan(0);
    expect(verdict.writes).toBeGreaterThanOrEqual(verdict.done);
  },
  300_000,
);

test('what a run said it had done and is not there any more is noticed, and so is a lost statement', async () => {
  const cast = onboarders(1);
  const [run] = cast;
  const spoilt = (played: Played) => {
    played.world.putBucketPolicy('sec-cloudtrail-log', undefined);
    const versions = played.versions.map(({ at, document }, index) =>
      index === 0 ? { at, document } : { at, document: { ...document, Statement: [] } },
    );
    return { merges: mergesOf(played), verdict: judge({ ...played, versions }) };
  };
  const quiet = { ...weatherOf(1, cast), latencyMs: 0, readDelayMs: 0, troubles: [] };
  const weather = { ...quiet, nextReadDelay: () => 0, policyWriteMs: 0 };
  const { merges, verdict } = await playRound(cast, weather, { withOther: false }, spoilt);
  expect(merges).toMatchObject([{ run, shown: 0, made: 1, undone: [] }]);
  expect(verdict.missing).toEqual([expect.stringContaining('does not deliver')]);
  expect(verdict.broken[0]).toContain('version 1 does not hold what version 0 held of others');
}, 120_000);

test('the same seed gives the same weather, another one another', () => {
  const cast = onboarders(16);
  const numbers = (seed: number) => JSON.stringify(weatherOf(seed, cast));
  expect(numbers(7)).toBe(numbers(7));
  expect(numbers(7)).not.toBe(numbers(8));
  const chance = chanceOf(1);
  const drawn = Array.from({ length: 200 }, () => chance.between(3, 5));
  expect(new Set(drawn)).toEqual(new Set([3, 4, 5]));
});
