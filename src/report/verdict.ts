// The verdict: one sentence in bold and one that explains it, for a reviewer who reads no further. Says no more than what
// happened.

import { hasChanged, type MemberOutcome, type Outcome } from '../plan/outcome.js';
import type { MemberPlan, Plan } from '../plan/plan.js';
import type { PolicyPlan } from '../plan/policy-plan.js';
import { code } from './escape.js';
import type { Report } from './report.js';
import { plural } from './words.js';

/** Empty where the heading says it all. */
export function verdict({ request, plan, outcome, result }: Report): string {
  if (request === null || plan === null || result === 'no-changes') return '';
  if (plan.blocked)
    return `**${request.mode === 'plan' ? 'This plan cannot be applied' : 'Nothing was changed'}.** What is listed here must be solved first.`;
  const bucket = code(request.central.bucket);
  if (result !== 'applied' && outcome !== null) return unfinished(plan, outcome);
  const tense = result === 'applied' ? DONE : TO_DO;
  if (request.operation === 'bootstrap') {
    const verb = result === 'applied' ? 'is ready' : 'will be made ready';
    return `**${bucket} ${verb}, with a trail of ${code(request.central.accountId)} itself.** ${accessInWords(plan.policy)}`;
  }
  const sentences = [
    joiningSentence(membersThat(plan, 'join'), tense.join, bucket),
    sentence(membersThat(plan, 'leave'), tense.leave, bucket),
    sentence(membersThat(plan, 'cannot'), CANNOT, ''),
  ].filter((text) => text !== '');
  if (membersThat(plan, 'cannot').length === plan.members.length)
    return '**Nothing can be done in any account.** What is listed here must be solved first.';
  return sentences.length === 0 ? '' : `**${sentences.join(' ')}** ${accessInWords(plan.policy)}`;
}

/** Why there is nothing to do. */
export function settled(plan: Plan, bucket: string): string {
  const joined = membersThat(plan, 'join').length;
  const left = membersThat(plan, 'leave').length;
  const parts = [
    joined === 0
      ? ''
      : `${plural(joined, 'account')} already ${joined === 1 ? 'logs' : 'log'} to ${bucket}`,
    left === 0
      ? ''
      : `${plural(left, 'account')} ${left === 1 ? 'has' : 'have'} no trail or grant there any more`,
  ].filter((part) => part !== '');
  return `${parts.join('; ')}; nothing to do.`;
}

/** Behind one account, behind several. */
type Verb = readonly [one: string, many: string];
const TO_DO: { readonly join: Verb; readonly leave: Verb } = {
  join: ['will log to', 'will log to'],
  leave: ['will leave', 'will leave'],
};
const DONE: { readonly join: Verb; readonly leave: Verb } = {
  join: ['now logs to', 'now log to'],
  leave: ['has left', 'have left'],
};
const CANNOT: Verb = ['cannot: see below', 'cannot: see below'];

function sentence(members: readonly MemberPlan[], [one, many]: Verb, object: string): string {
  if (members.length === 0) return '';
  const ids = members.map(({ member }) => member.accountId);
  const who = ids.length <= 3 ? ids.map(code).join(', ') : plural(ids.length, 'account');
  return `${who} ${ids.length === 1 ? one : many}${object === '' ? '' : ` ${object}`}.`;
}

/** Who is new stands out from a fleet that is on board already. */
function joiningSentence(members: readonly MemberPlan[], verb: Verb, bucket: string): string {
  const working = members.filter((one) => one.kind === 'planned' && one.trail.steps.length > 0);
  const settledOnes = members.length - working.length;
  if (working.length === 0 || settledOnes === 0) return sentence(members, verb, bucket);
  const trails = settledOnes === 1 ? 'trail needs' : 'trails need';
  const beside = `beside ${plural(settledOnes, 'account')} whose ${trails} no change`;
  return sentence(working, verb, `${bucket}, ${beside}`);
}

function membersThat({ members }: Plan, does: 'join' | 'leave' | 'cannot'): readonly MemberPlan[] {
  return members.filter((planned) => {
    if (planned.kind !== 'planned') return does === 'cannot';
    return does === (planned.admit === null ? 'leave' : 'join');
  });
}

function unfinished(plan: Plan, outcome: Outcome): string {
  if (!hasChanged(plan, outcome))
    return '**Nothing was changed.** Running again once the cause is gone finishes the work.';
  const finished = outcome.members.filter(isFinished).length;
  return `**${finished} of ${plural(plan.members.length, 'account')} done.** What was done stays; running again once the cause is gone finishes the work.`;
}

const isFinished = ({ steps }: MemberOutcome): boolean =>
  steps.every(({ result }) => result.state === 'done');

function accessInWords({ access, merge }: PolicyPlan): string {
  if (access.broader) return '**Access gets broader than these accounts need**: see Access.';
  if (access.lostUnasked.length > 0) return '**Somebody else loses access**: see Access.';
  return merge.changed
    ? 'Access as intended: nothing else changes.'
    : 'The bucket policy stays as it is.';
}
