// Starts the action's bundle in the place of `node dist/index.js`, quicker: it skips the time in which it would only wait, and
// what V8 has compiled is kept from one process to the next. The bundle itself is the shipped one, and its process can be
// killed like any other.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { hastenClock } from './hasty-clock.js';
import { START_VARIABLE, type StartSettings } from './start-settings.js';

const [, , bundle = ''] = process.argv;
const settings = JSON.parse(process.env[START_VARIABLE] ?? '{}') as StartSettings;
delete process.env[START_VARIABLE];
hastenClock(settings.clock);

const action = compiled(readFileSync(bundle, 'utf8'), settings.codeCache);
const run = action.runInThisContext() as (require: unknown, meta: object) => Promise<void>;
await run(createRequire, { url: pathToFileURL(bundle).href });

/** A module cannot be compiled from a cache in Node 20, a script can; ncc leaves a single import to take out. */
function compiled(text: string, cache: string): Script {
  const [, name] = /^import \{ createRequire as (\w+) \} from "module";\n/.exec(text) ?? [];
  if (name === undefined) throw new Error(`${bundle} does not begin with its one import`);
  const body = text.slice(text.indexOf('\n')).replaceAll('import.meta', 'meta');
  const source = `(async (${name}, meta) => {${body}\n})`;
  const cachedData = contentOf(cache);
  const script = new Script(source, { filename: bundle, ...(cachedData && { cachedData }) });
  if (cachedData === undefined || script.cachedDataRejected === true)
    process.on('exit', () => keep(cache, script.createCachedData()));
  return script;
}

function contentOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Whole or not at all: others are about to read it. */
function keep(file: string, content: Buffer): void {
  const draft = `${file}-${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}
