// What happened to others' access while a run kept a policy: statements that vanished after it wrote, and a write of its own
// that came so late that others had stopped looking. Told as warnings, for none of it is this run's to put right.

import type { Finding, PolicyDocument } from '../policy/index.js';
import { type About, type PolicyHolder, READ_TO_WRITE_MS, type Standing } from './policy-write.js';

/** A timer may be late by so much without the process having been stopped. */
const TIMER_MS = 100;

export type Witness = {
  readonly wrote: (standing: Standing) => void;
  /** Compares all that was written with what stands now, our own change included. */
  readonly compare: (now: () => PolicyDocument | null) => void;
  /** What was written so far is no measure any more: something else is wished. */
  readonly forget: () => void;
  readonly findings: () => readonly Finding[];
};

export function witness(about: About & Pick<PolicyHolder<unknown>, 'lost'>): Witness {
  const gone = new Set<string>();
  let documents: (PolicyDocument | null)[] = [];
  let longestMs = 0;
  return {
    wrote: ({ after, readToWriteMs }) => {
      documents.push(after);
      longestMs = Math.max(longestMs, readToWriteMs);
    },
    compare: (now) => {
      if (documents.length === 0) return;
      const standing = now();
      for (const document of documents)
        for (const access of about.lost(document, standing)) gone.add(access);
    },
    forget: () => {
      documents = [];
    },
    findings: () => [
      ...(gone.size > 0 ? [changedMeanwhile(about, gone)] : []),
      ...(longestMs > READ_TO_WRITE_MS + TIMER_MS ? [writtenLate(about, longestMs)] : []),
    ],
  };
}

/** A statement that is gone since our write is never put back: it may have been taken out on purpose. */
function changedMeanwhile({ accountId, name, code }: About, gone: ReadonlySet<string>): Finding {
  return {
    severity: 'warning',
    code: `${code}-changed-meanwhile`,
    account: accountId,
    message: `Another writer changed ${name} right after this run; gone are: ${[...gone].join('; ')}.`,
    remedy: `If that was not on purpose, compare with the backup of this run (${code}-backup.json) and put it back.`,
  };
}

/** Others have looked in vain by then. */
function writtenLate({ accountId, name, code }: About, ms: number): Finding {
  return {
    severity: 'warning',
    code: `${code}-write-late`,
    account: accountId,
    message: `Writing ${name} in account ${accountId} took ${(ms / 1_000).toFixed(1)} seconds from its read on, longer than the ${READ_TO_WRITE_MS / 1_000} for which other runs wait: what they wrote meanwhile may be undone.`,
    remedy:
      'Run again what ran at the same time, or run operation audit; see why the runner stood still, or take one with more power.',
  };
}
