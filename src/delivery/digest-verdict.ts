// What the validation of digests came to, as values: counts, every problem with its key and cause, and one word. Nothing is
// validated here.

/** What may be wrong with a digest file. */
export type DigestFault =
  /** The digest after it names it, and it is not there. */
  | 'missing'
  | 'format'
  /** Its object has no signature. */
  | 'unsigned'
  | 'algorithm'
  /** It says of itself that it lies elsewhere. */
  | 'moved'
  | 'unknown-key'
  | 'signature'
  /** Signed, but not the file that the digest after it names. */
  | 'replaced'
  | Unread;

/** What may be wrong with a log file that a valid digest names. */
export type LogFault = 'missing' | 'format' | 'hash' | Unread;

/** Not read, so that nothing is known of it: it is in another bucket, or in an archive class. */
export type Unread = 'other-bucket' | 'archived';

export type DigestProblem =
  | { readonly kind: 'digest'; readonly key: string; readonly cause: DigestFault }
  | {
      readonly kind: 'log';
      readonly key: string;
      readonly digest: string;
      readonly cause: LogFault;
    }
  /** Hours of a Region without a digest; milliseconds since the epoch. */
  | {
      readonly kind: 'period';
      readonly region: string;
      readonly from: number;
      readonly to: number;
      readonly cause: PeriodCause;
    };

export type PeriodCause =
  /** A chain begins behind it, as it does when logging starts again. */
  | 'not-logging'
  /** Digests were deleted, or the trail did not log: the one that would tell is gone or invalid. */
  | 'unexplained'
  /** No digest since. */
  | 'none-since';

export type Counts = {
  readonly valid: number;
  readonly invalid: number;
  readonly missing: number;
  readonly unread: number;
};

/**
 * `invalid`: something was changed, forged or deleted. `incomplete`: all that was read is as CloudTrail delivered it, but not
 * everything was read, or hours are without a digest. `none`: there is no digest in the range.
 */
export type DigestWord = 'valid' | 'invalid' | 'incomplete' | 'none';

export type DigestValidation = {
  readonly word: DigestWord;
  /** Backfill digests included. */
  readonly digests: Counts;
  readonly logs: Counts;
  /** The first 1,000; `counts` are of all. */
  readonly problems: readonly DigestProblem[];
};

/** Collects while the files are read, so that a verdict on any number of them takes little memory. */
export type Tally = {
  readonly digest: (key: string, cause: DigestFault | null) => void;
  readonly log: (key: string, digest: string, cause: LogFault | null) => void;
  readonly period: (period: Omit<Extract<DigestProblem, { kind: 'period' }>, 'kind'>) => void;
  readonly verdict: () => DigestValidation;
};

const MOST_PROBLEMS = 1_000;

export function tally(): Tally {
  const digests = { ...NOTHING };
  const logs = { ...NOTHING };
  const problems: DigestProblem[] = [];
  let holes = 0;
  const note = (problem: DigestProblem): void => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
  };
  return {
    digest: (key, cause) => {
      digests[countedAs(cause)] += 1;
      if (cause !== null) note({ kind: 'digest', key, cause });
    },
    log: (key, digest, cause) => {
      logs[countedAs(cause)] += 1;
      if (cause !== null) note({ kind: 'log', key, digest, cause });
    },
    period: (period) => {
      holes += 1;
      note({ kind: 'period', ...period });
    },
    verdict: () => ({ word: wordFor(digests, logs, holes), digests, logs, problems }),
  };
}

const NOTHING: Counts = { valid: 0, invalid: 0, missing: 0, unread: 0 };

function countedAs(cause: DigestFault | LogFault | null): keyof Counts {
  switch (cause) {
    case null:
      return 'valid';
    case 'missing':
      return 'missing';
    case 'other-bucket':
    case 'archived':
      return 'unread';
    case 'format':
    case 'unsigned':
    case 'algorithm':
    case 'moved':
    case 'unknown-key':
    case 'signature':
    case 'replaced':
    case 'hash':
      return 'invalid';
  }
}

function wordFor(digests: Counts, logs: Counts, holes: number): DigestWord {
  if (digests.invalid + digests.missing + logs.invalid + logs.missing > 0) return 'invalid';
  if (digests.valid + digests.unread === 0) return 'none';
  return digests.unread + logs.unread + holes > 0 ? 'incomplete' : 'valid';
}
