// The action's outputs, made from the report. Their names are fixed by action.yml; a test keeps both equal.

import type { Audit } from '../audit/audit.js';
import { hasChanged } from '../plan/outcome.js';
import type { MemberPlan } from '../plan/plan.js';
import type { Report } from './report.js';

/** Where the run's files lie; empty for one that was not written. */
export type FilePaths = { readonly plan: string; readonly report: string; readonly diff: string };

const DIFF_BYTES = 50_000;

export type Outputs = ReturnType<typeof outputsOf>;

export function outputsOf(report: Report, files: FilePaths) {
  const { request, plan, audit, outcome, result, findings, backupFile } = report;
  const accounts = plan?.members ?? audit?.accounts ?? [];
  const arns = [...(plan?.members ?? []).flatMap(trailArnOf), ...auditedArns(audit)];
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
    'trail-arns': JSON.stringify(Object.fromEntries(arns)),
    findings: JSON.stringify(findings),
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

/** The first whole lines of a text that fit into so many UTF-8 bytes. */
export function cutLines(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const cut = Buffer.from(text).subarray(0, bytes).toString('utf8');
  return cut.slice(0, cut.lastIndexOf('\n') + 1);
}
