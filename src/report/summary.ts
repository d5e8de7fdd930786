// The job summary's Markdown: verdict first, then what will happen or did, then what it means, then the exact text. A
// reviewer who reads three lines knows whether to approve.

import type { Finding } from '../policy/index.js';
import type { Request } from '../request/request.js';
import { accessSection } from './access.js';
import { fit, type Section } from './cut.js';
import { code, fenced, prose, proseWithBlock, visible } from './escape.js';
import type { Report } from './report.js';
import { countUnchanged, type Row, rowsOf } from './rows.js';
import { settled, verdict } from './verdict.js';
import { bySeverity, plural } from './words.js';

/** GitHub shows no summary of a step that is longer than 1 MiB. */
export const SUMMARY_LIMIT = 1024 * 1024;

/** The body, within `limit` bytes; uncut without one. Ends with a new line. */
export function summaryOf(report: Report, limit = Number.POSITIVE_INFINITY): string {
  const { request, plan } = report;
  const sections: readonly Section[] =
    request === null || plan === null
      ? [
          '**Nothing was changed.** The run ended before it had a plan.',
          findingList(report.findings),
        ]
      : plan.changes === 0 && report.findings.length === 0 && report.result === 'no-changes'
        ? []
        : [
            verdict(report),
            restoreSection(report),
            findingList(report.findings),
            ...tables(rowsOf(request, plan, report.outcome), report.outcome !== null),
            accessSection(plan.policy.access),
            diffSection(plan.policy.diff, report.outcome !== null),
          ];
  const parts = [marker(report), heading(report), ...sections, footer(report)];
  return `${fit(parts, limit, 'the files that the outputs report-file and diff-file name hold all of it')}\n`;
}

function marker({ request, run }: Report): string {
  const key = [request?.central.bucket ?? '', run.workflow, run.job].join(' · ');
  // Two hyphens would end the comment.
  return `<!-- cloudtrail-onboarding: ${prose(key).replaceAll('--', '&#45;&#45;')} -->`;
}

function heading({ request, plan, outcome, result }: Report): string {
  const title = '### CloudTrail onboarding';
  if (request === null || plan === null) return `${title} · ${result}`;
  const bucket = code(request.central.bucket);
  if (result === 'no-changes') return `${title} · no changes\n\n${settled(plan, bucket)}`;
  const count = plural(plan.changes, 'change');
  switch (result) {
    case 'planned':
      return `${title} · plan · ${count}`;
    case 'applied':
      return `${title} · applied · ${count}`;
    case 'partial':
      return outcome === null ? `${title} · plan · partial · ${count}` : `${title} · partial`;
    case 'blocked':
    case 'failed':
      return `${title} · ${result}`;
  }
}

const ICONS = { error: '❌', warning: '⚠️', notice: 'ℹ️' } as const;

function findingList(findings: readonly Finding[]): Section {
  if (findings.length === 0) return '';
  const units = bySeverity(findings).map((finding) => `${findingItem(finding)}\n`);
  return { unit: 'finding', open: '', units, close: '' };
}

/** A list item; all that belongs to it is indented below its mark. */
function findingItem({ severity, message, remedy, code: name }: Finding): string {
  const text = `${ICONS[severity]} ${prose(message)} ${code(name)}\n**→** ${proseWithBlock(remedy)}`;
  return `- ${text.replace('\n', '  \n').replaceAll('\n', '\n  ')}`;
}

/** More accounts than these are folded, but for those that need a look. */
const OPEN_ROWS = 20;
/** What needs a look in the open, a fleet's other accounts folded, and the unchanged ones as one line. */
function tables(rows: readonly Row[], applied: boolean): readonly Section[] {
  const { listed, unchanged } = countUnchanged(rows);
  const fleet = listed.filter(({ mark, role }) => mark !== '!' && role === '');
  const folded = new Set(fleet.length > OPEN_ROWS ? fleet : []);
  return [
    table(
      listed.filter((row) => !folded.has(row)),
      applied,
      '',
      '',
    ),
    ...(folded.size === 0
      ? []
      : [
          table(
            [...folded],
            applied,
            `<details><summary>${plural(folded.size, 'more row')}: as planned</summary>\n\n`,
            '</details>',
          ),
        ]),
    unchanged === 0 ? '' : `${plural(unchanged, 'account')} unchanged.`,
  ];
}

function table(rows: readonly Row[], applied: boolean, before: string, after: string): Section {
  const head = ['', 'account', 'what', 'detail', ...(applied ? ['outcome'] : [])];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const units = rows.map(({ mark, account, role, name, what, detail, outcome }) =>
    line([
      mark,
      `${code(account)} ${prose(role || name)}`.trimEnd(),
      `${what.words} ${code(what.name)}${what.where === '' ? '' : ` in ${code(what.where)}`}`,
      prose(detail),
      ...(applied ? [prose(outcome)] : []),
    ]),
  );
  const open = before + line(head) + line(head.map(() => '---'));
  return { unit: 'row', open, units, close: after };
}

function diffSection(diff: string, applied: boolean): Section {
  if (diff === '') return '';
  const details = applied ? '<details>' : '<details open>';
  const [head = '', ...hunks] = diff.split(/^(?=@@ )/m);
  // The fence is made for the whole diff, so that no hunk can end it.
  const [open = '', close = ''] = fenced('diff', diff).split(visibleLines(diff));
  return {
    unit: 'hunk',
    open: `${details}<summary>Policy diff</summary>\n\n${open}${visibleLines(head)}`,
    units: hunks.map(visibleLines),
    close: `${close}\n</details>`,
  };
}

const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n');

/**
 * With the command that puts the old policy back: whoever needs it is in a hurry. The runner's folder is gone by then, so the
 * file is named as it comes out of an artifact.
 */
function restoreSection({ outcome, request, backupFile }: Report): string {
  const written = outcome?.policy.written;
  if (!written || request === null) return '';
  return written.before.text === null
    ? `The bucket had no policy before this run. To delete the one it has now, with all that others added since:\n\n${fenced('sh', removal(request))}`
    : `The policy as it was before this run is in ${code(backupFile)}; keep it with actions/upload-artifact. To put it back, which undoes what others changed since:\n\n${fenced('sh', restoral(request, backupFile))}`;
}

const target = ({ central }: Request): string =>
  `--bucket ${central.bucket} --expected-bucket-owner ${central.accountId} --region ${central.bucketRegion}`;
const removal = (request: Request): string => `aws s3api delete-bucket-policy ${target(request)}`;
const restoral = (request: Request, file: string): string =>
  `aws s3api put-bucket-policy ${target(request)} --policy file://${file.split(/[\\/]/).at(-1) ?? ''}`;

function footer({ plan, run, request, unlimitedAccounts }: Report): string {
  const parts = [
    plan === null ? '' : `Plan ${code(plan.digest)}`,
    run.commit === '' ? '' : `commit ${code(run.commit.slice(0, 7))}`,
    run.url === '' ? '' : `[run](${encodeURI(run.url)})`,
  ].filter((part) => part !== '');
  const note =
    request?.mode === 'plan' && unlimitedAccounts.length > 0
      ? `Read only by this program's doing: the credentials of ${unlimitedAccounts.map(code).join(', ')} were in the environment, so no session policy keeps them from writing.\n\n`
      : '';
  return `${note}${parts.join(' · ')}`;
}
