// The plays, as data: who takes part, in how many rounds, with whom beside them. A seed of a play is one round.

import { everybody, onboarders, type Run } from './cast.js';
import { judge, type Verdict } from './judge.js';
import { playRound } from './round.js';
import { weatherOf } from './weather.js';

export type Play = {
  readonly name: string;
  readonly cast: readonly Run[];
  readonly withOther: boolean;
  readonly rounds: number;
};

export const PLAYS: readonly Play[] = [
  { name: '16 accounts onboarded at once', cast: onboarders(16), withOther: false, rounds: 50 },
  { name: 'the same, with another writer', cast: onboarders(16), withOther: true, rounds: 50 },
  {
    name: 'onboardings, offboardings, renames, one account twice, one run killed',
    cast: everybody(16),
    withOther: true,
    rounds: 20,
  },
];

export function playSeed({ cast, withOther }: Play, seed: number): Promise<Verdict> {
  return playRound(cast, weatherOf(seed, cast), { withOther }, judge);
}
