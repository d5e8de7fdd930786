// What is there today: the bucket's policy (for a bootstrap or an audit also its settings), each member's trails and the keys
// that encrypt the logs, read at the same time. Decides nothing; a
// member that cannot be read does not hold back the others, a bucket policy that cannot be read stops the run.

import { type PolicyDocument, PolicyError, parsePolicy } from '../policy/index.js';
import { UserError, userError } from '../problem.js';
import type { Member, Request } from '../request/request.js';
import type { TrailExtras } from '../trail/extras.js';
import { type LiveTrail, type TrailStatus, trailArn } from '../trail/settings.js';
import type { BucketSettings } from './bucket-plan.js';
import type { TopicPolicy } from './destinations.js';
import { inParallel } from './in-parallel.js';
import { type ObservedKey, observeKeys } from './observe-keys.js';
import { withSurroundings } from './observe-surroundings.js';
import { isMissingBucket } from './patience.js';
import type { BucketReader, Clock, Readers, Session, TrailReader } from './ports.js';

export type ObservedPolicy = {
  /** As S3 gave it; null where the bucket has no policy. */
  readonly text: string | null;
  readonly document: PolicyDocument | null;
  /** When the read was sent, in the clock's milliseconds: a merge is only as fresh as that. */
  readonly readAt: number;
};

export type ObservedMember = {
  readonly member: Member;
  /** The trail's ARN, whether or not the trail exists. */
  readonly trailArn: string;
  /** Of the trail that this one replaces; undefined where none is named. */
  readonly replacedArn?: string;
  /** All trails that the home Region shows; empty for a closed account, which is not entered. */
  readonly trails: readonly LiveTrail[];
  readonly logging: boolean;
  /** Left out where there is no such trail, or the account is not entered. */
  readonly status?: TrailStatus;
  /** With the tags of a trail that is to be changed, mentioned or not: they tell which tool manages it. */
  readonly extras: TrailExtras;
  /** Why these tags could not be read. */
  readonly tagsUnread?: string;
  /** Of the topic that is to be set. */
  readonly topic?: TopicPolicy;
  readonly replacedLogging: boolean;
  readonly replacedExtras: TrailExtras;
};

/** A member that could not be read, and why. */
export type UnreadMember = { readonly member: Member; readonly failure: UserError };

export type Observed = {
  /** Left out where it was not asked for: in all operations but bootstrap and audit. Null: there is no such bucket. */
  readonly bucket?: BucketSettings | null;
  readonly policy: ObservedPolicy;
  readonly members: readonly (ObservedMember | UnreadMember)[];
  /** Of the central account, in the bucket's Region; others cannot be looked at. */
  readonly keys: readonly ObservedKey[];
  /** Accounts whose credentials were in the environment, so that no session policy limits them. */
  readonly unlimitedAccounts: readonly string[];
};

/**
 * `seen` hears of each member when its turn has ended.
 *
 * @throws UserError where the bucket policy cannot be read or understood.
 */
export async function observe(
  request: Request,
  readers: Readers,
  clock: Clock,
  seen: (member: ObservedMember | UnreadMember) => void,
): Promise<Observed> {
  const observing = inParallel(request.maxParallel, request.members, async (member) => {
    const observed = await observeMember(member, request, readers);
    seen(observed);
    return observed;
  });
  const [central, members, keys] = await Promise.all([
    observeCentral(request, readers.central, clock),
    observing,
    observeKeys(request, observing, readers.central.key, clock),
  ]);
  return { ...central, members, keys, unlimitedAccounts: unlimited(request, members) };
}

/** Those entered without a role. */
function unlimited({ central }: Request, members: Observed['members']): readonly string[] {
  const read = members
    .filter((one) => !('failure' in one) && one.member.state !== 'closed')
    .map(({ member }) => member)
    .filter(({ accountId }) => accountId !== central.accountId);
  return [central, ...read]
    .filter(({ roleArn }) => roleArn === undefined)
    .map(({ accountId }) => accountId);
}

async function observeCentral(
  { operation, central }: Request,
  { bucket, settings }: Readers['central'],
  clock: Clock,
): Promise<Pick<Observed, 'bucket' | 'policy'>> {
  if (operation === 'audit') {
    const reading = [settings.settings(), readPolicy(bucket, central, clock)] as const;
    const [found, policy] = await Promise.all(reading);
    return { bucket: found, policy };
  }
  if (operation !== 'bootstrap') return { policy: await readPolicy(bucket, central, clock) };
  const reading = policyIfThere(bucket, central, clock);
  // Both fail for a bucket of another account; what the settings' failure says is the clearer of the two.
  const [found, policy] = await Promise.allSettled([settings.settings(), reading]);
  if (found.status === 'rejected') throw found.reason;
  if (policy.status === 'rejected') throw policy.reason;
  return { bucket: found.value, policy: policy.value };
}

