// GitHub's REST API for the comments of one pull request, by GitHub's own client. Only loaded when a comment is to be
// written: the client's start costs time that an apply has no use for.

import type { PullRequestComments } from './comment.js';

/** Milliseconds for one call, a list's with all its pages. */
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
): Promise<PullRequestComments> {
  // "eager" keeps the client in the one file of the bundle; it still runs only when it is asked for.
  const { getOctokit } = await import(/* webpackMode: "eager" */ '@actions/github');
  const { rest, paginate } = getOctokit(token, { userAgent: 'cloudtrail-onboarding' });
  const place = () => ({ owner, repo, request: { signal: AbortSignal.timeout(CALL_MS) } });
  return {
    list: () =>
      paginate(rest.issues.listComments, { ...place(), issue_number: number, per_page: 100 }),
    create: async (body) => {
      await rest.issues.createComment({ ...place(), issue_number: number, body });
    },
    update: async (id, body) => {
      await rest.issues.updateComment({ ...place(), comment_id: id, body });
    },
    remove: async (id) => {
      await rest.issues.deleteComment({ ...place(), comment_id: id });
    },
  };
}
