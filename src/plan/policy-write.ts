// One change of a policy, the bucket's or a key's, put through: read, merged, written within the bound, and all of it anew as
// long as AWS may do better the next time. Whether it stands afterwards is the keeper's to see to.

import { type Finding, type PolicyDocument, samePolicy } from '../policy/index.js';
import { CallFailure, UserError } from '../problem.js';
import type { ObservedPolicy } from './observe.js';
import type { PolicyOutcome } from './outcome.js';
import { isUnanswered } from './patience.js';
import { type Patience, persist } from './persist.js';
import { isError } from './plan.js';
import type { Clock } from './ports.js';

/** From sending the read to the end of the write: no other run's stale merge is older than this. */
export const READ_TO_WRITE_MS = 2_000;
/** A read so old that less than this is left for the write is made anew. */
const WRITE_MS = 1_000;

/** A policy of a bucket or a key: what must be known of it to write it, for wishes of its own kind. */
export type PolicyHolder<W> = {
  readonly accountId: string;
  /** As findings name it: `the policy of logs`. */
  readonly name: string;
  /** What findings' codes begin with, and the name of the backup file. */
  readonly code: 'policy' | 'key-policy';
  readonly read: () => Promise<ObservedPolicy>;
  /** What the wish makes of a document. Errors among the findings mean: it is not written. */
  readonly plan: (before: PolicyDocument | null, wish: W) => Planned;
  /** Whether all that is wished is in effect, and nothing that is taken back. */
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

export type About = Pick<PolicyHolder<unknown>, 'accountId' | 'name' | 'code'>;

/** What stands in the policy, as far as this run knows. */
export type Standing = {
  /** What it was made from; the same document where nothing was to be written. */
  readonly before: ObservedPolicy;
  readonly after: PolicyDocument | null;
  readonly written: boolean;
  /** When the write was sent, or the read that showed that none was needed. */
  readonly sentAt: number;
  /** The end of the write; of a policy that needed none, when it was read. */
  readonly at: number;
  /** The longest that a write of this change took from its read on. */
  readonly readToWriteMs: number;
};

export type WriterDeps = {
  /** Keeps the policy as it was, before it is written over. */
  readonly backup: (policy: ObservedPolicy) => Promise<void>;
  /** Errors that forbid this run's first write over a policy, beside what the merge itself finds. */
  readonly objections?: (document: PolicyDocument | null) => readonly Finding[];
  readonly clock: Clock;
};

export type PolicyWriter<W> = {
  /** Begins with a policy that has been read already. @throws UserError | CallFailure */
  readonly establish: (wish: W, seen: ObservedPolicy) => Promise<Standing>;
  readonly standing: () => Standing;
  /** Whether a write of ours that was carried out late has undone what was written since. */
  readonly isUndone: (document: PolicyDocument | null) => boolean;
  /** The policy before this run's first write and after its last. */
  readonly written: () => PolicyOutcome['written'];
};

/** `onUnanswered` is told of each write that may or may not have happened, or happen yet. */
export function policyWriter<W>(
  holder: PolicyHolder<W>,
  seen: ObservedPolicy,
  deps: WriterDeps,
  onUnanswered: (sent: Standing) => void,
): PolicyWriter<W> {
  const unanswered: (PolicyDocument | null)[] = [];
  const plan = planOnce(holder);
  let standing = unwritten(seen);
  let written: PolicyOutcome['written'] = null;
  // Its document tells such a write from anybody else's.
  const restored: WriteDeps<W>['restored'] = (document) =>
    unanswered.some((one) => samePolicy(one, document)) ? standing.after : document;
  const note: WriteDeps<W>['onUnanswered'] = (sent) => {
    unanswered.push(sent.after);
    onUnanswered(sent);
  };
  return {
    establish: async (wish, observed) => {
      const only = written === null ? deps : { clock: deps.clock, backup: async () => {} };
      standing = await mergeAndWrite(holder, observed, wish, {
        ...only,
        plan,
        restored,
        onUnanswered: note,
      });
      const { before, after } = standing;
      if (standing.written) written = { before: written?.before ?? before, after };
      return standing;
    },
    standing: () => standing,
    isUndone: (document) => !samePolicy(restored(document), document),
    written: () => written,
  };
}

/**
 * The same document is not planned twice for the same wish. For thousands of accounts that takes longer than a read may be old; the
 * plan is then at hand when the next read shows the same.
 */
function planOnce<W>(holder: PolicyHolder<W>): PolicyHolder<W>['plan'] {
  let last: { readonly text: string; readonly wish: W; readonly planned: Planned } | null = null;
  return (before, wish) => {
    const text = JSON.stringify(before);
    if (last?.text !== text || last.wish !== wish)
      last = { text, wish, planned: holder.plan(before, wish) };
    return last.planned;
  };
}

const unwritten = (seen: ObservedPolicy): Standing => ({
  before: seen,
  after: seen.document,
  written: false,
  sentAt: seen.readAt,
  at: seen.readAt,
  readToWriteMs: 0,
});

type WriteDeps<W> = WriterDeps & {
  readonly plan: PolicyHolder<W>['plan'];
  /** The document to merge into where this one stands. */
  readonly restored: (document: PolicyDocument | null) => PolicyDocument | null;
  readonly onUnanswered: (sent: Standing) => void;
};

async function mergeAndWrite<W>(
  holder: PolicyHolder<W>,
  seen: ObservedPolicy,
  wish: W,
  { plan, backup, objections, restored, onUnanswered, clock }: WriteDeps<W>,
): Promise<Standing> {
  let known: ObservedPolicy | null = seen;
  // A write without an answer may have happened: if the next read holds our grants, it was ours.
  let unanswered: Standing | null = null;
  let readToWriteMs = 0;
  const attempt = async (): Promise<Standing> => {
    const isFresh = known !== null && clock.now() - known.readAt <= READ_TO_WRITE_MS - WRITE_MS;
    const before: ObservedPolicy = known !== null && isFresh ? known : await holder.read();
    known = null;
    const { merge, findings } = plan(restored(before.document), wish);
    // What an unanswered write may have taken is not lost a second time.
    const objected = unanswered === null ? (objections?.(before.document) ?? []) : [];
    const errors = [...findings, ...objected].filter(isError);
    if (errors.length > 0) throw new UserError(errors);
    const after = merge.document;
    if (samePolicy(after, before.document)) return unanswered ?? unwritten(before);
    await backup(before);
    const sentAt = clock.now();
    const left = Math.floor(before.readAt + READ_TO_WRITE_MS - sentAt);
    if (left <= 0) throw readTooSlow(holder);
    const ended = (): Standing => {
      const at = clock.now();
      readToWriteMs = Math.max(readToWriteMs, at - before.readAt);
      return { before, after, written: true, sentAt, at, readToWriteMs };
    };
    try {
      await holder.write(after, left);
    } catch (error) {
      if (isUnanswered(error)) {
        unanswered = ended();
        onUnanswered(unanswered);
      }
      throw error;
    }
    return ended();
  };
  return persist(attempt, holder.patienceFor, clock);
}

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
