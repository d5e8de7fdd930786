// Puts the bucket policy into its planned state and sees to it that it stays so. S3 has no compare-and-swap: each attempt
// merges a document read right before it, a write is never sent again as it stands, and afterwards it is looked whether
// another run has undone it. Only our own grants are ever put back.

import {
  compareAccess,
  type Finding,
  missingGrants,
  type PolicyDocument,
  printPolicy,
} from '../policy/index.js';
import { CallFailure, UserError, userError } from '../problem.js';
import type { ObservedPolicy } from './observe.js';
import type { PolicyOutcome } from './outcome.js';
import { bucketWritePatience, isUnanswered } from './patience.js';
import { persist } from './persist.js';
import { isError } from './plan.js';
import { type PolicyWish, planPolicy } from './policy-plan.js';
import type { BucketWriter, Clock } from './ports.js';

/** From sending the read to the end of the write: no other run's stale merge is older than this. */
const READ_TO_WRITE_MS = 2_000;
/** A read so old that less than this is left for the write is made anew. */
const WRITE_MS = 1_000;
/** How long a read may lag behind a write before it is believed. */
const STALE_READ_MS = 500;
/** How often our grants are merged anew because they vanished. */
const ROUNDS = 5;

export type PolicyDeps = {
  readonly read: () => Promise<ObservedPolicy>;
  readonly writer: BucketWriter;
  /** Errors that forbid this run's first write over this policy, beside what the merge itself finds. */
  readonly objections: (document: PolicyDocument | null) => readonly Finding[];
  /** Keeps the policy as it was, before it is written over. */
  readonly backup: (policy: ObservedPolicy) => Promise<void>;
  readonly clock: Clock;
};

export type PolicyKeeper = {
  /**
   * Merges what is wished and writes if needed, beginning with a policy that has been read already. From then on this is
   * the wish that `confirm` and `settle` keep. @throws UserError
   */
  readonly establish: (wish: PolicyWish, seen: ObservedPolicy) => Promise<void>;
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

/** One keeper for a run: its writes follow one another, however many members ask for one. */
export function policyKeeper(initial: PolicyWish, deps: PolicyDeps): PolicyKeeper {
  const { clock } = deps;
  const findings: Finding[] = [];
  let wish = initial;
  let first: Written | null = null;
  let last: Written | null = null;
  let rounds = 0;

  const establish = async (seen: ObservedPolicy): Promise<void> => {
    const isFirst = first === null;
    const backup = isFirst ? deps.backup : async () => {};
    const objections = isFirst ? deps.objections : () => [];
    const written = await mergeAndWrite(seen, wish, { ...deps, backup, objections });
    first ??= written;
    last = written ?? last;
  };

  const stands = ({ document }: ObservedPolicy): boolean =>
    missingGrants(document, wish.admit).length === 0;

  const confirm = async (): Promise<ObservedPolicy | null> => {
    const seen = await deps.read();
    if (stands(seen)) return seen;
    // A read right after a write may be stale, and merging a stale document would undo others.
    await clock.sleep(STALE_READ_MS);
    const again = await deps.read();
    if (stands(again)) return again;
    rounds += 1;
    if (rounds > ROUNDS) throw undoneAgain(wish);
    await establish(again);
    return null;
  };

  const settle = async (seconds: number): Promise<void> => {
    for (let written = last; written !== null; ) {
      await clock.sleep(Math.max(0, written.at + seconds * 1_000 - clock.now()));
      const standing = await inTurn(confirm);
      if (standing !== null && written === last) {
        findings.push(...vanished(written.after, standing.document, wish));
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
async function mergeAndWrite(
  seen: ObservedPolicy,
  wish: PolicyWish,
  { read, writer, objections, backup, clock }: PolicyDeps,
): Promise<Written | null> {
  let known: ObservedPolicy | null = seen;
  // A write without an answer may have happened: if the next read holds our grants, it was ours.
  let unanswered: Written | null = null;
  const attempt = async (): Promise<Written | null> => {
    const isFresh = known !== null && clock.now() - known.readAt <= READ_TO_WRITE_MS - WRITE_MS;
    const before: ObservedPolicy = known !== null && isFresh ? known : await read();
    known = null;
    const { merge, findings } = planPolicy(before.document, wish);
    const errors = [...findings, ...objections(before.document)].filter(isError);
    if (errors.length > 0) throw new UserError(errors);
    if (!merge.changed) return unanswered;
    await backup(before);
    const written = { before, after: merge.document };
    const left = Math.floor(before.readAt + READ_TO_WRITE_MS - clock.now());
    if (left <= 0) throw readTooSlow(wish);
    try {
      await (merge.document === null
        ? writer.deletePolicy(left)
        : writer.putPolicy(printPolicy(merge.document), left));
    } catch (error) {
      if (isUnanswered(error)) unanswered = { ...written, at: clock.now() };
      throw error;
    }
    return { ...written, at: clock.now() };
  };
  return persist(attempt, bucketWritePatience, clock);
}

/** Passes for a time-out, so that it is tried again. */
function readTooSlow({ accountId, bucket }: PolicyWish): CallFailure {
  return new CallFailure('TimeoutError', {
    code: 'policy-read-slow',
    account: accountId,
    message: `Reading the policy of ${bucket} took longer than ${READ_TO_WRITE_MS / 1_000} seconds. It was not written, for others may have written it meanwhile.`,
    remedy:
      'Run again. If it stays, see what is slow between the runner and S3, such as a proxy or a bucket-region far away.',
  });
}

/** A statement that is gone since our write is never put back: it may have been taken out on purpose. */
function vanished(
  written: PolicyDocument | null,
  standing: PolicyDocument | null,
  { accountId, bucket }: PolicyWish,
): readonly Finding[] {
  const { lost } = compareAccess(written, standing, []);
  if (lost.length === 0) return [];
  const rows = lost.map(({ who, may, on }) => `${who} ${may} on ${on}`).join('; ');
  return [
    {
      severity: 'warning',
      code: 'policy-changed-meanwhile',
      account: accountId,
      message: `Another writer changed the policy of ${bucket} right after this run; gone are: ${rows}.`,
      remedy: 'If that was not on purpose, compare with the backup of this run and put it back.',
    },
  ];
}

function undoneAgain({ accountId, bucket }: PolicyWish): UserError {
  return userError({
    code: 'policy-undone',
    account: accountId,
    message: `Another writer took our grants out of the policy of ${bucket} ${ROUNDS} times.`,
    remedy:
      'Find what else writes this policy (Terraform, CloudFormation, another workflow) and stop it or add the grants there; then run again.',
  });
}
