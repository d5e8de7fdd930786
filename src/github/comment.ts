// The pull request's comment: one for each bucket, workflow and job, written over by every run. It decides whether there is
// something to say; what is said is the report. Trouble with it is a warning and never fails a run, but being told to stop does.

import { Cancelled } from '../cancel.js';
import type { Finding } from '../policy/index.js';
import { link } from '../report/escape.js';
import type { Report } from '../report/report.js';
import { summaryOf } from '../report/summary.js';
import { type Comment, commentToUpdate, duplicates, identityOf, lastLine } from './sticky.js';

/** A pull request's comments. Every function throws when GitHub refuses or cannot be reached. */
export type PullRequestComments = {
  /** Of all pages. */
  readonly list: () => Promise<readonly Comment[]>;
  readonly create: (body: string) => Promise<void>;
  readonly update: (id: number, body: string) => Promise<void>;
  readonly remove: (id: number) => Promise<void>;
};

export type CommentContext = {
  /** Null where the event is about no pull request, or no token was given. */
  readonly open: (() => Promise<PullRequestComments>) | null;
  readonly runId: string;
};

/** GitHub takes 65,536 characters, and so many bytes are never more. The last line and its margin come on top. */
const COMMENT_BYTES = 65_000;

/** Writes the comment where one is due; gives what went wrong. */
export async function comment(
  report: Report,
  { open, runId }: CommentContext,
): Promise<readonly Finding[]> {
  const wish = report.request?.comment ?? 'never';
  // A fork that gets no OIDC token gets no token that may comment either.
  const isHopeless = wish === 'auto' && report.offline !== undefined;
  if (open === null || wish === 'never' || isHopeless) return [];
  try {
    await write(report, await open(), runId, wish === 'always' || hasNews(report));
    return [];
  } catch (error) {
    return [error instanceof Cancelled ? CANCELLED : notWritten(error)];
  }
}

const CANCELLED: Finding = {
  severity: 'error',
  code: 'cancelled',
  message:
    'The run was cancelled while it wrote the pull request comment. All else was done by then, and the job summary says the same as the comment would.',
  remedy: 'Run again for the comment, unless a newer run writes it.',
};

const hasNews = ({ result, findings }: Report): boolean =>
  result !== 'no-changes' || findings.length > 0;

async function write(
  report: Report,
  comments: PullRequestComments,
  runId: string,
  mayCreate: boolean,
): Promise<void> {
  const identity = identityOf(report, runId);
  const body = `${bodyOf(report)}\n${lastLine(identity)}`;
  const found = await comments.list();
  const before = commentToUpdate(found, identity);
  if (before === undefined && !mayCreate) return;
  if (before === undefined) await comments.create(body);
  // A later run is about a later commit: what it said must not be undone by one that was slower.
  else if (before.run <= identity.run && before.body !== body)
    await comments.update(before.id, body);
  // GitHub knows no "create unless there is one": of two runs that both found none, the later to look cleans up, or the next.
  const now = before === undefined ? await comments.list() : found;
  for (const id of duplicates(now, identity)) await remove(comments, id);
}

function bodyOf(report: Report): string {
  const summary = link('job summary', report.run.url);
  return summaryOf(report, { bytes: COMMENT_BYTES, elsewhere: `in the ${summary}` });
}

/** The other run may have done the same. */
async function remove(comments: PullRequestComments, id: number): Promise<void> {
  try {
    await comments.remove(id);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

/** As GitHub's client throws them; where no answer came it makes up a status. */
type GitHubError = { readonly status?: number; readonly response?: unknown };

const statusOf = (error: unknown): number | undefined => (error as GitHubError).status;

function saidBy(error: unknown, message: string): string {
  const { status, response } = error as GitHubError;
  if (response !== undefined) return `${message} (status ${status})`;
  return status === undefined
    ? `an answer that is not GitHub's (${message})`
    : `no answer (${message})`;
}

/** GitHub answers 403, and 404 for what a token may not even see. */
function notWritten(error: unknown): Finding {
  const status = statusOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const refused = status === 401 || status === 403 || status === 404;
  return {
    severity: 'warning',
    code: 'comment-not-written',
    message: `The pull request comment could not be written: ${saidBy(error, message)}`,
    remedy:
      refused && !/rate limit/i.test(message)
        ? "Add 'pull-requests: write' to the job's permissions; a pull request from a fork never has it. Or set comment to 'never'. The job summary says the same as the comment would."
        : 'The job summary says the same as the comment would. The next run writes the comment.',
  };
}
