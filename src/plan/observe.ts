// What is there today: the bucket policy and each member's trails, read at the same time and read only. Decides nothing; a
// member that cannot be read does not hold back the others, a bucket policy that cannot be read stops the run.

import { type PolicyDocument, PolicyError, parsePolicy } from '../policy/index.js';
import { UserError, userError } from '../problem.js';
import type { Member, Request } from '../request/request.js';
import { type LiveTrail, trailArn } from '../trail/settings.js';
import type { BucketReader, Clock, MemberReader, Readers } from './ports.js';

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
  /** All trails that the home Region shows. */
  readonly trails: readonly LiveTrail[];
  readonly logging: boolean;
};

/** A member that could not be read, and why. */
export type UnreadMember = { readonly member: Member; readonly failure: UserError };

export type Observed = {
  readonly policy: ObservedPolicy;
  readonly members: readonly (ObservedMember | UnreadMember)[];
  /** Accounts whose credentials were in the environment, so that no session policy limits them. */
  readonly unlimitedAccounts: readonly string[];
};

/** @throws UserError where the bucket policy cannot be read or understood. */
export async function observe(request: Request, readers: Readers, clock: Clock): Promise<Observed> {
  const [policy, ...members] = await Promise.all([
    readPolicy(readers.central.bucket, request.central, clock),
    ...request.members.map((member) =>
      observeMember(member, readers.members.get(member.accountId)),
    ),
  ]);
  const readable = [...readers.members.values()].flatMap((r) =>
    r instanceof UserError ? [] : [r],
  );
  const unlimitedAccounts = [readers.central, ...readable]
    .filter(({ session }) => !session.limited)
    .map(({ session }) => session.accountId);
  return { policy, members, unlimitedAccounts };
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
        message: `The policy of bucket ${name} cannot be read: ${error.message}`,
        remedy: error.remedy,
      },
      { cause: error },
    );
  }
}

async function observeMember(
  member: Member,
  reader: MemberReader | UserError | undefined,
): Promise<ObservedMember | UnreadMember> {
  if (reader === undefined) throw new Error(`No reader for account ${member.accountId}`);
  if (reader instanceof UserError) return { member, failure: reader };
  const { partition } = reader.session;
  try {
    const [trails, logging] = await Promise.all([
      reader.trails.trails(),
      reader.trails.logging(member.trail.name),
    ]);
    const arn = trailArn(partition, member.region, member.accountId, member.trail.name);
    return { member, trailArn: arn, trails, logging: logging ?? false };
  } catch (error) {
    if (error instanceof UserError) return { member, failure: error };
    throw error;
  }
}
