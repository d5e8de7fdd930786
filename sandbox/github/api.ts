// GitHub's REST API, as far as an action that comments on pull requests needs it: the comments of an issue. Other paths
// answer 404. Rights: a token may be told to lack `pull-requests: write`.

import { type HttpReply, type HttpRequest, jsonReply } from '../wire.js';

export type Comment = {
  readonly id: number;
  readonly repository: string;
  readonly issue: number;
  readonly user: { readonly login: string; readonly type: 'Bot' | 'User' };
  readonly body: string;
};

export type GitHubApi = {
  /** As stored; a test may add comments of its own. */
  readonly comments: Comment[];
  /** `false`: writing a comment is refused, as without `pull-requests: write` or from a fork. */
  mayComment: boolean;
  /** The token jobs get as `github.token`. */
  readonly token: string;
  readonly answer: (request: HttpRequest) => HttpReply;
};

/** Where the API begins: `$GITHUB_API_URL` is this after the sandbox's own address. */
export const apiPath = '/_github/api';

const bodyLimit = 65_536;

export function createGitHubApi(): GitHubApi {
  const api: GitHubApi = {
    comments: [],
    mayComment: true,
    token: 'ghs_sandboxTokenOfTheRunningJob0000000000',
    answer: (request) => answer(api, request),
  };
  return api;
}

function answer(api: GitHubApi, request: HttpRequest): HttpReply {
  if (!request.headers['authorization']?.endsWith(api.token)) {
    return json(401, { message: 'Bad credentials' });
  }
  const path = request.path.slice(apiPath.length);
  const ofIssue = /^\/repos\/([^/]+\/[^/]+)\/issues\/(\d+)\/comments$/.exec(path);
  const single = /^\/repos\/([^/]+\/[^/]+)\/issues\/comments\/(\d+)$/.exec(path);
  if (ofIssue !== null && request.method === 'GET') {
    return listComments(api, request, ofIssue[1] ?? '', Number(ofIssue[2]));
  }
  if (request.method !== 'POST' && request.method !== 'PATCH') return notFound;
  if (!api.mayComment) return json(403, { message: 'Resource not accessible by integration' });
  const { body } = JSON.parse(request.body.toString()) as { body: string };
  if (body.length > bodyLimit) {
    return json(422, {
      message: `Validation Failed: Body is too long (maximum is ${bodyLimit} characters)`,
    });
  }
  if (ofIssue !== null) return addComment(api, ofIssue[1] ?? '', Number(ofIssue[2]), body);
  return single === null ? notFound : changeComment(api, Number(single[2]), body);
}

function listComments(
  api: GitHubApi,
  request: HttpRequest,
  repository: string,
  issue: number,
): HttpReply {
  const perPage = Number(request.query.get('per_page') ?? 30);
  const page = Number(request.query.get('page') ?? 1);
  const all = api.comments.filter(
    (comment) => comment.repository === repository && comment.issue === issue,
  );
  const listed = all.slice((page - 1) * perPage, page * perPage);
  if (page * perPage >= all.length) return json(200, listed);
  const next = new URLSearchParams({ per_page: String(perPage), page: String(page + 1) });
  const url = `http://${request.headers['host']}${request.path}?${next.toString()}`;
  return {
    ...json(200, listed),
    headers: { ...json(200, '').headers, link: `<${url}>; rel="next"` },
  };
}

function addComment(api: GitHubApi, repository: string, issue: number, body: string): HttpReply {
  const id = 1_000_001 + api.comments.length;
  const user = { login: 'github-actions[bot]', type: 'Bot' } as const;
  const comment = { id, repository, issue, user, body };
  api.comments.push(comment);
  return json(201, comment);
}

function changeComment(api: GitHubApi, id: number, body: string): HttpReply {
  const index = api.comments.findIndex((comment) => comment.id === id);
  const before = api.comments[index];
  if (before === undefined) return notFound;
  const comment = { ...before, body };
  api.comments[index] = comment;
  return json(200, comment);
}

const notFound = json(404, { message: 'Not Found' });

function json(status: number, value: unknown): HttpReply {
  return jsonReply(status, value, 'application/json; charset=utf-8');
}
