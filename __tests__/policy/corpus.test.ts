// Real bucket policies: each must come out of reading and printing as it went in. The collection is not part of the
// repository; it lies beside the project, or where CORPUS says.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePolicy, printPolicy } from '../../src/policy/parse.js';

const CORPUS = process.env['CORPUS'] ?? join('..', 'shared', 'corpus');

function policiesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && !name.endsWith('.meta.json'))
    .map((name) => join(folder, name));
}

const files = [...policiesIn(CORPUS), ...policiesIn(join(CORPUS, 'hard'))];

const reading = files.length > 0 ? describe : describe.skip;

reading(`every policy in ${CORPUS} (skipped where there is none)`, () => {
  test.each(files.length > 0 ? files : ['nothing'])(
    '%s is read and printed without a change',
    (file) => {
      const text = readFileSync(file, 'utf8');
      const printed = printPolicy(parsePolicy(text));
      expect(printed).toBe(JSON.stringify(JSON.parse(text)));
    },
  );
});
