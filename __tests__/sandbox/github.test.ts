// The local GitHub: who gets an OIDC token, what it says, and the comments of a pull request.

import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { apiPath } from '../../sandbox/github/api.js';
import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { type EventOptions, jobOf } from '../../sandbox/runner/event.js';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ now: new Date('2026-11-23T12:00:00Z') });
});

afterAll(() => sandbox.close());

async function requestToken(event: EventOptions, bearer?: string, audience?: string) {
  const { requestPath, requestToken: own } = sandbox.oidc.admit(jobOf(event));
  const query = audience === undefined ? '' : `&audience=${encodeURIComponent(audience)}`;
  const headers = { authorization: `Bearer ${bearer ?? own}` };
  return fetch(`${sandbox.url}${requestPath}${query}`, { headers });
}

async function claims(event: EventOptions, audience?: string) {
  const { value } = (await (await requestToken(event, undefined, audience)).json()) as {
    value: string;
  };
  return decodeJwt(value);
}

describe('an OIDC token', () => {
  test('is given to a job that shows its request token, and to no other', async () => {
    expect((await requestToken({ name: 'push' })).status).toBe(200);
    expect((await requestToken({ name: 'push' }, 'guessed')).status).toBe(401);
    const unknown = await fetch(`${sandbox.url}/_github/oidc/token/none?api-version=2.0`);
    expect(unknown.status).toBe(401);
  });

  test('is for the audience asked for, else for the owner', async () => {
    expect(await claims({ name: 'push' }, 'sts.amazonaws.com')).toHaveProperty(
      'aud',
      'sts.amazonaws.com',
    );
    expect(await claims({ name: 'push' })).toHaveProperty('aud', 'https://github.com/example-org');
  });

  test('can be verified with the published key', async () => {
    const { value } = (await (await requestToken({ name: 'push' })).json()) as { value: string };
    const keys = (await (await fetch(`${sandbox.url}/_github/oidc/jwks`)).json()) as JSONWebKeySet;
    const verified = await jwtVerify(value, createLocalJWKSet(keys), {
      issuer: 'https://token.actions.githubusercontent.com',
      currentDate: sandbox.now(),
    });
    expect(verified.protectedHeader.alg).toBe('RS256');
  });

  test.each([
    [{ name: 'push' }, 'ref:refs/heads/main'],
    [{ name: 'schedule' }, 'ref:refs/heads/main'],
    [{ name: 'pull_request' }, 'pull_request'],
    [{ name: 'pull_request_target' }, 'ref:refs/heads/main'],
    [{ name: 'pull_request', environment: 'prod:eu' }, 'environment:prod%3Aeu'],
  ])('of %j is about %s', async (event, context) => {
    expect(await claims(event)).toHaveProperty('sub', `repo:example-org/log-archive:${context}`);
  });

  test('names owner and repository by number in the immutable form', async () => {
    sandbox.oidc.settings.subjectForm = 'immutable';
    const { sub } = await claims({ name: 'push' });
    sandbox.oidc.settings.subjectForm = 'classic';
    expect(sub).toBe('repo:example-org@12345678/log-archive@812345678:ref:refs/heads/main');
  });

  test('says which run it is from', async () => {
    expect(await claims({ name: 'pull_request' })).toMatchObject({
      repository: 'example-org/log-archive',
      repository_id: '812345678',
      repository_owner_id: '12345678',
      event_name: 'pull_request',
      ref: 'refs/pull/7/merge',
      base_ref: 'main',
      run_attempt: '1',
      runner_environment: 'github-hosted',
      job_workflow_ref: 'example-org/log-archive/.github/workflows/onboard.yml@refs/pull/7/merge',
    });
  });
});

describe('comments', () => {
  const path = '/repos/example-org/log-archive/issues/7/comments';

  test('are added, changed and listed page by page', async () => {
    const first = (await (await api('POST', path, { body: 'one' })).json()) as { id: number };
    await api('POST', path, { body: 'two' });
    await api('PATCH', `/repos/example-org/log-archive/issues/comments/${first.id}`, {
      body: 'changed',
    });
    const page = await api('GET', `${path}?per_page=1`);
    expect(await page.json()).toMatchObject([{ body: 'changed', user: { type: 'Bot' } }]);
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    expect(
      await (await api('GET', next.slice(`${sandbox.url}${apiPath}`.length))).json(),
    ).toMatchObject([{ body: 'two' }]);
  });

  test('are refused without rights, with a foreign token, and when too long', async () => {
    const body = { body: 'x'.repeat(65_537) };
    expect((await api('POST', path, body)).status).toBe(422);
    expect((await api('POST', path, { body: 'x' }, 'other')).status).toBe(401);
    sandbox.github.mayComment = false;
    expect((await api('POST', path, { body: 'x' })).status).toBe(403);
    sandbox.github.mayComment = true;
    expect((await api('GET', '/repos/example-org/log-archive')).status).toBe(404);
  });
});

function api(method: string, at: string, body?: object, token = sandbox.github.token) {
  return fetch(`${sandbox.url}${apiPath}${at}`, {
    method,
    headers: { authorization: `token ${token}` },
    ...(body && { body: JSON.stringify(body) }),
  });
}
