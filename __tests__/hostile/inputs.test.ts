// Every field that a workflow, an accounts file or the runner's variables can carry, with hostile text in it: what is wrong is
// told as text, in Markdown and log, and nothing but a UserError comes out.

import * as fc from 'fast-check';
import { findingsOf, UserError } from '../../src/problem.js';
import { annotationsOf } from '../../src/report/log.js';
import type { Report } from '../../src/report/report.js';
import { summaryOf } from '../../src/report/summary.js';
import { readAccountsFile } from '../../src/request/accounts-file.js';
import { readInputs } from '../../src/request/inputs.js';
import { INPUT_NAMES } from '../../src/request/names.js';
import type { Request } from '../../src/request/request.js';
import { casesOf, patienceFor } from '../cases.js';
import { textCount, withTexts } from './answers.js';
import { strayInLog } from './log.js';
import { strayIn } from './markdown.js';
import { ALL_HOSTILE, hostileTexts } from './texts.js';

const CASES = casesOf(1_000);
const PATIENCE = patienceFor(CASES, 50);

type Given = { readonly [name: string]: string };

const GOOD: Given = {
  'central-account-id': '111111111111',
  'central-role-arn': 'arn:aws:iam::111111111111:role/Central',
  bucket: 'sec-cloudtrail-log',
  'member-account-id': '222222222222',
  'member-role-arn': 'arn:aws:iam::{account-id}:role/Member',
  'trail-name': 'DEV-CLOUDTRAIL',
  region: 'ap-northeast-2',
};

const FILE = JSON.stringify({
  $schema: 'x',
  central: { 'account-id': '111111111111', bucket: 'sec-cloudtrail-log', region: 'eu-west-1' },
  defaults: {
    'role-arn': 'arn:aws:iam::{account-id}:role/Member',
    'trail-name': '{account-name}-CLOUDTRAIL',
    'event-selectors': [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }],
    'insight-selectors': ['ApiCallRateInsight'],
    tags: { team: 'audit' },
  },
  accounts: [
    { id: '222222222222', name: 'DEV', 'multi-region': 'true', state: 'present' },
    { id: '333333333333', name: 'PRD', 'replaces-trail': 'OLD', 'bucket-prefix': 'x' },
  ],
});

const RUN = { workflow: 'w', job: 'j', commit: '', url: '' };

async function reportOf(
  inputs: Given,
  file: string | null = null,
  environment: Given = {},
  path = 'accounts.yml',
): Promise<Report> {
  const blank = { run: RUN, plan: null, audit: null, outcome: null, delivery: null } as const;
  const rest = { ...blank, unlimitedAccounts: [], backupFile: '', keyBackups: [] };
  const outcome = await requestOf(inputs, file, environment, path).catch((error: unknown) => {
    if (error instanceof UserError) return error;
    throw error;
  });
  return outcome instanceof UserError
    ? { ...rest, result: 'failed', request: null, findings: findingsOf(outcome) }
    : { ...rest, result: 'failed', request: outcome, findings: [] };
}

async function requestOf(
  inputs: Given,
  file: string | null,
  environment: Given,
  path: string,
): Promise<Request> {
  const accounts =
    file === null ? null : await readAccountsFile(path, { bytes: Buffer.from(file) });
  const source = {
    text: (name: string) => inputs[name]?.trim() ?? '',
    names: Object.keys(inputs),
    environment,
    event: { name: 'push', fork: false },
  };
  return readInputs(source, accounts);
}

function strayInReport(report: Report): readonly string[] {
  return [
    ...strayIn(summaryOf(report)),
    ...annotationsOf(report.findings).flatMap(({ message }) => strayInLog(message)),
  ];
}

const texts = fc.oneof(fc.constant(ALL_HOSTILE), hostileTexts);

test.each(INPUT_NAMES)(
  'the input %s',
  async (name) => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(strayInReport(await reportOf({ ...GOOD, [name]: text }))).toEqual([]);
      }),
      { numRuns: Math.ceil(CASES / INPUT_NAMES.length) },
    );
  },
  PATIENCE,
);

test('an input that is none', async () => {
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      expect(strayInReport(await reportOf({ ...GOOD, [`dry-run${text}`]: 'true' }))).toEqual([]);
    }),
  );
});

test(
  'every key and value of an accounts file, and its path',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(textCount(FILE)), texts, async (at, text) => {
        const file = withTexts(FILE, (old, index) => (index === at ? text : old));
        const path = at === textCount(FILE) ? text : 'accounts.yml';
        expect(strayInReport(await reportOf({}, file, {}, path))).toEqual([]);
      }),
      { numRuns: CASES },
    );
  },
  PATIENCE,
);

test(
  'an accounts file of any text',
  async () => {
    const pieces = fc.constantFrom(
      'central',
      'accounts',
      'defaults',
      ':',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '&a',
      '*a',
      '!!',
      '? ',
      '|',
      '>',
      '#',
      '%YAML 1.1',
      '---',
      '<<',
      '\0',
      '\ufeff',
      '\r\n',
      '__proto__',
      'id',
      '"222222222222"',
      'state',
      '1e999',
      '0x',
      '.nan',
      '~',
      'tags',
    );
    const files = fc.array(fc.oneof(pieces, hostileTexts), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(files, async (parts) => {
        expect(strayInReport(await reportOf({}, parts.join('')))).toEqual([]);
      }),
      { numRuns: CASES },
    );
  },
  PATIENCE,
);

test.each([
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'GITHUB_REPOSITORY',
  'GITHUB_RUN_ID',
  'RUNNER_TEMP',
])('the variable %s', async (name) => {
  const { region: _, ...inputs } = GOOD;
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      expect(strayInReport(await reportOf(inputs, null, { [name]: text }))).toEqual([]);
    }),
  );
});

test.each(['workflow', 'job', 'commit', 'url'])(
  'what the run says of itself: its %s',
  async (key) => {
    const report = await reportOf(GOOD);
    fc.assert(
      fc.property(texts, (text) => {
        expect(strayInReport({ ...report, run: { ...RUN, [key]: text } })).toEqual([]);
      }),
      { numRuns: Math.ceil(CASES / 4) },
    );
  },
);
