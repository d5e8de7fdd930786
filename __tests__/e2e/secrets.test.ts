// What a run must never leave behind: the tokens it was given, and the sessions it took. Looked for in everything there is
// afterwards, as it stands there: the masking of the runner is not counted on. Also where a service quotes them.

import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleRepository } from '../../sandbox/github/job.js';
import type { RunResult } from '../../sandbox/runner.js';
import { filesOf } from '../hostile/left-behind.js';
import { closeStages, findings, openStage, type Stage } from './stage.js';

afterEach(closeStages);

const SEC = '111111111111';
const DEV = '222222222222';
const DEBUG = { ACTIONS_STEP_DEBUG: 'true', RUNNER_DEBUG: '1' };

type Watched = Stage & {
  /** All that is secret, by where it comes from: the runner, GitHub's token service, the session of an account. */
  readonly secrets: Map<string, readonly string[]>;
  /** Command lines and environments of what the run started. */
  readonly started: string[];
  readonly onSpawn: (child: ChildProcess) => void;
};

/** `quoting`: the operation that is to fail, whose answer is then not looked into. */
async function watched(quoting = ''): Promise<Watched> {
  const stage = await openStage();
  const { faults, github } = stage.sandbox;
  const secrets = new Map<string, readonly string[]>([['github', [github.token]]]);
  const started: string[] = [];
  const note = (operation: string, of: (body: string) => readonly [string, readonly string[]]) => {
    if (operation === quoting) return;
    faults.inject({
      operation,
      answer: {
        rewrite: (body) => {
          const [name, values] = of(body);
          secrets.set(name, values);
          return body;
        },
      },
    });
  };
  note('GetIdToken', (body) => ['oidc', [String((JSON.parse(body) as { value?: string }).value)]]);
  note('AssumeRoleWithWebIdentity', (body) => {
    const [account = ''] = /(?<=assumed-role\/|sts::)\d{12}/.exec(body) ?? [];
    const tags = /(?<=<(?:AccessKeyId|SecretAccessKey|SessionToken)>)[^<]+/g;
    return [account, body.match(tags) ?? []];
  });
  return { ...stage, secrets, started, onSpawn: (child) => watch(child, secrets, started) };
}

