// What one member's trail is brought through, decided from what is wished and what is there. Pure. A trail that must not be
// touched comes out with the finding that says why, and is then not granted anything either.

import type { Finding } from '../policy/index.js';
import type { Request } from '../request/request.js';
import type { LiveTrail, TrailSettings } from '../trail/settings.js';
import { destinationFindings, destinationsSet } from './destinations.js';
import { trailFindings } from './managed-elsewhere.js';
import type { ObservedMember } from './observe.js';
import { secondCopies } from './second-copies.js';
import type { TrailStep } from './steps.js';
import { type About, aboutAccount } from './trail-guards.js';
import { planOffboarding } from './trail-offboard.js';
import { planOnboarding } from './trail-onboard.js';

export type TrailPlan = {
  readonly steps: readonly TrailStep[];
  /** The settings of the trail that is to deliver afterwards; null where none is to. */
  readonly intended: TrailSettings | null;
  /** ARN and prefix of each trail whose grants are taken back once the steps are done. */
  readonly leaving: readonly { readonly trailArn: string; readonly prefix: string }[];
  /** Errors here mean: the account's trails and grants are left alone. */
  readonly findings: readonly Finding[];
};

export type TrailRules = Pick<Request, 'central' | 'allowRepoint' | 'mode'>;

export function planTrail(observed: ObservedMember, rules: TrailRules): TrailPlan {
  const plan = planSteps(observed, rules);
  return { ...plan, findings: [...plan.findings, ...surroundings(observed, plan, rules)] };
}

/** What will be done: nothing where an error holds the trail back. */
export function stepsOf({ steps, findings }: TrailPlan): readonly TrailStep[] {
  return findings.some(({ severity }) => severity === 'error') ? [] : steps;
}

function planSteps(observed: ObservedMember, rules: TrailRules): TrailPlan {
  const { state } = observed.member;
  switch (state) {
    case 'present':
      return planOnboarding(observed, rules);
    case 'absent':
    case 'closed':
      return planOffboarding(observed, rules);
  }
}

/** What is about the steps and not about the trail's own settings: nothing where nothing is done. */
function surroundings(
  observed: ObservedMember,
  plan: TrailPlan,
  { central, mode }: TrailRules,
): readonly Finding[] {
  const { member, trails, trailArn, extras, replacedExtras, tagsUnread, topic } = observed;
  const about = aboutAccount(member.accountId);
  const steps = stepsOf(plan);
  const tagsOf = ({ arn }: LiveTrail) => (arn === trailArn ? extras : replacedExtras).tags;
  return [
    ...secondCopies(observed, steps, central.bucket, about),
    ...trailFindings(trails, steps, tagsOf, about),
    ...(tagsUnread === undefined ? [] : [unread(member.trail.name, tagsUnread, about)]),
    ...destinationFindings(destinationsSet(steps), { trailArn, mode, topic }, about),
  ];
}

function unread(name: string, cause: string, about: About): Finding {
  return about(
    'notice',
    'trail-tags-not-read',
    `Whether another tool manages trail ${name} was not looked at, for its tags could not be read: ${cause}`,
    'Allow cloudtrail:ListTags on the trail to be told when Terraform or CloudFormation would undo a change.',
  );
}
