// Which of a pull request's comments is this job's own. Pure. A comment is known by the marker that every report begins with
// and by a last line, which tells the legs of a matrix apart (they share one job name) and says which run wrote it.

import { createHash } from 'node:crypto';
import type { Report } from '../report/report.js';
import { marker } from '../report/summary.js';
import type { Request } from '../request/request.js';

/** A comment as GitHub lists it, as far as it matters here. */
export type Comment = {
  readonly id: number;
  readonly body?: string | undefined;
  readonly user: { readonly type?: string } | null;
};

/** What a comment of this job has in it. */
export type Identity = {
  readonly marker: string;
  /** Operation and what it is about: `onboard 222222222222`, `onboard file 0123456789ab`; several accounts have no name. */
  readonly scope: string;
  /** GITHUB_RUN_ID: later runs have higher ones. */
  readonly run: number;
};

export type Found = { readonly id: number; readonly body: string; readonly run: number };

export function identityOf(report: Report, runId: string): Identity {
  const { request } = report;
  return {
    marker: marker(report),
    scope: request === null ? '' : [request.operation, ...subject(request)].join(' '),
    run: Number(runId) || 0,
  };
}

/** A file is the same one whatever accounts join or leave it, so its path counts and not what is in it. */
function subject({ accountsFile, members }: Request): readonly string[] {
  if (accountsFile !== undefined) return ['file', shortHash(accountsFile)];
  const [only, ...others] = members;
  return only !== undefined && others.length === 0 ? [only.accountId] : [];
}

/** A path may hold anything, also what would end a comment. */
function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

export function lastLine({ scope, run }: Identity): string {
  return `<!-- ${scope} · run ${run} -->\n`;
}

const LAST_LINE = /^<!-- ([a-z]+(?: \d{12}| file [0-9a-f]{12})?) · run (\d+) -->$/m;

/**
 * The comments of this identity, in order. Only a bot's count, for a person may quote one. The marker must be a line of its
 * own: inside a diff or a table it is somebody's text.
 */
function ownComments(
  comments: readonly Comment[],
  identity: Identity,
): readonly (Found & { readonly scope: string })[] {
  return comments.flatMap(({ id, body = '', user }) => {
    const lines = body.split(/\r?\n/);
    if (user?.type !== 'Bot' || !lines.includes(identity.marker)) return [];
    const [, scope = '', run = '0'] = LAST_LINE.exec(lines.join('\n')) ?? [];
    return scope === '' || scope === identity.scope ? [{ id, body, run: Number(run), scope }] : [];
  });
}

/** The one to write over: of this scope the one that is to stay, else the last that names none. */
export function commentToUpdate(
  comments: readonly Comment[],
  identity: Identity,
): Found | undefined {
  return ofScope(comments, identity)[0] ?? ownComments(comments, identity).at(-1);
}

/** All but the one that is to stay. */
export function duplicates(comments: readonly Comment[], identity: Identity): readonly number[] {
  return ofScope(comments, identity)
    .slice(1)
    .map(({ id }) => id);
}

/** First the one that the latest run wrote, the first of several: every run that sees the same comments keeps the same one. */
function ofScope(comments: readonly Comment[], identity: Identity): readonly Found[] {
  return ownComments(comments, identity)
    .filter(({ scope }) => scope === identity.scope)
    .toSorted((a, b) => b.run - a.run || a.id - b.id);
}
