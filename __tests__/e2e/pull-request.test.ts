// What a reviewer meets on the pull request itself: one comment that every run keeps up to date, and a run that never fails
// for it.

import type { EventOptions } from '../../sandbox/runner/event.js';
import type { RunResult } from '../../sandbox/runner.js';
import { calls, closeStages, findings, openStage, type Stage } from './stage.js';

afterEach(closeStages);

const PULL = { name: 'pull_request' } as const;
const QA = '333333333333';

const bodies = ({ sandbox }: Stage): readonly string[] =>
  sandbox.github.comments.map(({ body }) => body);
const asked = (run: RunResult): readonly string[] =>
  run.requests.filter(({ service }) => service === 'github').map(({ operation }) => operation);
const ofRun = (runId: string): { readonly event: EventOptions } => ({
  event: { ...PULL, job: { runId } },
});

/** Somebody else's comments, as many as fill a page and one more. */
function chatter({ sandbox }: Stage): void {
  for (let id = 1; id <= 101; id += 1)
    sandbox.github.comments.push({
      id,
      repository: 'example-org/log-archive',
      issue: 7,
      user: { login: 'octocat', type: 'User' },
      body: 'LGTM',
    });
}

describe('a plan on a pull request', () => {
  test("is commented with the summary's own words, the commit under review and the digest", async () => {
    const stage = await openStage();
    const run = await stage.plan();
    const [body = '', ...others] = bodies(stage);
    expect(others).toEqual([]);
    expect(body.startsWith(run.summary)).toBe(true);
    expect(body).toMatch(
      /^<!-- cloudtrail-onboarding: sec-cloudtrail-log · CloudTrail onboarding · onboard -->\n/,
    );
    expect(body).toContain('commit `a9993e3`');
    expect(body).toContain(run.outputs['plan-digest']);
  });

  test('is written over the comment that is there, on whatever page', async () => {
    const stage = await openStage();
    chatter(stage);
    await stage.plan();
    const run = await stage.plan({ 'multi-region': 'false', 'global-service-events': 'false' });
    expect(stage.sandbox.github.comments).toHaveLength(102);
    expect(bodies(stage).at(-1)).toContain('single-Region');
    expect(asked(run)).toEqual([
      'GET /repos/example-org/log-archive/issues/7/comments',
      'GET /repos/example-org/log-archive/issues/7/comments',
      expect.stringContaining('PATCH /repos/example-org/log-archive/issues/comments/'),
    ]);
  });

  test('that has nothing left to do makes the comment say so, and leaves none where there was none', async () => {
    const stage = await openStage();
    await stage.plan();
    await stage.apply();
    await stage.plan();
    expect(bodies(stage)).toEqual([expect.stringContaining('nothing to do.')]);
    stage.sandbox.github.comments.splice(0);
    await stage.plan();
    expect(bodies(stage)).toEqual([]);
    await stage.plan({ comment: 'always' });
    expect(bodies(stage)).toEqual([expect.stringContaining('nothing to do.')]);
  });

  test('of a workflow with an arrow in its name finds its comment again, and ends no HTML comment', async () => {
    const stage = await openStage();
    const event = { ...PULL, job: { workflow: 'Plan --> <img src=x> @octocat' } };
    await stage.plan({}, { event });
    await stage.plan({}, { event });
    const [body = '', ...others] = bodies(stage);
    expect(others).toEqual([]);
    expect(body).not.toMatch(/<img|^<!--.*-->.*octocat/m);
  });

  test('of another account in the same job, as in a matrix, has a comment of its own', async () => {
    const stage = await openStage();
    await stage.plan();
    await stage.plan({
      'member-account-id': QA,
      'member-role-arn': `arn:aws:iam::${QA}:role/Missing`,
    });
    expect(bodies(stage)).toHaveLength(2);
  });

  test('of an earlier run that was slower does not write over a later one', async () => {
    const stage = await openStage();
    await stage.plan({}, ofRun('200'));
    const [before] = bodies(stage);
    await stage.plan({ 'multi-region': 'false', 'global-service-events': 'false' }, ofRun('199'));
    expect(bodies(stage)).toEqual([before]);
  });

  test('leaves one comment when two runs look at the same time', async () => {
    const stage = await openStage();
    await Promise.all([stage.plan({}, ofRun('200')), stage.plan({}, ofRun('201'))]);
    expect(bodies(stage)).toHaveLength(1);
  });

  test('takes away a second comment that an earlier run could not', async () => {
    const stage = await openStage();
    const { github } = stage.sandbox;
    await stage.plan({}, ofRun('200'));
    github.comments.push(...github.comments.map((comment) => ({ ...comment, id: 1_234_567 })));
    const run = await stage.plan({}, ofRun('201'));
    expect(bodies(stage)).toEqual([expect.stringContaining('run 201 -->')]);
    expect(findings(run)).toEqual([]);
  });

  test('leaves one comment when another run wrote its own in between', async () => {
    const stage = await openStage();
    const { github } = stage.sandbox;
    await stage.plan({}, ofRun('200'));
    const theirs = github.comments.splice(0);
    github.onRequest = (method) => {
      if (method === 'POST') github.comments.push(...theirs);
    };
    await stage.plan({}, ofRun('201'));
    expect(bodies(stage)).toEqual([expect.stringContaining('run 201 -->')]);
  });

  test('never: GitHub is not even asked', async () => {
    const stage = await openStage();
    expect(asked(await stage.plan({ comment: 'never' }))).toEqual([]);
  });
});

