// The job summary's Markdown: verdict first, then what will happen or did, then what it means, then the exact text. A
// reviewer who reads three lines knows whether to approve.

import type { Audit } from '../audit/audit.js';
import { placeOfKey } from '../plan/key-ports.js';
import type { Finding } from '../policy/index.js';
import type { Request } from '../request/request.js';
import { accessSection } from './access.js';
import { accountsInOrder, auditRows, auditTable, countOf } from './audit.js';
import { deliveredInWords, deliverySection } from './delivery.js';
import { code, fenced, link, prose, proseWithBlock, visible } from './escape.js';
import { offlineSections } from './offline.js';
import type { Report } from './report.js';
import { countUnchanged, type Row, rowsOf } from './rows.js';
import { inLimit, type Limit, type Section, tableSection, uncut } from './sections.js';
import { settled, verdict } from './verdict.js';
import { bySeverity, ICONS, plural } from './words.js';

/** The whole body, or, where there is a limit, as much of it as fits; ends with a new line. */
export function summaryOf(report: Report, limit?: Limit): string {
  const sections = [
    uncut(marker(report)),
    uncut(heading(report)),
    ...sectionsOf(report),
    deliverySection(report.delivery),
    uncut(footer(report)),
  ];
  return inLimit(sections, limit);
}

function sectionsOf(report: Report): readonly Section[] {
  const { request, plan, audit, findings, outcome, delivery, offline } = report;
  if (request !== null && offline !== undefined)
    return offlineSections(request, offline, findingList(findings));
  if (audit !== null && request !== null) return auditSections(request, audit, findings);
  if (request === null || plan === null)
    return [uncut(delivery === null ? unplanned(request) : ''), findingList(findings)];
  if (plan.changes === 0 && findings.length === 0 && report.result === 'no-changes') return [];
  return [
    uncut(verdict(report)),
    findingList(findings),
    ...tables(rowsOf(request, plan, outcome), outcome !== null),
    accessSection(plan.policy.access),
    diffSection('Policy diff', plan.policy.diff, outcome !== null),
    ...plan.keys.map(({ diff, wish }) =>
      diffSection(`Key policy diff: ${prose(wish.arn)}`, diff, outcome !== null),
    ),
    uncut(restoreSection(report)),
    ...report.keyBackups.map((backup) => uncut(keyRestoreSection(backup))),
  ];
}

const unplanned = (request: Request | null): string =>
  `**Nothing was changed.** The run ended before it had ${request?.operation === 'audit' ? 'seen everything' : 'a plan'}.`;

function auditSections(
  request: Request,
  audit: Audit,
  findings: readonly Finding[],
): readonly Section[] {
  const { rows, inOrder } = auditRows(request, audit);
  return [auditTable(rows), findingList(findings), accountsInOrder(inOrder)];
}

/** The hidden first line: whose report it is. */
export function marker({ request, run }: Report): string {
  const key = visible([request?.central.bucket ?? '', run.workflow, run.job].join(' · '));
  // None of these may end the comment: `-->`, `--!>`, `--`.
  const safe = key.replaceAll(/[&<>]|--/g, (part) => INERT[part as keyof typeof INERT]);
  return `<!-- cloudtrail-onboarding: ${safe} -->`;
}

const INERT = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '--': '&#45;&#45;' } as const;

function heading(report: Report): string {
  const { request, plan, audit, outcome, delivery, result } = report;
  const title = '### CloudTrail onboarding';
  if (report.offline !== undefined) return `${title} · inputs checked`;
  if (audit !== null) return `${title} · audit · ${countOf(audit)}`;
  if (request?.operation === 'audit') return `${title} · audit · ${result}`;
  if (plan === null && delivery !== null)
    return `${title} · verify · ${deliveredInWords(delivery)}`;
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

function findingList(findings: readonly Finding[]): Section {
  return { ...uncut(''), items: bySeverity(findings).map(findingItem), thing: 'finding' };
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
  const folded = fleet.length > OPEN_ROWS ? fleet : [];
  const isFolded = new Set(folded);
  const open = table(
    listed.filter((row) => !isFolded.has(row)),
    applied,
  );
  const rest = table(folded, applied);
  const details = `<details><summary>${plural(folded.length, 'more row')}: as planned</summary>`;
  return [
    open,
    folded.length === 0
      ? uncut('')
      : { ...rest, open: `${details}\n\n${rest.open}`, end: '\n</details>' },
    uncut(unchanged === 0 ? '' : `${plural(unchanged, 'account')} unchanged.`),
  ];
}

function table(rows: readonly Row[], applied: boolean): Section {
  const head = ['', 'account', 'what', 'detail', ...(applied ? ['outcome'] : [])];
  const lines = rows.map(({ mark, account, role, name, what, detail, outcome }) => [
    mark,
    `${code(account)} ${prose(role || name)}`.trimEnd(),
    `${what.words} ${code(what.name)}${what.where === '' ? '' : ` in ${code(what.where)}`}`,
    prose(detail),
    ...(applied ? [prose(outcome)] : []),
  ]);
  return tableSection(head, lines);
}

/** What is cut are hunks. */
function diffSection(title: string, diff: string, applied: boolean): Section {
  if (diff === '') return uncut('');
  const details = applied ? '<details>' : '<details open>';
  const block = fenced('diff', diff);
  const closing = block.lastIndexOf('\n');
  const [opening = '', ...hunks] = block.slice(0, closing).split(/\n(?=@@ )/);
  return {
    open: `${details}<summary>${title}</summary>\n\n${opening}`,
    items: hunks,
    thing: 'hunk',
    close: block.slice(closing + 1),
    end: '</details>',
  };
}

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

function keyRestoreSection({ arn, file }: Report['keyBackups'][number]): string {
  const { region } = placeOfKey(arn);
  const command = `aws kms put-key-policy --key-id ${arn} --policy-name default --region ${region} --policy file://${nameOf(file)}`;
  return `The key policy as it was before this run is in ${code(file)}; keep it with actions/upload-artifact. To put it back, which undoes what others changed since:\n\n${fenced('sh', command)}`;
}

const nameOf = (file: string): string => file.split(/[\\/]/).at(-1) ?? '';
const target = ({ central }: Request): string =>
  `--bucket ${central.bucket} --expected-bucket-owner ${central.accountId} --region ${central.bucketRegion}`;
const removal = (request: Request): string => `aws s3api delete-bucket-policy ${target(request)}`;
const restoral = (request: Request, file: string): string =>
  `aws s3api put-bucket-policy ${target(request)} --policy file://${nameOf(file)}`;

function footer({ plan, run, request, unlimitedAccounts }: Report): string {
  const parts = [
    plan === null ? '' : `Plan ${code(plan.digest)}`,
    run.commit === '' ? '' : `commit ${code(run.commit.slice(0, 7))}`,
    run.url === '' ? '' : link('run', run.url),
  ].filter((part) => part !== '');
  const note =
    request?.mode === 'plan' && unlimitedAccounts.length > 0
      ? `Read only by this program's doing: the credentials of ${unlimitedAccounts.map(code).join(', ')} were in the environment, so no session policy keeps them from writing.\n\n`
      : '';
  return `${note}${parts.join(' · ')}`;
}
