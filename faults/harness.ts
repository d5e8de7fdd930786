// Every operation, each of its calls, each fault: plays them all, as many at once as the machine computes, and gives back what
// came of each.

import { availableParallelism } from 'node:os';
import { inParallel } from '../src/plan/in-parallel.js';
import type { Verdict } from './judge.js';
import { type Call, KINDS, type Kind } from './kinds.js';
import type { Operation } from './operation.js';
import { createPlaces } from './places.js';
import { disturbed, type Reference, undisturbed } from './trial.js';

export type Trial = Verdict & {
  readonly operation: string;
  readonly call: Call;
  readonly kind: string;
};

/** How many runs may be begun and not ended: each holds about 90 MB, even while it waits. */
const OPEN_RUNS = 32;

/** Seconds of a trial per real second in which it only waits: what AWS is given a minute for is over in three. */
const HASTE = 20;

type Planned = {
  readonly operation: Operation;
  readonly reference: Reference;
  readonly call: Call;
  readonly kind: Kind;
};

export type Choice = (operation: Operation, call: Call, kind: Kind) => boolean;

/** `wanted` chooses from all that can be; `tell` hears of each trial as it ends, `doubt` of each that is to be played again. */
export async function tryAll(
  operations: readonly Operation[],
  wanted: Choice,
  tell: (trial: Trial) => void = () => {},
  doubt: (trial: Trial) => void = () => {},
): Promise<readonly Trial[]> {
  const computing = availableParallelism();
  const places = createPlaces(computing);
  const references = await inParallel(computing, operations, (one) => undisturbed(one, 1));
  const planned = operations.flatMap((operation, index) =>
    casesOf(operation, references[index] as Reference, wanted),
  );
  const play = async (one: Planned): Promise<Trial> => {
    const leave = await places.take();
    const onMeet = one.kind.waits ? leave : () => {};
    const trial = await tried(one, HASTE, onMeet).finally(leave);
    if (trial.broken.length === 0) tell(trial);
    else doubt(trial);
    return trial;
  };
  const trials = await inParallel(OPEN_RUNS, planned, play);
  return inParallel(1, trials, (trial) => calmly(trial, planned, tell));
}

async function tried(one: Planned, haste: number, onMeet: () => void): Promise<Trial> {
  const { operation, reference, call, kind } = one;
  const verdict = await disturbed(operation, reference, { call, kind }, { haste, onMeet });
  return { ...nameOf(one), ...verdict };
}

/**
 * What is broken is played once more, by itself and without haste: a crowded machine can be too slow for the two seconds that
 * the action gives itself from reading a policy to writing it.
 */
async function calmly(
  trial: Trial,
  planned: readonly Planned[],
  tell: (trial: Trial) => void,
): Promise<Trial> {
  if (trial.broken.length === 0) return trial;
  const one = planned.find((other) => keyOf(nameOf(other)) === keyOf(trial)) as Planned;
  const reruns = new Map<string, Promise<readonly string[]>>();
  const reference = { ...one.reference, reruns };
  const again = await tried({ ...one, reference }, 1, () => {});
  tell(again);
  return again;
}

/** Those that wait long are begun first, and the others computed meanwhile. */
function casesOf(operation: Operation, reference: Reference, wanted: Choice): readonly Planned[] {
  const { only = () => true } = operation;
  return reference.calls
    .filter(only)
    .flatMap((call) =>
      KINDS.filter((kind) => kind.meets?.(call) ?? true)
        .filter((kind) => wanted(operation, call, kind))
        .map((kind) => ({ operation, reference, call, kind })),
    )
    .toSorted((a, b) => Number(b.kind.waits ?? false) - Number(a.kind.waits ?? false));
}

/** What tells a trial from the others. */
type Name = Pick<Trial, 'operation' | 'call' | 'kind'>;

const nameOf = ({ operation, call, kind }: Planned): Name => ({
  operation: operation.name,
  call,
  kind: kind.name,
});

export const keyOf = ({ operation, call, kind }: Name): string =>
  JSON.stringify([
    operation,
    call.service,
    call.operation,
    call.account,
    call.resource,
    call.earlier,
    kind,
  ]);
