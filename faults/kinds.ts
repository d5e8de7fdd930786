// The faults that a call can meet, as data: what the sandbox answers, what the action must say of it, and whether it has to
// get over it without help. Which calls there are to meet them is not decided here.

import type { FaultAnswer, RecordedRequest, ServiceName } from '../sandbox/index.js';
import { ACCOUNTS } from './scene.js';

/** One call of an undisturbed run. */
export type Call = Pick<RecordedRequest, 'service' | 'operation' | 'write'> & {
  readonly account?: string;
  readonly resource?: string;
  /** How many equal calls were made before it. */
  readonly earlier: number;
};

/** What a fault can reach beside the answer. */
export type Reach = { readonly kill: () => void; readonly advance: (minutes: number) => void };

export type Kind = {
  /** Heads its column. */
  readonly name: string;
  /** What it is, in a sentence. */
  readonly meaning: string;
  readonly answer: (call: Call, reach: Reach) => FaultAnswer;
  /** How many calls it meets, the retries included; without it all from then on. */
  readonly times?: number;
  /** What the message of a run that fails over it has to say. */
  readonly cause: RegExp;
  /** `recover`: what passes by itself must be got over; `stop`: a run that is told to must stop, and tell what it did. */
  readonly must: 'recover' | 'die' | 'finish' | 'stop';
  /** Sent to the process as the call arrives. */
  readonly signal?: NodeJS.Signals;
  /** It befalls all accounts, and the message may name another one that it met first. */
  readonly spreads?: true;
  /** The action waits long for it to pass. */
  readonly waits?: true;
  readonly meets?: (call: Call) => boolean;
};

type Refusals = { readonly [kind in 'denied' | 'throttled']: readonly [number, string] };

const JSON_REFUSALS: Refusals = {
  denied: [400, 'AccessDeniedException'],
  throttled: [400, 'ThrottlingException'],
};

const HTTP_REFUSALS: Refusals = { denied: [403, 'Forbidden'], throttled: [429, 'TooManyRequests'] };

const REFUSALS: { readonly [service in ServiceName]: Refusals } = {
  s3: { denied: [403, 'AccessDenied'], throttled: [503, 'SlowDown'] },
  sts: { denied: [403, 'AccessDenied'], throttled: [400, 'Throttling'] },
  cloudtrail: JSON_REFUSALS,
  kms: JSON_REFUSALS,
  sns: { denied: [403, 'AuthorizationError'], throttled: [400, 'Throttling'] },
  oidc: HTTP_REFUSALS,
  github: HTTP_REFUSALS,
};

const refused =
  (kind: keyof Refusals) =>
  ({ service, operation }: Call): FaultAnswer => {
    const [status, code] = REFUSALS[service][kind];
    // AWS explains a denial within an account; a bare one means that the bucket is another account's.
    const explained = `${code}: not authorized to perform: ${service}:${operation}`;
    return { status, code, ...(kind === 'denied' && { message: explained }) };
  };

const failing = ({ service }: Call): FaultAnswer => ({
  status: 500,
  code: service === 's3' ? 'InternalError' : 'InternalFailure',
});

const DENIED = /AccessDenied|AuthorizationError|Forbidden/;
const THROTTLED = /SlowDown|Throttling|TooManyRequests/;
const FAILING = /Internal(?:Error|Failure)/;
const CANCELLED = /The run was cancelled/;
const CUT = /no answer|socket hang up|ECONNRESET/;

/** Calls whose answer tells whose it is. */
const SIGNED_ANSWERS: readonly string[] = [
  'AssumeRoleWithWebIdentity',
  'AssumeRole',
  'GetCallerIdentity',
  'DescribeTrails',
];

/** Milliseconds: a signal that was sent this long ago has reached the process, however busy it was. */
export const SIGNAL_ARRIVES = 400;

/** Minutes: longer than sessions last that the action takes, and longer than those that a job may begin with. */
const AFTER_SESSIONS = 16;
const A_DAY = 24 * 60 + 1;

