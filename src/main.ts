// One run, start to end: read the inputs, look, plan, apply, report. Whatever fails on the way, what had been done by then
// is reported.

import type { Connection } from './aws/connect.js';
import { fileSaver, type SaveFile } from './github/files.js';
import { apply } from './plan/apply.js';
import { observe, readPolicy } from './plan/observe.js';
import { outcomeFindings, resultOf, unwantedChanges } from './plan/outcome.js';
import { makePlan } from './plan/plan.js';
import type { Clock } from './plan/ports.js';
import { findingsOf } from './problem.js';
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
  readonly publish: (report: Report, save: SaveFile | null) => Promise<void>;
  /** Shows the plan before it is carried out. */
  readonly show: (report: Report) => void;
  readonly debug: (error: unknown) => void;
  readonly clock: Clock;
};

export type NamedFile = { readonly path: string; readonly content: FileContent };

export async function main(deps: Deps): Promise<void> {
  const { clock } = deps;
  let save: SaveFile | null = null;
  let report = blank(deps.run);
  const note = (known: Partial<Report>): void => {
    report = { ...report, ...known };
  };
  try {
    const file = await namedFile(deps);
    const request = readInputs(deps.inputs, file);
    const saveFile = fileSaver(request.outputDirectory);
    save = saveFile;
    note({ request });
    const { readers, writers } = await deps.connect(request);
    const observed = await observe(request, readers, clock);
    const plan = makePlan(request, observed);
    const foreseen = [...plan.findings, ...unwantedChanges(request, plan)];
    note({ plan, findings: foreseen, result: resultOf(plan, null) });
    note({ unlimitedAccounts: observed.unlimitedAccounts });
    deps.show(report);
    if (writers !== null && !plan.blocked) {
      const outcome = await apply(plan, request, observed.policy, {
        readers,
        writers,
        clock,
        readPolicy: () => readPolicy(readers.central.bucket, request.central, clock),
        backup: async ({ text }) => {
          if (text !== null) note({ backupFile: await saveFile('policy-backup.json', text) });
        },
      });
      const findings = [...plan.findings, ...outcomeFindings(outcome)];
      note({ outcome, findings, result: resultOf(plan, outcome) });
      deps.show(report);
    }
  } catch (error) {
    deps.debug(error);
    note({ result: 'failed', findings: [...report.findings, ...findingsOf(error)] });
  }
  await deps.publish(report, save);
}

async function namedFile({ inputs, file }: Deps): Promise<AccountsFile | null> {
  const name = inputs.text('accounts-file');
  if (name === '') return null;
  const { path, content } = await file(name);
  return readAccountsFile(path, content);
}

function blank(run: RunInfo): Report {
  return {
    run,
    result: 'failed',
    request: null,
    plan: null,
    outcome: null,
    unlimitedAccounts: [],
    findings: [],
    backupFile: '',
  };
}
