import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventPayload, pullRequestOf, runEvent, runInfo } from '../../src/github/context.js';

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

describe('the pull request to comment on', () => {
  const REPOSITORY = { GITHUB_REPOSITORY: 'acme/zone' };
  test.each([
    ['of pull_request and pull_request_target', { number: 7, pull_request: { number: 7 } }, 7],
    ['of pull_request_review', { review: {}, pull_request: { number: 8 } }, 8],
    ['of a comment on a pull request', { issue: { number: 9, pull_request: { url: '' } } }, 9],
    ['of a comment on an issue', { issue: { number: 9 } }, undefined],
    ['of push', { ref: 'refs/heads/main', head_commit: { id: 'a' } }, undefined],
    ['of merge_group', { merge_group: { head_ref: 'gh-readonly-queue/main/pr-7-a' } }, undefined],
    ['of schedule', { schedule: '17 3 * * *' }, undefined],
    ['of workflow_dispatch', { inputs: { number: '7' } }, undefined],
    ['of repository_dispatch', { client_payload: { pull_request: { number: 7 } } }, undefined],
    ['of a payload that holds a text', { pull_request: { number: '7/../../1' } }, undefined],
  ])('%s', (_what, payload, number) => {
    expect(pullRequestOf(REPOSITORY, payload)?.number).toBe(number);
  });

  test('is in the repository that the run belongs to', () => {
    expect(pullRequestOf(REPOSITORY, { pull_request: { number: 7 } })).toEqual({
      owner: 'acme',
      repo: 'zone',
      number: 7,
    });
    expect(pullRequestOf({}, { pull_request: { number: 7 } })).toBeNull();
  });
});

describe('what is told of the run', () => {
  const RUN = {
    GITHUB_SERVER_URL: 'https://github.corp.example',
    GITHUB_REPOSITORY: 'acme/zone',
    GITHUB_RUN_ID: '17',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_SHA: 'the-merge',
  };
  const PULL = { pull_request: { number: 7, head: { sha: 'the-head' } } };

  test.each([
    ['1', 'https://github.corp.example/acme/zone/actions/runs/17'],
    ['', 'https://github.corp.example/acme/zone/actions/runs/17'],
    ['2', 'https://github.corp.example/acme/zone/actions/runs/17/attempts/2'],
  ])('attempt %j has the page %s', (GITHUB_RUN_ATTEMPT, url) => {
    expect(runInfo({ ...RUN, GITHUB_RUN_ATTEMPT }, {}).url).toBe(url);
  });

  test.each([
    ['pull_request', 'the-head'],
    ['pull_request_target', 'the-merge'],
    ['push', 'the-merge'],
  ])('of %s the commit is %s', (GITHUB_EVENT_NAME, commit) => {
    expect(runInfo({ ...RUN, GITHUB_EVENT_NAME }, PULL).commit).toBe(commit);
  });
});
