// Hands the report to GitHub: files, job summary, comment, annotations, exit code, outputs.

import * as core from '@actions/core';
import type { Finding } from '../policy/index.js';
import { findingsOf } from '../problem.js';
import { annotationsOf } from '../report/log.js';
import { type FilePaths, outputsOf } from '../report/outputs.js';
import { planJson } from '../report/plan-json.js';
import type { Report } from '../report/report.js';
import type { Limit } from '../report/sections.js';
import { summaryOf } from '../report/summary.js';
import { type CommentContext, comment } from './comment.js';
import type { SaveFile } from './files.js';

/**
 * `save` is null where the run did not come to know its output folder. A file or summary that cannot be written is one more
 * finding: what the run did must be told all the same.
 */
export async function publish(
  report: Report,
  save: SaveFile | null,
  context: CommentContext,
): Promise<void> {
  const saved = await saveAll(report, save);
  const told = withFindings(report, saved.findings);
  const summarized = withFindings(told, await writeSummary(summaryOf(told, SUMMARY_LIMIT)));
  const all = withFindings(summarized, await comment(told, context));
  const say = { error: core.error, warning: core.warning, notice: core.notice };
  for (const { severity, title, message, at } of annotationsOf(all.findings))
    say[severity](message, {
      title,
      ...(at && { file: at.file, startLine: at.line, startColumn: at.column }),
    });
  if (failed(all)) process.exitCode = core.ExitCode.Failure;
  for (const [name, value] of Object.entries(outputsOf(all, saved.files)))
    core.setOutput(name, value);
}

/**
 * GitHub drops a step's summary of more than 1 MiB. A little less, for masking can make it longer.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
 */
const SUMMARY_LIMIT: Limit = {
  bytes: 1_000_000,
  elsewhere: 'in the file that the output `report-file` names',
};

const NO_FILES: FilePaths = { plan: '', report: '', diff: '' };

type Saved = { readonly files: FilePaths; readonly findings: readonly Finding[] };

async function saveAll(report: Report, save: SaveFile | null): Promise<Saved> {
  if (save === null) return { files: NO_FILES, findings: [] };
  try {
    const files = {
      plan: await save('plan.json', planJson(report)),
      report: await save('report.md', summaryOf(report)),
      diff: await save('policy.diff', report.plan?.policy.diff ?? ''),
    };
    return { files, findings: [] };
  } catch (error) {
    return { files: NO_FILES, findings: findingsOf(error) };
  }
}

async function writeSummary(text: string): Promise<readonly Finding[]> {
  if (!process.env['GITHUB_STEP_SUMMARY']) return [];
  try {
    await core.summary.addRaw(text).write();
    return [];
  } catch (error) {
    return [
      {
        severity: 'warning',
        code: 'summary-not-written',
        message: `The job summary could not be written: ${error instanceof Error ? error.message : String(error)}`,
        remedy: 'The output report-file names a file that holds the same text.',
      },
    ];
  }
}

/** Without those that are told already: the folder that could not take the backup cannot take the plan either. */
function withFindings(report: Report, more: readonly Finding[]): Report {
  const told = new Set(report.findings.map(({ message }) => message));
  const findings = more.filter(({ message }) => !told.has(message));
  return { ...report, findings: [...report.findings, ...findings] };
}

const failed = ({ findings, result }: Report): boolean =>
  ['failed', 'partial', 'blocked'].includes(result) ||
  findings.some(({ severity }) => severity === 'error');
