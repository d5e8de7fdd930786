// Hands the report to GitHub: files, outputs, job summary, annotations, exit code.

import * as core from '@actions/core';
import { annotationsOf } from '../report/log.js';
import { type FilePaths, outputsOf } from '../report/outputs.js';
import { planJson } from '../report/plan-json.js';
import type { Report } from '../report/report.js';
import { summaryOf } from '../report/summary.js';
import type { SaveFile } from './files.js';

/** `save` is null where the run did not come to know its output folder. */
export async function publish(report: Report, save: SaveFile | null): Promise<void> {
  const summary = summaryOf(report);
  const files = save === null ? NO_FILES : await saveAll(report, summary, save);
  for (const [name, value] of Object.entries(outputsOf(report, files))) core.setOutput(name, value);
  if (process.env['GITHUB_STEP_SUMMARY']) await core.summary.addRaw(summary).write();
  const say = { error: core.error, warning: core.warning, notice: core.notice };
  for (const { severity, title, message } of annotationsOf(report.findings))
    say[severity](message, { title });
  if (failed(report)) process.exitCode = core.ExitCode.Failure;
}

const NO_FILES: FilePaths = { plan: '', report: '', diff: '' };

async function saveAll(report: Report, summary: string, save: SaveFile): Promise<FilePaths> {
  const diff = report.plan?.policy.diff ?? '';
  return {
    plan: await save('plan.json', planJson(report)),
    report: await save('report.md', summary),
    diff: await save('policy.diff', diff),
  };
}

/** A finding of severity `error` always fails the step; changes do where the user asked for that. */
function failed({ findings, request, plan, outcome, result }: Report): boolean {
  const drifted =
    request?.failOn === 'changes' && outcome === null && plan !== null && plan.changes > 0;
  const unfinished = result === 'failed' || result === 'partial' || result === 'blocked';
  return drifted || unfinished || findings.some(({ severity }) => severity === 'error');
}
