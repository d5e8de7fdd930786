// A verdict on digests for people: one cell of a table, and findings that name what is wrong, where, and what to do. What is an
// error and what a warning is decided here: proof that something was changed or deleted is an error.

import type { Finding } from '../policy/index.js';
import type { DigestProblem, DigestValidation } from './digest-verdict.js';

/** Of each account; the rest is counted. */
const MOST_LISTED = 10;

/** `invalid: 23 of 24 digests, 287 of 288 logs valid` */
export function digestWords({ word, digests, logs }: DigestValidation): string {
  if (word === 'none') return 'none';
  const of = (counts: DigestValidation['logs'], name: string): string =>
    `${counts.valid} of ${counts.valid + counts.invalid + counts.missing + counts.unread} ${name}`;
  return `${word}: ${of(digests, 'digests')}, ${of(logs, 'logs')} valid`;
}

/** None for `valid`. */
export function digestFindings(verdict: DigestValidation, accountId: string): readonly Finding[] {
  switch (verdict.word) {
    case 'valid':
      return [];
    case 'none':
      return [finding('warning', 'digests-none', accountId, NONE, NONE_REMEDY)];
    case 'incomplete':
      return [
        finding('warning', 'digests-incomplete', accountId, summary(verdict), INCOMPLETE_REMEDY),
      ];
    case 'invalid':
      return [finding('error', 'digests-invalid', accountId, summary(verdict), INVALID_REMEDY)];
  }
}

const NONE =
  'There are no digest files of this trail in the range, so nothing shows that its logs are unchanged';
const NONE_REMEDY =
  "Turn log file validation on (log-file-validation: 'true'). The first digest comes an hour after the trail has begun to log.";
const INCOMPLETE_REMEDY =
  'What was read is as CloudTrail delivered it. Look in the event history for StopLogging, UpdateTrail and DeleteTrail in these hours.';
const INVALID_REMEDY =
  "Keep the bucket as it is, and find out who wrote to it (its own data events, or S3 server access logs). 'aws cloudtrail validate-logs' tells the same. Versions of a versioned bucket still hold what was there.";

function finding(
  severity: Finding['severity'],
  code: string,
  account: string,
  said: string,
  remedy: string,
): Finding {
  return { severity, code, account, message: `Account ${account}: ${said}.`, remedy };
}

function summary(verdict: DigestValidation): string {
  const { problems } = verdict;
  const listed = problems.slice(0, MOST_LISTED).map(problemWords).join('; ');
  const more = problems.length - MOST_LISTED;
  const rest = more > 0 ? `; and ${more} more` : '';
  return `digests are ${digestWords(verdict)}: ${listed}${rest}`;
}

function problemWords(problem: DigestProblem): string {
  switch (problem.kind) {
    case 'digest':
      return `digest ${problem.key} ${DIGEST_CAUSES[problem.cause]}`;
    case 'log':
      return `log ${problem.key} ${LOG_CAUSES[problem.cause]}`;
    case 'period':
      return `${problem.region} from ${iso(problem.from)} to ${iso(problem.to)}: ${PERIOD_CAUSES[problem.cause]}`;
  }
}

type CauseOf<Kind extends DigestProblem['kind']> = Extract<DigestProblem, { kind: Kind }>['cause'];
type Causes<Kind extends DigestProblem['kind']> = { readonly [cause in CauseOf<Kind>]: string };

const UNREAD = {
  'other-bucket': 'is in another bucket and was not read',
  archived: 'is in an archive class and was not read',
};

const DIGEST_CAUSES: Causes<'digest'> = {
  ...UNREAD,
  missing: 'was deleted',
  format: 'is no digest file',
  unsigned: 'has no signature',
  algorithm: 'is signed in a way that CloudTrail does not use',
  moved: 'was put there from elsewhere',
  'unknown-key': 'is signed with a key that CloudTrail does not list',
  signature: 'was changed: its signature does not fit',
  replaced: 'is not the one that the next digest names',
};

const LOG_CAUSES: Causes<'log'> = {
  ...UNREAD,
  missing: 'was deleted',
  format: 'was changed: it is no gzip file',
  hash: 'was changed: its hash is another one',
};

const PERIOD_CAUSES: Causes<'period'> = {
  'not-logging': 'the trail did not log, or without log file validation',
  unexplained: 'digests were deleted, or the trail did not log',
  'none-since': 'no digest since',
};

const iso = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;
