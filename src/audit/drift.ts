// How one account differs from what is asked of it. Pure. What an onboarding would do is what is amiss, so the plan's own
// judgement is asked and told in the words of an audit: as warnings, for nothing here keeps an audit from its end.

import { isError } from '../plan/plan.js';
import type { TrailStep } from '../plan/steps.js';
import { findTrail } from '../plan/trail-guards.js';
import { planTrail } from '../plan/trail-plan.js';
import type { Finding, Grantee } from '../policy/index.js';
import type { Request } from '../request/request.js';
import type { LiveTrail } from '../trail/settings.js';
import { differenceInWords } from '../trail/words.js';
import type { OwnCode } from './codes.js';
import type { AuditedMember } from './observe.js';
import { silence } from './silence.js';

type About = (code: OwnCode, message: string, remedy: string) => Finding;

/** `grantee` is what the bucket policy says of the account; undefined where it does not name it. */
export function memberFindings(
  audited: AuditedMember,
  grantee: Grantee | undefined,
  request: Request,
): readonly Finding[] {
  const { accountId, state } = audited.observed.member;
  const about: About = (code, message, remedy) => warning(accountId, code, message, remedy);
  switch (state) {
    case 'present':
      return present(audited, grantee, request, about);
    case 'absent':
      return [
        ...stillGranted(audited, grantee, about),
        ...stillThere(audited, request.central, about),
      ];
    case 'closed':
      return stillGranted(audited, grantee, about);
  }
}

export function warning(account: string, code: OwnCode, message: string, remedy: string): Finding {
  return { severity: 'warning', code, account, message, remedy };
}

/** An error of a plan keeps the plan from being applied; here it is one more thing that is amiss. */
export function asWarning(finding: Finding): Finding {
  return finding.severity === 'error' ? { ...finding, severity: 'warning' } : finding;
}

function present(
  audited: AuditedMember,
  grantee: Grantee | undefined,
  request: Request,
  about: About,
): readonly Finding[] {
  const { observed } = audited;
  const { member, trails, trailArn } = observed;
  const { steps, findings } = planTrail(observed, request);
  const amiss = findings.filter(isError).map(asWarning);
  const live = findTrail(trails, trailArn, member.trail.name);
  const gone = missingTrails(audited, grantee, about);
  if (live === null) return [notOnboarded(audited, grantee, about), ...amiss, ...gone];
  // Somebody else's trail of that name: how it is set is not ours to judge.
  if (live.organization || live.arn !== trailArn) return [...amiss, ...gone];
  return [
    ...amiss,
    ...steps.flatMap((step) => drift(step, audited, live, about)),
    ...silence(audited, live, request, about),
    ...gone,
  ];
}

function notOnboarded(
  { observed: { member, trailArn } }: AuditedMember,
  grantee: Grantee | undefined,
  about: About,
): Finding {
  const { accountId, region, trail } = member;
  return grantee?.trails.includes(trailArn)
    ? about(
        'grant-of-missing-trail',
        `The bucket policy admits trail ${trail.name} of account ${accountId}, and there is no such trail in ${region}: it was deleted, and the account is not recorded.`,
        'Onboard the account again, which creates the trail; or let it leave (operation offboard).',
      )
    : about(
        'account-not-onboarded',
        `Account ${accountId} is listed, and has no trail ${trail.name} in ${region}.`,
        'Onboard the account, or take it off the list.',
      );
}

/** Of other trails than the one that is asked for. Another Region's trail cannot be told from here, unless it shows itself. */
function missingTrails(
  { observed: { member, trails, trailArn } }: AuditedMember,
  grantee: Grantee | undefined,
  about: About,
): readonly Finding[] {
  const there = new Set(trails.map(({ arn }) => arn));
  return (grantee?.trails ?? [])
    .filter((arn) => arn !== trailArn && !/[*?]/.test(arn) && arn.split(':')[3] === member.region)
    .filter((arn) => !there.has(arn))
    .map((arn) =>
      about(
        'grant-of-missing-trail',
        `The bucket policy admits trail ${arn}, and account ${member.accountId} has no such trail.`,
        `Take the grant back: operation offboard with trail-name ${arn.split('/').at(-1) ?? ''}.`,
      ),
    );
}

