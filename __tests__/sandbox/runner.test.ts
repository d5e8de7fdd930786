// An action started as GitHub's runner starts it, shown with tiny actions in a folder of their own.

import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { type RunOptions, runAction } from '../../sandbox/runner.js';
import { tutorialWorld } from '../../sandbox/worlds.js';
import { SEC } from './sdk.js';

let sandbox: Sandbox;
let folder: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  tutorialWorld(sandbox);
  folder = await mkdtemp(join(tmpdir(), 'runner-test-'));
});

afterAll(() => sandbox.close());

let made = 0;

/** Runs an action whose main file is this script. */
async function run(script: string, options: Partial<RunOptions> & { inputs?: string } = {}) {
  made += 1;
  const actionPath = join(folder, `action-${made}`);
  const { inputs = '{}', ...rest } = options;
  await mkdir(actionPath);
  await writeFile(
    join(actionPath, 'action.yml'),
    `name: Tiny\ninputs: ${inputs}\nruns: { using: node24, main: main.mjs }\n`,
  );
  await writeFile(
    join(actionPath, 'main.mjs'),
    `import { appendFileSync } from 'node:fs';\n${script}`,
  );
  return runAction({ sandbox, with: {}, actionPath, directory: join(actionPath, 'run'), ...rest });
}

/** Runs an action that prints its environment, and parses it. */
async function environment(options: Parameters<typeof run>[1] = {}) {
  const { rawLog } = await run('console.log(JSON.stringify(process.env));', options);
  const line = rawLog.split('\n').find((text) => text.startsWith('{')) ?? '{}';
  return JSON.parse(line) as Record<string, string>;
}

describe('inputs', () => {
  const inputs = `
  region: {}
  dry-run: { default: auto }
  github-token: { default: '\${{ github.token }}' }
  output-directory: { default: '\${{ runner.temp }}/out' }
  where: { default: 'from \${{ github.repository }}@\${{ GITHUB.REF_NAME }}\${{ github.nonsense }}' }`;

  test('are given as the runner spells them, defaults filled in', async () => {
    const env = await environment({ inputs, with: { region: 'ap-northeast-2', 'Dry Run': 'x' } });
    expect(env).toMatchObject({
      INPUT_REGION: 'ap-northeast-2',
      'INPUT_DRY-RUN': 'auto',
      INPUT_DRY_RUN: 'x',
      'INPUT_GITHUB-TOKEN': sandbox.github.token,
      'INPUT_OUTPUT-DIRECTORY': `${env['RUNNER_TEMP']}/out`,
      INPUT_WHERE: 'from example-org/log-archive@main',
    });
  });

  test('that are given empty stay empty, and those without a default are not there', async () => {
    const env = await environment({ inputs, with: { 'dry-run': '' } });
    expect(env['INPUT_DRY-RUN']).toBe('');
    expect(env).not.toHaveProperty('INPUT_REGION');
  });

  test('that are not declared are passed on with a warning', async () => {
    const result = await run('console.log(process.env.INPUT_TYPO);', {
      inputs: '{ a: {}, b: {} }',
      with: { typo: 'value' },
    });
    expect(result.log).toContain('value\n');
    expect(result.annotations).toMatchObject([
      { level: 'warning', message: "Unexpected input(s) 'typo', valid inputs are ['a', 'b']" },
    ]);
  });
});

describe('the environment', () => {
  test('holds nothing of the process that starts it', async () => {
    process.env['AWS_PROFILE'] = 'from-outside';
    process.env['GITHUB_STEP'] = 'from-outside';
    const env = await environment();
    delete process.env['AWS_PROFILE'];
    delete process.env['GITHUB_STEP'];
    expect(JSON.stringify(env)).not.toContain('from-outside');
    expect(env['HOME']).not.toBe(process.env['HOME']);
  });

  test('leads to the sandbox, or to where the caller says', async () => {
    expect(await environment()).toMatchObject({
      AWS_ENDPOINT_URL: sandbox.url,
      GITHUB_API_URL: `${sandbox.url}/_github/api`,
    });
    const elsewhere = await environment({ awsEnvironment: { AWS_ENDPOINT_URL_S3: 'http://x' } });
    expect(elsewhere).not.toHaveProperty('AWS_ENDPOINT_URL');
    expect(elsewhere).toHaveProperty('AWS_ENDPOINT_URL_S3', 'http://x');
  });

  test('is of the event, with its payload', async () => {
    const script = `import { readFileSync } from 'node:fs';
      const { GITHUB_EVENT_NAME: name, GITHUB_REF: ref, GITHUB_HEAD_REF: head, GITHUB_BASE_REF: base } = process.env;
      const { number, label, pull_request } = JSON.parse(readFileSync(process.env.GITHUB_EVENT_PATH, 'utf8'));
      console.log(JSON.stringify({ name, ref, head, base, number, label, from: pull_request.head.repo.full_name }));`;
    const event = { name: 'pull_request', fork: true, payload: { label: 'x' } };
    const { rawLog } = await run(script, { event });
    expect(JSON.parse(rawLog)).toEqual({
      name: 'pull_request',
      ref: 'refs/pull/7/merge',
      head: 'onboard-dev',
      base: 'main',
      number: 7,
      label: 'x',
      from: 'stranger/log-archive',
    });
  });

  test.each([
    ['push', {}, true],
    ['push without the permission', { idToken: false }, false],
    ['pull_request', { event: { name: 'pull_request' } }, true],
    ['pull_request from a fork', { event: { name: 'pull_request', fork: true } }, false],
    [
      'pull_request_target from a fork',
      { event: { name: 'pull_request_target', fork: true } },
      true,
    ],
  ])('offers an OIDC token, or not, on %s', async (_, options, offered) => {
    const env = await environment(options);
    expect('ACTIONS_ID_TOKEN_REQUEST_URL' in env).toBe(offered);
    expect('ACTIONS_ID_TOKEN_REQUEST_TOKEN' in env).toBe(offered);
  });
});

