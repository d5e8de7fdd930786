// Trails in the world, and what they may send to: made, removed and looked at behind CloudTrail's back.

import type { Aws } from '../aws/aws.js';
import { deliverNow, firstDelivery } from '../aws/cloudtrail/delivery.js';
import { writePlaceholder } from '../aws/cloudtrail/placeholder.js';
import { newTrail } from '../aws/cloudtrail/trails.js';
import type { Attempt, Trail, TrailDescription } from '../aws/state.js';
import { type PolicyJson, parsed } from './keys.js';

export type TrailSeed = Partial<TrailDescription> & {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly bucket: string;
  /** Default: true. */
  readonly logging?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
} & Partial<Pick<Trail, 'advancedEventSelectors' | 'insightSelectors'>>;

/** A trail with its status and what hangs on it, as a snapshot. */
export type TrailView = TrailDescription &
  Pick<Trail, 'account' | 'logging' | Selectors> & {
    readonly latestDelivery?: Date;
    readonly latestDeliveryError?: string;
    readonly tags: Readonly<Record<string, string>>;
  };

type Selectors = 'eventSelectors' | 'advancedEventSelectors' | 'insightSelectors';

export type TrailWorld = {
  /** Returns the ARN. The bucket is not asked. */
  readonly createTrail: (trail: TrailSeed) => string;
  readonly deleteTrail: (arn: string) => void;
  /** Trails of an account in all Regions, or of all accounts. */
  readonly trails: (account?: string) => readonly TrailView[];
  /** Every try to deliver a log for this trail, oldest first; what a trail did outlives it. */
  readonly deliveries: (trailArn: string) => readonly Attempt[];
  /** Every logging trail tries to deliver at once, to be seen in `deliveries`. */
  readonly tryDeliveries: () => void;
  /** An SNS topic; without a policy it admits nobody but its own account. */
  readonly createTopic: (arn: string, policy?: PolicyJson) => void;
  /** A CloudWatch Logs group by its ARN, `:*` at the end. */
  readonly createLogGroup: (arn: string) => void;
};

export function trailsOf(aws: Aws): TrailWorld {
  const { state } = aws;
  return {
    createTrail: (seed) => createTrail(aws, seed),
    deleteTrail: (arn) => {
      state.trails.delete(arn);
    },
    trails: (account) =>
      [...state.trails.values()]
        .filter((trail) => account === undefined || trail.account === account)
        .map(viewOf),
    deliveries: (arn) => [...(state.attempts.get(arn) ?? [])],
    tryDeliveries: () => deliverNow(aws),
    createTopic: (arn, policy) => {
      state.topics.set(arn, policy === undefined ? {} : { policy: parsed(policy) });
    },
    createLogGroup: (arn) => {
      state.logGroups.add(arn);
    },
  };
}

function createTrail(aws: Aws, seed: TrailSeed): string {
  const { account, region, name, bucket, logging = true, tags = {}, ...more } = seed;
  const { advancedEventSelectors = [], insightSelectors = [], ...description } = more;
  const arn = `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;
  const now = aws.clock.now();
  const trail = newTrail(
    account,
    {
      Name: name,
      TrailARN: arn,
      HomeRegion: region,
      S3BucketName: bucket,
      IncludeGlobalServiceEvents: true,
      IsMultiRegionTrail: true,
      LogFileValidationEnabled: true,
      HasCustomEventSelectors: advancedEventSelectors.length > 0,
      HasInsightSelectors: insightSelectors.length > 0,
      IsOrganizationTrail: false,
      RecursiveLogging: true,
      ...description,
    },
    Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  );
  if (advancedEventSelectors.length > 0)
    Object.assign(trail, { advancedEventSelectors, eventSelectors: [] });
  Object.assign(trail, { insightSelectors });
  trail.logging = logging;
  if (logging) {
    trail.startedAt = now;
    trail.nextDelivery = firstDelivery(now);
  }
  aws.state.trails.set(arn, trail);
  writePlaceholder(aws, trail.description);
  return arn;
}

function viewOf(trail: Trail): TrailView {
  return {
    ...trail.description,
    account: trail.account,
    logging: trail.logging,
    eventSelectors: trail.eventSelectors,
    advancedEventSelectors: trail.advancedEventSelectors,
    insightSelectors: trail.insightSelectors,
    ...(trail.latestDelivery && { latestDelivery: trail.latestDelivery }),
    ...(trail.latestDeliveryError && { latestDeliveryError: trail.latestDeliveryError }),
    tags: Object.fromEntries(trail.tags),
  };
}
