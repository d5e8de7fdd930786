// Looks for the logs of all accounts until each one's delivery is proven, known to fail, or the time is up. Reads only. Every
// round costs one question for each account that is still open; the bucket is looked into only where CloudTrail says that it
// has delivered, and at the end.

import { Cancelled } from '../cancel.js';
import { type Gate, gate, inParallel } from '../plan/in-parallel.js';
import { readPolicy } from '../plan/observe.js';
import { isUnanswered, trailCallPatience } from '../plan/patience.js';
import type { Clock } from '../plan/ports.js';
import type { Finding, PolicyDocument } from '../policy/index.js';
import { findingsOf, UserError } from '../problem.js';
import type { Member, Request } from '../request/request.js';
import type { TrailStatus } from '../trail/settings.js';
import type { Candidate } from './candidates.js';
import { isolationFindings, isolationOf } from './isolation.js';
import {
  type Change,
  type Found,
  findTarget,
  look,
  type Sight,
  type Target,
  unknown,
} from './look.js';
import type { DeliveryReaders, MemberProbe } from './ports.js';
import type { AccountDelivery, DeliveryReport, DigestVerdict, Isolation } from './verdict.js';

export type VerifyDeps = {
  /** Takes the roles. @throws UserError */
  readonly connect: () => Promise<DeliveryReaders>;
  readonly clock: Clock;
  /** A line for the log. */
  readonly say: (line: string) => void;
  /** Hears of each account when it is settled. */
  readonly settled: (account: AccountDelivery) => void;
  /** Left out where no digests are to be validated. */
  readonly validateDigests?: (target: Target, readers: DeliveryReaders) => Promise<DigestVerdict>;
};

/** Logs opened at once: one may take 80 MB. */
const OPENINGS = 2;
/** Milliseconds: the first pause between two rounds, and the longest. */
const PAUSES = { first: 5_000, longest: 60_000 };

/** What AWS refuses is told in the report; never thrown. */
export async function verifyDelivery(
  request: Request,
  candidates: readonly Candidate[],
  deps: VerifyDeps,
): Promise<DeliveryReport> {
  const { clock } = deps;
  const deadline = clock.now() + request.deliveryTimeoutMinutes * 60_000;
  const readers = await connected(deps);
  if (readers instanceof UserError)
    return {
      accounts: candidates.map((candidate) => unseen(candidate, 'not entered')),
      findings: readers.findings,
    };
  const { document, failure } = await policyOf(request, readers, clock);
  const opening = gate(OPENINGS);
  const cases = candidates.map((candidate) =>
    openCase(candidate, request, readers, { document, opening }, deps),
  );
  await lookUntil(deadline, request.maxParallel, cases, deps).catch(ifCancelled);
  const accounts = cases.map(({ candidate, result }) => result() ?? unseen(candidate, CANCELLED));
  return { accounts, findings: [...failure, ...accounts.flatMap(({ findings }) => findings)] };
}

