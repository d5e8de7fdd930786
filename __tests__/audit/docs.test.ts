// docs/audit.md explains every code that an audit can come to, and none besides; its workflow is one that GitHub takes.

import { readFileSync } from 'node:fs';
import { validate } from '@actions/languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { OWN_CODES, SHARED_CODES } from '../../src/audit/codes.js';

const page = readFileSync('docs/audit.md', 'utf8');

test('every code has its line, and none is there that the code does not know', () => {
  const explained = [...page.matchAll(/^\| `([a-z-]+)`/gm)].map(([, code = '']) => code);
  expect(explained.toSorted()).toEqual([...OWN_CODES, ...SHARED_CODES].toSorted());
});

test('the shared codes are those of other rooms', () => {
  const rooms = ['policy/weaknesses', 'policy/measure', 'policy/doctor', 'policy/deny-doctor']
    .concat(['plan/policy-plan', 'plan/bucket-plan', 'plan/trail-guards', 'plan/trail-onboard'])
    .map((file) => readFileSync(`src/${file}.ts`, 'utf8'))
    .join('\n');
  // The doctor puts what it is asked about in front.
  const isKnown = (code: string): boolean =>
    rooms.includes(`'${code}'`) || rooms.includes(`code}${code.slice('policy'.length)}\``);
  expect(SHARED_CODES.filter((code) => !isKnown(code))).toEqual([]);
});

test("GitHub's own validator takes the example workflow", async () => {
  const [, text = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const document = TextDocument.create('file:///.github/workflows/audit.yml', 'yaml', 1, text);
  expect(await validate(document)).toEqual([]);
});
