// What an apply did, step by step, as a value; and the one word for it.

import { Cancelled } from '../cancel.js';
import type { Finding, PolicyDocument } from '../policy/index.js';
import { findingsOf } from '../problem.js';
import type { Request } from '../request/request.js';
import type { BucketStep } from './bucket-plan.js';
import type { ObservedPolicy } from './observe.js';
import type { Plan } from './plan.js';
import { isError } from './plan.js';
import type { TrailStep } from './steps.js';

/** One step of the plan and what became of it. */
export type Step =
  | { readonly state: 'done' }
  | { readonly state: 'unchanged' }
  | { readonly state: 'failed'; readonly findings: readonly Finding[] }
  /** Not begun, because something before it was not done. */
  | { readonly state: 'not-tried' }
  /** Not done, for the run was cancelled; `begun`: on its way then, and nobody saw whether it was done. */
  | { readonly state: 'cancelled'; readonly begun: boolean };

/** What has become of a step that ended in an error. */
export function undone(error: unknown): Step {
  return error instanceof Cancelled
    ? { state: 'cancelled', begun: error.begun }
    : { state: 'failed', findings: findingsOf(error) };
}

/** Whether nothing that comes behind the step may be tried. */
export const isUndone = ({ state }: Step): boolean => state === 'failed' || state === 'cancelled';

export type MemberOutcome = {
  readonly accountId: string;
  /** In order; what comes behind a failed one is not tried. */
  readonly steps: readonly { readonly step: TrailStep; readonly result: Step }[];
};

export type BucketOutcome = { readonly step: BucketStep; readonly result: Step };

export type KeyOutcome = PolicyOutcome & { readonly arn: string };

export type PolicyOutcome = {
  readonly step: Step;
  /** What this run found before its first write, and what it wrote last; null when it wrote nothing. */
  readonly written: {
    readonly before: ObservedPolicy;
    readonly after: PolicyDocument | null;
  } | null;
};

export type Outcome = {
  /** In order, as `MemberOutcome.steps`. */
  readonly bucket: readonly BucketOutcome[];
  readonly policy: PolicyOutcome;
  /** Of each managed key. */
  readonly keys: readonly KeyOutcome[];
  readonly members: readonly MemberOutcome[];
  /** Of what happened on the way, beside the plan's own findings. */
  readonly findings: readonly Finding[];
};

export type Result = 'no-changes' | 'planned' | 'applied' | 'partial' | 'blocked' | 'failed';

const stepsOf = ({ bucket, policy, keys, members }: Outcome): readonly Step[] => [
  ...bucket.map(({ result }) => result),
  policy.step,
  ...keys.map(({ step }) => step),
  ...members.flatMap(({ steps }) => steps.map(({ result }) => result)),
];

/** Of the steps that failed, and of what happened on the way. */
export function outcomeFindings(outcome: Outcome): readonly Finding[] {
  const failures = stepsOf(outcome).flatMap((step) =>
    step.state === 'failed' ? step.findings : [],
  );
  return [...failures, ...outcome.findings];
}

/** Why a run that was told to stop has not done all of its work. */
export function cancellation(changed: boolean): Finding {
  return {
    severity: 'error',
    code: 'cancelled',
    message: `The run was cancelled. ${changed ? 'What had been done by then stays, and is listed.' : 'Nothing had been changed by then.'}`,
    remedy: 'Run again: what is done is found done, and the rest goes on from there.',
  };
}

/** For a dry run that is to fail when there is something to change; says why the step fails. */
export function unwantedChanges(
  { mode, failOn }: Request,
  { changes, blocked }: Plan,
): readonly Finding[] {
  if (mode !== 'plan' || failOn !== 'changes' || changes === 0 || blocked) return [];
  return [
    {
      severity: 'error',
      code: 'changes-found',
      message: `There ${changes === 1 ? 'is 1 change' : `are ${changes} changes`} to apply, and fail-on is changes.`,
      remedy:
        'Apply the plan, or find out who changed what it would put right: the policy diff shows it.',
    },
  ];
}

/** Whether anything in AWS is another than before. */
export function hasChanged(plan: Plan, outcome: Outcome | null): boolean {
  return outcome === null
    ? plan.changes > 0
    : [outcome.policy, ...outcome.keys].some(({ written }) => written !== null) ||
        stepsOf(outcome).some(mayHaveChanged);
}

/** Of a write that nobody saw the end of, it is not claimed that nothing came. */
const mayHaveChanged = (step: Step): boolean =>
  step.state === 'done' || (step.state === 'cancelled' && step.begun);

/** The run in a word, as the output `result` gives it. `outcome` is null when nothing was tried. */
export function resultOf(plan: Plan, outcome: Outcome | null): Result {
  if (plan.blocked) return 'blocked';
  const planned = plan.members.some(({ kind }) => kind === 'planned');
  const errors = [...plan.findings, ...(outcome?.findings ?? [])].some(isError);
  if (!planned) return 'failed';
  if (outcome === null) return errors ? 'partial' : plan.changes > 0 ? 'planned' : 'no-changes';
  const failed = errors || stepsOf(outcome).some(isUndone);
  if (!hasChanged(plan, outcome)) return failed ? 'failed' : 'no-changes';
  return failed ? 'partial' : 'applied';
}
