// File commands: the files a step writes its outputs, environment and summary to. The form is actions/runner's
// FileCommandManager.cs: `name=value` or a heredoc, and an error for anything else.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const files = ['OUTPUT', 'ENV', 'STATE', 'PATH', 'STEP_SUMMARY'] as const;

export type FileCommand = (typeof files)[number];

/** Makes the empty files and gives the variables that name them. */
export async function createFiles(
  directory: string,
): Promise<Record<`GITHUB_${FileCommand}`, string>> {
  const entries = await Promise.all(
    files.map(async (file) => {
      const path = join(directory, `${file.toLowerCase()}_${crypto.randomUUID()}`);
      await writeFile(path, '');
      return [`GITHUB_${file}`, path] as const;
    }),
  );
  return Object.fromEntries(entries) as Record<`GITHUB_${FileCommand}`, string>;
}

/** @throws an error in the runner's words when a line is neither form */
export async function readPairs(path: string): Promise<Record<string, string>> {
  return parsePairs(await readFile(path, 'utf8'));
}

export function parsePairs(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/);
  const pairs: Record<string, string> = {};
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      pairs[requireName(line.slice(0, equals))] = line.slice(equals + 1);
      continue;
    }
    if (heredoc < 0) throw new Error(`Invalid format '${line}'`);
    const name = requireName(line.slice(0, heredoc));
    const end = lines.indexOf(line.slice(heredoc + 2), at + 1);
    if (end < 0) {
      throw new Error(`Invalid value. Matching delimiter not found '${line.slice(heredoc + 2)}'`);
    }
    pairs[name] = lines.slice(at + 1, end).join('\n');
    at = end;
  }
  return pairs;
}

function requireName(name: string): string {
  if (name === '') throw new Error('Invalid format: the name is empty');
  return name;
}

const summaryLimit = 1024 * 1024;

/** The summary; over 1 MiB GitHub shows none and says so. */
export async function readSummary(path: string): Promise<{ text: string; error?: string }> {
  const text = await readFile(path, 'utf8');
  const size = Buffer.byteLength(text);
  if (size <= summaryLimit) return { text };
  const kilobytes = Math.floor(size / 1024);
  return {
    text: '',
    error: `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${kilobytes}k. For more information see: https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-markdown-summary`,
  };
}
