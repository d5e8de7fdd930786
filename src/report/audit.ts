// An audit as a table: a line for each account about which there is something to say, and one for all that are in order. The
// findings themselves are listed beside it, like a plan's.

import type { Audit } from '../audit/audit.js';
import type { Finding } from '../policy/index.js';
import type { Request } from '../request/request.js';
import { code } from './escape.js';
import { type Section, tableSection, uncut } from './sections.js';
import { bySeverity, ICONS, plural } from './words.js';

export type AuditRow = {
  readonly account: string;
  readonly what: { readonly words: string; readonly name: string; readonly where: string };
  /** What is the case, as the findings' codes: each once, worst first. */
  readonly codes: readonly string[];
  readonly severity: Finding['severity'];
};

/** "3 findings", or that there is none. */
export function countOf({ findings }: Audit): string {
  return findings.length === 0 ? 'all well' : plural(findings.length, 'finding');
}

/** The central account first, then the listed ones, then whoever else is spoken of. `inOrder`: listed, and nothing is said. */
export function auditRows(
  { central }: Request,
  { accounts, findings }: Audit,
): { readonly rows: readonly AuditRow[]; readonly inOrder: readonly string[] } {
  const said = new Map<string, Finding[]>();
  for (const finding of findings) {
    const account = finding.account ?? central.accountId;
    said.set(account, [...(said.get(account) ?? []), finding]);
  }
  const listed = new Map(accounts.map((account) => [account.accountId, account]));
  const ids = new Set([central.accountId, ...listed.keys(), ...[...said.keys()].toSorted()]);
  const what = (id: string): AuditRow['what'] => {
    if (id === central.accountId)
      return { words: 'bucket', name: central.bucket, where: central.bucketRegion };
    const account = listed.get(id);
    return account === undefined
      ? { words: 'not listed', name: '', where: '' }
      : { words: 'trail', name: account.trailName, where: account.region };
  };
  return {
    rows: [...ids].flatMap((id) => {
      const [worst, ...others] = bySeverity(said.get(id) ?? []);
      if (worst === undefined) return [];
      const codes = [...new Set([worst, ...others].map((finding) => finding.code))];
      return [{ account: id, what: what(id), codes, severity: worst.severity }];
    }),
    inOrder: [...listed.keys()].filter((id) => !said.has(id)),
  };
}

export function auditTable(rows: readonly AuditRow[]): Section {
  if (rows.length === 0) return uncut('');
  const lines = rows.map(({ severity, account, what, codes }) => [
    ICONS[severity],
    code(account),
    `${what.words}${named(what.name)}${what.where === '' ? '' : ` in ${code(what.where)}`}`,
    codes.map(code).join(', '),
  ]);
  return tableSection(['', 'account', 'what', 'status'], lines);
}

const named = (name: string): string => (name === '' ? '' : ` ${code(name)}`);

/** One line that unfolds to the accounts' numbers. */
export function accountsInOrder(ids: readonly string[]): Section {
  if (ids.length === 0) return uncut('');
  return {
    open: `<details><summary>${plural(ids.length, 'account')} in order</summary>\n`,
    items: ids.map(code),
    thing: 'account',
    close: '',
    end: '</details>',
  };
}

/** For the job's log. */
export function auditLines(request: Request, audit: Audit): readonly string[] {
  const { rows, inOrder } = auditRows(request, audit);
  return [
    `Audit of ${request.central.bucket}: ${countOf(audit)}`,
    ...rows.map(({ account, what, codes }) => {
      const where = what.where === '' ? '' : ` in ${what.where}`;
      const name = what.name === '' ? '' : ` ${what.name}`;
      return `  ! ${account}: ${what.words}${name}${where}: ${codes.join(', ')}`;
    }),
    ...(inOrder.length === 0 ? [] : [`  = ${plural(inOrder.length, 'account')} in order`]),
  ];
}
