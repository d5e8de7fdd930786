// Odd paths that the input accounts-file may give: each is told at once, and nothing is read that nobody asked for.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceFile } from '../../src/github/workspace.js';

const root = mkdtempSync(join(tmpdir(), 'paths-'));
const workspace = join(root, 'workspace');
const at = (...parts: readonly string[]): string => join(workspace, ...parts);

beforeAll(() => {
  mkdirSync(at('folder'), { recursive: true });
  writeFileSync(join(root, 'outside.yml'), 'outside');
  writeFileSync(at('accounts.yml'), 'inside');
  writeFileSync(at('a\nb "c".yml'), 'odd');
  writeFileSync(at('..accounts.yml'), 'dots');
  writeFileSync(at('huge.yml'), '');
  truncateSync(at('huge.yml'), 1024 ** 3);
  execFileSync('mkfifo', [at('fifo')]);
  symlinkSync('accounts.yml', at('link.yml'));
  symlinkSync('../outside.yml', at('out.yml'));
  symlinkSync('..', at('up'));
  symlinkSync('loop.yml', at('loop.yml'));
  symlinkSync('nowhere.yml', at('dangling.yml'));
  symlinkSync('/proc/self/environ', at('environ.yml'));
  symlinkSync('/dev/zero', at('zero.yml'));
});
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ['accounts.yml', 'inside'],
  ['./folder/../accounts.yml', 'inside'],
  ['link.yml', 'inside'],
  ['..accounts.yml', 'dots'],
  ['a\nb "c".yml', 'odd'],
  ['../outside.yml', 'outside'],
  [join(root, 'outside.yml'), 'outside'],
])('%j is read', async (path, text) => {
  const { content } = await workspaceFile(path, workspace);
  expect('bytes' in content && Buffer.from(content.bytes).toString()).toBe(text);
});

test.each([
  ['.', 'is a folder'],
  ['..', 'is a folder'],
  ['/', 'is a folder'],
  ['folder', 'is a folder'],
  ['fifo', 'is no file'],
  ['/dev/zero', 'is no file'],
  ['huge.yml', 'has over 2 MiB'],
  ['nothing.yml', 'does not exist'],
  ['accounts.yml/x', 'does not exist'],
  ['dangling.yml', 'does not exist'],
  ['loop.yml', 'cannot be read: ELOOP'],
  ['x'.repeat(5000), 'cannot be read: ENAMETOOLONG'],
  ['nul\0.yml', 'cannot be read'],
  ['out.yml', 'is a link that leads out of the workspace'],
  ['up/outside.yml', 'is a link that leads out of the workspace'],
  ['environ.yml', 'is a link that leads out of the workspace'],
  ['zero.yml', 'is a link that leads out of the workspace'],
])('%j is told', async (path, problem) => {
  const { content } = await workspaceFile(path, workspace);
  expect('problem' in content && content.problem).toMatch(new RegExp(`^${problem}`));
  expect('remedy' in content && content.remedy).not.toBe('');
});

test('a workspace that is a link itself is no reason to refuse its files', async () => {
  symlinkSync(workspace, join(root, 'linked'));
  const { path, content } = await workspaceFile('accounts.yml', join(root, 'linked'));
  expect([path, 'bytes' in content]).toEqual(['accounts.yml', true]);
});
