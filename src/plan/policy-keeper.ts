// Puts a policy, the bucket's or a key's, into its planned state and sees to it that it stays so. Neither S3 nor KMS has a
// compare-and-swap: each attempt merges a document read right before it, a write is never sent again as it stands, and
// afterwards it is looked whether another run has undone it. Only our own grants are ever put back.

import type { Finding, PolicyDocument } from '../policy/index.js';
import { CallFailure, UserError, userError } from '../problem.js';
import type { ObservedPolicy } from './observe.js';
import type { PolicyOutcome } from './outcome.js';
import { isUnanswered } from './patience.js';
import { type Patience, persist } from './persist.js';
import { isError } from './plan.js';
import type { Clock } from './ports.js';

/** From sending the read to the end of the write: no other run's stale merge is older than this. */
const READ_TO_WRITE_MS = 2_000;
/** A read so old that less than this is left for the write is made anew. */
const WRITE_MS = 1_000;
/** How long a read may lag behind a write before it is believed. */
const STALE_READ_MS = 500;
/** How often our grants are merged anew because they vanished. */
const ROUNDS = 5;

/** A policy of a bucket or a key: what the keeper must know of it, for wishes of its own kind. */
export type PolicyHolder<W> = {
  readonly accountId: string;
  /** As findings name it: `the policy of logs`. */
  readonly name: string;
  /** What findings' codes begin with. */
  readonly code: 'policy' | 'key-policy';
  readonly read: () => Promise<ObservedPolicy>;
  /** What the wish makes of a document. Errors among the findings mean: it is not written. */
  readonly plan: (before: PolicyDocument | null, wish: W) => Planned;
  /** Whether all that is wished is in effect. */
  readonly stands: (document: PolicyDocument | null, wish: W) => boolean;
  /** What the second document no longer grants, in words. */
  readonly lost: (
    written: PolicyDocument | null,
    standing: PolicyDocument | null,
  ) => readonly string[];
  /** Once: never sent again by itself. Null takes the policy away. */
  readonly write: (document: PolicyDocument | null, timeoutMs: number) => Promise<void>;
  /** How a write that failed is waited out. */
  readonly patienceFor: (error: unknown) => Patience | null;
};

type Planned = {
  readonly merge: { readonly document: PolicyDocument | null; readonly changed: boolean };
  readonly findings: readonly Finding[];
};

export type PolicyDeps = {
  /** Keeps the policy as it was, before it is written over. */
  readonly backup: (policy: ObservedPolicy) => Promise<void>;
  /** Errors that forbid this run's first write over a policy, beside what the merge itself finds. */
  readonly objections?: (document: PolicyDocument | null) => readonly Finding[];
  readonly clock: Clock;
};

export type PolicyKeeper<W> = {
  /**
   * Merges what is wished and writes if needed, beginning with a policy that has been read already. From then on this is
   * the wish that `confirm` and `settle` keep. @throws UserError
   */
  readonly establish: (wish: W, seen: ObservedPolicy) => Promise<void>;
  /** Reads the policy and merges our grants anew if they are missing; whether they had been there. @throws UserError */
  readonly confirm: () => Promise<boolean>;
  /**
   * Resolves once our grants have been seen `seconds` after the last write: who read before that write has written by
   * then, who read after it has our grants. @throws UserError
   */
  readonly settle: (seconds: number) => Promise<void>;
  readonly written: () => PolicyOutcome['written'];
  /** Of what happened to others' access meanwhile. */
  readonly findings: () => readonly Finding[];
};

type Written = {
  readonly before: ObservedPolicy;
  readonly after: PolicyDocument | null;
  readonly at: number;
};

