// What is wrong with how a run ended: a disturbed one over its call and fault, a rerun over what an undisturbed run leaves
// behind. What happened to others meanwhile is the witness's to say (watch.ts).

import type { RunResult } from '../sandbox/runner.js';
import type { Call, Kind } from './kinds.js';
import { ACCOUNTS } from './scene.js';

/**
 * How the disturbed run ended: it got over the fault (or was not touched by it); did all its work and told what it could not
 * find out or say; failed and said so; was killed.
 */
export type Ending = 'recovered' | 'told' | 'failed' | 'killed';

export type Verdict = {
  readonly ending: Ending;
  /** What must not be and was; empty where all is well. */
  readonly broken: readonly string[];
};

/** A run's end compared with the undisturbed one's. */
export type Finish = {
  readonly run: RunResult;
  /** AWS is as an undisturbed run leaves it. */
  readonly complete: boolean;
  /** The run gives the same answers, on GitHub too. */
  readonly same: boolean;
  /** Accounts whose trails are not as an undisturbed run leaves them. */
  readonly behind: readonly string[];
};

export function judge(
  { run, complete, same, behind }: Finish,
  fleet: readonly string[],
  call: Call,
  kind: Kind,
): Verdict {
  if (run.signal !== null) {
    const broken = kind.must === 'die' ? [] : [`the process ended by ${run.signal}`];
    return { ending: 'killed', broken };
  }
  if (kind.must === 'die') return { ending: 'failed', broken: ['the process was not killed'] };
  if (run.exitCode === 0) {
    const undone = complete ? [] : [`exit status 0, but the work is not done: ${run.log}`];
    if (same) return { ending: 'recovered', broken: undone };
    const said = messagesOf(run, ['error', 'warning', 'notice']);
    return { ending: 'told', broken: [...undone, ...judgeMessage(said, call, kind)] };
  }
  const helpless = kind.must === 'recover' ? ['what passes by itself was not got over'] : [];
  const broken = [
    ...helpless,
    ...(run.exitCode === 1 ? [] : [`exit status ${run.exitCode}`]),
    ...judgeMessage(messagesOf(run, ['error']), call, kind),
    ...(kind.spreads ? [] : heldBack(run, fleet, call, behind)),
  ];
  return { ending: 'failed', broken };
}

/** What a run says went wrong, as a person sees it. */
export const messagesOf = (
  { annotations }: RunResult,
  levels: readonly string[],
): readonly string[] =>
  annotations.filter(({ level }) => levels.includes(level)).map(({ message }) => message);

/** A message names account and cause, says what to do, and does not take the blame for what others did. */
function judgeMessage(
  messages: readonly string[],
  { account = '' }: Call,
  { cause, spreads }: Kind,
): readonly string[] {
  const said = messages.join('\n');
  const named: readonly string[] = spreads ? Object.values(ACCOUNTS) : [account];
  const lacks: readonly (readonly [boolean, string])[] = [
    [said === '', 'nothing is told'],
    [!named.some((id) => said.includes(id)), `account ${account} is not named`],
    [!cause.test(said), `the cause is not named (${cause.source})`],
    [/Unexpected failure|fault of the action/.test(said), 'it is told as a fault of the action'],
    [said !== '' && !said.includes('→'), 'no remedy is told'],
  ];
  return lacks.flatMap(([isSo, what]) => (isSo ? [`${what}: ${said}`] : []));
}

/** One member's misfortune is its own. */
function heldBack(
  { outputs }: RunResult,
  fleet: readonly string[],
  { account = '' }: Call,
  behind: readonly string[],
): readonly string[] {
  if (!fleet.includes(account)) return [];
  const others = fleet.filter((id) => id !== account && behind.includes(id));
  return [
    ...others.map((id) => `${id} was held back by ${account}`),
    ...(outputs['result'] === 'partial' ? [] : [`the result is ${outputs['result']}`]),
  ];
}
