// The report's table: one row for the bucket policy (for a bootstrap one for the bucket before it), one for each key that was looked at and one for each member, as plain text. A dry run's rows say what will
// happen, an apply's what did. Escaping is the renderer's business.

import { bucketStepInWords } from '../plan/bucket-plan.js';
import type { KeyPlan } from '../plan/key-plan.js';
import {
  type BucketOutcome,
  isUndone,
  type MemberOutcome,
  type Outcome,
  type Step,
} from '../plan/outcome.js';
import type { MemberPlan, Plan, PlannedMember } from '../plan/plan.js';
import { stepInWords, type TrailStep } from '../plan/steps.js';
import type { Merge } from '../policy/index.js';
import type { Request } from '../request/request.js';
import { changeInWords, settingsInWords } from '../trail/words.js';
import { grouped, plural } from './words.js';

/** `+` comes into being, `~` changes, `−` goes, `!` is wrong, `=` stays as it is. */
export type Mark = '+' | '~' | '−' | '!' | '=';

export type Row = {
  readonly mark: Mark;
  readonly account: string;
  readonly role: 'central' | '';
  /** The member's, where it has one. */
  readonly name: string;
  readonly what: { readonly words: string; readonly name: string; readonly where: string };
  readonly detail: string;
  /** Set after an apply. */
  readonly outcome: string;
};

export function rowsOf(request: Request, plan: Plan, outcome: Outcome | null): readonly Row[] {
  const outcomes = new Map(outcome?.members.map((member) => [member.accountId, member]));
  return [
    ...(request.operation === 'bootstrap' ? [bucketRow(request, plan, outcome)] : []),
    policyRow(request, plan, outcome),
    ...plan.keys.map((key) => keyRow(key, outcome)),
    ...plan.members.flatMap((member) => memberRows(member, outcomes.get(member.member.accountId))),
  ];
}

function bucketRow({ central }: Request, { bucket }: Plan, outcome: Outcome | null): Row {
  const isNew = bucket.some(({ kind }) => kind === 'create-bucket');
  const settings = bucket.filter(({ kind }) => kind !== 'create-bucket').map(bucketStepInWords);
  const failed = outcome?.bucket.some(({ result }) => isUndone(result)) ?? false;
  const mark = isNew ? '+' : bucket.length > 0 ? '~' : '=';
  const change = `${isNew ? 'create' : 'set'}: ${settings.join(', ')}`;
  return {
    mark: failed ? '!' : mark,
    account: central.accountId,
    role: 'central',
    name: '',
    what: { words: 'bucket', name: central.bucket, where: central.bucketRegion },
    detail: bucket.length > 0 ? change : 'unchanged',
    outcome: outcome === null ? '' : bucketInWords(outcome.bucket),
  };
}

function bucketInWords(outcomes: readonly BucketOutcome[]): string {
  if (outcomes.length === 0) return 'unchanged';
  if (outcomes.every(({ result }) => result.state === 'done')) return 'done';
  return outcomes
    .map(({ step, result }) => `${bucketStepInWords(step)}: ${inWords(result)}`)
    .join('; ');
}

function policyRow({ central }: Request, { policy }: Plan, outcome: Outcome | null): Row {
  const { merge, size, before } = policy;
  const counts = [...counted(merge.trails, 'trail'), ...counted(merge.paths, 'path')].join(', ');
  const gone = merge.document === null ? 'deleted, for nothing is left in it' : '';
  const change = merge.changed ? gone || counts || 'statements change' : 'unchanged';
  const bytes =
    size === null || merge.document === null
      ? ''
      : ` · ${grouped(size.bytes)} of ${grouped(size.limit)} bytes`;
  const mark = merge.changed ? (before === null ? '+' : '~') : '=';
  return {
    mark: outcome !== null && isUndone(outcome.policy.step) ? '!' : mark,
    account: central.accountId,
    role: 'central',
    name: '',
    what: { words: 'bucket policy of', name: central.bucket, where: '' },
    detail: `${change}${bytes}`,
    outcome: outcome === null ? '' : inWords(outcome.policy.step),
  };
}

function keyRow({ wish, merge }: KeyPlan, outcome: Outcome | null): Row {
  const { arn, accountId, managed } = wish;
  const done = outcome?.keys.find((key) => key.arn === arn);
  const change = counted(merge.trails, 'trail').join(', ') || 'statements change';
  return {
    mark: done !== undefined && isUndone(done.step) ? '!' : merge.changed ? '~' : '=',
    account: accountId,
    role: 'central',
    name: '',
    what: { words: 'key policy of', name: arn, where: '' },
    detail: merge.changed ? change : managed ? 'unchanged' : 'looked at only',
    outcome: done === undefined ? '' : inWords(done.step),
  };
}

