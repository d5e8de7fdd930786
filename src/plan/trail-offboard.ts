// The steps that end an account's delivery: logging, trail, and after that the grants. Pure. Logs are never deleted, and a
// trail that is not this bucket's is never touched.

import type { Finding } from '../policy/index.js';
import type { LiveTrail } from '../trail/settings.js';
import type { ObservedMember } from './observe.js';
import { type About, aboutAccount, findTrail, untouchable } from './trail-guards.js';
import { retirement } from './trail-onboard.js';
import type { TrailPlan, TrailRules } from './trail-plan.js';

export function planOffboarding(observed: ObservedMember, rules: TrailRules): TrailPlan {
  const { member, trails, trailArn, logging } = observed;
  const { bucket, prefix = '' } = rules.central;
  const about = aboutAccount(member.accountId);
  const live = findTrail(trails, trailArn, member.trail.name);
  const isOurs = live?.arn === trailArn && live.bucket === bucket && !live.organization;
  const leaving = [{ trailArn, prefix: isOurs ? live.prefix : prefix }];
  const findings = [
    ...(member.state === 'closed' ? [closed(member.trail.name, about)] : []),
    ...(live === null ? [] : untouchable(live, trailArn, about)),
    ...(live === null || isOurs || live.arn !== trailArn || live.organization
      ? []
      : [notOurs(live, bucket, about)]),
    ...others(trails, live, bucket, about),
  ];
  const steps = isOurs ? retirement(live.name, logging) : [];
  return { steps, intended: null, leaving, findings };
}

function closed(name: string, about: About): Finding {
  return about(
    'warning',
    'closed-account-trail',
    `The account is not entered: if trail ${name} still exists, CloudTrail goes on trying to deliver its logs for 30 days, and charges for it.`,
    'A trail of a closed account is deleted by AWS Support only. Delete trails before you close an account.',
  );
}

function notOurs(live: LiveTrail, bucket: string, about: About): Finding {
  return about(
    'warning',
    'trail-delivers-elsewhere',
    `${live.name} delivers to bucket ${live.bucket}, not to ${bucket}, and is left alone.`,
    'Only its grants in the policy of this bucket are taken back.',
  );
}

function others(
  trails: readonly LiveTrail[],
  leaving: LiveTrail | null,
  bucket: string,
  about: About,
): readonly Finding[] {
  return trails
    .filter((trail) => trail.bucket === bucket && trail !== leaving && !trail.organization)
    .map(({ name, arn }) =>
      about(
        'warning',
        'account-still-delivers',
        `The account has another trail that delivers to ${bucket}: ${name} (${arn}). It keeps its grants.`,
        'Run again with its name if it is to leave too.',
      ),
    );
}
