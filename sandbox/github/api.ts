// GitHub's REST API, as far as an action that comments on pull requests needs it: the comments of an issue. Other paths
// answer 404. Rights: a token may be told to lack `pull-requests: write`. Shapes: GitHub docs, "REST API endpoints for issue
// comments"; the refusals are those that GitHub gives.

import { type HttpReply, type HttpRequest, jsonReply } from '../wire.js';

export type Comment = {
  readonly id: number;
  readonly repository: string;
  readonly issue: number;
  /** Null for an account that is gone. */
  readonly user: { readonly login: string; readonly type: 'Bot' | 'User' } | null;
  readonly body: string;
};

export type GitHubApi = {
  /** As stored; a test may add comments of its own. */
  readonly comments: Comment[];
  /** `false`: writing a comment is refused, as without `pull-requests: write` or from a fork. */
  mayComment: boolean;
  /** Called before each answer; another run may come in between. */
  onRequest: (method: string) => void;
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
    onRequest: () => {},
    token: 'ghs_sandboxTokenOfTheRunningJob0000000000',
    answer: (request) => answer(api, request),
  };
  return api;
}

function answer(api: GitHubApi, request: HttpRequest): HttpReply {
  if (!request.headers['authorization']?.endsWith(api.token)) {
    return refusal(401, 'Bad credentials');
  }
  api.onRequest(request.method);
  const path = request.path.slice(apiPath.length);
  const ofIssue = /^\/repos\/([^/]+\/[^/]+)\/issues\/(\d+)\/comments$/.exec(path);
  const single = /^\/repos\/([^/]+\/[^/]+)\/issues\/comments\/(\d+)$/.exec(path);
  if (ofIssue !== null && request.method === 'GET') {
    return listComments(api, request, ofIssue[1] ?? '', Number(ofIssue[2]));
  }
  if (!['POST', 'PATCH', 'DELETE'].includes(request.method)) return notFound;
  if (!api.mayComment) return refusal(403, 'Resource not accessible by integration');
  if (single !== null && request.method === 'DELETE') return removeComment(api, Number(single[2]));
  const { body } = JSON.parse(request.body.toString()) as { body: string };
  if (body.length > bodyLimit) return tooLong;
  if (ofIssue !== null && request.method === 'POST') {
    return addComment(api, ofIssue[1] ?? '', Number(ofIssue[2]), body);
  }
  return single === null || request.method !== 'PATCH'
    ? notFound
    : changeComment(api, Number(single[2]), body);
}

function listComments(
  api: GitHubApi,
  request: HttpRequest,
  repository: string,
  issue: number,
): HttpReply {
  const perPage = Math.min(100, Number(request.query.get('per_page') ?? 30));
  const page = Number(request.query.get('page') ?? 1);
  const all = api.comments.filter(
    (comment) => comment.repository === repository && comment.issue === issue,
  );
  const listed = all.slice((page - 1) * perPage, page * perPage).map(shown(request));
  if (page * perPage >= all.length) return json(200, listed);
  const link = (to: number, rel: string): string => {
    const query = new URLSearchParams({ per_page: String(perPage), page: String(to) });
    return `<${addressOf(request)}${request.path}?${query.toString()}>; rel="${rel}"`;
  };
  const links = [link(page + 1, 'next'), link(Math.ceil(all.length / perPage), 'last')];
  return {
    ...json(200, listed),
    headers: { ...json(200, '').headers, link: links.join(', ') },
  };
}

const addressOf = ({ headers }: HttpRequest): string => `http://${headers['host']}`;

/** With the fields that clients look at; a comment of the job's own token comes from GitHub's own app. */
function shown(request: HttpRequest) {
  return ({ id, repository, issue, user, body }: Comment) => {
    const html = `https://github.com/${repository}/issues/${issue}`;
    return {
      url: `${addressOf(request)}${apiPath}/repos/${repository}/issues/comments/${id}`,
      html_url: `${html}#issuecomment-${id}`,
      issue_url: `${addressOf(request)}${apiPath}/repos/${repository}/issues/${issue}`,
      id,
      node_id: `IC_${id}`,
      user,
      created_at: '2026-11-23T12:00:00Z',
      updated_at: '2026-11-23T12:00:00Z',
      body,
      author_association: user?.type === 'Bot' ? 'NONE' : 'MEMBER',
      performed_via_github_app:
        user?.type === 'Bot'
          ? { id: 15_368, slug: 'github-actions', name: 'GitHub Actions' }
          : null,
    };
  };
}

function addComment(api: GitHubApi, repository: string, issue: number, body: string): HttpReply {
  const id = Math.max(1_000_000, ...api.comments.map((comment) => comment.id)) + 1;
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

function removeComment(api: GitHubApi, id: number): HttpReply {
  const index = api.comments.findIndex((comment) => comment.id === id);
  if (index < 0) return notFound;
  api.comments.splice(index, 1);
  return { ...json(204, ''), body: '' };
}

const notFound = refusal(404, 'Not Found');

const tooLong = json(422, {
  message: 'Validation Failed',
  errors: [
    {
      resource: 'IssueComment',
      code: 'unprocessable',
      field: 'data',
      message: `Body is too long (maximum is ${bodyLimit} characters)`,
    },
  ],
  documentation_url: 'https://docs.github.com/rest/issues/comments',
  status: '422',
});

function refusal(status: number, message: string): HttpReply {
  const documentation = 'https://docs.github.com/rest/issues/comments';
  return json(status, { message, documentation_url: documentation, status: String(status) });
}

function json(status: number, value: unknown): HttpReply {
  return jsonReply(status, value, 'application/json; charset=utf-8');
}
