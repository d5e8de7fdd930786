// What GitHub says of the run: which event started it, where its page is. Read from the runner's variables and the event
// payload, both untrusted.

import type { RunInfo } from '../report/report.js';
import type { RunEvent } from '../request/event.js';

export type Environment = { readonly [name: string]: string | undefined };

type Repository = { readonly full_name?: unknown } | null | undefined;

/** The part of a pull request's payload that tells a fork. */
type PullRequest = {
  readonly head?: { readonly repo?: Repository };
  readonly base?: { readonly repo?: Repository };
};

/** A pull request whose head repository is gone counts as a fork's: nobody can say whose code it was. */
export function runEvent(
  environment: Environment,
  payload: { readonly [key: string]: unknown },
): RunEvent {
  const pull = payload['pull_request'] as PullRequest | undefined;
  const head = pull?.head?.repo?.full_name;
  const fork = pull !== undefined && (head === undefined || head !== pull.base?.repo?.full_name);
  return { name: environment['GITHUB_EVENT_NAME'] ?? '', fork };
}

export function runInfo(environment: Environment): RunInfo {
  const of = (name: string): string => environment[name] ?? '';
  const repository = of('GITHUB_REPOSITORY');
  return {
    workflow: of('GITHUB_WORKFLOW'),
    job: of('GITHUB_JOB'),
    commit: of('GITHUB_SHA'),
    url:
      repository === ''
        ? ''
        : `${of('GITHUB_SERVER_URL')}/${repository}/actions/runs/${of('GITHUB_RUN_ID')}`,
  };
}
