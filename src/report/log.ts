// The report as plain lines for the job's log, and its findings as annotations. GitHub shows ten annotations of a kind for a
// step and drops the rest without a word, so the last one says how many more there are.

import type { Finding, Severity } from '../policy/index.js';
import { logLine } from './escape.js';
import type { Report } from './report.js';
import { rowsOf } from './rows.js';

export type Annotation = {
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
};

const ANNOTATIONS_OF_A_KIND = 10;

/** The table's rows as lines; empty before there is a plan. */
export function logLines({ request, plan, outcome }: Report): readonly string[] {
  if (request === null || plan === null) return [];
  return rowsOf(request, plan, outcome).map(({ mark, account, role, what, detail, ...row }) => {
    const where = what.where === '' ? '' : ` in ${what.where}`;
    const done = row.outcome === '' ? '' : ` → ${row.outcome}`;
    return logLine(
      `${mark} ${account}${role && ` ${role}`}  ${what.words} ${what.name}${where}: ${detail}${done}`,
    );
  });
}

export function annotationsOf(findings: readonly Finding[]): readonly Annotation[] {
  return (['error', 'warning', 'notice'] as const).flatMap((severity) => {
    const all = findings.filter((finding) => finding.severity === severity);
    const shown =
      all.length > ANNOTATIONS_OF_A_KIND ? all.slice(0, ANNOTATIONS_OF_A_KIND - 1) : all;
    const more = all.length - shown.length;
    return [
      ...shown.map(annotation),
      ...(more === 0
        ? []
        : [
            {
              severity,
              title: 'CloudTrail onboarding',
              message: `… and ${more} more: see the job summary.`,
            },
          ]),
    ];
  });
}

function annotation({ severity, code, message, remedy }: Finding): Annotation {
  return {
    severity,
    title: `CloudTrail onboarding: ${code}`,
    message: `${logLine(message)}\n→ ${logLine(remedy)}`,
  };
}
