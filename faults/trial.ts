// One operation in a world of its own: undisturbed, to learn what calls it makes and what it leaves behind; or with one call
// met by one fault, and then again without. What is wrong with that is judged elsewhere (judge.ts, watch.ts).

import type { ChildProcess } from 'node:child_process';
import {
  type Fault,
  type RecordedRequest,
  type Sandbox,
  startSandbox,
  type World,
} from '../sandbox/index.js';
import { judge, messagesOf, type Verdict } from './judge.js';
import type { Call, Kind } from './kinds.js';
import type { Inputs, Operation } from './operation.js';
import { act, RATE } from './run.js';
import { buildScene } from './scene.js';
import { answersOf, commentsOf, policyTextsOf, stateOf, trailsOf } from './state.js';
import { type Watch, watch } from './watch.js';

/** What an undisturbed run does and leaves behind. */
export type Reference = {
  readonly inputs: Inputs;
  readonly calls: readonly Call[];
  readonly state: string;
  readonly comments: string;
  readonly answers: string;
  /** By account. */
  readonly trails: ReadonlyMap<string, string>;
  /**
   * What is wrong with reruns, by the world they begin in: a rerun knows nothing but that, so one for each is enough. The
   * undisturbed run is the one that begins with nothing done.
   */
  readonly reruns: Map<string, Promise<readonly string[]>>;
};

type Stage = { readonly sandbox: Sandbox; readonly watch: Watch };

/** @throws Error where the operation does not work at all */
export async function undisturbed(operation: Operation): Promise<Reference> {
  return onStage(operation, nothing, async ({ sandbox, watch: witness }) => {
    const inputs = operation.reviewed
      ? { ...operation.inputs, 'expected-plan': await reviewedPlan(operation, sandbox) }
      : operation.inputs;
    const start = everythingIn(sandbox);
    const run = await act(operation, inputs, sandbox);
    const problems = [...witness.broken(), ...messagesOf(run, ['error'])];
    if (run.exitCode !== 0 || problems.length > 0)
      throw new Error(`${operation.name}, undisturbed: ${problems.join('; ')}\n${run.log}`);
    return {
      inputs,
      calls: callsOf(run.requests),
      state: stateOf(sandbox.world),
      comments: commentsOf(sandbox),
      answers: answersOf(run, sandbox),
      trails: trailsOf(sandbox.world),
      reruns: new Map([[start, Promise.resolve([])]]),
    };
  });
}

/** `onMeet` is called when the fault meets the call. */
export async function disturbed(
  operation: Operation,
  reference: Reference,
  { call, kind }: { readonly call: Call; readonly kind: Kind },
  onMeet: () => void,
): Promise<Verdict> {
  let child: ChildProcess | undefined;
  let met = false;
  let takeBack = (): void => {};
  const disturb = ({ faults, advance }: Sandbox): void => {
    takeBack = faults.inject({
      ...meeting(call, kind),
      answer: kind.answer(call, { kill: () => child?.kill('SIGKILL'), advance }),
      onMeet: () => {
        met = true;
        onMeet();
      },
    });
  };
  return onStage(operation, disturb, async ({ sandbox, watch: witness }) => {
    const run = await act(operation, reference.inputs, sandbox, (process) => {
      child = process;
    });
    takeBack();
    const finish = {
      run,
      complete: stateOf(sandbox.world) === reference.state,
      same: answersOf(run, sandbox) === reference.answers,
      behind: behind(sandbox.world, reference),
    };
    // A run on a busy machine reads the policy once more than one on an idle one: then there is no such call.
    if (!met && call.earlier > 0 && run.exitCode === 0 && finish.complete)
      return { ending: 'recovered', broken: witness.broken() };
    const { ending, broken } = judge(finish, operation.fleet ?? [], call, kind);
    const again =
      ending === 'recovered' ? [] : await rerunFrom(operation, reference, sandbox, witness);
    const missed = met ? [] : ['the call was never made'];
    return { ending, broken: [...missed, ...broken, ...again, ...witness.broken()] };
  });
}

