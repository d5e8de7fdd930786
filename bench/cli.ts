// The onboarding as a script of AWS CLI commands, with static credentials of both accounts.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type Place, root, run, succeed, versionOf } from './command.js';
import { type ContenderFigures, type Measured, repeat } from './contender.js';
import { type AccessKey, administrators, type Stage, TRAIL } from './stage.js';

export const RUNS = 3;

const SCRIPT = join(root, 'bench/cli/onboard.sh');

export async function measureCli(stage: Stage): Promise<Measured<ContenderFigures>> {
  const place = await makePlace(stage);
  const version = await versionOf('aws', '--version', place);
  if (version === null) return { kind: 'missing', why: 'not installed' };
  const figures = await repeat(stage, RUNS, async () => (await succeed(SCRIPT, [], place)).wallMs);
  return { kind: 'measured', version, figures };
}

async function makePlace(stage: Stage): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-cli-'));
  const { central, member } = administrators(stage);
  const credentials = join(directory, 'credentials');
  await writeFile(credentials, profile('central', central) + profile('member', member), {
    mode: 0o600,
  });
  const { sandbox, scene } = stage;
  return {
    directory,
    environment: {
      ...sandbox.environment,
      PATH: await pathBesideShims(directory),
      AWS_SHARED_CREDENTIALS_FILE: credentials,
      AWS_CONFIG_FILE: join(directory, 'no-config'),
      AWS_REGION: scene.region,
      AWS_DEFAULT_REGION: scene.region,
      AWS_PAGER: '',
      CENTRAL_ACCOUNT: scene.ids.SEC,
      MEMBER_ACCOUNT: scene.ids.DEV,
      BUCKET: scene.bucket,
      TRAIL,
    },
  };
}

function profile(name: string, { accessKeyId, secretAccessKey }: AccessKey): string {
  return `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

/** Programs beside the real Python come first: the start of a version manager's shim is not the CLI's fault. */
async function pathBesideShims(directory: string): Promise<string> {
  const path = process.env['PATH'] ?? '';
  const code = 'import sys; print(sys.executable)';
  const python = await run('python3', ['-c', code], { directory, environment: {} }).catch(
    () => null,
  );
  return python?.exitCode === 0 ? dirname(python.output.trim()) + delimiter + path : path;
}