test('the OIDC token takes a role at the sandbox, and the requests are those of this run', async () => {
  await run('');
  const result = await run(`
    const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = process.env;
    const answer = await fetch(url + '&audience=sts.amazonaws.com', { headers: { authorization: 'Bearer ' + bearer } });
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: 'arn:aws:iam::${SEC}:role/CloudTrailOnboardingCentral',
      RoleSessionName: 'run',
      WebIdentityToken: (await answer.json()).value,
    });
    const taken = await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', body });
    console.log(taken.status, bearer);`);
  expect(result.log).toBe('200 ***\n');
  expect(result.requests.map(({ service, operation }) => [service, operation])).toEqual([
    ['oidc', 'GetIdToken'],
    ['sts', 'AssumeRoleWithWebIdentity'],
  ]);
});

describe('a result', () => {
  test('has outputs and a summary, masked', async () => {
    const result = await run(`
      console.log('::add-mask::hidden');
      appendFileSync(process.env.GITHUB_OUTPUT, 'result<<E\\nplanned\\nE\\nchanged=true\\n');
      appendFileSync(process.env.GITHUB_STEP_SUMMARY, '### Plan hidden\\n');`);
    expect(result).toMatchObject({
      exitCode: 0,
      signal: null,
      conclusion: 'success',
      outputs: { result: 'planned', changed: 'true' },
      summary: '### Plan ***\n',
      annotations: [],
    });
    expect(result.wallMs).toBeGreaterThan(0);
  });

  test('reads both streams for commands', async () => {
    const result = await run(`console.error('::error::from stderr'); process.exitCode = 3;`);
    expect(result).toMatchObject({
      exitCode: 3,
      conclusion: 'failure',
      annotations: [{ level: 'error', message: 'from stderr' }],
    });
  });

  test('is a failure when the outputs cannot be read', async () => {
    const result = await run(`appendFileSync(process.env.GITHUB_OUTPUT, 'nonsense\\n');`);
    expect(result).toMatchObject({ exitCode: 0, conclusion: 'failure', outputs: {} });
    expect(result.annotations[0]?.message).toContain("Invalid format 'nonsense'");
  });

  test('has no summary beyond 1 MiB', async () => {
    const result = await run(
      `appendFileSync(process.env.GITHUB_STEP_SUMMARY, 'x'.repeat(1024 * 1024 + 1));`,
    );
    expect(result).toMatchObject({ conclusion: 'success', summary: '' });
    expect(result.annotations[0]?.message).toContain('upload aborted');
  });

  test('tells where the output directory is', async () => {
    const declared = { inputs: "{ output-directory: { default: '${{ runner.temp }}/files' } }" };
    const byDefault = await run('', declared);
    expect(byDefault.outputDirectory).toBe(join(byDefault.directory, 'temp', 'files'));
    const given = await run('', { ...declared, with: { 'output-directory': '/elsewhere' } });
    expect(given.outputDirectory).toBe('/elsewhere');
  });

  test('works in an empty workspace inside a folder that is kept', async () => {
    const result = await run(`appendFileSync('left-behind', process.cwd());`);
    const left = join(result.directory, 'workspace', 'left-behind');
    expect(await readFile(left, 'utf8')).toBe(join(result.directory, 'workspace'));
  });

  test('ends with a signal when it takes too long or is killed', async () => {
    const forever = 'setInterval(() => {}, 1000);';
    expect(await run(forever, { timeoutMs: 300 })).toMatchObject({
      exitCode: null,
      signal: 'SIGKILL',
      conclusion: 'failure',
    });
    const killed = await run(forever, { onSpawn: (child) => void child.kill('SIGTERM') });
    expect(killed.signal).toBe('SIGTERM');
  });

  test('runs on the Node that is asked for', async () => {
    await expect(run('', { node: '/no/such/node' })).rejects.toThrow('ENOENT');
  });
});

test('only JavaScript actions are started', async () => {
  const actionPath = join(folder, 'composite');
  await mkdir(actionPath);
  await writeFile(join(actionPath, 'action.yml'), 'runs: { using: composite, steps: [] }\n');
  await expect(runAction({ sandbox, with: {}, actionPath })).rejects.toThrow("not 'composite'");
});
