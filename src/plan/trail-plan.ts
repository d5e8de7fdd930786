// What one member's trail needs, decided from what is wished and what is there. Pure. A trail that must not be touched
// comes out with the finding that says why, and is then not granted anything either.

import type { Finding } from '../policy/index.js';
import type { Request } from '../request/request.js';
import {
  intendedSettings,
  type LiveTrail,
  type SettingChange,
  settingChanges,
  type TrailSettings,
} from '../trail/settings.js';
import type { ObservedMember } from './observe.js';

export type TrailAction =
  | { readonly kind: 'create' }
  | { readonly kind: 'update'; readonly changes: readonly SettingChange[] }
  | { readonly kind: 'keep' };

export type TrailPlan = {
  readonly action: TrailAction;
  readonly startLogging: boolean;
  readonly intended: TrailSettings;
  /** Errors here mean: the trail is left alone. */
  readonly findings: readonly Finding[];
};

/** "A Region takes five trails", multi-Region ones of other Regions included. Not adjustable. */
const TRAILS_PER_REGION = 5;

export function planTrail(
  { member, trails, logging, trailArn }: ObservedMember,
  { central, allowRepoint }: Pick<Request, 'central' | 'allowRepoint'>,
): TrailPlan {
  const live =
    trails.find(({ arn }) => arn === trailArn) ??
    trails.find(({ name }) => name === member.trail.name) ??
    null;
  const intended = intendedSettings(member.trail, central, live);
  const changes = live === null ? [] : settingChanges(live, intended);
  const about = (code: string, message: string, remedy: string): Finding => ({
    severity: 'error',
    code,
    account: member.accountId,
    message,
    remedy,
  });
  const findings = [
    ...combination(intended, about),
    ...(live === null ? slots(trails, member.region, about) : untouchable(live, trailArn, about)),
    ...(live === null || live.bucket === central.bucket || allowRepoint
      ? []
      : [elsewhere(live, central.bucket, about)]),
  ];
  const action: TrailAction =
    live === null
      ? { kind: 'create' }
      : changes.length > 0
        ? { kind: 'update', changes }
        : { kind: 'keep' };
  return { action, startLogging: live === null || !logging, intended, findings };
}

type About = (code: string, message: string, remedy: string) => Finding;

function combination(intended: TrailSettings, about: About): readonly Finding[] {
  if (!intended.multiRegion || intended.globalServiceEvents) return [];
  return [
    about(
      'trail-global-events',
      'A multi-Region trail always records global service events.',
      'Set global-service-events to true, or multi-region to false.',
    ),
  ];
}

function slots(trails: readonly LiveTrail[], region: string, about: About): readonly Finding[] {
  if (trails.length < TRAILS_PER_REGION) return [];
  const names = trails.map(({ name, homeRegion }) => `${name} (${homeRegion})`).join(', ');
  return [
    about(
      'trail-slots-full',
      `${region} has ${trails.length} trails and takes ${TRAILS_PER_REGION}, so none can be created: ${names}.`,
      'Delete a trail that is not needed; AWS does not raise this limit. Multi-Region and organization trails count in every Region.',
    ),
  ];
}

function untouchable(live: LiveTrail, trailArn: string, about: About): readonly Finding[] {
  if (live.organization)
    return [
      about(
        'trail-of-organization',
        `${live.name} is a trail of the organization (${live.arn}) and cannot be changed from a member account.`,
        'Choose another trail-name.',
      ),
    ];
  if (live.arn === trailArn) return [];
  return [
    about(
      'trail-home-region',
      `${live.name} has ${live.homeRegion} as its home Region (${live.arn}) and can be changed only there.`,
      `Set region to ${live.homeRegion}, or choose another trail-name.`,
    ),
  ];
}

function elsewhere(live: LiveTrail, bucket: string, about: About): Finding {
  return about(
    'trail-delivers-elsewhere',
    `${live.name} delivers to bucket ${live.bucket}, not to ${bucket}. Changing it would end the delivery there.`,
    "Choose another trail-name, or set allow-repoint to 'true' if that bucket no longer needs these logs.",
  );
}
