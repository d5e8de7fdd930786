// GitHub's REST API for the comments of one pull request, by GitHub's own client. Only loaded when a comment is to be
// written: the client's start costs time that an apply has no use for.

import { Cancelled } from '../cancel.js';
import { unquoted } from '../problem.js';
import type { PullRequestComments } from './comment.js';

/** Milliseconds for one call, the last byte of its answer included. */
const CALL_MS = 10_000;

export type PullRequest = {
  readonly owner: string;
  readonly repo: string;
  readonly number: number;
};

/** The client takes the API's address from GITHUB_API_URL and the proxy from HTTPS_PROXY and NO_PROXY by itself. */
export async function pullRequestComments(
  token: string,
  { owner, repo, number }: PullRequest,
  cancel: AbortSignal,
): Promise<PullRequestComments> {
  // "eager" keeps the client in the one file of the bundle; it still runs only when it is asked for.
  const { getOctokit } = await import(/* webpackMode: "eager" */ '@actions/github');
  const { rest, paginate, hook } = getOctokit(token, { userAgent: 'cloudtrail-onboarding' });
  // As an option of the call it would not reach the pages of a list.
  hook.before('request', ({ request }) => {
    if (request) request.signal = AbortSignal.any([AbortSignal.timeout(CALL_MS), cancel]);
  });
  hook.error('request', (error) => {
    if (cancel.aborted) throw new Cancelled();
    error.message = unquoted(error.message, [token]);
    throw error;
  });
  return {
    list: () =>
      paginate(rest.issues.listComments, { owner, repo, issue_number: number, per_page: 100 }),
    create: async (body) => {
      await rest.issues.createComment({ owner, repo, issue_number: number, body });
    },
    update: async (id, body) => {
      await rest.issues.updateComment({ owner, repo, comment_id: id, body });
    },
    remove: async (id) => {
      await rest.issues.deleteComment({ owner, repo, comment_id: id });
    },
  };
}
