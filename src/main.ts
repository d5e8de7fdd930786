// One run, start to end: read the inputs, look, plan, apply, prove, report; for an audit, look and compare. Whatever fails on
// the way, what had been done by then is reported.

import { auditOf, auditResult, unwantedDrift } from './audit/audit.js';
import { observeAudit } from './audit/observe.js';
import type { Connection } from './aws/connect.js';
import { Cancelled, unlessCancelled } from './cancel.js';
import { allOf, appliedOf, type Candidate } from './delivery/candidates.js';
import { digestCheck } from './delivery/digest-check.js';
import type { DeliveryReaders } from './delivery/ports.js';
import { resultWith } from './delivery/verdict.js';
import { verifyDelivery } from './delivery/verify.js';
import { fileSaver, type SaveFile } from './github/files.js';
import { apply } from './plan/apply.js';
import { observe, readPolicy } from './plan/observe.js';
import { isForkWithoutToken, withoutToken } from './plan/offline.js';
import {
  cancellation,
  hasChanged,
  outcomeFindings,
  resultOf,
  unwantedChanges,
} from './plan/outcome.js';
import { makePlan } from './plan/plan.js';
import type { Clock } from './plan/ports.js';
import { findingsOf } from './problem.js';
import {
  counting,
  type Told,
  toldOfApplied,
  toldOfDelivery,
  toldOfObserved,
  toldOfSearched,
} from './report/progress.js';
import type { Report, RunInfo } from './report/report.js';
import { type AccountsFile, readAccountsFile } from './request/accounts-file.js';
import type { FileContent } from './request/accounts-text.js';
import { type InputSource, readInputs } from './request/inputs.js';
import type { Request } from './request/request.js';

export type Deps = {
  readonly inputs: InputSource;
  readonly run: RunInfo;
  /** A file of the workspace, with its path there. */
  readonly file: (path: string) => Promise<NamedFile>;
  readonly connect: (request: Request) => Promise<Connection>;
  /** For the proof of delivery: sessions of their own, which can read only. */
  readonly connectDelivery: (request: Request) => Promise<DeliveryReaders>;
  readonly publish: (report: Report, save: SaveFile | null) => Promise<void>;
  /** Shows the plan before it is carried out. */
  readonly show: (report: Report) => void;
  readonly say: (line: string) => void;
  /** Lines that belong together, below a heading. */
  readonly tell: (told: Told) => void;
  readonly debug: (error: unknown) => void;
  readonly clock: Clock;
  /** AWS's time in milliseconds since the epoch: how old a log is. */
  readonly now: () => number;
  /** Aborted when the run is to stop. */
  readonly cancel: AbortSignal;
};

export type NamedFile = { readonly path: string; readonly content: FileContent };

export async function main(deps: Deps): Promise<void> {
  let save: SaveFile | null = null;
  let report = blank(deps.run);
  const note = (known: Partial<Report>): void => {
    report = { ...report, ...known };
  };
  try {
    const request = readInputs(deps.inputs, await namedFile(deps));
    save = fileSaver(request.outputDirectory);
    note({ request });
    const show = (): void => deps.show(report);
    await way(request)(request, { ...deps, note, save, show, noted: () => report });
  } catch (error) {
    deps.debug(error);
    if (!(error instanceof Cancelled))
      note({ result: 'failed', findings: [...report.findings, ...findingsOf(error)] });
  }
  if (deps.cancel.aborted) note(cancelled(report));
  if (report.request !== null && isForkWithoutToken(deps.inputs.event, report.findings))
    note({ ...withoutToken(report.request), delivery: null });
  await deps.publish(report, save);
}

async function namedFile({ inputs, file }: Deps): Promise<AccountsFile | null> {
  const name = inputs.text('accounts-file');
  if (name === '') return null;
  const { path, content } = await file(name);
  return readAccountsFile(path, content);
}

/** The ports, and where a run writes down what it comes to know. */
type Desk = Omit<Deps, 'show'> & {
  readonly note: (known: Partial<Report>) => void;
  readonly noted: () => Report;
  readonly save: SaveFile;
  readonly show: () => void;
};