const nothing = (): void => {};

/** When the fault meets which request. */
function meeting(
  { operation, account, resource, earlier }: Call,
  { times }: Kind,
): Omit<Fault, 'answer'> {
  return {
    operation,
    after: earlier,
    ...(account !== undefined && { account }),
    ...(resource !== undefined && { resource }),
    ...(times !== undefined && { times }),
  };
}

/** `disturb` comes before what the operation itself lets happen, so that both meet a call that is due for both. */
async function onStage<T>(
  operation: Operation,
  disturb: (sandbox: Sandbox) => void,
  play: (stage: Stage) => Promise<T>,
): Promise<T> {
  let witness: Watch | undefined;
  const sandbox = await startSandbox({
    now: new Date('2026-11-23T12:00:00Z'),
    clockRate: RATE,
    onWrite: () => witness?.look(),
  });
  try {
    buildScene(sandbox.world);
    disturb(sandbox);
    operation.prepare?.(sandbox.world, sandbox);
    witness = watch(sandbox.world, operation.leaving);
    return await play({ sandbox, watch: witness });
  } finally {
    await sandbox.close();
  }
}

async function reviewedPlan(operation: Operation, sandbox: Sandbox): Promise<string> {
  const run = await act({ ...operation, event: 'pull_request' }, operation.inputs, sandbox);
  return run.outputs['plan-digest'] ?? '';
}

/** Numbers equal calls, for they are told apart by nothing else. */
function callsOf(requests: readonly RecordedRequest[]): readonly Call[] {
  const seen = new Map<string, number>();
  return requests.map(({ service, operation, write, account, resource }) => {
    // The name of a log is another one in every world.
    const isObject = service === 's3' && resource?.includes('/');
    const place = {
      ...(account !== undefined && { account }),
      ...(resource !== undefined && !isObject && { resource }),
    };
    const key = JSON.stringify([service, operation, place]);
    const earlier = seen.get(key) ?? 0;
    seen.set(key, earlier + 1);
    return { service, operation, write, earlier, ...place };
  });
}

/** Accounts that are not as an undisturbed run leaves them. */
function behind(world: World, reference: Reference): readonly string[] {
  const now = trailsOf(world);
  const accounts = new Set([...now.keys(), ...reference.trails.keys()]);
  return [...accounts].filter((id) => now.get(id) !== reference.trails.get(id));
}

/** The exact policy too: what means the same may be merged another way. */
const everythingIn = (sandbox: Sandbox): string =>
  [policyTextsOf(sandbox.world), stateOf(sandbox.world), commentsOf(sandbox)].join('\n');

/** What is wrong with the rerun from where things stand now. */
function rerunFrom(
  operation: Operation,
  reference: Reference,
  sandbox: Sandbox,
  witness: Watch,
): Promise<readonly string[]> {
  const start = everythingIn(sandbox);
  const known = reference.reruns.get(start) ?? rerun(operation, reference, sandbox, witness);
  reference.reruns.set(start, known);
  return known;
}

/** A plain rerun ends well and leaves behind what an undisturbed run does. */
async function rerun(
  operation: Operation,
  { inputs, state, comments }: Reference,
  sandbox: Sandbox,
  witness: Watch,
): Promise<readonly string[]> {
  const again = await act(operation, inputs, sandbox);
  const now = stateOf(sandbox.world);
  return [
    ...(again.exitCode === 0
      ? []
      : [`the rerun failed: ${messagesOf(again, ['error']).join('; ')}`]),
    ...(now === state ? [] : [`the rerun left something else behind: ${now} instead of ${state}`]),
    ...(commentsOf(sandbox) === comments ? [] : [`the rerun left ${commentsOf(sandbox)}`]),
    ...witness.broken(),
  ];
}
