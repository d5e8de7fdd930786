// The event a run was started by: the job GitHub would make of it and the payload the action finds in
// GITHUB_EVENT_PATH, reduced to the fields actions read.

import { exampleRepository, type Job } from '../github/job.js';

export type EventOptions = {
  /** `push`, `pull_request`, `workflow_dispatch`, … */
  readonly name: string;
  /** Merged over the payload made here, field by field at the top. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** The pull request comes from a fork: no OIDC token on `pull_request`, as on GitHub. */
  readonly fork?: boolean;
  /** The job's environment. */
  readonly environment?: string;
  /** What else is special about the job: another workflow, another run. */
  readonly job?: Partial<Pick<Job, 'workflow' | 'runId' | 'runAttempt'>>;
};

const pullRequestNumber = 7;

const sha = '3f786850e387550fdab836ed7e6dc881de23001b';
const base = { ref: 'main', sha: '89e6c98d92887913cadf06b2adb97f26cde4849b' };
const headBranch = 'onboard-dev';

export function jobOf(event: EventOptions): Job {
  const pullRequest = isPullRequest(event);
  return {
    repository: exampleRepository,
    eventName: event.name,
    // pull_request_target runs on the base branch, pull_request on the merge of both.
    ref: refOf(event),
    sha,
    headRef: pullRequest ? headBranch : '',
    baseRef: pullRequest ? base.ref : '',
    runId: '17200000001',
    runNumber: '42',
    runAttempt: '1',
    actor: 'octocat',
    actorId: '583231',
    workflow: 'CloudTrail onboarding',
    workflowFile: 'onboard.yml',
    ...(event.environment !== undefined && { environment: event.environment }),
    ...event.job,
  };
}

const queueRef = `refs/heads/gh-readonly-queue/main/pr-${pullRequestNumber}-${base.sha}`;

function refOf({ name }: EventOptions): string {
  if (name === 'merge_group') return queueRef;
  return name === 'pull_request' ? `refs/pull/${pullRequestNumber}/merge` : 'refs/heads/main';
}

function isPullRequest(event: EventOptions): boolean {
  return event.name === 'pull_request' || event.name === 'pull_request_target';
}

/** Whether GitHub hands such a run an OIDC token at all, the permission granted. */
export function mayHaveIdToken(event: EventOptions): boolean {
  return !(event.fork === true && event.name === 'pull_request');
}

export function payloadOf(event: EventOptions): Record<string, unknown> {
  return { ...commonPayload(), ...eventPayload(event), ...event.payload };
}

function commonPayload() {
  return {
    repository: repositoryPayload(),
    sender: { login: 'octocat', id: 583231, type: 'User' },
  };
}

function repositoryPayload() {
  const { fullName, id, ownerId } = exampleRepository;
  const [owner = '', name = ''] = fullName.split('/');
  return {
    id: Number(id),
    name,
    full_name: fullName,
    owner: { login: owner, id: Number(ownerId), type: 'Organization' },
    private: true,
    fork: false,
    default_branch: 'main',
    html_url: `https://github.com/${fullName}`,
  };
}

function eventPayload(event: EventOptions): Record<string, unknown> {
  switch (event.name) {
    case 'pull_request':
    case 'pull_request_target':
      return pullRequestPayload(event.fork ?? false);
    case 'workflow_dispatch':
      return { ref: 'refs/heads/main', inputs: null, workflow: '.github/workflows/onboard.yml' };
    case 'schedule':
      return { schedule: '17 3 * * *', workflow: '.github/workflows/onboard.yml' };
    case 'repository_dispatch':
      return { action: 'onboard', branch: 'main', client_payload: {} };
    case 'merge_group':
      return {
        action: 'checks_requested',
        merge_group: {
          head_sha: sha,
          head_ref: queueRef,
          base_sha: base.sha,
          base_ref: `refs/heads/${base.ref}`,
          head_commit: { id: sha, message: 'Onboard DEV' },
        },
      };
    case 'push':
      return {
        ref: 'refs/heads/main',
        before: base.sha,
        after: sha,
        commits: [],
        head_commit: { id: sha, message: 'Onboard DEV' },
      };
    default:
      return {};
  }
}

function pullRequestPayload(fork: boolean): Record<string, unknown> {
  const own = repositoryPayload();
  const [, name = ''] = own.full_name.split('/');
  const headRepository = fork
    ? {
        ...own,
        id: 899999999,
        full_name: `stranger/${name}`,
        fork: true,
        owner: { login: 'stranger', id: 999 },
      }
    : own;
  return {
    action: 'opened',
    number: pullRequestNumber,
    pull_request: {
      number: pullRequestNumber,
      state: 'open',
      title: 'Onboard DEV',
      html_url: `${own.html_url}/pull/${pullRequestNumber}`,
      user: { login: fork ? 'stranger' : 'octocat', type: 'User' },
      head: {
        ref: headBranch,
        sha: 'a9993e364706816aba3e25717850c26c9cd0d89d',
        repo: headRepository,
      },
      base: { ...base, repo: own },
    },
  };
}
