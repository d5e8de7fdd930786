// The documents cannot rot: every YAML example parses and gives the action inputs that it has, every link leads somewhere.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { validate } from '@actions/languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';
import { readAccountsFile } from '../src/request/accounts-file.js';
import { readInputs } from '../src/request/inputs.js';
import { INPUT_NAMES } from '../src/request/names.js';

const DOCUMENTS = [
  'README.md',
  'README.ko.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'templates/README.md',
].concat(
  readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
);

const read = (path: string): string => readFileSync(path, 'utf8');

const examples = DOCUMENTS.flatMap((path) =>
  [...read(path).matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)].map(
    ([, text = ''], index): [string, string] => [`${path}, example ${index + 1}`, text],
  ),
);

type Step = { readonly uses?: string; readonly with?: { readonly [name: string]: unknown } };

/** Every step anywhere in the example. */
function stepsIn(value: unknown): readonly Step[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(stepsIn);
  return 'uses' in value ? [value as Step, ...inner] : inner;
}

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(0);
});

test.each(examples)('%s parses, and gives the action only inputs that it has', (_name, text) => {
  const steps = stepsIn(parse(text));
  const ours = steps.filter(({ uses }) => uses?.includes('cloudtrail-onboarding'));
  const unknown = ours
    .flatMap((step) => Object.keys(step.with ?? {}))
    .filter((name) => !(INPUT_NAMES as readonly string[]).includes(name));
  expect(unknown).toEqual([]);
});

const links = DOCUMENTS.flatMap((path) =>
  [...read(path).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(
    ([, target = '']): [string, string] => [path, target],
  ),
);

test.each(links)('%s links to %s, which is there', (path, target) => {
  expect(existsSync(join(dirname(path), target))).toBe(true);
});

const accountsFiles = examples.filter(([, text]) => /^accounts:/m.test(text));

test.each(accountsFiles)('%s is an accounts file that the action takes', async (_name, text) => {
  const bytes = new TextEncoder().encode(text);
  const file = await readAccountsFile('accounts.yml', { bytes });
  const source = {
    text: () => '',
    names: [],
    environment: {},
    event: { name: 'push', fork: false },
  };
  expect(readInputs(source, file).members.length).toBeGreaterThan(1);
});

const workflows = examples.filter(([, text]) => /^jobs:/m.test(text));

test.each(workflows)("%s is a workflow that GitHub's own validator takes", async (_name, text) => {
  const document = TextDocument.create('file:///.github/workflows/example.yml', 'yaml', 1, text);
  expect(await validate(document)).toEqual([]);
});

test('the tables of inputs and outputs hold all of action.yml, and nothing else', () => {
  const { inputs, outputs } = parse(read('action.yml')) as Record<'inputs' | 'outputs', object>;
  const rows = [...read('docs/inputs-and-outputs.md').matchAll(/^\| (`[^|]*) \|/gm)];
  const named = rows.flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, n = '']) => n),
  );
  expect(named.toSorted()).toEqual([...Object.keys(inputs), ...Object.keys(outputs)].toSorted());
});
