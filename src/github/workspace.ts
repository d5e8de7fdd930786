// Files that the workflow's checkout holds. Reads them; what they say is others' business.

import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { FileContent } from '../request/accounts-text.js';

/** Ten thousand accounts with settings of their own take less, and what is longer would take long to read. */
const LIMIT_MIB = 2;
const LIMIT = LIMIT_MIB * 1024 * 1024;

const TOO_LONG: FileContent = {
  problem: `has over ${LIMIT_MIB} MiB`,
  remedy: 'Check the path, or split the list into several files.',
};

/**
 * `path` comes back relative to the workspace, as annotations want it, or as given where it leads elsewhere. A file of the
 * workspace is what somebody committed, so a link there may not lead out of it: what is wrong with a file is quoted.
 */
export async function workspaceFile(
  given: string,
  workspace: string,
): Promise<{ readonly path: string; readonly content: FileContent }> {
  const absolute = resolve(workspace, given);
  const inside = below(workspace, absolute);
  const path = inside === null ? given : inside.split(sep).join('/');
  const content = await readable(() => contentOf(absolute, inside === null ? null : workspace));
  return { path, content };
}

/** The way from a folder to what is in it; null for what is not. */
function below(folder: string, path: string): string | null {
  const way = relative(folder, path);
  return way !== '' && !isAbsolute(way) && way.split(sep)[0] !== '..' ? way : null;
}

/** `within`: the folder that the file must be in, links followed. */
async function contentOf(path: string, within: string | null): Promise<FileContent> {
  const found = await stat(path);
  if (within !== null && below(await realpath(within), await realpath(path)) === null)
    return {
      problem: 'is a link that leads out of the workspace',
      remedy: 'Put the file itself there, or give the absolute path of where it is.',
    };
  if (found.isDirectory())
    return { problem: 'is a folder', remedy: 'Give the path of a YAML or JSON file.' };
  if (!found.isFile())
    return { problem: 'is no file', remedy: 'Give the path of a YAML or JSON file.' };
  // What has no size, as under /proc, may have content all the same.
  const bytes = found.size > LIMIT ? null : await buffer(createReadStream(path, { end: LIMIT }));
  return bytes === null || bytes.length > LIMIT ? TOO_LONG : { bytes };
}

async function readable(read: () => Promise<FileContent>): Promise<FileContent> {
  try {
    return await read();
  } catch (error) {
    return unreadable(error as NodeJS.ErrnoException);
  }
}

function unreadable({ code, message }: NodeJS.ErrnoException): FileContent {
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return {
      problem: 'does not exist',
      remedy:
        'Check the path: it counts from the workspace. A step with actions/checkout must come before this one.',
    };
  return { problem: `cannot be read: ${message}`, remedy: 'Let the runner read it.' };
}
