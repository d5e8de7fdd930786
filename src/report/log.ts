// The report as plain lines for the job's log, and its findings as annotations. GitHub shows ten annotations of a kind for a
// step and drops the rest without a word, so the last one says how many more there are.

import type { Finding, Place, Severity } from '../policy/index.js';
import { auditLines } from './audit.js';
import { deliveryLines } from './delivery.js';
import { logLine, logText } from './escape.js';
import type { Report } from './report.js';
import { countUnchanged, type Row, rowsOf } from './rows.js';
import { plural } from './words.js';

export type Annotation = {
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  /** Where GitHub shows it, for what is wrong in a file. */
  readonly at?: Place;
};

const ANNOTATIONS_OF_A_KIND = 10;

/**
 * A heading and the table's rows: what will happen, or, once there is an outcome, what did; in the end, whether logs arrive.
 * Empty before there is a plan.
 */
export function logLines(report: Report): readonly string[] {
  const { request, plan, audit, outcome, delivery, result } = report;
  if (request !== null && audit !== null) return auditLines(request, audit).map(logLine);
  if (delivery !== null) return deliveryLines(delivery).map(logLine);
  if (request === null || plan === null) return [];
  const heading =
    outcome === null
      ? `Plan for ${request.central.bucket}: ${plural(plan.changes, 'change')} (${plan.digest})`
      : `Result: ${result}`;
  const rows = plan.changes === 0 && outcome !== null ? [] : rowsOf(request, plan, outcome);
  const { listed, unchanged } = countUnchanged(rows);
  const rest = unchanged === 0 ? [] : [`  = ${plural(unchanged, 'account')} unchanged`];
  return [heading, ...listed.map((row) => `  ${rowLine(row)}`), ...rest].map(logLine);
}

function rowLine({ mark, account, role, name, what, detail, outcome }: Row): string {
  const where = what.where === '' ? '' : ` in ${what.where}`;
  const who = role === '' && name === '' ? account : `${account} (${role || name})`;
  return `${mark} ${who}: ${what.words} ${what.name}${where}: ${outcome === '' ? detail : outcome}`;
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

function annotation({ severity, code, message, remedy, at }: Finding): Annotation {
  return {
    ...(at === undefined ? {} : { at }),
    severity,
    title: `CloudTrail onboarding: ${code}`,
    message: [logLine(message), logText(`→ ${remedy}`)].join('\n'),
  };
}
