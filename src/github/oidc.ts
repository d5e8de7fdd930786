// The job's OIDC token. @actions/core's own getIDToken waits up to three minutes for each of ten tries; here the same
// request is made with a time-out, and what is missing is explained.

import { HttpClient } from '@actions/http-client';
import { BearerCredentialHandler } from '@actions/http-client/lib/auth';
import { CallFailure, userError } from '../problem.js';

export type OidcEnvironment = {
  readonly ACTIONS_ID_TOKEN_REQUEST_URL?: string | undefined;
  readonly ACTIONS_ID_TOKEN_REQUEST_TOKEN?: string | undefined;
};

const TIMEOUT_MS = 10_000;
const RETRIES = 3;

/**
 * A token for this audience, a signed JWT that lives for minutes.
 *
 * @throws UserError `oidc-permission-missing` where the job may not ask for one; CallFailure where GitHub gives none.
 * https://docs.github.com/en/actions/reference/security/oidc
 */
export async function idToken(environment: OidcEnvironment, audience: string): Promise<string> {
  const url = environment.ACTIONS_ID_TOKEN_REQUEST_URL;
  const bearer = environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (!url || !bearer) throw permissionMissing();
  const client = new HttpClient('cloudtrail-onboarding', [new BearerCredentialHandler(bearer)], {
    allowRetries: true,
    maxRetries: RETRIES,
    socketTimeout: TIMEOUT_MS,
  });
  try {
    const answer = await client.getJson<{ readonly value?: string }>(
      `${url}&audience=${encodeURIComponent(audience)}`,
    );
    if (!answer.result?.value) throw new Error(`status ${answer.statusCode} without a token`);
    return answer.result.value;
  } catch (error) {
    throw new CallFailure(
      'oidc',
      {
        code: 'oidc-token-failed',
        message: `GitHub gave no OIDC token: ${error instanceof Error ? error.message : String(error)}`,
        remedy: 'Run again; see githubstatus.com if it stays.',
      },
      { cause: error },
    );
  }
}

function permissionMissing(): Error {
  return userError({
    code: 'oidc-permission-missing',
    message: 'The job may not ask GitHub for an OIDC token, so no role can be taken in AWS.',
    remedy:
      "Add 'permissions: { id-token: write, contents: read }' to the job; a job of a called workflow needs it in the caller too. A pull request from a fork never gets a token.",
  });
}