async function connected({ connect }: VerifyDeps): Promise<DeliveryReaders | UserError> {
  try {
    return await connect();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** Looks at all that is open, round after round. */
async function lookUntil(
  deadline: number,
  maxParallel: number,
  cases: readonly Case[],
  { clock, say }: VerifyDeps,
): Promise<void> {
  for (let pause = PAUSES.first; ; pause = Math.min(pause * 2, PAUSES.longest)) {
    const isLast = clock.now() >= deadline;
    const open = cases.filter(({ result }) => result() === null);
    await inParallel(maxParallel, open, (one) => one.look(isLast));
    const settled = cases.filter(({ result }) => result() !== null).length;
    if (settled === cases.length) return;
    const left = Math.max(0, deadline - clock.now());
    say(progress(settled, cases.length, Math.min(pause, left), left));
    await clock.sleep(Math.min(pause, left));
  }
}

function progress(settled: number, all: number, pause: number, left: number): string {
  const minutes = Math.max(1, Math.round(left / 60_000));
  return `Waiting for logs: ${settled} of ${all} accounts settled; looking again in ${Math.ceil(pause / 1_000)} s, for ${minutes} min at most.`;
}

const CANCELLED = 'the run was cancelled';

/** What is known by then is told. */
function ifCancelled(error: unknown): void {
  if (!(error instanceof Cancelled)) throw error;
}

function unseen({ member }: Candidate, detail: string): AccountDelivery {
  const nothing = { proof: null, log: null, isolation: null, digests: null, findings: [] } as const;
  const { accountId, trail } = member;
  return { accountId, trailName: trail.name, state: 'unknown', detail, ...nothing };
}

type KnownPolicy = {
  /** Undefined where it could not be read. */
  readonly document: PolicyDocument | null | undefined;
  readonly failure: readonly Finding[];
};

/** Needed to explain, not to prove: a policy that cannot be read does not end the run. */
async function policyOf(
  { central }: Request,
  { policy }: DeliveryReaders,
  clock: Clock,
): Promise<KnownPolicy> {
  try {
    return { document: (await readPolicy(policy, central, clock)).document, failure: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { document: undefined, failure: error.findings };
  }
}

type Case = {
  readonly candidate: Candidate;
  readonly look: (isLast: boolean) => Promise<void>;
  /** Null as long as nothing is settled. */
  readonly result: () => AccountDelivery | null;
};

/** What all cases share. */
type Shared = Pick<KnownPolicy, 'document'> & { readonly opening: Gate };

function openCase(
  candidate: Candidate,
  request: Request,
  readers: DeliveryReaders,
  { document, opening }: Shared,
  deps: VerifyDeps,
): Case {
  const { member, change } = candidate;
  const { accountId } = member;
  let target: Target | null = null;
  let isolation: Isolation | null = null;
  let settled: AccountDelivery | null = null;
  const settle = async (sight: Sight): Promise<void> => {
    const digests =
      target === null ? null : ((await deps.validateDigests?.(target, readers)) ?? null);
    const isolated =
      isolation === null
        ? []
        : isolationFindings({ accountId, bucket: request.central.bucket }, isolation);
    settled = {
      accountId,
      trailName: member.trail.name,
      ...sight,
      isolation,
      digests,
      findings: [...sight.findings, ...isolated, ...(digests?.findings ?? [])],
    };
    deps.settled(settled);
  };
  const firstLook = async (probe: MemberProbe): Promise<Found | Sight> => {
    const [found, isolated] = await Promise.all([
      findTarget(member, inAwsTime(change, readers, deps.clock), request, probe, readers),
      isolationFor(member, request, readers, document, probe),
    ]);
    isolation = isolated;
    return found;
  };
  const lookAt = async (isLast: boolean): Promise<Sight | null> => {
    const enter = readers.members.get(accountId);
    if (enter === undefined) throw new Error(`No reader for account ${accountId}`);
    const probe = await enter();
    const judged = (at: Target, status: TrailStatus | null): Promise<Sight | null> =>
      look(at, status, readers, opening, document, isLast);
    if (target !== null) return judged(target, await probe.status(target.delivery.trailArn));
    const found = await firstLook(probe);
    if ('state' in found) return found;
    target = found.target;
    return judged(found.target, found.status);
  };
  return {
    candidate,
    result: () => settled,
    look: async (isLast) => {
      const sight = await patiently(() => lookAt(isLast), isLast);
      if (sight !== null) await settle(sight);
    },
  };
}

/** What passes by itself is looked at again as long as there is time. */
async function patiently(
  looking: () => Promise<Sight | null>,
  isLast: boolean,
): Promise<Sight | null> {
  try {
    return await looking();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (!isLast && (isUnanswered(error) || trailCallPatience(error) !== null)) return null;
    return unknown('could not be looked at', ...findingsOf(error));
  }
}

/** The moment of the change by AWS's clock, which may be another than the runner's. */
function inAwsTime(change: Candidate['change'], { now }: DeliveryReaders, clock: Clock): Change {
  return change === null ? null : { ...change, at: now() - (clock.now() - change.at) };
}

/** The owner of the bucket may read it. */
async function isolationFor(
  { accountId, roleArn }: Member,
  { central, organizationId }: Request,
  { partition }: DeliveryReaders,
  document: PolicyDocument | null | undefined,
  probe: MemberProbe,
): Promise<Isolation | null> {
  if (accountId === central.accountId) return null;
  const reader = {
    accountId,
    partition,
    bucket: central.bucket,
    ownerId: central.accountId,
    prefix: central.prefix ?? '',
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(organizationId === undefined ? {} : { organizationId }),
  };
  return isolationOf(reader, document, probe);
}
