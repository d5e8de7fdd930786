// What the other ways of onboarding have in common: each puts the same world into the same state, and is timed and counted
// while it does.

import { median } from './figures.js';
import { requireOnboarded, reset, type Stage } from './stage.js';
import { roundTrips } from './trips.js';

/** Medians of the runs. */
export type ContenderFigures = {
  readonly wallMs: number;
  readonly requests: number;
  readonly trips: number;
};

/** What a tool came to; a tool that is not there says why. */
export type Measured<T> =
  | { readonly kind: 'measured'; readonly version: string; readonly figures: T }
  | { readonly kind: 'missing'; readonly why: string };

/** Onboards `times` times from the start; `onboard` gives the milliseconds it took. */
export async function repeat(
  stage: Stage,
  times: number,
  onboard: () => Promise<number>,
): Promise<ContenderFigures> {
  const runs: ContenderFigures[] = [];
  while (runs.length < times) {
    reset(stage);
    const wallMs = await onboard();
    requireOnboarded(stage);
    const { requests } = stage.sandbox;
    runs.push({ wallMs, requests: requests.length, trips: roundTrips(requests) });
  }
  const middle = (figure: keyof ContenderFigures): number =>
    median(runs.map((each) => each[figure]));
  return { wallMs: middle('wallMs'), requests: middle('requests'), trips: middle('trips') };
}
