// What GitHub takes of a fleet: summary, comment and outputs each within its limit, and each says what is missing.

import { unentered } from '../../src/plan/observe.js';
import { makePlan } from '../../src/plan/plan.js';
import type { Finding } from '../../src/policy/index.js';
import { outputsOf } from '../../src/report/outputs.js';
import type { Report } from '../../src/report/report.js';
import { summaryOf } from '../../src/report/summary.js';
import { readInputs } from '../../src/request/inputs.js';

const NO_FILES = { plan: '', report: '', diff: '' };

/** A dry run for so many accounts of one organization, none of which has a trail. */
function fleet(accounts: number): Report {
  const inputs: { readonly [name: string]: string } = {
    'central-account-id': '111111111111',
    'central-role-arn': 'arn:aws:iam::111111111111:role/Central',
    bucket: 'sec-cloudtrail-log',
    'member-account-id': Array.from({ length: accounts }, (_, index) =>
      String(200_000_000_000 + index),
    ).join(','),
    'member-role-arn': 'arn:aws:iam::{account-id}:role/Member',
    'trail-name': 'TRAIL-OF-{account-id}',
    'policy-layout': 'organization',
    'organization-id': 'o-a1b2c3d4e5',
    region: 'ap-northeast-2',
  };
  const request = readInputs({
    text: (name) => inputs[name] ?? '',
    names: Object.keys(inputs),
    environment: {},
    event: { name: 'pull_request', fork: false },
  });
  const plan = makePlan(request, {
    policy: { text: null, document: null, readAt: 0 },
    members: request.members.map((member) => unentered(member, 'aws')),
    keys: [],
    unlimitedAccounts: [],
  });
  return {
    run: { workflow: 'Fleet', job: 'plan', commit: '', url: '' },
    result: 'planned',
    request,
    plan,
    audit: null,
    outcome: null,
    delivery: null,
    unlimitedAccounts: [],
    findings: plan.findings,
    backupFile: '',
    keyBackups: [],
  };
}

const aFinding = (severity: Finding['severity'], index: number): Finding => ({
  severity,
  code: 'example',
  message: `Finding ${index} ${'x'.repeat(100)}`,
  remedy: 'None.',
});
const many = (count: number): readonly Finding[] =>
  Array.from({ length: count }, (_, index) =>
    aFinding(index === count - 1 ? 'error' : 'notice', index),
  );

const report = fleet(3_000);
const whole = summaryOf(report);

describe("a fleet's report", () => {
  test.each([
    ['a comment', 65_000],
    ['a summary', 200_000],
  ])('in %s keeps its verdict, and says how many rows are missing', (_what, bytes) => {
    const text = summaryOf(report, { bytes, elsewhere: 'in the job summary' });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytes);
    expect(text.split('\n\n').slice(0, 2)).toEqual(whole.split('\n\n').slice(0, 2));
    const rows = text.match(/^\| [+~] \| `\d{12}`.* \|$/gm) ?? [];
    const [, left = '0'] = /… and ([\d,]+) more rows/.exec(text) ?? [];
    expect(rows.length + Number(left.replaceAll(',', ''))).toBe(3_001);
    expect(text.match(/<details/g)).toHaveLength((text.match(/<\/details>/g) ?? []).length);
  });

  test('is whole where it fits', () => {
    const limit = { bytes: Buffer.byteLength(whole), elsewhere: '' };
    expect(summaryOf(report, limit)).toBe(whole);
    expect(summaryOf(report, { ...limit, bytes: limit.bytes - 1 })).not.toBe(whole);
  });
});

describe('outputs', () => {
  test('of thousands of accounts stay below 1 MB, and say which one is cut', () => {
    const outputs = outputsOf({ ...report, findings: many(5_000) }, NO_FILES);
    const characters = Object.values(outputs).reduce((sum, value) => sum + value.length, 0);
    expect(characters * 2).toBeLessThan(1_048_576);
    const arns = Object.keys(JSON.parse(outputs['trail-arns']) as object).length;
    const findings = JSON.parse(outputs.findings) as readonly Finding[];
    expect(findings[0]).toMatchObject({ severity: 'error' });
    const grouped = (count: number): string => count.toLocaleString('en-US');
    expect(findings.at(-1)).toMatchObject({
      code: 'outputs-cut',
      message: `GitHub takes 1 MB of outputs, so the output findings lacks ${grouped(5_001 - findings.length)} findings, and trail-arns lacks ${grouped(3_000 - arns)} accounts.`,
    });
  });

  test('that fit are whole, in their order', () => {
    const outputs = outputsOf({ ...fleet(100), findings: many(100) }, NO_FILES);
    expect(JSON.parse(outputs.findings)).toEqual(many(100));
    expect(Object.keys(JSON.parse(outputs['trail-arns']) as object)).toHaveLength(100);
  });
});
