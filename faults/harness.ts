// Every operation, each of its calls, each fault: plays them all, as many at once as the machine computes, and gives back what
// came of each.

import { availableParallelism } from 'node:os';
import { type Call, KINDS, type Kind } from './kinds.js';
import type { Operation } from './operation.js';
import type { Verdict } from './judge.js';
import { createPlaces, inParallel } from './places.js';
import { disturbed, type Reference, undisturbed } from './trial.js';

export type Trial = Verdict & {
  readonly operation: Operation;
  readonly call: Call;
  readonly kind: Kind;
};

/** How many runs may be begun and not ended: each holds about 90 MB, even while it waits. */
const OPEN_RUNS = 32;

type Planned = Pick<Trial, 'operation' | 'call' | 'kind'> & { readonly reference: Reference };

/** `wanted` chooses from all that can be; `tell` hears of each trial as it ends. */
export async function tryAll(
  operations: readonly Operation[],
  wanted: (call: Call, kind: Kind) => boolean,
  tell: (trial: Trial) => void = () => {},
): Promise<readonly Trial[]> {
  const places = createPlaces(availableParallelism() + 1);
  // One after the other: on a busy machine a policy is read once more than it would be otherwise.
  const references = await inParallel(operations, 1, undisturbed);
  const planned = operations.flatMap((operation, index) =>
    casesOf(operation, references[index] as Reference, wanted),
  );
  const play = async ({ operation, reference, call, kind }: Planned): Promise<Trial> => {
    const leave = await places.take();
    const onMeet = kind.waits ? leave : () => {};
    const verdict = await disturbed(operation, reference, { call, kind }, onMeet).finally(leave);
    const trial = { operation, call, kind, ...verdict };
    tell(trial);
    return trial;
  };
  return inOrder(planned, await inParallel(waitingFirst(planned), OPEN_RUNS, play));
}

function casesOf(
  operation: Operation,
  reference: Reference,
  wanted: (call: Call, kind: Kind) => boolean,
): readonly Planned[] {
  const { only = () => true } = operation;
  return reference.calls
    .filter(only)
    .flatMap((call) =>
      KINDS.filter((kind) => (kind.meets?.(call) ?? true) && wanted(call, kind)).map((kind) => ({
        operation,
        reference,
        call,
        kind,
      })),
    );
}

/** Those that wait long are begun first, and the others computed meanwhile. */
const waitingFirst = (planned: readonly Planned[]): readonly Planned[] =>
  planned.toSorted((a, b) => Number(b.kind.waits ?? false) - Number(a.kind.waits ?? false));

function inOrder(planned: readonly Planned[], trials: readonly Trial[]): readonly Trial[] {
  const place = new Map(
    planned.map(({ call, kind, operation }, at) => [key(operation, call, kind), at]),
  );
  const placeOf = ({ operation, call, kind }: Trial): number =>
    place.get(key(operation, call, kind)) ?? 0;
  return trials.toSorted((a, b) => placeOf(a) - placeOf(b));
}

const key = (operation: Operation, call: Call, kind: Kind): string =>
  JSON.stringify([operation.name, call, kind.name]);
