// What the plan and its carrying out need of the world, as plain objects of functions. Readers cannot write: a dry run is
// given nothing else. Every function throws a `CallFailure` when AWS refuses or cannot be reached.

import type { EventSelectors, InsightTypes, Tags } from '../trail/extras.js';
import type { LiveTrail, TrailSettings, TrailStatus } from '../trail/settings.js';
import type { BucketSettings, BucketStep } from './bucket-plan.js';
import type { KeyReader, KeyWriter } from './key-ports.js';

/** Whose credentials a reader or writer uses, as STS told it. */
export type Session = {
  readonly accountId: string;
  /** `aws`, `aws-cn`, `aws-us-gov`, …, from the principal's ARN. */
  readonly partition: string;
};

export type BucketReader = {
  /** The bucket policy's text as S3 gives it; null where the bucket has none. */
  readonly policy: () => Promise<string | null>;
};

export type BucketWriter = {
  /**
   * Replaces the whole policy, once: never sent again by itself. Fails with code `TimeoutError` when no answer came in
   * time; the write may have happened then.
   */
  readonly putPolicy: (text: string, timeoutMs: number) => Promise<void>;
  /** Takes the policy away, for S3 stores no empty one. Otherwise as `putPolicy`. */
  readonly deletePolicy: (timeoutMs: number) => Promise<void>;
};

export type BucketSettingsReader = {
  /** Null where there is no such bucket. @throws UserError `bucket-owned-by-another` where it is somebody else's */
  readonly settings: () => Promise<BucketSettings | null>;
};

/** One call for each kind of step; each may be sent again. */
export type BucketSettingsWriter = {
  readonly [kind in BucketStep['kind']]: () => Promise<void>;
};

/** Bound to one account and the home Region of its trail, so that a trail's name is enough. */
export type TrailReader = {
  /** All trails seen from this Region, other Regions' multi-Region trails and the organization's included. */
  readonly trails: () => Promise<readonly LiveTrail[]>;
  /** Null where there is no such trail. So too the others. */
  readonly status: (name: string) => Promise<TrailStatus | null>;
  readonly eventSelectors: (name: string) => Promise<EventSelectors | null>;
  readonly insightSelectors: (name: string) => Promise<InsightTypes | null>;
  readonly tags: (trailArn: string) => Promise<Tags | null>;
};

/** Bound to one account and the home Region of its trail. */
export type TrailWriter = {
  readonly create: (name: string, settings: TrailSettings, tags: Tags) => Promise<void>;
  /** Changes what is given; CloudTrail leaves the rest as it is. An empty text clears. */
  readonly update: (name: string, settings: Partial<TrailSettings>) => Promise<void>;
  readonly putEventSelectors: (name: string, selectors: EventSelectors) => Promise<void>;
  readonly putInsightSelectors: (name: string, types: InsightTypes) => Promise<void>;
  readonly addTags: (trailArn: string, tags: Tags) => Promise<void>;
  readonly removeTags: (trailArn: string, keys: readonly string[]) => Promise<void>;
  readonly startLogging: (name: string) => Promise<void>;
  readonly stopLogging: (name: string) => Promise<void>;
  readonly delete: (name: string) => Promise<void>;
};

/** All that a plan is made from. */
export type Readers = {
  readonly central: {
    readonly session: Session;
    readonly bucket: BucketReader;
    /** Asked by a bootstrap and an audit only: every further call is one more permission that the role needs. */
    readonly settings: BucketSettingsReader;
    /** By the ARN of a key of the central account. */
    readonly key: (arn: string) => KeyReader;
  };
  /** By account ID, of each member that is entered. */
  readonly members: ReadonlyMap<string, MemberReader>;
};

export type TopicReader = {
  /** The text of an SNS topic's policy, whichever account and Region the topic is of. */
  readonly policy: (topicArn: string) => Promise<string>;
};

export type MemberReader = {
  /** Takes the role, where that is still to be done. @throws UserError where it cannot be taken */
  readonly enter: () => Promise<Session>;
  /** Made when the member's turn comes, and let go after it: thousands of clients at once fill the memory. */
  readonly open: () => MemberPorts;
};

export type MemberPorts = { readonly trails: TrailReader; readonly topics: TopicReader };

export type Writers = {
  readonly bucket: BucketWriter;
  readonly bucketSettings: BucketSettingsWriter;
  /** By the ARN of a key of the central account. */
  readonly key: (arn: string) => KeyWriter;
  /** @throws Error for an account that is not in the readers' members. */
  readonly trails: (accountId: string) => TrailWriter;
};

/** Time as apply sees it: milliseconds that only grow, and waiting. */
export type Clock = {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};
