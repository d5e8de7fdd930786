// A member account as the planning tests have it: its trails, and what was seen of them.

import type { ObservedMember } from '../../src/plan/observe.js';
import type { Member, Request } from '../../src/request/request.js';
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

export const CENTRAL = '111111111111';

/** Onboards these members into the central bucket. */
export const requestFor = (members: readonly Member[], more: Partial<Request> = {}): Request => ({
  operation: 'onboard',
  mode: 'apply',
  central: { accountId: CENTRAL, bucket: BUCKET, bucketRegion: REGION },
  members,
  access: { audience: 'sts.amazonaws.com', sessionName: 'test' },
  layout: 'documented',
  allowRepoint: false,
  allowBroadening: false,
  settleSeconds: 2,
  maxParallel: 8,
  manageKeyPolicy: false,
  silentAfterHours: 24,
  verifyDelivery: false,
  deliveryTimeoutMinutes: 15,
  comment: 'never',
  failOn: 'error',
  outputDirectory: 'out',
  ...more,
});
