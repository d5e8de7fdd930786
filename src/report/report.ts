// What a run has to tell, as one value: everything the summary, the outputs, the plan file and the log are made from.

import type { Audit } from '../audit/audit.js';
import type { DeliveryReport } from '../delivery/verdict.js';
import type { Outcome, Result } from '../plan/outcome.js';
import type { Plan } from '../plan/plan.js';
import type { AccessRow, Finding } from '../policy/index.js';
import type { Request } from '../request/request.js';

/** The workflow run, for the marker and the last line. */
export type RunInfo = {
  readonly workflow: string;
  readonly job: string;
  readonly commit: string;
  readonly url: string;
};

/** Null for what the run did not come to. */
export type Report = {
  readonly run: RunInfo;
  readonly result: Result;
  readonly request: Request | null;
  readonly plan: Plan | null;
  readonly outcome: Outcome | null;
  /** In place of a plan, for an audit. */
  readonly audit: Audit | null;
  /** Null where no proof of delivery was asked for. */
  readonly delivery: DeliveryReport | null;
  /** Accounts whose credentials no session policy limited. */
  readonly unlimitedAccounts: readonly string[];
  /** Of the plan, of its carrying out, or of what ended the run before there was one. */
  readonly findings: readonly Finding[];
  readonly backupFile: string;
  /** Where AWS could not be asked, because the run is a fork's: the grants that are asked for. */
  readonly offline?: readonly AccessRow[];
  /** Of each key whose policy was written. */
  readonly keyBackups: readonly { readonly arn: string; readonly file: string }[];
};
