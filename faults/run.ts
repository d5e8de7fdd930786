// One run of the action in a trial's world: the shipped bundle, started quicker than Node would and with a clock that
// skips what is only waiting.

import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunResult, runAction } from '../sandbox/runner.js';
import type { Inputs, Operation } from './operation.js';
import type { Stage } from './stage.js';
import { START_VARIABLE, type StartSettings } from './start-settings.js';

const STARTER = fileURLToPath(new URL('start.js', import.meta.url));

/** Beside the compiled starter, as old as it. */
const codeCache = `${STARTER}.${process.pid}.cache`;
process.on('exit', () => rmSync(codeCache, { force: true }));

export async function act(
  operation: Pick<Operation, 'event' | 'env' | 'files'>,
  inputs: Inputs,
  { sandbox, haste }: Pick<Stage, 'sandbox' | 'haste'>,
  onSpawn: (child: ChildProcess) => void = () => {},
): Promise<RunResult> {
  const { event = 'push', env, files = {} } = operation;
  const directory = await mkdtemp(join(tmpdir(), 'faults-'));
  const clock = { start: sandbox.now().getTime(), startedAt: Date.now(), haste };
  const settings: StartSettings = { clock, codeCache };
  try {
    await mkdir(join(directory, 'workspace'));
    for (const [name, text] of Object.entries(files))
      await writeFile(join(directory, 'workspace', name), text);
    return await runAction({
      sandbox,
      event: { name: event },
      with: inputs,
      directory,
      starter: STARTER,
      onSpawn,
      timeoutMs: 120_000,
      env: { ...env?.(sandbox.world), [START_VARIABLE]: JSON.stringify(settings) },
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}
