// The run's files: plan, diff, report and policy backup. They hold a bucket policy, so only their owner may read them, and
// none is ever written over: two steps of a job may share the folder.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { userError } from '../problem.js';

/** Writes a new file and gives its absolute path: `plan.json`, and `plan-2.json` where that exists. */
export type SaveFile = (name: string, text: string) => Promise<string>;

/** @throws UserError where the folder cannot be written. */
export function fileSaver(directory: string): SaveFile {
  const folder = resolve(directory);
  return async (name, text) => {
    try {
      await makeFolder(folder);
      return await writeNew(folder, name, text);
    } catch (error) {
      throw userError(
        {
          code: 'output-directory',
          message: `Cannot write into output-directory ${folder}: ${causeOf(error)}`,
          remedy: 'Give a folder that the runner may write to, or leave output-directory out.',
        },
        { cause: error },
      );
    }
  };
}

/** Without the call and the file, so that the same cause is told once: `ENOTDIR: not a directory`. */
function causeOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/, \w+ '[^]*$/, '');
}

/**
 * With those above it. Node's own way to do so never ends where a folder is there and takes none: below /proc, behind a link
 * that leads nowhere.
 */
async function makeFolder(folder: string, mayTryAgain = true): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || !mayTryAgain || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await makeFolder(folder, false);
  }
}

async function writeNew(folder: string, name: string, text: string): Promise<string> {
  const ending = extname(name);
  const stem = name.slice(0, name.length - ending.length);
  for (let number = 1; ; number += 1) {
    const path = join(folder, number === 1 ? name : `${stem}-${number}${ending}`);
    try {
      await writeFile(path, text, { flag: 'wx', mode: 0o600 });
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
