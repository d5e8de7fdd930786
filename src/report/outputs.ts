// The action's outputs, made from the report. Their names are fixed by action.yml; a test keeps both equal.

import type { Audit } from '../audit/audit.js';
import { hasChanged } from '../plan/outcome.js';
import type { MemberPlan } from '../plan/plan.js';
import type { Finding } from '../policy/index.js';
import { statesOf } from './delivery.js';
import type { Report } from './report.js';
import { bySeverity, plural } from './words.js';

/** Where the run's files lie; empty for one that was not written. */
export type FilePaths = { readonly plan: string; readonly report: string; readonly diff: string };

/**
 * GitHub takes 1 MB for all outputs of a job, counted as UTF-16: half a million characters.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idoutputs
 */
const DIFF_BYTES = 50_000;
const ARNS_BYTES = 200_000;
const DELIVERY_BYTES = 100_000;
const FINDINGS_BYTES = 150_000;

export type Outputs = ReturnType<typeof outputsOf>;

export function outputsOf(report: Report, files: FilePaths) {
  const { request, plan, audit, outcome, result, findings, backupFile } = report;
  const accounts = plan?.members ?? audit?.accounts ?? [];
  const arns = [...(plan?.members ?? []).flatMap(trailArnOf), ...auditedArns(audit)];
  const shownArns = firstOf(arns, ARNS_BYTES);
  const deliveries = Object.entries(statesOf(report.delivery));
  const shownDeliveries = firstOf(deliveries, DELIVERY_BYTES);
  const [only] = accounts.length === 1 ? arns : [];
  const isTold = request?.mode === 'plan' || outcome !== null;
  return {
    changed: String(plan !== null && isTold && hasChanged(plan, outcome)),
    result,
    'plan-digest': plan?.digest ?? '',
    'plan-file': files.plan,
    'report-file': files.report,
    'policy-diff': cutLines(plan?.policy.diff ?? '', DIFF_BYTES),
    'diff-file': files.diff,
    'policy-backup-file': backupFile,
    'policy-bytes': String(plan?.policy.size?.bytes ?? audit?.policyBytes ?? ''),
    'trail-arn': only?.[1] ?? '',
    'trail-arns': JSON.stringify(Object.fromEntries(shownArns)),
    delivery: JSON.stringify(Object.fromEntries(shownDeliveries)),
    findings: JSON.stringify(
      shownFindings(findings, [
        ['trail-arns', 'account', arns.length - shownArns.length],
        ['delivery', 'account', deliveries.length - shownDeliveries.length],
      ]),
    ),
    broadened: String(plan?.policy.access.broader ?? false),
  };
}

function trailArnOf(planned: MemberPlan): readonly (readonly [string, string])[] {
  switch (planned.kind) {
    case 'planned':
    case 'held-back':
      return [[planned.member.accountId, planned.trailArn]];
    case 'unread':
      return [];
  }
}

function auditedArns(audit: Audit | null): readonly (readonly [string, string])[] {
  return (audit?.accounts ?? []).flatMap(({ accountId, trailArn }) =>
    trailArn === null ? [] : [[accountId, trailArn] as const],
  );
}

/** The first items whose JSON fits into so many UTF-8 bytes. */
function firstOf<T>(items: readonly T[], bytes: number): readonly T[] {
  let left = bytes;
  const end = items.findIndex((item) => {
    left -= Buffer.byteLength(JSON.stringify(item)) + 1;
    return left < 0;
  });
  return end < 0 ? items : items.slice(0, end);
}

type Missing = readonly [output: string, thing: string, missing: number];

/** All of them where they fit, else the worst ones; the last one tells what is missing here and where it is. */
function shownFindings(
  findings: readonly Finding[],
  others: readonly Missing[],
): readonly Finding[] {
  const whole = firstOf(findings, FINDINGS_BYTES);
  const shown =
    whole.length === findings.length ? findings : firstOf(bySeverity(findings), FINDINGS_BYTES);
  const parts = [['findings', 'finding', findings.length - shown.length] as const, ...others]
    .filter(([, , missing]) => missing > 0)
    .map(([output, thing, missing]) => `${output} lacks ${plural(missing, thing)}`);
  if (parts.length === 0) return shown;
  return [
    ...shown,
    {
      severity: 'notice',
      code: 'outputs-cut',
      message: `GitHub takes 1 MB of outputs, so the output ${parts.join(', and ')}.`,
      remedy: 'The file that the output plan-file names holds all of it.',
    },
  ];
}

/** The first whole lines of a text that fit into so many UTF-8 bytes. */
function cutLines(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const cut = Buffer.from(text).subarray(0, bytes).toString('utf8');
  return cut.slice(0, cut.lastIndexOf('\n') + 1);
}
