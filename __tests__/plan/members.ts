// A member account as the planning tests have it: its trails, and what was seen of them.

import type { ObservedMember } from '../../src/plan/observe.js';
import type { LiveTrail } from '../../src/trail/settings.js';

export const DEV = '222222222222';
const REGION = 'ap-northeast-2';
export const BUCKET = 'sec-cloudtrail-log';

export const arnOf = (name: string): string => `arn:aws:cloudtrail:${REGION}:${DEV}:trail/${name}`;

/** A trail of the account that delivers into the central bucket. */
export function live(name: string, more: Partial<LiveTrail> = {}): LiveTrail {
  return {
    name,
    arn: arnOf(name),
    homeRegion: REGION,
    organization: false,
    bucket: BUCKET,
    prefix: '',
    multiRegion: true,
    globalServiceEvents: true,
    logFileValidation: true,
    kmsKeyArn: '',
    snsTopicArn: '',
    cloudWatchLogGroupArn: '',
    cloudWatchRoleArn: '',
    recursiveLogging: true,
    ...more,
  };
}

/** Wishes a trail DEV-CLOUDTRAIL, and nothing of its settings. */
export function observed(
  trails: readonly LiveTrail[],
  more: Partial<ObservedMember> = {},
): ObservedMember {
  const member = {
    accountId: DEV,
    state: 'present',
    region: REGION,
    trail: { name: 'DEV-CLOUDTRAIL', settings: {}, extras: {} },
  } as const;
  return {
    member,
    trailArn: arnOf('DEV-CLOUDTRAIL'),
    trails,
    logging: false,
    extras: {},
    replacedLogging: false,
    replacedExtras: {},
    ...more,
  };
}
