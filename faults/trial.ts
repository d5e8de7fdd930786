// One operation in a world of its own: undisturbed, to learn what calls it makes and what it leaves behind; or with one call
// met by one fault, and then again without. What is wrong with that is judged elsewhere (judge.ts, watch.ts).

import type { ChildProcess } from 'node:child_process';
import type { Fault, RecordedRequest, Sandbox } from '../sandbox/index.js';
import type { RunResult } from '../sandbox/runner.js';
import { type Finish, judge, messagesOf, type Verdict } from './judge.js';
import type { Call, Kind } from './kinds.js';
import type { Inputs, Operation } from './operation.js';
import { act } from './run.js';
import { onStage, type Stage } from './stage.js';
import { answersOf, commentsOf, policyTextsOf, stateOf, trailsOf } from './state.js';

/** What an undisturbed run does and leaves behind. */
export type Reference = {
  readonly inputs: Inputs;
  readonly calls: readonly Call[];
  /** How AWS was before it, and is after it. */
  readonly before: string;
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

/** @throws Error where the operation does not work at all */
export async function undisturbed(operation: Operation, haste: number): Promise<Reference> {
  return onStage(operation, haste, nothing, async (stage) => {
    const { sandbox } = stage;
    const inputs = operation.reviewed
      ? { ...operation.inputs, 'expected-plan': await reviewedPlan(operation, stage) }
      : operation.inputs;
    const start = everythingIn(sandbox);
    const before = stateOf(sandbox.world);
    const run = await act(operation, inputs, stage);
    const problems = [...stage.watch.broken(), ...messagesOf(run, ['error'])];
    if (run.exitCode !== 0 || problems.length > 0)
      throw new Error(`${operation.name}, undisturbed: ${problems.join('; ')}\n${run.log}`);
    return {
      inputs,
      calls: callsOf(run.requests),
      before,
      state: stateOf(sandbox.world),
      comments: commentsOf(sandbox),
      answers: answersOf(run, sandbox),
      trails: trailsOf(sandbox.world),
      reruns: new Map([[start, Promise.resolve([])]]),
    };
  });
}

/** `onMeet` is called when the fault meets the call; `haste` is how many seconds pass in one in which the action only waits. */
export async function disturbed(
  operation: Operation,
  reference: Reference,
  { call, kind }: { readonly call: Call; readonly kind: Kind },
  { haste, onMeet }: { readonly haste: number; readonly onMeet: () => void },
): Promise<Verdict> {
  let child: ChildProcess | undefined;
  let met = false;
  let signalledAt = Number.NaN;
  let takeBack = nothing;
  const disturb = ({ faults, advance }: Sandbox): void => {
    const reach = { kill: () => child?.kill('SIGKILL'), advance };
    const noted = (): void => {
      // Once: a second signal ends the process where it stands.
      if (kind.signal !== undefined && !met && child?.kill(kind.signal)) signalledAt = realTime();
      met = true;
      onMeet();
    };
    const answer = kind.answer(call, reach);
    takeBack = faults.inject({ ...meeting(call, kind), answer, onMeet: noted });
  };
  return onStage(operation, haste, disturb, async (stage) => {
    const run = await act(operation, reference.inputs, stage, (process) => {
      child = process;
    });
    const ended = { signalledAt, endedAt: realTime() };
    takeBack();
    const finish = { ...ended, ...finishOf(run, reference, stage) };
    // A run on a busy machine reads the policy once more than one on an idle one: then there is no such call.
    if (!met && call.earlier > 0 && run.exitCode === 0 && finish.complete)
      return { ending: 'recovered', broken: stage.watch.broken() };
    const { ending, broken } = judge(finish, operation.fleet ?? [], call, kind);
    const again = ending === 'recovered' ? [] : await rerunFrom(operation, reference, stage);
    const missed = met ? [] : ['the call was never made'];
    return { ending, broken: [...missed, ...broken, ...again, ...stage.watch.broken()] };
  });
}

function finishOf(
  run: RunResult,
  reference: Reference,
  { sandbox }: Stage,
): Omit<Finish, 'signalledAt' | 'endedAt'> {
  const trails = trailsOf(sandbox.world);
  const state = stateOf(sandbox.world);
  return {
    run,
    complete: state === reference.state,
    untouched: state === reference.before,
    same: answersOf(run, sandbox) === reference.answers,
    behind: [...trails].flatMap(([id, now]) => (now === reference.trails.get(id) ? [] : [id])),
  };
}

const nothing = (): void => {};

/** As the sandbox records it. */
const realTime = (): number => performance.timeOrigin + performance.now();

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

async function reviewedPlan(operation: Operation, stage: Stage): Promise<string> {
  const inputs = { ...operation.inputs, comment: 'never' };
  const run = await act({ ...operation, event: 'pull_request' }, inputs, stage);
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

/** The exact policy too: what means the same may be merged another way. */
const everythingIn = (sandbox: Sandbox): string =>
  [policyTextsOf(sandbox.world), stateOf(sandbox.world), commentsOf(sandbox)].join('\n');

/** What is wrong with the rerun from where things stand now. */
function rerunFrom(
  operation: Operation,
  reference: Reference,
  stage: Stage,
): Promise<readonly string[]> {
  const start = everythingIn(stage.sandbox);
  const known = reference.reruns.get(start) ?? rerun(operation, reference, stage);
  reference.reruns.set(start, known);
  return known;
}

/** A plain rerun ends well and leaves behind what an undisturbed run does. */
async function rerun(
  operation: Operation,
  { inputs, state, comments }: Reference,
  stage: Stage,
): Promise<readonly string[]> {
  const again = await act(operation, inputs, stage);
  const [now, left] = [stateOf(stage.sandbox.world), commentsOf(stage.sandbox)];
  return [
    ...(again.exitCode === 0
      ? []
      : [`the rerun failed: ${messagesOf(again, ['error']).join('; ')}`]),
    ...(now === state ? [] : [`the rerun left something else behind: ${now} instead of ${state}`]),
    ...(left === comments ? [] : [`the rerun left ${left} instead of ${comments}`]),
    ...stage.watch.broken(),
  ];
}
