// A reader searches docs/troubleshooting.md for the message on the screen, so its headings are the messages: each must stand
// in a string of the sources, word for word.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const headings = [...readFileSync('docs/troubleshooting.md', 'utf8').matchAll(/^### (.+)$/gm)].map(
  ([, heading = '']) => heading,
);

const COMMENT_LINE = /^\s*(?:\/\/|\/?\*).*$/gm;
const INNERMOST_VARIABLE = /\$\{[^{}]*\}/g;

/** `${…}` becomes `…`, from the inside out. */
function withoutVariables(text: string): string {
  const once = text.replaceAll(INNERMOST_VARIABLE, '…');
  return once === text ? text : withoutVariables(once);
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join('src', name), 'utf8').replaceAll(COMMENT_LINE, ''))
  .map(withoutVariables)
  .join('\n');

/** A heading of one word is an error code, and stands in the sources alone. */
function isMessage(heading: string): boolean {
  const constant = heading.replace(/^… /, '').replace(/ …\.?$/, '');
  return sources.includes(constant.includes(' ') ? constant : `'${constant}'`);
}

test('there are headings, each once', () => {
  expect(headings.length).toBeGreaterThanOrEqual(25);
  expect(new Set(headings).size).toBe(headings.length);
});

test.each(headings)('%s is a message of the action', (heading) => {
  expect(isMessage(heading)).toBe(true);
});

test('a message that is nowhere is noticed', () => {
  expect(isMessage('The job may not ask GitLab for an OIDC token')).toBe(false);
  expect(isMessage('NoSuchBuckets')).toBe(false);
});
