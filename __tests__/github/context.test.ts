import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventPayload, runEvent } from '../../src/github/context.js';

function payloadFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'event-')), 'event.json');
  writeFileSync(path, text);
  return path;
}
const pullRequest = (head: unknown, base: unknown = { full_name: 'acme/zone' }) => ({
  pull_request: { head: { repo: head }, base: { repo: base } },
});
const isFork = (name: string, payload: object): boolean =>
  runEvent({ GITHUB_EVENT_NAME: name }, { ...payload }).fork;

describe('the payload', () => {
  test('is read from the file that the runner names', () => {
    expect(eventPayload({ GITHUB_EVENT_PATH: payloadFile('{"ref":"main"}') })).toEqual({
      ref: 'main',
    });
  });

  test.each(['', 'null', '{nope', '"text"'])('is empty where the file holds %j', (text) => {
    expect(eventPayload({ GITHUB_EVENT_PATH: payloadFile(text) })).toEqual({});
  });

  test.each([undefined, '', '/does/not/exist', tmpdir()])(
    'is empty where the file is %p',
    (path) => {
      expect(eventPayload({ GITHUB_EVENT_PATH: path })).toEqual({});
    },
  );
});

describe('a pull request', () => {
  test('from a branch of the same repository is no fork', () => {
    expect(isFork('pull_request', pullRequest({ full_name: 'acme/zone' }))).toBe(false);
  });

  test.each([
    ['from another repository', pullRequest({ full_name: 'mallory/zone' })],
    ['whose head repository is gone', pullRequest(null)],
    ['whose repositories are both unknown', pullRequest({}, {})],
    ['without a payload', {}],
    ['with nothing in it', { pull_request: null }],
  ])('%s counts as a fork', (_what, payload) => {
    expect(isFork('pull_request_target', payload)).toBe(true);
  });

  test('a push is none', () => {
    expect(isFork('push', { pull_request: undefined })).toBe(false);
  });
});
