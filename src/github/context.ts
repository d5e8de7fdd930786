// What GitHub says of the run: which event started it, where its page is. Read from the runner's variables and the event
// payload, both untrusted.

import { readFileSync } from 'node:fs';
import type { RunInfo } from '../report/report.js';
import type { RunEvent } from '../request/event.js';

export type Environment = { readonly [name: string]: string | undefined };

export type Payload = { readonly [key: string]: unknown };

type Repository = { readonly full_name?: unknown } | null | undefined;

/** The part of a pull request's payload that tells a fork. */
type PullRequest =
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
  const pull = payload['pull_request'] as PullRequest;
  const head = pull?.head?.repo?.full_name;
  const isPull = pull != null || name.startsWith('pull_request');
  return { name, fork: isPull && (head == null || head !== pull?.base?.repo?.full_name) };
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
