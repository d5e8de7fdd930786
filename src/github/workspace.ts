// Files that the workflow's checkout holds. Reads them; what they say is others' business.

import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { FileContent } from '../request/accounts-text.js';

/** Ten thousand accounts with all their settings take less. */
const LIMIT_MIB = 8;

/** `path` comes back relative to the workspace, as annotations want it, or as given where it leads elsewhere. */
export async function workspaceFile(
  given: string,
  workspace: string,
): Promise<{ readonly path: string; readonly content: FileContent }> {
  const absolute = resolve(workspace, given);
  const inside = relative(workspace, absolute);
  const isInside = inside !== '' && !isAbsolute(inside) && inside.split(sep)[0] !== '..';
  const path = isInside ? inside.split(sep).join('/') : given;
  return { path, content: await contentOf(absolute) };
}

async function contentOf(path: string): Promise<FileContent> {
  try {
    const found = await stat(path);
    if (found.isDirectory())
      return { problem: 'is a folder', remedy: 'Give the path of a YAML or JSON file.' };
    if (!found.isFile())
      return { problem: 'is no file', remedy: 'Give the path of a YAML or JSON file.' };
    if (found.size > LIMIT_MIB * 1024 * 1024)
      return {
        problem: `has over ${LIMIT_MIB} MiB`,
        remedy: 'Check the path, or split the list into several files.',
      };
    return { bytes: await readFile(path) };
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
