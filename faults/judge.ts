// What is wrong with how a run ended: a disturbed one over its call and fault, a rerun over what an undisturbed run leaves
// behind. What happened to others meanwhile is the witness's to say (watch.ts).

import type { RunResult } from '../sandbox/runner.js';
import { type Call, type Kind, SIGNAL_ARRIVES } from './kinds.js';
import { ACCOUNTS } from './scene.js';

/**
 * How the disturbed run ended: it got over the fault (or was not touched by it); did all its work and told what it could not
 * find out or say; failed and said so; was killed; was told to stop and did.
 */
export type Ending = 'recovered' | 'told' | 'failed' | 'killed' | 'stopped';

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
  /** AWS is as it was before the run. */
  readonly untouched: boolean;
  /** When the process was sent a signal, and when it had ended: milliseconds as the sandbox records them. */
  readonly signalledAt: number;
  readonly endedAt: number;
};

export function judge(finish: Finish, fleet: readonly string[], call: Call, kind: Kind): Verdict {
  const { run, complete, same, behind } = finish;
  if (run.signal !== null) {
    const broken = kind.must === 'die' ? [] : [`the process ended by ${run.signal}`];
    return { ending: 'killed', broken };
  }
  if (kind.must === 'die') return { ending: 'failed', broken: ['the process was not killed'] };
  if (kind.must === 'stop') return { ending: 'stopped', broken: judgeStop(finish, call, kind) };
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

/** Milliseconds from SIGINT until the runner sends SIGTERM, the second signal. */
const RUNNER_WAITS = 7_500;

/** Soon, failed, with nothing begun any more; and no claim that nothing was changed where something was. */
function judgeStop(finish: Finish, { service }: Call, { cause }: Kind): readonly string[] {
  const { run, untouched, signalledAt, endedAt } = finish;
  const errors = messagesOf(run, ['error']);
  const said = errors.join('\n');
  const late = run.requests.filter(({ at }) => at > signalledAt + SIGNAL_ARRIVES);
  // The comment comes last, when the summary stands.
  const isSummed = service === 'github' ? run.summary !== '' : cause.test(run.summary);
  const lacks: readonly (readonly [boolean, string])[] = [
    [run.exitCode !== 1, `exit status ${run.exitCode}`],
    [endedAt - signalledAt > RUNNER_WAITS, `it ended ${endedAt - signalledAt} ms after the signal`],
    [late.length > 0, `begun after the signal: ${late.map(({ operation }) => operation).join()}`],
    [errors.length !== 1 || !cause.test(said), `not told once that it was cancelled: ${said}`],
    [!said.includes('→'), `no remedy is told: ${said}`],
    [!isSummed, `the summary does not say it: ${run.summary}`],
    [!untouched && /Nothing (?:had been|was) changed/.test(run.summary), 'it denies what it did'],
  ];
  return lacks.flatMap(([isSo, what]) => (isSo ? [what] : []));
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
