import { counting, elapsed, type Told } from '../../src/report/progress.js';

/** What is told of so many accounts, each of which takes half a minute. */
function toldOf(all: number): readonly Told[] {
  let now = 0;
  const told: Told[] = [];
  const words = (name: string): Told => ({ heading: name, lines: ['a line'] });
  const desk = { clock: { now: () => now }, tell: (one: Told) => told.push(one) };
  const hear = counting(words, all, desk);
  for (let index = 0; index < all; index += 1) {
    now += 30_000;
    hear(`account ${index}`);
  }
  return told;
}

test('the count moves, and so does the time', () => {
  expect(toldOf(3).map(({ heading }) => heading)).toEqual([
    '1 of 3 · account 0 · 30 s',
    '2 of 3 · account 1 · 1 min 0 s',
    '3 of 3 · account 2 · 1 min 30 s',
  ]);
});

test('of one account alone nothing is told', () => {
  expect(toldOf(1)).toEqual([]);
});

test.each([
  [0, '0 s'],
  [59_400, '59 s'],
  [59_600, '1 min 0 s'],
  [3_725_000, '62 min 5 s'],
])('%s ms are %s', (ms, words) => {
  expect(elapsed(ms)).toBe(words);
});
