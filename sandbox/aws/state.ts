// Everything the sandbox's AWS remembers, as plain mutable records: accounts, principals, credentials, buckets, keys, trails.
// No rule is decided here; the services do that.

import { randomBytes } from 'node:crypto';
import type { Decision } from './iam.js';
import type { ObjectsByKey } from './s3/objects-by-key.js';

/** A parsed JSON policy. Whether it is a sound one is the evaluator's to say. */
export type PolicyDocument = { readonly [element: string]: unknown };

export type Account = {
  readonly id: string;
  readonly name: string;
  /** `o-…`, for accounts of an organization. */
  readonly organization?: string;
};

/** `DescribeKey`'s `KeyState`, as far as a trail's key can have it. */
export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion';

export type Key = {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly created: Date;
  readonly manager: 'CUSTOMER' | 'AWS';
  readonly spec: 'SYMMETRIC_DEFAULT' | 'RSA_2048';
  /** ARNs of its aliases. */
  readonly aliases: ReadonlySet<string>;
  state: KeyState;
  /** Oldest first, never empty. */
  readonly policies: PolicyVersion[];
};

export type Principal = {
  readonly kind: 'role' | 'user';
  readonly arn: string;
  /** `AROA…` or `AIDA…`. */
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly policy: PolicyDocument;
};

export type Role = Principal & {
  readonly kind: 'role';
  readonly trust: PolicyDocument;
  readonly maxSessionSeconds: number;
};

export type OidcProvider = {
  readonly arn: string;
  readonly account: string;
  readonly issuer: string;
  readonly clientIds: readonly string[];
};

export type Credential = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  /** ARN of the role or user behind it. */
  readonly principal: string;
  /** What the caller is called: the user's ARN, or the session's. */
  readonly callerArn: string;
  readonly userId: string;
  readonly sessionPolicy?: PolicyDocument;
};

export type StoredObject = {
  readonly key: string;
  readonly body: Buffer;
  readonly etag: string;
  readonly lastModified: Date;
  readonly contentType: string;
  /** ARN of the KMS key it is encrypted with, where it is. */
  readonly kmsKeyArn?: string;
  /** User metadata, names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
};

/** A bucket's or key's policy and when (real milliseconds since the epoch) it was written; `undefined` is no policy. */
export type PolicyVersion = { readonly text: string | undefined; readonly at: number };

export type Bucket = {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly created: Date;
  /** Oldest first, never empty. */
  readonly policies: PolicyVersion[];
  /** Whether its policy or another setting is being written right now. */
  writing: boolean;
  readonly objects: ObjectsByKey;
  /** Other settings by sub-resource (`encryption`), as the XML that is handed back. */
  readonly configurations: Map<string, string>;
};

/** A trail as CloudTrail's API describes it (`Trail` in the service model). */
export type TrailDescription = {
  readonly Name: string;
  readonly TrailARN: string;
  readonly HomeRegion: string;
  readonly S3BucketName: string;
  readonly S3KeyPrefix?: string;
  readonly SnsTopicName?: string;
  readonly SnsTopicARN?: string;
  readonly IncludeGlobalServiceEvents: boolean;
  readonly IsMultiRegionTrail: boolean;
  readonly LogFileValidationEnabled: boolean;
  readonly CloudWatchLogsLogGroupArn?: string;
  readonly CloudWatchLogsRoleArn?: string;
  readonly KmsKeyId?: string;
  readonly HasCustomEventSelectors: boolean;
  readonly HasInsightSelectors: boolean;
  readonly IsOrganizationTrail: boolean;
  readonly RecursiveLogging?: boolean;
};

export type Trail = {
  readonly account: string;
  description: TrailDescription;
  logging: boolean;
  startedAt: Date | undefined;
  stoppedAt: Date | undefined;
  /** Sandbox time of the next delivery while logging. */
  nextDelivery: Date | undefined;
  latestDelivery: Date | undefined;
  latestDeliveryError: string | undefined;
  /** Of a trail with log file validation that has delivered a log. */
  digests: DigestChain | undefined;
  latestDigest: Date | undefined;
  latestDigestError: string | undefined;
  readonly tags: Map<string, string>;
  eventSelectors: readonly unknown[];
  advancedEventSelectors: readonly unknown[];
  insightSelectors: readonly unknown[];
};

/** What the next digest file of a trail will say. */
export type DigestChain = {
  start: Date;
  /** The digest delivered last; none at the start of a chain. */
  previous:
    | {
        readonly bucket: string;
        readonly key: string;
        readonly hash: string;
        readonly signature: string;
      }
    | undefined;
  /** Delivered and not yet in a digest. */
  readonly logs: { readonly at: Date; readonly file: LogFile }[];
};

/** A log as a digest file lists it. */
export type LogFile = {
  readonly s3Bucket: string;
  readonly s3Object: string;
  readonly hashValue: string;
  readonly hashAlgorithm: 'SHA-256';
  readonly newestEventTime: string;
  readonly oldestEventTime: string;
};

/** One try of CloudTrail's to deliver a log. */
export type Attempt = {
  readonly at: Date;
  readonly bucket: string;
  /** What LatestDeliveryError says; absent where the log was delivered. */
  readonly error?: string;
};

export type State = {
  readonly accounts: Map<string, Account>;
  /** By ARN. */
  readonly roles: Map<string, Role>;
  readonly users: Map<string, Principal>;
  readonly oidcProviders: Map<string, OidcProvider>;
  /** By access key ID. */
  readonly credentials: Map<string, Credential>;
  /** By name. */
  readonly buckets: Map<string, Bucket>;
  /** By ARN. */
  readonly keys: Map<string, Key>;
  /** SNS topics by ARN; one without a policy of its own admits no service. */
  readonly topics: Map<string, { readonly policy?: PolicyDocument }>;
  /** ARNs of CloudWatch Logs groups, `:*` at the end. */
  readonly logGroups: Set<string>;
  readonly trails: Map<string, Trail>;
  /** Oldest first, by the ARN of a trail that may be gone. */
  readonly attempts: Map<string, Attempt[]>;
  /** What IAM was asked about callers, oldest first. */
  readonly decisions: Decision[];
  /** By the sandbox's clock, in milliseconds since the epoch: until when all that was due has been delivered. */
  deliveredUntil: number;
};

export function createState(): State {
  return {
    accounts: new Map(),
    roles: new Map(),
    users: new Map(),
    oidcProviders: new Map(),
    credentials: new Map(),
    buckets: new Map(),
    keys: new Map(),
    topics: new Map(),
    logGroups: new Set(),
    trails: new Map(),
    attempts: new Map(),
    decisions: [],
    deliveredUntil: 0,
  };
}

/** An AWS-like identifier: the prefix and capital letters or digits up to `length`. */
export function newId(prefix: string, length = 20): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const letters = [...randomBytes(length - prefix.length)].map((byte) => alphabet[byte % 32]);
  return prefix + letters.join('');
}
