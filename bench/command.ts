// Runs another program to its end and times it, in an environment without the caller's own AWS settings.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The project's root, seen from the compiled file. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

export type Ended = {
  readonly exitCode: number | null;
  /** Standard output and standard error as they came. */
  readonly output: string;
  /** From starting it until it has ended, in milliseconds. */
  readonly wallMs: number;
};

export type Place = {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
};

/** @throws Error with `code` ENOENT where there is no such program. */
export function run(program: string, args: readonly string[], place: Place): Promise<Ended> {
  const startedAt = performance.now();
  const child = spawn(program, args, {
    cwd: place.directory,
    env: { ...surroundings(), ...place.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (exitCode) =>
      done({ exitCode, output, wallMs: performance.now() - startedAt }),
    );
  });
}

/** The same for a program that has to succeed. @throws Error with what it printed. */
export async function succeed(
  program: string,
  args: readonly string[],
  place: Place,
): Promise<Ended> {
  const ended = await run(program, args, place);
  if (ended.exitCode !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${ended.exitCode}:\n${ended.output}`);
  return ended;
}

/** The first version number that a program prints when asked for it; null where it is not installed. */
export async function versionOf(
  program: string,
  argument: string,
  place: Place,
): Promise<string | null> {
  const ended = await run(program, [argument], place).catch(() => null);
  return ended?.exitCode === 0 ? (/\d+\.\d+\.\d+/.exec(ended.output)?.[0] ?? 'unknown') : null;
}

function surroundings(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')),
  );
}