/** What other users of the machine could see of the run, and of whatever it starts. */
function watch(child: ChildProcess, secrets: Watched['secrets'], started: string[]): void {
  const { pid } = child;
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  const bearer = environment.find((one) => one.startsWith('ACTIONS_ID_TOKEN_REQUEST_TOKEN='));
  if (bearer !== undefined) secrets.set('bearer', [bearer.slice(bearer.indexOf('=') + 1)]);
  started.push(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  const look = (): void => {
    try {
      for (const thread of readdirSync(`/proc/${pid}/task`)) {
        const ids = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ');
        for (const id of ids.filter((one) => one !== ''))
          for (const file of ['cmdline', 'environ'])
            started.push(readFileSync(`/proc/${id}/${file}`, 'utf8'));
      }
    } catch {
      // It has ended meanwhile.
    }
  };
  const timer = setInterval(look, 5);
  child.once('exit', () => clearInterval(timer));
}

const isMask = (line: string): boolean => line.startsWith('::add-mask::');

/** Where secrets are found, but for the command that tells the runner to mask them. */
function leaks(run: RunResult, { secrets, started }: Watched): readonly string[] {
  const all = [...secrets].flatMap(([name, values]) => values.map((value) => ({ name, value })));
  const lines = run.rawLog.split('\n').filter((line) => !isMask(line));
  const places = new Map([
    ['log', lines.join('\n')],
    ['started', started.join('\n')],
    ['annotations', JSON.stringify(run.annotations)],
    ...filesOf(run),
  ]);
  return [...places].flatMap(([place, text]) =>
    all
      .filter(({ value }) => text.includes(value) || text.includes(encodeURIComponent(value)))
      .map(({ name }) => `${name} in ${place}`),
  );
}

function unmasked(run: RunResult, { secrets }: Watched): readonly string[] {
  const masked = new Set(
    run.rawLog
      .split('\n')
      .filter(isMask)
      .map((line) => line.slice('::add-mask::'.length)),
  );
  return [...secrets].flatMap(([name, values]) =>
    values.filter((value) => !masked.has(value)).map(() => name),
  );
}

function expectNoLeak(run: RunResult, stage: Watched, ...from: readonly string[]): void {
  expect([...stage.secrets.keys()]).toEqual(expect.arrayContaining(['github', ...from]));
  for (const values of stage.secrets.values())
    for (const value of values) expect(value.length).toBeGreaterThan(10);
  expect(leaks(run, stage)).toEqual([]);
  expect(unmasked(run, stage)).toEqual([]);
}

test.each([
  ['an apply', {}],
  ['an apply with debug lines', DEBUG],
])('%s leaves no secret behind, and starts no process', async (_name, variables) => {
  const stage = await watched();
  const run = await stage.apply({}, { variables, onSpawn: stage.onSpawn });
  expect(run.outputs['result']).toBe('applied');
  expect(stage.started).toHaveLength(1);
  expectNoLeak(run, stage, 'bearer', 'oidc', SEC, DEV);
});

test('credentials of the environment are masked and left nowhere', async () => {
  const stage = await watched();
  const { world } = stage.sandbox;
  const key = world.credentialsFor(stage.scene.roles.central);
  const { secretAccessKey, sessionToken = '' } = key;
  stage.secrets.set('environment', [secretAccessKey, sessionToken]);
  const run = await stage.apply(
    { 'central-role-arn': '' },
    {
      onSpawn: stage.onSpawn,
      variables: {
        ...DEBUG,
        AWS_ACCESS_KEY_ID: key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
      },
    },
  );
  expect(run.outputs['result']).toBe('applied');
  expectNoLeak(run, stage, 'environment', DEV);
});

/** As AWS words it: the request as it should have been signed, its headers among it. */
const canonical = (secrets: readonly string[]): string =>
  `The request signature we calculated does not match the signature you provided. The Canonical String for this request should have been\n'POST\n/\n\nhost:example\nx-amz-security-token:${secrets.join('\n')}\n\nhost;x-amz-security-token'\n${secrets.map(encodeURIComponent).join('&')}`;

const QUOTING: readonly (readonly [
  operation: string,
  secret: string,
  event: 'push' | 'pull_request',
])[] = [
  ['GetIdToken', 'bearer', 'push'],
  ['AssumeRoleWithWebIdentity', 'oidc', 'push'],
  ['GetBucketPolicy', SEC, 'push'],
  ['PutBucketPolicy', SEC, 'push'],
  ['DescribeTrails', DEV, 'push'],
  ['CreateTrail', DEV, 'push'],
  ['StartLogging', DEV, 'push'],
  [`GET /repos/${exampleRepository.fullName}/issues/7/comments`, 'github', 'pull_request'],
];

test.each(QUOTING)(
  'an error of %s that quotes what it was sent (%s)',
  async (operation, secret, name) => {
    const stage = await watched(operation);
    const { onSpawn } = stage;
    const mine = (): readonly string[] =>
      // What was never sent cannot be quoted.
      (stage.secrets.get(secret) ?? []).filter((_, index) => index !== 1);
    let met = 0;
    stage.sandbox.faults.inject({
      operation,
      onMeet: () => {
        met += 1;
      },
      answer: {
        code: 'SignatureDoesNotMatch',
        status: 403,
        get message() {
          return canonical(mine());
        },
      },
    });
    const run = await stage.apply({}, { event: { name }, variables: DEBUG, onSpawn });
    expect(met).toBeGreaterThan(0);
    expect(findings(run).some(({ message }) => message.includes('***'))).toBe(true);
    expectNoLeak(run, stage, secret);
  },
);

describe('files', () => {
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  const NAMES = ['plan-file', 'report-file', 'diff-file', 'policy-backup-file'];
  const pathsOf = ({ outputs }: RunResult): readonly string[] =>
    NAMES.map((name) => outputs[name] ?? '');

  test("are their owner's alone, and so is their folder", async () => {
    const { apply } = await openStage();
    const run = await apply();
    expect(modeOf(run.outputDirectory)).toBe('700');
    expect(pathsOf(run).map(modeOf)).toEqual(['600', '600', '600', '600']);
  });

  test('take no place of others, follow no link, and leave the folder as it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'taken-'));
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'victim'), 'untouched');
    writeFileSync(join(folder, 'plan.json'), 'untouched', { mode: 0o666 });
    symlinkSync(join(folder, 'victim'), join(folder, 'report.md'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'policy.diff'));
    mkdirSync(join(folder, 'policy-backup.json'));
    const { apply } = await openStage();
    const run = await apply({ 'output-directory': folder });
    expect(run.outputs['result']).toBe('applied');
    expect(pathsOf(run)).toEqual(
      ['plan-2.json', 'report-2.md', 'policy-2.diff', 'policy-backup-2.json'].map((name) =>
        join(folder, name),
      ),
    );
    expect(pathsOf(run).map(modeOf)).toEqual(['600', '600', '600', '600']);
    for (const name of ['victim', 'plan.json'])
      expect(readFileSync(join(folder, name), 'utf8')).toBe('untouched');
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
    expect(modeOf(folder)).toBe('755');
    rmSync(folder, { recursive: true });
  });
});
