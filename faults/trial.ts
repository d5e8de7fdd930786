// One operation in a world of its own: undisturbed, to learn what calls it makes and what it leaves behind; or with one call
// met by one fault, and then again without. Judges what came of it.

import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Fault,
  type RecordedRequest,
  type Sandbox,
  startSandbox,
  type World,
} from '../sandbox/index.js';
import { type RunResult, runAction } from '../sandbox/runner.js';
import type { Call, Kind } from './kinds.js';
import type { Operation } from './operations.js';
import { ACCOUNTS, buildScene } from './scene.js';
import { policyTextOf, stateOf } from './state.js';
import { type Watch, watch } from './watch.js';

/** How the disturbed run ended: got over it (or was not touched by it), failed and said so, was killed. */
export type Ending = 'recovered' | 'failed' | 'killed';

export type Verdict = {
  readonly ending: Ending;
  /** What must not be and was; empty where all is well. */
  readonly broken: readonly string[];
};

/** What an undisturbed run does and leaves behind. */
export type Reference = {
  readonly inputs: Operation['inputs'];
  readonly calls: readonly Call[];
  readonly state: string;
  /**
   * What is wrong with reruns, by the world they begin in: a rerun knows nothing but that, so one for each is enough. The
   * undisturbed run is the one that begins with nothing done.
   */
  readonly reruns: Map<string, Promise<readonly string[]>>;
};

type Stage = { readonly sandbox: Sandbox; readonly watch: Watch };

