// Why a trail must be left alone, or what its change costs: the findings about trails. Pure.

import type { Finding, Severity } from '../policy/index.js';
import type { LiveTrail, SettingChange, TrailSettings } from '../trail/settings.js';
import { changeInWords } from '../trail/words.js';

/** "A Region takes five trails", multi-Region ones of other Regions included. Not adjustable. */
const TRAILS_PER_REGION = 5;

export type About = (severity: Severity, code: string, message: string, remedy: string) => Finding;

/** Findings of one account. */
export function aboutAccount(account: string): About {
  return (severity, code, message, remedy) => ({ severity, code, account, message, remedy });
}

/** The wished trail, else one of its name whose home is elsewhere. */
export function findTrail(
  trails: readonly LiveTrail[],
  arn: string,
  name: string,
): LiveTrail | null {
  return (
    trails.find((trail) => trail.arn === arn) ?? trails.find((trail) => trail.name === name) ?? null
  );
}

export function combination(intended: TrailSettings, about: About): readonly Finding[] {
  if (!intended.multiRegion || intended.globalServiceEvents) return [];
  return [
    about(
      'error',
      'trail-global-events',
      'A multi-Region trail always records global service events.',
      'Set global-service-events to true, or multi-region to false.',
    ),
  ];
}

export function slots(
  trails: readonly LiveTrail[],
  region: string,
  about: About,
): readonly Finding[] {
  if (trails.length < TRAILS_PER_REGION) return [];
  const names = trails.map(({ name, homeRegion }) => `${name} (${homeRegion})`).join(', ');
  return [
    about(
      'error',
      'trail-slots-full',
      `${region} has ${trails.length} trails and takes ${TRAILS_PER_REGION}, so none can be created: ${names}.`,
      'Delete a trail that is not needed; AWS does not raise this limit. Multi-Region and organization trails count in every Region. Replacing a trail needs a free one too, for both log at the same time.',
    ),
  ];
}

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

/** A trail that nobody can change from here. */
export function untouchable(live: LiveTrail, trailArn: string, about: About): readonly Finding[] {
  if (live.organization)
    return [
      about(
        'error',
        'trail-of-organization',
        `${live.name} is a trail of the organization (${live.arn}) and cannot be changed from a member account.`,
        'Choose another trail name.',
      ),
    ];
  if (live.arn === trailArn) return [];
  if (accountOf(live.arn) !== accountOf(trailArn))
    return [
      about(
        'error',
        'trail-of-another-account',
        `Account ${accountOf(trailArn)} was asked for its trails, and the answer holds ${live.arn}, a trail of account ${accountOf(live.arn)}.`,
        'Run again; if it stays, look for what stands between the runner and AWS, such as a proxy that mixes up answers.',
      ),
    ];
  return [
    about(
      'error',
      'trail-home-region',
      `${live.name} has ${live.homeRegion} as its home Region (${live.arn}) and can be changed only there.`,
      `Set region to ${live.homeRegion}, or choose another trail name.`,
    ),
  ];
}

export function elsewhere(live: LiveTrail, bucket: string, about: About): Finding {
  return about(
    'error',
    'trail-delivers-elsewhere',
    `${live.name} delivers to bucket ${live.bucket}, not to ${bucket}. Changing it would end the delivery there.`,
    "Choose another trail-name, or set allow-repoint to 'true' if that bucket no longer needs these logs.",
  );
}

/** What ends with a change, so that a reviewer cannot miss it. */
export function losses(
  name: string,
  changes: readonly SettingChange[],
  about: About,
): readonly Finding[] {
  return changes
    .filter(({ loss }) => loss)
    .map((change) =>
      about(
        'warning',
        'trail-loss',
        `${name} loses something: ${changeInWords(change)}.`,
        'Apply only if that is meant. A setting that is not mentioned stays as it is.',
      ),
    );
}
