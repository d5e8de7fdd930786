// The report's table: one row for the bucket policy and one for each member, as plain text. A dry run's rows say what will
// happen, an apply's what did. Escaping is the renderer's business.

import type { MemberOutcome, Outcome, Step } from '../plan/outcome.js';
import { hasWork, type MemberPlan, type Plan } from '../plan/plan.js';
import type { Request } from '../request/request.js';
import { changeInWords, plural, settingsInWords } from './words.js';

/** `+` comes into being, `~` changes, `!` goes wrong, `=` stays as it is. */
export type Mark = '+' | '~' | '!' | '=';

export type Row = {
  readonly mark: Mark;
  readonly account: string;
  readonly role: 'central' | '';
  readonly what: { readonly words: string; readonly name: string; readonly where: string };
  readonly detail: string;
  /** Set after an apply. */
  readonly outcome: string;
};

export function rowsOf(request: Request, plan: Plan, outcome: Outcome | null): readonly Row[] {
  const outcomes = new Map(outcome?.members.map((member) => [member.accountId, member]));
  return [
    policyRow(request, plan, outcome),
    ...plan.members.map((member) => memberRow(member, outcomes.get(member.member.accountId))),
  ];
}

function policyRow({ central }: Request, { policy }: Plan, outcome: Outcome | null): Row {
  const { merge, size, before } = policy;
  const parts = [
    merge.changed ? counted(merge.trails.added, 'trail') : '',
    merge.changed ? counted(merge.paths.added, 'path') : '',
  ].filter((part) => part !== '');
  const change = merge.changed ? parts.join(', ') || 'statements change' : 'unchanged';
  const bytes =
    size === null
      ? ''
      : ` · ${size.bytes.toLocaleString('en-US')} of ${size.limit.toLocaleString('en-US')} bytes`;
  return {
    mark: markOf(outcome?.policy.step, merge.changed ? (before === null ? '+' : '~') : '='),
    account: central.accountId,
    role: 'central',
    what: { words: 'bucket policy of', name: central.bucket, where: '' },
    detail: `${change}${bytes}`,
    outcome: outcome === null ? '' : inWords(outcome.policy.step),
  };
}

const counted = (count: number, thing: string): string =>
  count === 0 ? '' : `+${plural(count, thing)}`;

function memberRow(planned: MemberPlan, outcome: MemberOutcome | undefined): Row {
  const { accountId, region, trail: wish } = planned.member;
  const row = {
    account: accountId,
    role: '',
    what: { words: 'trail', name: wish.name, where: region },
  } as const;
  switch (planned.kind) {
    case 'unread':
      return { ...row, mark: '!', detail: 'could not be read; not onboarded', outcome: '' };
    case 'held-back':
      return { ...row, mark: '!', detail: 'left alone; not onboarded', outcome: '' };
    case 'planned':
      return {
        ...row,
        mark: memberMark(planned, outcome),
        detail: memberDetail(planned),
        outcome: outcome === undefined ? '' : memberWords(outcome),
      };
  }
}

type Planned = Extract<MemberPlan, { readonly kind: 'planned' }>;

function memberMark(planned: Planned, outcome: MemberOutcome | undefined): Mark {
  const mark = planned.trail.action.kind === 'create' ? '+' : hasWork(planned) ? '~' : '=';
  return markOf(outcome?.logging, markOf(outcome?.trail, mark));
}

function memberDetail({ trail }: Planned): string {
  const { action, startLogging, intended } = trail;
  switch (action.kind) {
    case 'create':
      return `create: ${settingsInWords(intended)}, then start logging`;
    case 'update':
      return `change ${action.changes.map(changeInWords).join(', ')}${startLogging ? ', then start logging' : ''}`;
    case 'keep':
      return startLogging ? 'start logging' : 'unchanged';
  }
}

function markOf(step: Step | undefined, mark: Mark): Mark {
  return step?.state === 'failed' ? '!' : mark;
}

function memberWords({ trail, logging }: MemberOutcome): string {
  if (trail.state === 'failed') return inWords(trail);
  if (logging.state === 'failed') return `trail ${inWords(trail)}; logging ${inWords(logging)}`;
  if (trail.state === 'not-tried' || logging.state === 'not-tried') return 'not tried';
  return trail.state === 'done' || logging.state === 'done' ? 'done' : 'unchanged';
}

function inWords(step: Step): string {
  switch (step.state) {
    case 'done':
      return 'done';
    case 'unchanged':
      return 'unchanged';
    case 'not-tried':
      return 'not tried';
    case 'failed':
      return `failed: ${step.findings.map(({ message }) => message).join(' ')}`;
  }
}
