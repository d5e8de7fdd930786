// Starts the action's bundle and writes down how much of its heap is in use right after a collection, at the most: what a run
// holds, without what V8 has not yet thrown away. It takes longer for it, so that nothing else is measured of such a run.

import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { HELD_FILE } from './held-file.js';

const EVERY_MS = 1_000;

const [, , bundle = ''] = process.argv;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
let most = 0;
const look = (): void => {
  collect();
  most = Math.max(most, process.memoryUsage().heapUsed);
};
setInterval(look, EVERY_MS).unref();
process.on('exit', () => {
  look();
  writeFileSync(process.env[HELD_FILE] ?? '', String(most));
});

await import(pathToFileURL(bundle).href);
