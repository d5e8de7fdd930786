// One run, start to end: read the inputs, look, plan, apply, report. Whatever fails on the way, what had been done by then
// is reported.

import type { Connection } from './aws/connect.js';
import { allOf, appliedOf, type Candidate } from './delivery/candidates.js';
import { digestCheck } from './delivery/digest-check.js';
import type { DeliveryReaders } from './delivery/ports.js';
import { resultWith } from './delivery/verdict.js';
import { verifyDelivery } from './delivery/verify.js';
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
  /** For the proof of delivery: sessions of their own, which can read only. */
  readonly connectDelivery: (request: Request) => Promise<DeliveryReaders>;
  readonly publish: (report: Report, save: SaveFile | null) => Promise<void>;
  /** Shows the plan before it is carried out. */
  readonly show: (report: Report) => void;
  readonly say: (line: string) => void;
  readonly debug: (error: unknown) => void;
  readonly clock: Clock;
};

export async function main(deps: Deps): Promise<void> {
  const { clock } = deps;
  let save: SaveFile | null = null;
  let report = blank(deps.run);
  const note = (known: Partial<Report>): void => {
    report = { ...report, ...known };
  };
  const verify = async (request: Request, candidates: readonly Candidate[]): Promise<void> => {
    if (candidates.length === 0) return;
    const members = candidates.map(({ member }) => member);
    const connect = () => deps.connectDelivery({ ...request, members });
    const verifyDeps = { connect, clock, say: deps.say, ...digestCheck(request) };
    const delivery = await verifyDelivery(request, candidates, verifyDeps);
    const findings = [...report.findings, ...delivery.findings];
    note({ delivery, findings, result: resultWith(report.result, delivery) });
    deps.show(report);
  };
  try {
    const request = readInputs(deps.inputs);
    const saveFile = fileSaver(request.outputDirectory);
    save = saveFile;
    note({ request });
    if (request.operation === 'verify') {
      note({ result: 'no-changes' });
      await verify(request, allOf(request));
      return;
    }
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
      if (request.verifyDelivery) await verify(request, appliedOf(plan, outcome, clock.now()));
    }
  } catch (error) {
    deps.debug(error);
    note({ result: 'failed', findings: [...report.findings, ...findingsOf(error)] });
  } finally {
    await deps.publish(report, save);
  }
}

function blank(run: RunInfo): Report {
  return {
    run,
    result: 'failed',
    request: null,
    plan: null,
    outcome: null,
    delivery: null,
    unlimitedAccounts: [],
    findings: [],
    backupFile: '',
  };
}
