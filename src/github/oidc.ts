// The job's OIDC token. @actions/core's own getIDToken waits up to three minutes for each of ten tries; here the same
// request is made with a time-out, and what is missing is explained.

import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '@actions/http-client';
import { BearerCredentialHandler } from '@actions/http-client/lib/auth';
import { CallFailure, unquoted, userError } from '../problem.js';

export type OidcEnvironment = {
  readonly ACTIONS_ID_TOKEN_REQUEST_URL?: string | undefined;
  readonly ACTIONS_ID_TOKEN_REQUEST_TOKEN?: string | undefined;
};

/** Milliseconds for one try, the last byte of its answer included. */
const TRY_MS = 10_000;
/** Milliseconds before each further try. */
const PAUSES_MS = [500, 2_000];

/**
 * A token for this audience, a signed JWT that lives for minutes.
 *
 * @throws UserError `oidc-permission-missing` where the job may not ask for one; CallFailure where GitHub gives none.
 * https://docs.github.com/en/actions/reference/security/oidc
 */
export async function idToken(
  environment: OidcEnvironment,
  audience: string,
  tryMs = TRY_MS,
): Promise<string> {
  const url = environment.ACTIONS_ID_TOKEN_REQUEST_URL;
  const bearer = environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (!url || !bearer) throw permissionMissing();
  const client = new HttpClient('cloudtrail-onboarding', [new BearerCredentialHandler(bearer)], {
    socketTimeout: tryMs,
  });
  const ask = (): Promise<string> =>
    inTime(tokenFrom(client, `${url}&audience=${encodeURIComponent(audience)}`), tryMs);
  try {
    return await insist(ask);
  } catch (error) {
    throw noToken(error, bearer);
  } finally {
    client.dispose();
  }
}

/** https://datatracker.ietf.org/doc/html/rfc7515#section-7.1 */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

async function tokenFrom(client: HttpClient, url: string): Promise<string> {
  const { result, statusCode } = await client.getJson<{ readonly value?: unknown }>(url);
  const token = result?.value;
  // Of anything else the runner could not hide every line.
  if (typeof token !== 'string' || !JWT.test(token))
    throw new Error(`status ${statusCode} without a token`);
  return token;
}

/** The client's own time-out ends with the first byte of the answer. */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const done = new AbortController();
  const late = sleep(ms, null, { signal: done.signal }).then(() => {
    throw new Error(`no whole answer in ${ms / 1_000} seconds`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}

/** Tries again what may pass by itself: anything but a refusal of the request. */
async function insist<T>(ask: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await ask();
    } catch (error) {
      if (isRefusal(error)) throw error;
      await sleep(pause);
    }
  }
  return ask();
}

function isRefusal(error: unknown): boolean {
  const { statusCode } = error as { readonly statusCode?: number };
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500 && statusCode !== 429;
}

function noToken(error: unknown, bearer: string): Error {
  const said = unquoted(error instanceof Error ? error.message : String(error), [bearer]);
  return new CallFailure(
    'oidc',
    {
      code: 'oidc-token-failed',
      message: `GitHub gave no OIDC token: ${said}`,
      remedy:
        'Run again. If it stays, look at githubstatus.com; on a self-hosted runner also at its proxy settings (HTTPS_PROXY, NO_PROXY).',
    },
    { cause: error },
  );
}

function permissionMissing(): Error {
  return userError({
    code: 'oidc-permission-missing',
    message: 'The job may not ask GitHub for an OIDC token, so no role can be taken in AWS.',
    remedy:
      "Add 'permissions: { id-token: write, contents: read }' to the job; a job of a called workflow needs it in the caller too. A pull request from a fork never gets a token.",
  });
}
