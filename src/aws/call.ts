// The one way in which AWS is asked: a call that fails comes out as a `CallFailure` that says which account, what AWS said
// and what to do, whatever the SDK threw.

import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentity } from '@smithy/types';
import { CallFailure } from '../problem.js';
import { remedyFor } from './remedies.js';

/** What every client of this run is made with. No `credentials`: those in the environment. */
export type AwsClientOptions = {
  readonly region: string;
  readonly requestHandler: NodeHttpHandler;
  readonly credentials?: AwsCredentialIdentity;
  readonly customUserAgent: string;
};

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

/** The answer of `send`. @throws CallFailure whose `awsCode` is the service's error code, or `network`. */
export async function asked<T>(call: AwsCall, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw failureOf(call, error as SdkError);
  }
}

export function failureOf(call: AwsCall, error: SdkError): CallFailure {
  const awsCode = codeOf(error);
  const { action, accountId, resource } = call;
  const said =
    awsCode === 'network'
      ? `no answer (${error.code}: ${error.message})`
      : `${awsCode}: ${error.message}`;
  const bucketRegion = error.$response?.headers?.['x-amz-bucket-region'];
  return new CallFailure(
    awsCode,
    {
      code: `aws-${awsCode === 'network' ? 'network' : kebab(awsCode)}`,
      account: accountId,
      message: `${action} on ${resource} in account ${accountId} failed: ${said}`,
      remedy: remedyFor(call, { awsCode, message: error.message, bucketRegion }),
    },
    { cause: error },
  );
}

/** `AbortError` is our own time-out of a write; system errors (`ECONNRESET`) are all one to a user. */
function codeOf(error: SdkError): string {
  if (error.name === 'AbortError') return 'TimeoutError';
  if (error.$metadata?.httpStatusCode === undefined && /^E[A-Z]+/.test(error.code ?? ''))
    return 'network';
  return error.name;
}

const kebab = (code: string): string =>
  code
    .replace(/Exception$/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
