// The Python that plays the other side: a virtual environment with moto and boto3 at pinned versions, made once and kept
// until the pins change. Knows nothing of what is run in it.

import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, succeed, versionOf } from '../bench/command.js';

const FOLDER = join(root, '.venv-peers');
const REQUIREMENTS = join(root, 'peers/requirements.txt');
const PLACE = { directory: root, environment: {} };

/** The folder of the environment's programs. @throws Error where there is no Python or a package cannot be had. */
export async function pythonEnvironment(): Promise<string> {
  const programs = join(FOLDER, 'bin');
  const stamp = join(FOLDER, 'requirements.sha256');
  const wanted = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex');
  const made = await readFile(stamp, 'utf8').catch(() => '');
  if (made === wanted) return programs;
  if ((await versionOf('python3', '--version', PLACE)) === null)
    throw new Error('Python 3 is not installed, and without it there is no moto to test against.');
  await rm(FOLDER, { recursive: true, force: true });
  await succeed('python3', ['-m', 'venv', FOLDER], PLACE);
  const install = ['-m', 'pip', 'install', '--quiet', '--requirement', REQUIREMENTS];
  await succeed(join(programs, 'python'), install, PLACE);
  await writeFile(stamp, wanted);
  return programs;
}
