// What GitHub says of the run: which event started it, where its page is. Read from the runner's variables and the event
// payload, both untrusted.

import { readFileSync } from 'node:fs';
import type { RunInfo } from '../report/report.js';
import type { RunEvent } from '../request/event.js';
import type { PullRequest } from './octokit.js';

export type Environment = { readonly [name: string]: string | undefined };

export type Payload = { readonly [key: string]: unknown };

type Repository = { readonly full_name?: unknown } | null | undefined;

/** The part of a pull request's payload that tells a fork. */
type PullRequestPayload =
  | {
      readonly head?: { readonly repo?: Repository };
      readonly base?: { readonly repo?: Repository };
    }
  | null
  | undefined;

/** The event's payload; empty where there is none that can be read, as with some runners that are not GitHub's own. */
export function eventPayload({ GITHUB_EVENT_PATH: path }: Environment): Payload {
  try {
    const payload: unknown = JSON.parse(readFileSync(path ?? '', 'utf8'));
    return typeof payload === 'object' && payload !== null ? (payload as Payload) : {};
  } catch {
    return {};
  }
}

/**
 * A pull request whose head repository is gone, or whose payload says nothing, counts as a fork's: nobody can say whose code
 * it was.
 */
export function runEvent(environment: Environment, payload: Payload): RunEvent {
  const name = environment['GITHUB_EVENT_NAME'] ?? '';
  const pull = payload['pull_request'] as PullRequestPayload;
  const head = pull?.head?.repo?.full_name;
  const isPull = pull != null || name.startsWith('pull_request');
  return { name, fork: isPull && (head == null || head !== pull?.base?.repo?.full_name) };
}

/** The pull request that the event is about; null for any other event. */
export function pullRequestOf(environment: Environment, payload: Payload): PullRequest | null {
  const [owner = '', repo = ''] = (environment['GITHUB_REPOSITORY'] ?? '').split('/');
  const issue = payload['issue'] as { number?: unknown; pull_request?: unknown } | null | undefined;
  const pull = payload['pull_request'] as { number?: unknown } | null | undefined;
  const number = pull?.number ?? (issue?.pull_request == null ? undefined : issue.number);
  return Number.isSafeInteger(number) && repo !== ''
    ? { owner, repo, number: number as number }
    : null;
}

export function runInfo(environment: Environment, payload: Payload): RunInfo {
  const of = (name: string): string => environment[name] ?? '';
  const repository = of('GITHUB_REPOSITORY');
  return {
    workflow: of('GITHUB_WORKFLOW'),
    job: of('GITHUB_JOB'),
    commit: commitOf(environment, payload),
    url:
      repository === ''
        ? ''
        : `${of('GITHUB_SERVER_URL')}/${repository}/actions/runs/${of('GITHUB_RUN_ID')}${attempt(environment)}`,
  };
}

/** On `pull_request` GITHUB_SHA is a merge that GitHub makes up: a reviewer knows the branch's own commit. */
function commitOf(environment: Environment, payload: Payload): string {
  const pull = payload['pull_request'] as { head?: { sha?: unknown } } | null | undefined;
  const head = pull?.head?.sha;
  return environment['GITHUB_EVENT_NAME'] === 'pull_request' && typeof head === 'string'
    ? head
    : (environment['GITHUB_SHA'] ?? '');
}

/** Of a re-run: without it the run's page shows the latest attempt, whichever that is by then. */
function attempt({ GITHUB_RUN_ATTEMPT: number = '1' }: Environment): string {
  return number === '1' || number === '' ? '' : `/attempts/${number}`;
}