type Way = (request: Request, desk: Desk) => Promise<void>;

function way({ operation }: Request): Way {
  switch (operation) {
    case 'onboard':
    case 'offboard':
    case 'bootstrap':
      return change;
    case 'audit':
      return audit;
    case 'verify':
      return verify;
  }
}

const change: Way = async (request, desk) => {
  const { cancel, clock, note, save, show } = desk;
  const { readers, writers } = await desk.connect(request);
  const seen = counting(toldOfObserved, request.members.length, desk);
  const observed = await unlessCancelled(observe(request, readers, clock, seen), cancel);
  const plan = makePlan(request, observed);
  const foreseen = [...plan.findings, ...unwantedChanges(request, plan)];
  note({ plan, findings: foreseen, result: resultOf(plan, null) });
  note({ unlimitedAccounts: observed.unlimitedAccounts });
  show();
  if (writers === null || plan.blocked) return;
  const busy = plan.members.filter((one) => one.kind === 'planned' && one.trail.steps.length > 0);
  const outcome = await apply(plan, request, observed, {
    readers,
    writers,
    clock,
    finished: counting(toldOfApplied, busy.length, desk),
    readPolicy: () => readPolicy(readers.central.bucket, request.central, clock),
    backup: async ({ text }) => {
      if (text !== null) note({ backupFile: await save('policy-backup.json', text) });
    },
    backupKey: async (arn, { text }) => {
      const file = await save('key-policy-backup.json', text ?? '');
      note({ keyBackups: [...desk.noted().keyBackups, { arn, file }] });
    },
  });
  const findings = [...plan.findings, ...outcomeFindings(outcome)];
  note({ outcome, findings, result: resultOf(plan, outcome) });
  show();
  if (request.verifyDelivery) await prove(request, appliedOf(plan, outcome, clock.now()), desk);
};

const audit: Way = async (request, desk) => {
  const { connect, cancel, clock, now, note, show } = desk;
  const { readers, logs } = await connect(request);
  const all = request.members.length;
  const observing = observeAudit(request, readers, logs, clock, now(), {
    seen: counting(toldOfObserved, all, desk),
    searched: counting(toldOfSearched, all, desk),
  });
  const observed = await unlessCancelled(observing, cancel);
  const audited = auditOf(request, observed);
  const unwanted = unwantedDrift(request, audited);
  const findings = [...audited.findings, ...unwanted];
  note({ audit: audited, findings, result: auditResult(audited, unwanted) });
  note({ unlimitedAccounts: observed.unlimitedAccounts });
  show();
};

const verify: Way = (request, desk) => {
  desk.note({ result: 'no-changes' });
  return prove(request, allOf(request), desk);
};

/** Waits until logs of these accounts have arrived. */
async function prove(
  request: Request,
  candidates: readonly Candidate[],
  desk: Desk,
): Promise<void> {
  const { connectDelivery, clock, say, note, noted, show } = desk;
  if (candidates.length === 0) return;
  const members = candidates.map(({ member }) => member);
  const connect = () => connectDelivery({ ...request, members });
  const settled = counting(toldOfDelivery, candidates.length, desk);
  const verifyDeps = { connect, clock, say, settled, ...digestCheck(request) };
  const delivery = await verifyDelivery(request, candidates, verifyDeps);
  const findings = [...noted().findings, ...delivery.findings];
  note({ delivery, findings, result: resultWith(noted().result, delivery) });
  show();
}

/** What had been done by then stays, and is in the report as it is. */
function cancelled({ plan, outcome, findings }: Report): Partial<Report> {
  const changed = plan !== null && outcome !== null && hasChanged(plan, outcome);
  return {
    result: changed ? 'partial' : 'failed',
    findings: [...findings, cancellation(changed)],
  };
}

function blank(run: RunInfo): Report {
  return {
    run,
    result: 'failed',
    request: null,
    plan: null,
    audit: null,
    outcome: null,
    delivery: null,
    unlimitedAccounts: [],
    findings: [],
    backupFile: '',
    keyBackups: [],
  };
}