export const KINDS: readonly Kind[] = [
  {
    name: 'denied',
    meaning: 'refused for want of a permission, every time',
    answer: refused('denied'),
    cause: DENIED,
    must: 'finish',
  },
  {
    name: 'throttled once',
    meaning: 'refused as too fast (`SlowDown`, `ThrottlingException`, status 429), once',
    answer: refused('throttled'),
    times: 1,
    cause: THROTTLED,
    must: 'recover',
  },
  {
    name: 'throttled',
    meaning: 'the same, every time',
    answer: refused('throttled'),
    cause: THROTTLED,
    must: 'finish',
    waits: true,
  },
  {
    name: '500 once',
    meaning: 'status 500, nothing done, once',
    answer: failing,
    times: 1,
    cause: FAILING,
    must: 'recover',
  },
  {
    name: '500',
    meaning: 'the same, every time',
    answer: failing,
    cause: FAILING,
    must: 'finish',
    waits: true,
  },
  {
    name: '503 once',
    meaning: 'status 503 `ServiceUnavailable`, nothing done, once',
    answer: () => ({ status: 503, code: 'ServiceUnavailable' }),
    times: 1,
    cause: /ServiceUnavailable/,
    must: 'recover',
  },
  {
    name: 'cut before',
    meaning: 'the connection is reset, nothing done, once',
    answer: () => 'reset-before',
    times: 1,
    cause: CUT,
    must: 'recover',
  },
  {
    name: 'cut after',
    meaning: 'it is done, then the connection is reset, once',
    answer: () => 'reset-after',
    times: 1,
    cause: CUT,
    must: 'recover',
  },
  {
    name: 'always cut',
    meaning: 'the same, every time',
    answer: () => 'reset-after',
    cause: CUT,
    must: 'finish',
    waits: true,
  },
  {
    name: 'silence',
    meaning: 'nothing done and never an answer, every time',
    answer: () => 'hang',
    cause: /timeout|no whole answer|longer than/i,
    must: 'finish',
    waits: true,
  },
  {
    name: 'garbled',
    meaning: 'it is done, and the answer cannot be read, once',
    answer: () => 'malformed',
    times: 1,
    cause: /an answer that is not (?:AWS|GitHub)'s|GitHub gave no OIDC token/,
    must: 'finish',
    // What a log's own content is worth, is the operation's to judge.
    meets: ({ operation }) => operation !== 'GetObject',
  },
  {
    name: 'stranger',
    meaning: 'the answer is about another account, every time',
    answer: ({ account = '' }) => ({
      rewrite: (body) => body.replaceAll(account, ACCOUNTS.OTHER),
    }),
    cause: new RegExp(ACCOUNTS.OTHER),
    must: 'finish',
    meets: ({ operation }) => SIGNED_ANSWERS.includes(operation),
  },
  {
    name: 'expired',
    meaning: 'from this call on token and sessions have expired',
    answer: ({ operation }, { advance }) => ({
      first: () => advance(operation === 'GetCallerIdentity' ? A_DAY : AFTER_SESSIONS),
    }),
    times: 1,
    // So much time has passed then that a wait for logs is over.
    cause: /expired|nothing has arrived/i,
    spreads: true,
    must: 'finish',
    meets: ({ service }) => service !== 'oidc' && service !== 'github',
  },
  {
    name: 'killed before',
    meaning: 'the process is killed (SIGKILL) as the call arrives, nothing done',
    answer: (_, { kill }) => ({ kill, when: 'before' }),
    times: 1,
    cause: /^/,
    must: 'die',
  },
  {
    name: 'killed after',
    meaning: 'it is done, then the process is killed',
    answer: (_, { kill }) => ({ kill, when: 'after' }),
    times: 1,
    cause: /^/,
    must: 'die',
  },
  // A process that is told to stop sees one of two things, an answer or none, and does not see whether the call was carried out
  // before the signal or after it: these are the two, each with the worse state of AWS. Both signals are taken by the same
  // handler, so each is sent at one of them: SIGTERM, by which a machine is shut down, where the wait is the longest.
  {
    name: 'SIGTERM before',
    meaning:
      'the process is told to stop (SIGTERM) as the call arrives, nothing done and never an answer',
    signal: 'SIGTERM',
    answer: () => 'hang',
    cause: CANCELLED,
    must: 'stop',
    waits: true,
  },
  {
    name: 'SIGINT after',
    meaning: 'it is done and the process is told to stop (SIGINT), then comes the answer',
    signal: 'SIGINT',
    answer: () => ({ lateMs: SIGNAL_ARRIVES + 100 }),
    times: 1,
    cause: CANCELLED,
    must: 'stop',
  },
];
