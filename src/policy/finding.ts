// Something a person should know about a bucket policy, a trail or a bucket. Every room speaks of problems in this one
// shape. `error` stops an apply, `warning` and `notice` do not.

export type Severity = 'error' | 'warning' | 'notice';

/** A place in a file of the repository; lines and columns count from 1. */
export type Place = {
  /** Relative to the workspace, as GitHub wants it; as it was given for a file that lies elsewhere. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
};

export type Finding = {
  readonly severity: Severity;
  /** Stable, kebab-case: `policy-deny-stops-cloudtrail`. Users filter on it. */
  readonly code: string;
  /** The account it is about, where it is about one. */
  readonly account?: string;
  /** What is the case, as one or two sentences. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Where it was written, for what is wrong in a file. */
  readonly at?: Place;
};