/** What is still to be created has no policy; for every other operation a missing bucket is an error. */
async function policyIfThere(
  bucket: BucketReader,
  central: Request['central'],
  clock: Clock,
): Promise<ObservedPolicy> {
  const readAt = clock.now();
  try {
    return await readPolicy(bucket, central, clock);
  } catch (error) {
    if (isMissingBucket(error)) return { text: null, document: null, readAt };
    throw error;
  }
}

/** @throws UserError; only S3's own "there is none" counts as no policy. */
export async function readPolicy(
  bucket: BucketReader,
  { accountId, bucket: name }: Request['central'],
  clock: Clock,
): Promise<ObservedPolicy> {
  const readAt = clock.now();
  const text = await bucket.policy();
  try {
    return { text, document: text === null ? null : parsePolicy(text), readAt };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw userError(
      {
        code: 'policy-unreadable',
        account: accountId,
        message: `The policy of bucket ${name} in account ${accountId} cannot be used: ${error.message}`,
        remedy: error.remedy,
      },
      { cause: error },
    );
  }
}

async function observeMember(
  member: Member,
  request: Request,
  readers: Readers,
): Promise<ObservedMember | UnreadMember> {
  if (member.state === 'closed') return unentered(member, readers.central.session.partition);
  const reader = readers.members.get(member.accountId);
  if (reader === undefined) throw new Error(`No reader for account ${member.accountId}`);
  try {
    const session = await reader.enter();
    const ports = reader.open();
    const observed = await entered(member, session, ports.trails);
    return await withSurroundings(observed, request, ports);
  } catch (error) {
    if (error instanceof UserError) return { member, failure: error };
    throw error;
  }
}

function arnsOf({ region, accountId, trail }: Member, partition: string) {
  const arn = (name: string): string => trailArn(partition, region, accountId, name);
  return {
    trailArn: arn(trail.name),
    ...(trail.replaces === undefined ? {} : { replacedArn: arn(trail.replaces) }),
  };
}

/** A member of whose account nothing is known. */
export function unentered(member: Member, partition: string): ObservedMember {
  const nothing = {
    trails: [],
    logging: false,
    extras: {},
    replacedLogging: false,
    replacedExtras: {},
  };
  return { member, ...arnsOf(member, partition), ...nothing };
}

async function entered(
  member: Member,
  session: Session,
  reader: TrailReader,
): Promise<ObservedMember> {
  const { name, replaces, extras: wished } = member.trail;
  const arns = arnsOf(member, session.partition);
  const [trails, own, replaced] = await Promise.all([
    reader.trails(),
    observeTrail(reader, name, arns.trailArn, wished),
    replaces === undefined || arns.replacedArn === undefined
      ? { logging: false, extras: {} }
      : observeTrail(reader, replaces, arns.replacedArn, ALL_EXTRAS),
  ]);
  const old = { replacedLogging: replaced.logging, replacedExtras: replaced.extras };
  return { member, ...arns, trails, ...own, ...old };
}

/** A trail that takes another's place gets what the other has, so all of that is read. */
const ALL_EXTRAS = { eventSelectors: true, insightSelectors: true, tags: true } as const;

/** Reads only what is mentioned: every further call is one more permission that the role needs. */
async function observeTrail(
  reader: TrailReader,
  name: string,
  arn: string,
  mentioned: { readonly [E in keyof TrailExtras]?: unknown },
): Promise<Pick<ObservedMember, 'logging' | 'status' | 'extras'>> {
  const [status, eventSelectors, insightSelectors, tags] = await Promise.all([
    reader.status(name),
    mentioned.eventSelectors === undefined ? null : reader.eventSelectors(name),
    mentioned.insightSelectors === undefined ? null : reader.insightSelectors(name),
    mentioned.tags === undefined ? null : reader.tags(arn),
  ]);
  const extras = {
    ...(eventSelectors === null ? {} : { eventSelectors }),
    ...(insightSelectors === null ? {} : { insightSelectors }),
    ...(tags === null ? {} : { tags }),
  };
  return { logging: status?.logging ?? false, ...(status && { status }), extras };
}
