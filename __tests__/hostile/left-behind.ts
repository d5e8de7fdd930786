// All that a run leaves behind, and what in it is none of the program's own making: in the log, in the Markdown, in the files by
// which GitHub takes outputs and variables.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../../sandbox/runner.js';
import { strayInLog } from './log.js';
import { strayIn } from './markdown.js';

const OUTPUTS = [
  'changed',
  'result',
  'plan-digest',
  'plan-file',
  'report-file',
  'policy-diff',
  'diff-file',
  'policy-backup-file',
  'policy-bytes',
  'trail-arn',
  'trail-arns',
  'delivery',
  'findings',
  'broadened',
];

/** By path, the event's payload left out: that was there before. */
export function filesOf({ directory, outputDirectory }: RunResult): ReadonlyMap<string, string> {
  const below = (folder: string): readonly string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'event.json')
      .map((entry) => join(entry.parentPath, entry.name));
  const folders = outputDirectory.startsWith(directory)
    ? [directory]
    : [directory, outputDirectory];
  return new Map(folders.flatMap(below).map((path) => [path, readFileSync(path, 'utf8')]));
}

/** Empty for a run that made nothing but what it is meant to make. */
export function strayInRun(run: RunResult): readonly string[] {
  const files = [...filesOf(run)];
  const named = (pattern: RegExp): readonly string[] =>
    files.filter(([path]) => pattern.test(path)).map(([, text]) => text);
  return [
    ...strayInLog(run.rawLog),
    ...strayIn(run.summary),
    ...named(/\/report(?:-\d+)?\.md$/).flatMap(strayIn),
    ...Object.keys(run.outputs).filter((name) => !OUTPUTS.includes(name)),
    ...OUTPUTS.filter((name) => run.outputs[name] === undefined).map((name) => `no ${name}`),
    ...named(/\/commands\/(?:env|path|state)_/).filter((text) => text !== ''),
    ...(run.signal === null && (run.exitCode ?? 9) <= 1 ? [] : [`ended with ${run.exitCode}`]),
    ...(/"unexpected"/.test(run.outputs['findings'] ?? '') ? [run.outputs['findings'] ?? ''] : []),
  ];
}
