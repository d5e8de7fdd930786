// What the user asks for, checked and complete: the one value the rest of the program works from. Nothing here comes from
// AWS, so a partition (it stands in role ARNs) or a trail's ARN is not known yet.

import type { Layout } from '../policy/index.js';
import type { TrailExtras } from '../trail/extras.js';
import type { SettingsWish } from '../trail/settings.js';

/** `plan` reads only; `apply` carries the plan out. */
export type Mode = 'plan' | 'apply';

export type Central = {
  readonly accountId: string;
  /** Undefined: the credentials already in the environment. */
  readonly roleArn?: string;
  readonly bucket: string;
  readonly bucketRegion: string;
  /** Undefined: not mentioned, so an existing trail keeps its own. Never with `AWSLogs/` or slashes at its ends. */
  readonly prefix?: string;
};

export type Member = {
  readonly accountId: string;
  /** For people to know it by; only the accounts file gives one. */
  readonly name?: string;
  /** `present`: onboard. `absent`: offboard. `closed`: take back the grants without entering the account. */
  readonly state: 'present' | 'absent' | 'closed';
  /** Undefined: the credentials already in the environment. */
  readonly roleArn?: string;
  /** Home Region of the trail. */
  readonly region: string;
  readonly trail: TrailWish;
};

/** What the user says of a trail: nothing is mentioned that has no value here. */
export type TrailWish = {
  readonly name: string;
  /** Name of the older trail of the same account that this one takes the place of. */
  readonly replaces?: string;
  readonly settings: SettingsWish;
  readonly extras: TrailExtras;
};

/** How roles are taken: with the job's OIDC token, directly or by way of a hub role. */
export type Access = {
  readonly audience: string;
  readonly hubRoleArn?: string;
  readonly externalId?: string;
  readonly sessionName: string;
};

export type Request = {
  readonly operation: 'onboard' | 'offboard' | 'bootstrap' | 'verify' | 'audit';
  /** Always `plan` for an audit and for `verify`. */
  readonly mode: Mode;
  readonly central: Central;
  /** In order of account ID; at least one. For a bootstrap the central account alone, for its own trail. */
  readonly members: readonly Member[];
  /** The accounts file's path, as the input has it; undefined where inputs alone name the accounts. */
  readonly accountsFile?: string;
  readonly access: Access;
  readonly layout: Layout;
  /** `o-…`, of the organization that all the accounts are in; always there for layout `organization`. */
  readonly organizationId?: string;
  /** Whether the policies of the keys that members name are merged too; else they are only looked at. */
  readonly manageKeyPolicy: boolean;
  readonly allowRepoint: boolean;
  readonly allowBroadening: boolean;
  /** Digest a reviewer approved, `sha256:…`. */
  readonly expectedPlan?: string;
  /** Seconds from the policy write to the read that looks whether it still stands; 0: no such read. */
  readonly settleSeconds: number;
  /** Member accounts worked on at once. */
  readonly maxParallel: number;
  /** For an audit: an account without a new log for longer is silent. */
  readonly silentAfterHours: number;
  readonly failOn: 'error' | 'changes' | 'drift';
  /** Hours of digest files to validate, back from now. Undefined: none. */
  readonly validateDigestHours?: number;
  /** After an apply, wait until logs have arrived. Always so for operation `verify`. */
  readonly verifyDelivery: boolean;
  /** 0: look once. */
  readonly deliveryTimeoutMinutes: number;
  /** Whether a pull request gets a comment; `auto`: when there is something to say. */
  readonly comment: 'auto' | 'always' | 'never';
  readonly outputDirectory: string;
};