describe('a comment that cannot be written is a warning', () => {
  test('without the permission, which it names', async () => {
    const stage = await openStage();
    stage.sandbox.github.mayComment = false;
    const run = await stage.plan();
    expect(run.exitCode).toBe(0);
    expect(run.outputs['result']).toBe('planned');
    expect(findings(run)).toMatchObject([
      {
        severity: 'warning',
        code: 'comment-not-written',
        message: expect.stringContaining('Resource not accessible by integration'),
        remedy: expect.stringContaining("'pull-requests: write'"),
      },
    ]);
    expect(run.annotations).toMatchObject([{ level: 'warning' }]);
  });

  test.each([
    ['has trouble', { code: 'x', status: 502, message: 'Bad Gateway' }, 'Bad Gateway (status 502)'],
    ['cuts the connection', 'reset-before', 'no answer ('],
    ['answers nonsense', 'malformed', "an answer that is not GitHub's ("],
    ['stays silent', 'hang', 'no answer (The operation was aborted due to timeout)'],
  ] as const)('where GitHub %s', async (_what, answer, said) => {
    const { sandbox, plan } = await openStage();
    sandbox.faults.inject({
      operation: 'GET /repos/example-org/log-archive/issues/7/comments',
      answer,
    });
    const run = await plan();
    expect(run.exitCode).toBe(0);
    const message = expect.stringContaining(`could not be written: ${said}`);
    expect(findings(run)).toMatchObject([
      { severity: 'warning', code: 'comment-not-written', message },
    ]);
  });

  test('with a token that is not good', async () => {
    const { plan } = await openStage();
    const run = await plan({ 'github-token': 'ghp_expired' });
    expect(run.exitCode).toBe(0);
    expect(findings(run)).toMatchObject([{ message: expect.stringContaining('Bad credentials') }]);
    expect(run.log).not.toContain('ghp_expired');
  });
});

describe('events', () => {
  test.each(['push', 'workflow_dispatch', 'schedule', 'repository_dispatch'])(
    '%s applies, and has no pull request to comment on',
    async (name) => {
      const stage = await openStage();
      const run = await stage.apply({ comment: 'always' }, { event: { name } });
      expect(run.outputs['result']).toBe('applied');
      expect(asked(run)).toEqual([]);
    },
  );

  test('merge_group plans', async () => {
    const { plan } = await openStage();
    const run = await plan({}, { event: { name: 'merge_group' } });
    expect(run.outputs['result']).toBe('planned');
    expect(calls(run, 'writes')).toEqual([]);
  });

  test('a re-run links to its own attempt', async () => {
    const stage = await openStage();
    const run = await stage.plan({}, { event: { ...PULL, job: { runAttempt: '3' } } });
    expect(run.summary).toContain('/actions/runs/17200000001/attempts/3)');
  });
});

describe('a pull request from a fork', () => {
  const FORK = { event: { ...PULL, fork: true } };

  test('has its inputs checked and its desired grants shown, and is green', async () => {
    const stage = await openStage();
    const run = await stage.plan({}, FORK);
    expect(run.exitCode).toBe(0);
    expect(run.requests).toEqual([]);
    expect(run.outputs).toMatchObject({ result: 'planned', changed: 'false', 'plan-digest': '' });
    expect(findings(run)).toMatchObject([{ severity: 'notice', code: 'fork-without-token' }]);
    expect(run.summary).toContain('A pull request from a fork gets no OIDC token');
    expect(run.summary).toContain('`AWSLogs/222222222222/*`');
    expect(run.summary).not.toContain('Access as intended');
  });

  test.each(['verify', 'audit'])('is green with operation %s as well', async (operation) => {
    const stage = await openStage();
    const run = await stage.plan({ operation }, FORK);
    expect(run.exitCode).toBe(0);
    expect(findings(run)).toMatchObject([{ code: 'fork-without-token' }]);
  });

  test('whose repository is gone counts as one', async () => {
    const { plan } = await openStage();
    const payload = {
      pull_request: { number: 7, head: { sha: 'a'.repeat(40), repo: null }, base: { repo: {} } },
    };
    const run = await plan({}, { event: { ...PULL, fork: true, payload } });
    expect(run.outputs['result']).toBe('planned');
    expect(run.exitCode).toBe(0);
  });

  test('with wrong inputs is red', async () => {
    const { plan } = await openStage();
    const run = await plan({ region: 'Seoul' }, FORK);
    expect(run.exitCode).toBe(1);
    expect(run.outputs['result']).toBe('failed');
  });

  test('that was given a token all the same is planned as any other', async () => {
    const { plan } = await openStage();
    const run = await plan({}, { event: { name: 'pull_request_target', fork: true } });
    expect(run.outputs['plan-digest']).toMatch(/^sha256:/);
  });

  test('never applies on pull_request_target', async () => {
    const { plan } = await openStage();
    const event = { name: 'pull_request_target', fork: true };
    const run = await plan({ 'dry-run': 'false' }, { event });
    expect(run.exitCode).toBe(1);
    expect(run.requests.filter(({ service }) => service !== 'github')).toEqual([]);
  });

  test('lacks a permission where it is pull_request_target that has no token', async () => {
    const { plan } = await openStage();
    const event = { name: 'pull_request_target', fork: true };
    const run = await plan({}, { event, idToken: false });
    expect(findings(run)).toMatchObject([{ code: 'oidc-permission-missing' }]);
  });
});

test('a pull request of the same repository without a token is told which permission is missing', async () => {
  const { plan } = await openStage();
  const run = await plan({}, { idToken: false });
  expect(run.exitCode).toBe(1);
  expect(findings(run)).toMatchObject([
    { code: 'oidc-permission-missing', remedy: expect.stringContaining('id-token: write') },
  ]);
});
