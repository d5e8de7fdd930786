// Puts a policy, the bucket's or a key's, into its planned state and sees to it that it stays so. Neither S3 nor KMS has a
// compare-and-swap: each attempt merges a document read right before it, a write is never sent again as it stands, and
// afterwards it is looked whether another run has undone it. Only what this run asked for is ever put right again.

import type { Finding } from '../policy/index.js';
import { type UserError, userError } from '../problem.js';
import type { ObservedPolicy } from './observe.js';
import type { PolicyOutcome } from './outcome.js';
import { witness } from './policy-witness.js';
import {
  type About,
  type PolicyHolder,
  policyWriter,
  type Standing,
  type WriterDeps,
} from './policy-write.js';

/** How long a read may lag behind a write before it is believed. */
const STALE_READ_MS = 500;
/** How often our change is merged anew because it was undone. */
const ROUNDS = 5;

export type PolicyDeps = WriterDeps;

export type PolicyKeeper<W> = {
  /**
   * Merges what is wished and writes if needed, beginning with a policy that has been read already. From then on this is
   * the wish that `confirm` and `settle` keep. @throws UserError
   */
  readonly establish: (wish: W, seen: ObservedPolicy) => Promise<void>;
  /** Reads the policy and merges our change anew if it is undone; whether it stood. @throws UserError */
  readonly confirm: () => Promise<boolean>;
  /**
   * Resolves once our change has been seen `seconds` after the last write: who read before that write has written by
   * then, who read after it has our change. @throws UserError
   */
  readonly settle: (seconds: number) => Promise<void>;
  readonly written: () => PolicyOutcome['written'];
  /** Of what happened to others' access meanwhile. */
  readonly findings: () => readonly Finding[];
};

/** One keeper for a run and a policy: its writes follow one another, however many members ask for one. */
export function policyKeeper<W>(
  holder: PolicyHolder<W>,
  initial: W,
  seen: ObservedPolicy,
  deps: PolicyDeps,
): PolicyKeeper<W> {
  const { clock } = deps;
  const inTurn = turns();
  const others = witness(holder);
  const writer = policyWriter(holder, seen, deps);
  let wish = initial;
  let rounds = 0;
  let looked: Standing | null = null;
  let lagMs = 0;

  const establish = async (observed: ObservedPolicy): Promise<void> => {
    const standing = await writer.establish(wish, observed);
    if (standing.written) others.wrote(standing);
  };

  const turnTo = (next: W, observed: ObservedPolicy): Promise<void> => {
    others.compare(() => holder.plan(observed.document, wish).merge.document);
    others.forget();
    wish = next;
    return establish(observed);
  };

  const stands = ({ document }: ObservedPolicy): boolean =>
    holder.stands(document, wish) && !writer.isUndone(document);

  const confirm = async (): Promise<ObservedPolicy | null> => {
    const isFirst = looked !== writer.standing();
    looked = writer.standing();
    const now = await holder.read();
    if (stands(now)) return now;
    // A read right after a write may be stale, and merging a stale document would undo others.
    await clock.sleep(STALE_READ_MS * (1 + Math.random() / 2));
    const again = await holder.read();
    if (stands(again)) {
      if (isFirst) lagMs = Math.max(lagMs, clock.now() - writer.standing().at);
      return again;
    }
    rounds += 1;
    if (rounds > ROUNDS) throw undoneAgain(holder);
    await establish(again);
    return null;
  };

  // Others' reads may lag as ours did, and then ours may lag behind their writes.
  const due = (seconds: number): number => writer.standing().at + seconds * 1_000 + 2 * lagMs;

  const settle = async (seconds: number): Promise<void> => {
    for (;;) {
      const at = due(seconds);
      await clock.sleep(Math.max(0, Math.ceil(at - clock.now())));
      const now = await inTurn(confirm);
      if (now !== null && at === due(seconds)) return others.compare(() => now.document);
    }
  };

  return {
    establish: (next, observed) => inTurn(() => turnTo(next, observed)),
    confirm: async () => (await inTurn(confirm)) !== null,
    settle,
    written: writer.written,
    findings: others.findings,
  };
}

/** Runs one piece of work after the other, whatever became of the one before. */
function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return mine;
  };
}

function undoneAgain({ accountId, name, code }: About): UserError {
  return userError({
    code: `${code}-undone`,
    account: accountId,
    message: `Another writer undid our change of ${name} in account ${accountId} ${ROUNDS} times.`,
    remedy:
      'Find what else writes this policy (Terraform, CloudFormation, another workflow) and stop it or make the change there; then run again.',
  });
}