/** One keeper for a run and a policy: its writes follow one another, however many members ask for one. */
export function policyKeeper<W>(
  holder: PolicyHolder<W>,
  initial: W,
  deps: PolicyDeps,
): PolicyKeeper<W> {
  const { clock } = deps;
  const findings: Finding[] = [];
  let wish = initial;
  let first: Written | null = null;
  let last: Written | null = null;
  let rounds = 0;

  const establish = async (seen: ObservedPolicy): Promise<void> => {
    const { clock: _, ...only } = deps;
    const once = first === null ? only : { backup: async () => {} };
    const written = await mergeAndWrite(holder, seen, wish, { ...once, clock });
    first ??= written;
    last = written ?? last;
  };

  const stands = ({ document }: ObservedPolicy): boolean => holder.stands(document, wish);

  const confirm = async (): Promise<ObservedPolicy | null> => {
    const seen = await holder.read();
    if (stands(seen)) return seen;
    // A read right after a write may be stale, and merging a stale document would undo others.
    await clock.sleep(STALE_READ_MS);
    const again = await holder.read();
    if (stands(again)) return again;
    rounds += 1;
    if (rounds > ROUNDS) throw undoneAgain(holder);
    await establish(again);
    return null;
  };

  const settle = async (seconds: number): Promise<void> => {
    for (let written = last; written !== null; ) {
      await clock.sleep(Math.max(0, written.at + seconds * 1_000 - clock.now()));
      const standing = await inTurn(confirm);
      if (standing !== null && written === last) {
        findings.push(...vanished(written.after, standing.document, holder));
        return;
      }
      written = last;
    }
  };

  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  return {
    establish: (next, seen) =>
      inTurn(() => {
        wish = next;
        return establish(seen);
      }),
    confirm: async () => (await inTurn(confirm)) !== null,
    settle,
    written: () =>
      first === null || last === null ? null : { before: first.before, after: last.after },
    findings: () => findings,
  };
}

/** What was written; null when the policy turned out to need nothing. */
async function mergeAndWrite<W>(
  holder: PolicyHolder<W>,
  seen: ObservedPolicy,
  wish: W,
  { backup, objections, clock }: PolicyDeps,
): Promise<Written | null> {
  let known: ObservedPolicy | null = seen;
  // A write without an answer may have happened: if the next read holds our grants, it was ours.
  let unanswered: Written | null = null;
  const attempt = async (): Promise<Written | null> => {
    const isFresh = known !== null && clock.now() - known.readAt <= READ_TO_WRITE_MS - WRITE_MS;
    const before: ObservedPolicy = known !== null && isFresh ? known : await holder.read();
    known = null;
    const { merge, findings } = holder.plan(before.document, wish);
    // What an unanswered write may have taken is not lost a second time.
    const objected = unanswered === null ? (objections?.(before.document) ?? []) : [];
    const errors = [...findings, ...objected].filter(isError);
    if (errors.length > 0) throw new UserError(errors);
    if (!merge.changed) return unanswered;
    await backup(before);
    const written = { before, after: merge.document };
    const left = Math.floor(before.readAt + READ_TO_WRITE_MS - clock.now());
    if (left <= 0) throw readTooSlow(holder);
    try {
      await holder.write(merge.document, left);
    } catch (error) {
      if (isUnanswered(error)) unanswered = { ...written, at: clock.now() };
      throw error;
    }
    return { ...written, at: clock.now() };
  };
  return persist(attempt, holder.patienceFor, clock);
}

type About = Pick<PolicyHolder<unknown>, 'accountId' | 'name' | 'code'>;

/** Passes for a time-out, so that it is tried again. */
function readTooSlow({ accountId, name, code }: About): CallFailure {
  return new CallFailure('TimeoutError', {
    code: `${code}-read-slow`,
    account: accountId,
    message: `Reading ${name} in account ${accountId} took longer than ${READ_TO_WRITE_MS / 1_000} seconds. It was not written, for others may have written it meanwhile.`,
    remedy:
      'Run again. If it stays, see what is slow between the runner and AWS, such as a proxy or a Region far away.',
  });
}

/** A statement that is gone since our write is never put back: it may have been taken out on purpose. */
function vanished(
  written: PolicyDocument | null,
  standing: PolicyDocument | null,
  { accountId, name, code, lost }: About & Pick<PolicyHolder<unknown>, 'lost'>,
): readonly Finding[] {
  const gone = lost(written, standing);
  if (gone.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: `${code}-changed-meanwhile`,
      account: accountId,
      message: `Another writer changed ${name} right after this run; gone are: ${gone.join('; ')}.`,
      remedy: 'If that was not on purpose, compare with the backup of this run and put it back.',
    },
  ];
}

function undoneAgain({ accountId, name, code }: About): UserError {
  return userError({
    code: `${code}-undone`,
    account: accountId,
    message: `Another writer took our grants out of ${name} in account ${accountId} ${ROUNDS} times.`,
    remedy:
      'Find what else writes this policy (Terraform, CloudFormation, another workflow) and stop it or add the grants there; then run again.',
  });
}
