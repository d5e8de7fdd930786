// Accounts files that are made to take for ever, or all of the memory: each within the size that is read at all, each told in
// bounded time.

import { readAccountsFile } from '../../src/request/accounts-file.js';

const SIZE = 256 * 1024;

/** So many entries that the text has the size. */
function filled(entry: (index: number) => string, before = ''): string {
  const parts = [before];
  for (let length = before.length, index = 0; length < SIZE; index += 1) {
    const part = entry(index);
    parts.push(part);
    length += part.length;
  }
  return parts.join('');
}

const WRONG = Object.fromEntries(
  ['name', 'trail-name', 'region', 'kms-key-arn', 'sns-topic-arn'].map((key) => [key, 1]),
);

test.each([
  ['keys of the file', filled((index) => `k${index}: 1\n`)],
  ['keys of an account', filled((index) => `  k${index}: 1\n`, 'accounts:\n- id: "1"\n')],
  ['keys in braces', `${filled((index) => `k${index},`, '{')}}`],
  ['keys without values', filled((index) => `? k${index}\n`)],
  ['tags', filled((index) => `    k${index}: x\n`, 'defaults:\n  tags:\n')],
  ['accounts with nothing', filled(() => '- {}\n', 'accounts:\n')],
  ['accounts with much', filled(() => `- ${JSON.stringify(WRONG)}\n`, 'accounts:\n')],
  ['brackets', '['.repeat(SIZE)],
  ['braces', '{a: '.repeat(SIZE / 4)],
  ['dashes', '- '.repeat(SIZE / 2)],
  ['question marks', '? '.repeat(SIZE / 2)],
  ['anchors', filled((index) => `- &a${index} x\n`)],
  ['aliases', filled(() => '- *a\n', '- &a x\n')],
  ['documents', filled(() => '---\n')],
  ['tags of YAML', filled((index) => `- !t${index} x\n`)],
  ['mistakes', filled(() => 'a: b: c\n')],
  ['tabs', filled(() => '\t- x\n')],
  ['NUL bytes', '\0'.repeat(SIZE)],
  ['one long text', `central: "${'x'.repeat(SIZE)}"`],
])('%s', async (_name, text) => {
  const startedAt = performance.now();
  const { faults } = await readAccountsFile('a.yml', { bytes: Buffer.from(text) });
  expect(faults.length).toBeGreaterThan(0);
  for (const { message } of faults.slice(0, 3)) expect(message.length).toBeLessThan(1000);
  // A second on an idle machine; what compares all with all would take minutes.
  expect(performance.now() - startedAt).toBeLessThan(30_000);
});

test.each([
  ['UTF-16', Buffer.from('\ufeffaccounts: []', 'utf16le')],
  ['Latin-1', Buffer.from('accounts: é', 'latin1')],
])('%s is told', async (_name, bytes) => {
  const { faults } = await readAccountsFile('a.yml', { bytes });
  expect(faults.map(({ message }) => message)).toEqual([
    'a.yml:1:1: the accounts file is not UTF-8.',
  ]);
});

test('a byte order mark and Windows line ends are nothing wrong', async () => {
  const bytes = Buffer.from('\ufeffaccounts:\r\n  - id: "222222222222"\r\n    name: DEV\r\n');
  const { faults, accounts } = await readAccountsFile('a.yml', { bytes });
  expect([faults, accounts?.map(({ id, name }) => [id, name])]).toEqual([
    [],
    [['222222222222', 'DEV']],
  ]);
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__'])(
  'the key %s is one like any other: none that can be had',
  async (key) => {
    for (const text of [
      `{ ${JSON.stringify(key)}: { "account-id": "1" } }`,
      `central: { ${key}: x }`,
      `accounts: [{ id: "222222222222", ${key}: x }]`,
    ]) {
      const { faults } = await readAccountsFile('a.yml', { bytes: Buffer.from(text) });
      expect(faults.map(({ message }) => message)).toEqual([
        expect.stringContaining(`"${key}" is no key that`),
      ]);
    }
    expect(Object.hasOwn(Object.prototype, 'account-id')).toBe(false);
  },
);