/** @throws Error where the operation does not work at all */
export async function undisturbed(operation: Operation): Promise<Reference> {
  return onStage(operation, async (stage) => {
    const inputs = operation.reviewed
      ? { ...operation.inputs, 'expected-plan': await reviewedPlan(operation, stage) }
      : operation.inputs;
    const { world } = stage.sandbox;
    const start = everythingIn(world);
    const run = await act(operation, inputs, stage);
    const problems = [...stage.watch.broken(), ...errorsOf(run)];
    if (run.exitCode !== 0 || problems.length > 0)
      throw new Error(`${operation.name}, undisturbed: ${problems.join('; ')}\n${run.log}`);
    return {
      inputs,
      calls: callsOf(run.requests),
      state: stateOf(world),
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
  return onStage(operation, async (stage) => {
    const { sandbox, watch: witness } = stage;
    let child: ChildProcess | undefined;
    let met = false;
    const takeBack = sandbox.faults.inject({
      ...meeting(call, kind),
      answer: kind.answer(call, {
        kill: () => child?.kill('SIGKILL'),
        advance: sandbox.advance,
      }),
      onMeet: () => {
        met = true;
        onMeet();
      },
    });
    const run = await act(operation, reference.inputs, stage, (process) => {
      child = process;
    });
    takeBack();
    const complete = stateOf(sandbox.world) === reference.state;
    // A run on a busy machine reads the policy once more than one on an idle one: then there is no such call.
    if (!met && call.earlier > 0 && run.exitCode === 0 && complete)
      return { ending: 'recovered', broken: witness.broken() };
    const { ending, broken } = judge(run, call, kind, complete);
    const again = ending === 'recovered' ? [] : await rerunFrom(operation, reference, stage);
    const missed = met ? [] : ['the call was never made'];
    return { ending, broken: [...missed, ...broken, ...again, ...witness.broken()] };
  });
}

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

async function onStage<T>(operation: Operation, play: (stage: Stage) => Promise<T>): Promise<T> {
  let witness: Watch | undefined;
  const sandbox = await startSandbox({
    now: new Date('2026-11-23T12:00:00Z'),
    onWrite: () => witness?.look(),
  });
  try {
    buildScene(sandbox.world);
    operation.prepare?.(sandbox.world);
    witness = watch(sandbox.world, operation.leaving);
    return await play({ sandbox, watch: witness });
  } finally {
    await sandbox.close();
  }
}

async function act(
  { event, env }: Pick<Operation, 'event' | 'env'>,
  inputs: Operation['inputs'],
  { sandbox }: Stage,
  onSpawn: (child: ChildProcess) => void = () => {},
): Promise<RunResult> {
  const directory = await mkdtemp(join(tmpdir(), 'faults-'));
  try {
    return await runAction({
      sandbox,
      event: { name: event ?? 'push' },
      with: inputs,
      directory,
      onSpawn,
      timeoutMs: 300_000,
      ...(env !== undefined && { env: env(sandbox.world) }),
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function reviewedPlan(operation: Operation, stage: Stage): Promise<string> {
  const run = await act({ ...operation, event: 'pull_request' }, operation.inputs, stage);
  return run.outputs['plan-digest'] ?? '';
}

/** Numbers equal calls, for they are told apart by nothing else. */
function callsOf(requests: readonly RecordedRequest[]): readonly Call[] {
  const seen = new Map<string, number>();
  return requests.map(({ service, operation, write, account, resource }) => {
    const key = JSON.stringify([service, operation, account, resource]);
    const earlier = seen.get(key) ?? 0;
    seen.set(key, earlier + 1);
    return {
      service,
      operation,
      write,
      earlier,
      ...(account !== undefined && { account }),
      ...(resource !== undefined && { resource }),
    };
  });
}

/** What a run says went wrong, as a person sees it. */
function errorsOf({ annotations }: RunResult): readonly string[] {
  return annotations.filter(({ level }) => level === 'error').map(({ message }) => message);
}

/** `complete`: what the run left behind is what an undisturbed one leaves. */
function judge(run: RunResult, call: Call, kind: Kind, complete: boolean): Verdict {
  if (run.signal !== null) {
    const broken = kind.must === 'die' ? [] : [`the process ended by ${run.signal}`];
    return { ending: 'killed', broken };
  }
  if (kind.must === 'die') return { ending: 'failed', broken: ['the process was not killed'] };
  if (run.exitCode === 0) {
    const told = complete ? [] : [`exit status 0, but the work is not done: ${run.log}`];
    return { ending: 'recovered', broken: told };
  }
  const helpless = kind.must === 'recover' ? ['what passes by itself was not got over'] : [];
  return { ending: 'failed', broken: [...helpless, ...judgeMessage(run, call, kind)] };
}

/** A failure names account and cause, says what to do, and does not take the blame for what others did. */
function judgeMessage(
  run: RunResult,
  { account = '' }: Call,
  { cause, spreads }: Kind,
): readonly string[] {
  const said = errorsOf(run).join('\n');
  const named: readonly string[] = spreads ? Object.values(ACCOUNTS) : [account];
  const lacks: readonly (readonly [boolean, string])[] = [
    [run.exitCode !== 1, `exit status ${run.exitCode}`],
    [said === '', 'no error is told'],
    [!named.some((id) => said.includes(id)), `account ${account} is not named`],
    [!cause.test(said), `the cause is not named (${cause.source})`],
    [/Unexpected failure|fault of the action/.test(said), 'it is told as a fault of the action'],
    [said !== '' && !said.includes('→'), 'no remedy is told'],
  ];
  return lacks.flatMap(([isSo, what]) => (isSo ? [`${what}: ${said}`] : []));
}

/** The exact policy too: what means the same may be merged another way. */
const everythingIn = (world: World): string => `${policyTextOf(world)}${stateOf(world)}`;

/** What is wrong with the rerun from where things stand now. */
function rerunFrom(
  operation: Operation,
  reference: Reference,
  stage: Stage,
): Promise<readonly string[]> {
  const start = everythingIn(stage.sandbox.world);
  const known = reference.reruns.get(start) ?? rerun(operation, reference, stage);
  reference.reruns.set(start, known);
  return known;
}

/** A plain rerun ends well and leaves behind what an undisturbed run does. */
async function rerun(
  operation: Operation,
  { inputs, state }: Reference,
  stage: Stage,
): Promise<readonly string[]> {
  const again = await act(operation, inputs, stage);
  const now = stateOf(stage.sandbox.world);
  return [
    ...(again.exitCode === 0 ? [] : [`the rerun failed: ${errorsOf(again).join('; ')}`]),
    ...(now === state ? [] : [`the rerun left something else behind: ${now} instead of ${state}`]),
    ...stage.watch.broken(),
  ];
}
