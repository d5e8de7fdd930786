// Puts a policy, the bucket's or a key's, into its planned state and sees to it that it stays so. Neither S3 nor KMS has a
// compare-and-swap: each attempt merges a document read right before it, a write is never sent again as it stands, and
// afterwards it is looked whether another run has undone it. Only what this run asked for is ever put right again.

import { type Finding, samePolicy } from '../policy/index.js';
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
import type { Clock } from './ports.js';

/** How long a read may lag behind a write before it is believed. */
const STALE_READ_MS = 500;
/** How often our change is merged anew because it was undone. */
const ROUNDS = 5;
/** How often it is looked whether others have ceased to write. */
const LOOKS = 5;

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
   * Resolves once the policy has stood with our change in it, unchanged, for `seconds`: who read before that has written
   * by then, who reads after it has our change. Others that never cease to write are not waited for. @throws UserError
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
  const lag = lagOf();
  const others = witness(holder);
  const writer = policyWriter(holder, seen, deps, others.wrote);
  let wish = initial;
  let rounds = 0;

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

  const look = async (): Promise<ObservedPolicy> => {
    const standing = writer.standing();
    const now = await holder.read();
    // To judge it takes its time, which is none of AWS's.
    const seenAt = clock.now();
    if (stands(now)) lag.seen(standing, seenAt);
    return now;
  };

  const confirm = async (): Promise<ObservedPolicy | null> => {
    const now = await look();
    if (stands(now)) return now;
    // A read right after a write may be stale, and merging a stale document would undo others.
    await clock.sleep(STALE_READ_MS * (1 + Math.random() / 2));
    const again = await look();
    if (stands(again)) return again;
    rounds += 1;
    if (rounds > ROUNDS) throw undoneAgain(holder);
    await establish(again);
    return null;
  };

  return {
    establish: (next, observed) => inTurn(() => turnTo(next, observed)),
    confirm: async () => (await inTurn(confirm)) !== null,
    settle: async (seconds) => {
      const view = { standing: writer.standing, confirm: () => inTurn(confirm), lag: lag.ms };
      const { document } = await quiet(view, seconds, clock);
      others.compare(() => document);
    },
    written: writer.written,
    findings: others.findings,
  };
}

type View = {
  readonly standing: () => Standing;
  /** Null where our change had to be merged anew. */
  readonly confirm: () => Promise<ObservedPolicy | null>;
  readonly lag: () => number;
};

/** The policy once it has stood unchanged: one that changed may hide another in which we were missing. */
async function quiet(view: View, seconds: number, clock: Clock): Promise<ObservedPolicy> {
  let last: Pick<Standing, 'after' | 'at'> = view.standing();
  for (let looks = 1; ; looks += 1) {
    const lag = view.lag();
    // Others may have read as late as we did, and their writes may be shown to us as late.
    const due = last.at + seconds * 1_000 + 2 * lag;
    await clock.sleep(Math.max(0, Math.ceil(due - clock.now())));
    const now = await view.confirm();
    if (now !== null) {
      const isQuiet = samePolicy(now.document, last.after) && lag === view.lag();
      if (isQuiet || looks >= LOOKS) return now;
    }
    last = now === null ? view.standing() : { after: now.document, at: now.readAt };
  }
}

/** How late our writes were seen, in milliseconds, at the latest. */
function lagOf() {
  let known: Standing | null = null;
  let ms = 0;
  return {
    seen: (standing: Standing, at: number): void => {
      if (standing === known || !standing.written) return;
      known = standing;
      ms = Math.max(ms, at - standing.sentAt);
    },
    ms: () => ms,
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