function counted(count: Merge['trails'], thing: string): readonly string[] {
  return [
    count.added === 0 ? '' : `+${plural(count.added, thing)}`,
    count.removed === 0 ? '' : `−${plural(count.removed, thing)}`,
  ].filter((part) => part !== '');
}

/** A row for each trail that something is done to; one row that says "unchanged" where nothing is. */
function memberRows(planned: MemberPlan, outcome: MemberOutcome | undefined): readonly Row[] {
  const { accountId, name = '', region, trail: wish } = planned.member;
  const row = {
    account: accountId,
    role: '',
    name,
    what: { words: 'trail', name: wish.name, where: region },
    outcome: '',
  } as const;
  switch (planned.kind) {
    case 'unread':
      return [{ ...row, mark: '!', detail: 'could not be read; nothing is done in this account' }];
    case 'held-back':
      return [{ ...row, mark: '!', detail: 'must be left alone; nothing is done in this account' }];
    case 'planned': {
      const names = [...new Set(planned.trail.steps.map(({ trail }) => trail))];
      if (names.length === 0)
        return [{ ...row, mark: '=', detail: 'unchanged', outcome: outcome ? 'unchanged' : '' }];
      return names.map((trail) => ({ ...row, ...trailCells(trail, planned, outcome) }));
    }
  }
}

function trailCells(
  name: string,
  { trail, member }: PlannedMember,
  outcome: MemberOutcome | undefined,
): Pick<Row, 'mark' | 'what' | 'detail' | 'outcome'> {
  const steps = trail.steps.filter((step) => step.trail === name);
  const results = outcome?.steps.filter(({ step }) => step.trail === name);
  const failed = results?.some(({ result }) => isUndone(result)) ?? false;
  return {
    mark: failed ? '!' : markOf(steps),
    what: { words: 'trail', name, where: member.region },
    detail: steps.map(stepDetail).join(', then '),
    outcome: results === undefined ? '' : stepsInWords(results),
  };
}

function markOf(steps: readonly TrailStep[]): Mark {
  if (steps.some(({ kind }) => kind === 'create')) return '+';
  return steps.some(({ kind }) => kind === 'delete') ? '−' : '~';
}

function stepDetail(step: TrailStep): string {
  switch (step.kind) {
    case 'create':
      return `create: ${settingsInWords(step.settings)}`;
    case 'update':
      return `change ${step.changes.map(changeInWords).join(', ')}`;
    case 'put-insight-selectors':
      return `${stepInWords(step)}: ${step.types.join(', ') || 'none'}`;
    case 'add-tags':
      return `${stepInWords(step)}: ${Object.keys(step.tags).join(', ')}`;
    case 'remove-tags':
      return `${stepInWords(step)}: ${step.keys.join(', ')}`;
    case 'put-event-selectors':
    case 'start-logging':
    case 'stop-logging':
    case 'delete':
      return stepInWords(step);
  }
}

/** "done", or what was done before the one that failed, and what was then left. */
function stepsInWords(results: MemberOutcome['steps']): string {
  if (results.every(({ result }) => result.state === 'done')) return 'done';
  if (results.every(({ result }) => result.state === 'not-tried')) return 'not tried';
  return stepLines(results).join('; ');
}

/** Each step with what became of it. */
export function stepLines(results: MemberOutcome['steps']): readonly string[] {
  return results.map(({ step, result }) => `${stepInWords(step)}: ${inWords(result)}`);
}

function inWords(step: Step): string {
  switch (step.state) {
    case 'done':
      return 'done';
    case 'unchanged':
      return 'unchanged';
    case 'not-tried':
      return 'not tried';
    case 'cancelled':
      return step.begun ? 'cancelled, not known whether it was done' : 'cancelled, not done';
    case 'failed':
      return `failed: ${step.findings.map(({ message }) => message).join(' ')}`;
  }
}

/** More unchanged accounts than these are counted, not listed. */
const UNCHANGED_ROWS = 3;

/** The rows to list, and how many accounts more stay as they are. */
export function countUnchanged(rows: readonly Row[]): {
  readonly listed: readonly Row[];
  readonly unchanged: number;
} {
  const listed = rows.filter(({ mark, role }) => mark !== '=' || role === 'central');
  const unchanged = rows.length - listed.length;
  return unchanged > UNCHANGED_ROWS ? { listed, unchanged } : { listed: rows, unchanged: 0 };
}