function drift(
  step: TrailStep,
  audited: AuditedMember,
  live: LiveTrail,
  about: About,
): readonly Finding[] {
  const { member, extras } = audited.observed;
  const { bucket } = live;
  const differs = (words: string): Finding =>
    about(
      'setting-drifted',
      `Trail ${step.trail}: ${words}.`,
      'Onboard the account again to set it back, or change what is asked for. CloudTrail records who changed it (UpdateTrail, PutEventSelectors).',
    );
  const both = (what: string, is: unknown, asked: unknown): Finding =>
    differs(`${what} ${inShort(is)}, and ${inShort(asked)} is asked for`);
  switch (step.kind) {
    case 'update':
      // Delivering elsewhere is told by itself, and the prefix is then one of another bucket.
      return step.changes
        .filter(({ setting }) => setting !== 'bucket')
        .filter(({ setting }) => setting !== 'prefix' || bucket === step.settings.bucket)
        .map((change) => differs(differenceInWords(change)));
    case 'put-event-selectors':
      return [
        both('event selectors are', extras.eventSelectors?.selectors, step.selectors.selectors),
      ];
    case 'put-insight-selectors':
      return [both('insight selectors are', extras.insightSelectors, step.types)];
    case 'add-tags':
      return Object.entries(step.tags).map(([key, value]) =>
        both(`tag ${key} is`, extras.tags?.[key], value),
      );
    case 'remove-tags':
      return step.keys.map((key) => both(`tag ${key} is`, extras.tags?.[key], undefined));
    case 'start-logging':
      return [stopped(step.trail, audited, about)];
    case 'delete':
      return [notReplaced(step.trail, member.trail.name, about)];
    case 'stop-logging':
    case 'create':
      return [];
  }
}

const MOST = 300;

function inShort(value: unknown): string {
  const text = JSON.stringify(value ?? []);
  if (text === '[]') return '(none)';
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

function stopped(trail: string, { observed: { status } }: AuditedMember, about: About): Finding {
  const since = status?.stoppedAt ?? null;
  const when = since === null ? '' : ` since ${new Date(since).toISOString()}`;
  return about(
    'logging-stopped',
    `Trail ${trail} is not logging${when}: what happens in the account is not recorded by it.`,
    'Onboard the account again, which starts it. Find out who stopped it: CloudTrail keeps StopLogging in the event history of the account for 90 days.',
  );
}

const notReplaced = (old: string, name: string, about: About): Finding =>
  about(
    'trail-not-replaced',
    `Trail ${old} is still there, though ${name} takes its place: both are paid for.`,
    'Onboard the account again, which deletes the older trail; or take replaces-trail out.',
  );

function stillGranted(
  { observed: { member } }: AuditedMember,
  grantee: Grantee | undefined,
  about: About,
): readonly Finding[] {
  if (grantee === undefined) return [];
  const what = [...grantee.trails, ...grantee.paths].join(', ') || 'its number';
  return [
    about(
      'account-still-granted',
      `Account ${member.accountId} is to be ${member.state}, and the bucket policy still admits it (${what}; ${grantee.statements.join(', ')}).`,
      `Let it leave: operation offboard${member.state === 'closed' ? " with grants-only 'true'" : ''}.`,
    ),
  ];
}

function stillThere(
  { observed: { member, trails } }: AuditedMember,
  { bucket }: Request['central'],
  about: About,
): readonly Finding[] {
  return trails
    .filter((trail) => trail.bucket === bucket && !trail.organization)
    .map(({ arn }) =>
      about(
        'account-still-has-trail',
        `Account ${member.accountId} is to be absent, and its trail ${arn} still delivers to ${bucket}.`,
        'Let it leave: operation offboard with the name of that trail.',
      ),
    );
}
