import { readdirSync, readFileSync } from 'node:fs';
import { validate } from '@actions/languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';
import { outputsOf } from '../src/report/outputs.js';
import { INPUT_NAMES } from '../src/request/names.js';

const action = parse(readFileSync('action.yml', 'utf8')) as {
  readonly description: string;
  readonly inputs: { readonly [name: string]: { readonly description: string } };
  readonly outputs: { readonly [name: string]: { readonly description: string } };
  readonly runs: { readonly using: string; readonly main: string };
};

const WORKFLOWS = readdirSync('.github/workflows').map((name) => `.github/workflows/${name}`);

function diagnose(path: string, text = readFileSync(path, 'utf8')): ReturnType<typeof validate> {
  return validate(TextDocument.create(`file:///${path}`, 'yaml', 1, text));
}

test('action.yml names the inputs that the code reads, and no other', () => {
  expect(Object.keys(action.inputs).toSorted()).toEqual([...INPUT_NAMES].toSorted());
});

test('action.yml names the outputs that the code sets, and no other', () => {
  const report = {
    run: { workflow: '', job: '', commit: '', url: '' },
    result: 'failed',
    request: null,
    plan: null,
    audit: null,
    outcome: null,
    delivery: null,
    unlimitedAccounts: [],
    findings: [],
    backupFile: '',
    keyBackups: [],
  } as const;
  const outputs = outputsOf(report, { plan: '', report: '', diff: '' });
  expect(Object.keys(action.outputs).toSorted()).toEqual(Object.keys(outputs).toSorted());
});

test('no input but the token has a default in action.yml: a default there could never be told from a wish', () => {
  const names = Object.entries(action.inputs).filter(([, input]) => 'default' in input);
  expect(names.map(([name]) => name)).toEqual(['github-token']);
});

test('every description says something', () => {
  const entries = [...Object.values(action.inputs), ...Object.values(action.outputs)];
  expect(entries.filter(({ description }) => description.length < 20)).toEqual([]);
});

test.each(['action.yml', ...WORKFLOWS])(
  "GitHub's own validator finds nothing in %s",
  async (path) => {
    expect(await diagnose(path)).toEqual([]);
  },
);

test("GitHub's own validator does find what is wrong", async () => {
  const text = readFileSync('action.yml', 'utf8').replace('  main: dist', '  mains: dist');
  expect(await diagnose('broken/action.yml', text)).not.toEqual([]);
});

test.each(WORKFLOWS)('%s pins every action to a commit', (path) => {
  const uses = readFileSync(path, 'utf8').matchAll(/^\s*-?\s*uses:\s*(\S+)/gm);
  for (const [, name = ''] of uses) expect(name).toMatch(/^\.\/|^[\w./-]+@[0-9a-f]{40}$/);
});

test('the description fits into the Marketplace, which shows 125 characters', () => {
  expect(action.description.length).toBeLessThanOrEqual(125);
});
