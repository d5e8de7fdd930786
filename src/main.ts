// One run, start to end: read the inputs, look, plan, apply, report; or look and compare, for an audit. Whatever fails on the way, what had been done by then
// is reported.

import { auditOf, auditResult, unwantedDrift } from './audit/audit.js';
import { observeAudit } from './audit/observe.js';
import type { Connection } from './aws/connect.js';
import { fileSaver, type SaveFile } from './github/files.js';
import { apply } from './plan/apply.js';
import { observe, readPolicy } from './plan/observe.js';
import { outcomeFindings, resultOf, unwantedChanges } from './plan/outcome.js';
import { makePlan } from './plan/plan.js';
import type { Clock } from './plan/ports.js';
import { findingsOf } from './problem.js';
import type { Report, RunInfo } from './report/report.js';
import { type InputSource, readInputs } from './request/inputs.js';
import type { Request } from './request/request.js';

export type Deps = {
  readonly inputs: InputSource;
  readonly run: RunInfo;
  readonly connect: (request: Request) => Promise<Connection>;
  readonly publish: (report: Report, save: SaveFile | null) => Promise<void>;
  /** Shows the plan before it is carried out. */
  readonly show: (report: Report) => void;
  readonly debug: (error: unknown) => void;
  readonly clock: Clock;
  /** The time in milliseconds since the epoch: how old a log is. */
  readonly today: () => number;
};

export async function main(deps: Deps): Promise<void> {
  let save: SaveFile | null = null;
  let report = blank(deps.run);
  const note = (known: Partial<Report>): void => {
    report = { ...report, ...known };
  };
  try {
    const request = readInputs(deps.inputs);
    save = fileSaver(request.outputDirectory);
    note({ request });
    const connection = await deps.connect(request);
    const desk = { ...deps, note, save, show: () => deps.show(report) };
    await (request.operation === 'audit' ? audit : change)(request, connection, desk);
  } catch (error) {
    deps.debug(error);
    note({ result: 'failed', findings: [...report.findings, ...findingsOf(error)] });
  }
  await deps.publish(report, save);
}

/** Where a run writes down what it comes to know. */
type Desk = Pick<Deps, 'clock' | 'today'> & {
  readonly note: (known: Partial<Report>) => void;
  readonly save: SaveFile;
  readonly show: () => void;
};

async function change(
  request: Request,
  { readers, writers }: Connection,
  { clock, note, save, show }: Desk,
): Promise<void> {
  const observed = await observe(request, readers, clock);
  const plan = makePlan(request, observed);
  const foreseen = [...plan.findings, ...unwantedChanges(request, plan)];
  note({ plan, findings: foreseen, result: resultOf(plan, null) });
  note({ unlimitedAccounts: observed.unlimitedAccounts });
  show();
  if (writers === null || plan.blocked) return;
  const outcome = await apply(plan, request, observed.policy, {
    readers,
    writers,
    clock,
    readPolicy: () => readPolicy(readers.central.bucket, request.central, clock),
    backup: async ({ text }) => {
      if (text !== null) note({ backupFile: await save('policy-backup.json', text) });
    },
  });
  const findings = [...plan.findings, ...outcomeFindings(outcome)];
  note({ outcome, findings, result: resultOf(plan, outcome) });
  show();
}

async function audit(
  request: Request,
  { readers, logs }: Connection,
  { clock, today, note, show }: Desk,
): Promise<void> {
  const observed = await observeAudit(request, readers, logs, clock, today());
  const audited = auditOf(request, observed);
  const unwanted = unwantedDrift(request, audited);
  const findings = [...audited.findings, ...unwanted];
  note({ audit: audited, findings, result: auditResult(audited, unwanted) });
  note({ unlimitedAccounts: observed.unlimitedAccounts });
  show();
}

function blank(run: RunInfo): Report {
  return {
    run,
    result: 'failed',
    request: null,
    plan: null,
    audit: null,
    outcome: null,
    unlimitedAccounts: [],
    findings: [],
    backupFile: '',
  };
}
