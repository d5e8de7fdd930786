// What GitHub hands to a run may be anybody's, too: the event's payload is written by who opens a pull request, paths and names by
// who commits. Through the shipped bundle, each field comes out as text, and the run ends in order.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INPUT_NAMES } from '../../src/request/names.js';
import { strayInRun } from '../hostile/left-behind.js';
import { ALL_HOSTILE } from '../hostile/texts.js';
import { closeStages, findings, openStage } from './stage.js';

afterEach(closeStages);

/** What fits into a variable of the environment. */
const HOSTILE = ALL_HOSTILE.replaceAll('\0', '').replaceAll(/\p{Cs}/gu, '');
const DEBUG = { RUNNER_DEBUG: '1' };

test('all inputs at once, but for the token, which is masked', async () => {
  const { apply } = await openStage();
  const names = INPUT_NAMES.filter((name) => name !== 'github-token');
  const run = await apply(Object.fromEntries(names.map((name) => [name, HOSTILE])));
  expect(run.exitCode).toBe(1);
  expect(strayInRun(run)).toEqual([]);
});

test.each([
  'GITHUB_WORKFLOW',
  'GITHUB_JOB',
  'GITHUB_REPOSITORY',
  'GITHUB_SHA',
  'GITHUB_RUN_ID',
  'GITHUB_RUN_ATTEMPT',
  'GITHUB_SERVER_URL',
  'GITHUB_EVENT_NAME',
  'GITHUB_EVENT_PATH',
  'GITHUB_API_URL',
  'AWS_REGION',
  'ACTIONS_ID_TOKEN_REQUEST_URL',
])('the variable %s', async (name) => {
  const { plan } = await openStage();
  const run = await plan(
    { region: '' },
    { variables: { AWS_REGION: 'ap-northeast-2', ...DEBUG, [name]: HOSTILE } },
  );
  expect(strayInRun(run)).toEqual([]);
});

const PULL = { number: 7, head: { sha: 'a', repo: null }, base: { repo: null } };

test.each<readonly [string, Readonly<Record<string, unknown>>]>([
  [
    'texts',
    { pull_request: { number: HOSTILE, head: { sha: HOSTILE, repo: { full_name: HOSTILE } } } },
  ],
  ['the commit', { pull_request: { ...PULL, head: { sha: HOSTILE, repo: { full_name: 'a/b' } } } }],
  ['nothing', { pull_request: null }],
  ['a list', { pull_request: [] }],
  ['a text', { pull_request: HOSTILE }],
  ['numbers', { pull_request: { number: 1e308, head: 1, base: 2 } }],
  [
    'prototype keys',
    JSON.parse(
      '{"__proto__":{"pull_request":1},"constructor":1,"toString":2}',
    ) as object as Readonly<Record<string, unknown>>,
  ],
])('a payload of %s', async (_name, payload) => {
  const { plan } = await openStage();
  const run = await plan({}, { event: { name: 'pull_request', payload }, variables: DEBUG });
  expect(strayInRun(run)).toEqual([]);
});

describe('accounts-file', () => {
  test('with a name and content that are both hostile', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'hostile-'));
    mkdirSync(join(directory, 'workspace'));
    const name = HOSTILE.replaceAll('/', '|').slice(0, 60).trim();
    const account = { id: HOSTILE, name: HOSTILE, [HOSTILE]: HOSTILE, tags: { [HOSTILE]: 1 } };
    const text = JSON.stringify({ accounts: [account], central: { bucket: HOSTILE } });
    writeFileSync(join(directory, 'workspace', name), text);
    const { apply } = await openStage();
    const run = await apply({ 'accounts-file': name }, { directory, variables: DEBUG });
    expect(findings(run).map(({ code }) => code)).toContain('accounts-file-invalid');
    expect(strayInRun(run)).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  test.each(['/dev/zero', '/proc/self/mem', '/proc/self/environ', '../../..', HOSTILE])(
    'that is %j',
    async (path) => {
      const { apply } = await openStage();
      const run = await apply({ 'accounts-file': path });
      expect(run.exitCode).toBe(1);
      expect(strayInRun(run)).toEqual([]);
    },
  );
});

describe('output-directory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'odd-'));
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  writeFileSync(join(folder, 'file'), '');
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['a file', join(folder, 'file')],
    ['below a file', join(folder, 'file', 'x')],
    ['a FIFO', join(folder, 'fifo')],
    ['a device', '/dev/null'],
    ['behind a link to nowhere', join(folder, 'dangling', 'x', 'y')],
    ['where nobody may write', '/proc/self/x'],
    ['longer than a path may be', `/${'x'.repeat(5000)}`],
  ])('that is %s is told, and nothing is changed', async (_name, path) => {
    const { apply } = await openStage();
    const run = await apply({ 'output-directory': path });
    expect(findings(run).map(({ code }) => code)).toContain('output-directory');
    expect(run.exitCode).toBe(1);
    expect(run.requests.filter(({ write }) => write)).toEqual([]);
  });

  test('with a hostile name is a folder like any other', async () => {
    const { apply } = await openStage();
    const path = join(folder, HOSTILE.replaceAll('/', '|').slice(0, 80).trim());
    const run = await apply({ 'output-directory': path });
    expect(run.outputs['result']).toBe('applied');
    expect(run.outputs['plan-file']).toBe(join(path, 'plan.json'));
    expect(strayInRun(run)).toEqual([]);
  });
});
