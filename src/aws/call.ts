// The one way in which AWS is asked: a call that fails comes out as a `CallFailure` that says which account, what AWS said
// and what to do, whatever the SDK threw.

import { Cancelled } from '../cancel.js';
import { CallFailure, UserError } from '../problem.js';
import { remedyFor } from './remedies.js';

/** A call as a person would name it: the IAM action, the account it is made in, what it is about. */
export type AwsCall = {
  readonly action: string;
  readonly accountId: string;
  readonly resource: string;
};

/** What the SDK's errors have in common; network errors have a `code` and no `$metadata`. */
type SdkError = Error & {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: { readonly [name: string]: string } };
};

/**
 * The answer of `send`.
 *
 * @throws CallFailure whose `awsCode` is the service's error code, or one of ours (`codeOf`); Cancelled; and what has a message
 * of its own as it is, such as that of a session that could not be taken.
 */
export async function asked<T>(call: AwsCall, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof UserError || error instanceof Cancelled) throw error;
    throw failureOf(call, error as SdkError);
  }
}

/** What is thrown within `asked` for an answer that AWS cannot have given: as the SDK names one that it cannot read. */
export function unreadable({ $metadata }: Pick<SdkError, '$metadata'>): Error {
  return Object.assign(new Error(), { name: 'UnknownError', $metadata });
}

export function failureOf(call: AwsCall, error: SdkError): CallFailure {
  const awsCode = codeOf(error);
  const { action, accountId, resource } = call;
  const bucketRegion = error.$response?.headers?.['x-amz-bucket-region'];
  return new CallFailure(
    awsCode,
    {
      code: `aws-${kebab(awsCode)}`,
      account: accountId,
      message: `${action} on ${resource} in account ${accountId} failed: ${saidBy(error, awsCode)}`,
      remedy: remedyFor(call, { awsCode, message: error.message, bucketRegion }),
    },
    { cause: error },
  );
}

function saidBy(error: SdkError, awsCode: string): string {
  const { code = '', message, $metadata } = error;
  switch (awsCode) {
    case 'network':
    case 'certificate':
      return `no answer (${code}: ${message || reasonsOf(error)})`;
    case 'unreadable':
      return `an answer that is not AWS's (status ${$metadata?.httpStatusCode ?? 'unknown'})`;
    default:
      return `${awsCode}: ${message}`;
  }
}

/** Of a host with several addresses, none of which answered. */
function reasonsOf(error: Error): string {
  const errors = error instanceof AggregateError ? (error.errors as readonly Error[]) : [];
  return errors.map(({ message }) => message).join('; ');
}

/** As the SDK names what has no error code, and how it speaks of what it cannot parse. */
const UNREADABLE_NAMES: ReadonlySet<string> = new Set(['Unknown', 'UnknownError']);
const UNREADABLE = /^\s*Deserialization error:/m;
const CERTIFICATE = /CERT|SIGNATURE|^ERR_(?:TLS|SSL)/;
/** System errors; Node's own `ERR_…` are mistakes of the program. */
const SYSTEM = /^E(?!RR_)[A-Z]+/;

/**
 * The service's own code, or one of ours: `TimeoutError` for our own time-outs, `network`, `certificate`, and
 * `unreadable` for what is no answer of AWS, such as a proxy's page.
 */
function codeOf({ name, message, code = '', $metadata }: SdkError): string {
  if (name === 'AbortError' || (name === 'TimeoutError' && code === '')) return 'TimeoutError';
  if (UNREADABLE_NAMES.has(name) || UNREADABLE.test(message)) return 'unreadable';
  if ($metadata?.httpStatusCode !== undefined) return name;
  if (CERTIFICATE.test(code)) return 'certificate';
  return SYSTEM.test(code) ? 'network' : name;
}

const kebab = (code: string): string =>
  code
    .replace(/Exception$/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
