// The environment of a step: what the runner sets, and nothing of the process that starts it but the path to programs.
// GitHub docs, "Variables reference".

import type { Job } from '../github/job.js';
import type { Expressions } from './definition.js';

export type Places = {
  readonly workspace: string;
  readonly temp: string;
  readonly home: string;
  readonly toolCache: string;
  readonly eventPath: string;
};

export function githubVariables(job: Job, places: Places, apiUrl: string): Record<string, string> {
  const [owner = ''] = job.repository.fullName.split('/');
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: '__self',
    GITHUB_ACTOR: job.actor,
    GITHUB_ACTOR_ID: job.actorId,
    GITHUB_API_URL: apiUrl,
    GITHUB_BASE_REF: job.baseRef,
    GITHUB_EVENT_NAME: job.eventName,
    GITHUB_EVENT_PATH: places.eventPath,
    GITHUB_GRAPHQL_URL: `${apiUrl}/graphql`,
    GITHUB_HEAD_REF: job.headRef,
    GITHUB_JOB: 'onboard',
    GITHUB_REF: job.ref,
    GITHUB_REF_NAME: job.ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    GITHUB_REF_PROTECTED: 'true',
    GITHUB_REF_TYPE: job.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_REPOSITORY: job.repository.fullName,
    GITHUB_REPOSITORY_ID: job.repository.id,
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_REPOSITORY_OWNER_ID: job.repository.ownerId,
    GITHUB_RETENTION_DAYS: '90',
    GITHUB_RUN_ATTEMPT: job.runAttempt,
    GITHUB_RUN_ID: job.runId,
    GITHUB_RUN_NUMBER: job.runNumber,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: job.sha,
    GITHUB_TRIGGERING_ACTOR: job.actor,
    GITHUB_WORKFLOW: job.workflow,
    GITHUB_WORKFLOW_REF: `${job.repository.fullName}/.github/workflows/${job.workflowFile}@${job.ref}`,
    GITHUB_WORKFLOW_SHA: job.sha,
    GITHUB_WORKSPACE: places.workspace,
    RUNNER_ARCH: 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'sandbox',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: places.temp,
    RUNNER_TOOL_CACHE: places.toolCache,
  };
}

/** What the shell around a runner provides. A home of its own keeps `~/.aws` out. */
export function systemVariables(places: Places): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: places.home,
    LANG: 'C.UTF-8',
  };
}

/** The `github.*` and `runner.*` contexts that defaults in action.yml may refer to. */
export function expressionsOf(
  variables: Readonly<Record<string, string>>,
  token: string,
): Expressions {
  const contexts = Object.entries(variables).flatMap(([name, value]) => {
    const match = /^(GITHUB|RUNNER)_(.+)$/.exec(name);
    return match === null ? [] : [[`${match[1]}.${match[2]}`.toLowerCase(), value]];
  });
  return { ...Object.fromEntries(contexts), 'github.token': token };
}
