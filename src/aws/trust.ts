// Why AWS refused the job's OIDC token, told with what the token really says: most first runs fail here, and STS's own
// words ("Not authorized to perform sts:AssumeRoleWithWebIdentity") name no cause.

import { CallFailure } from '../problem.js';

const FORMS =
  'GitHub sends the subject in one of two forms: repo:OWNER/REPO:… (repositories from before 2026-07-15), or repo:OWNER@OWNER-ID/REPO@REPO-ID:… (created, renamed or moved since, or opted in). It ends in ref:refs/heads/BRANCH, in pull_request, or in environment:NAME where the job names an environment';

/** The failure with a remedy that fits what STS said; anything but a refused token is given back as it is. */
export function tokenRefused(
  error: unknown,
  roleArn: string,
  accountId: string,
  token: string,
): unknown {
  if (!(error instanceof CallFailure)) return error;
  const remedy = remedyOf(error, roleArn, accountId, token);
  if (remedy === null) return error;
  const [finding] = error.findings;
  return new CallFailure(
    error.awsCode,
    { code: 'role-not-taken', account: accountId, message: finding?.message ?? '', remedy },
    { cause: error.cause },
  );
}

function remedyOf(
  error: CallFailure,
  roleArn: string,
  accountId: string,
  token: string,
): string | null {
  const claims = claimsOf(token);
  const subject = claims?.sub ?? '(unreadable)';
  const issuer = (claims?.iss ?? 'token.actions.githubusercontent.com').replace('https://', '');
  switch (error.awsCode) {
    case 'AccessDenied':
      return `The trust policy of ${roleArn} does not admit this job, or the role does not exist. The token's subject is ${subject}, its audience ${claims?.aud ?? '(unreadable)'}: in the trust policy, the conditions on ${issuer}:sub and ${issuer}:aud must match these. ${FORMS}.`;
    case 'InvalidIdentityTokenException':
    case 'InvalidIdentityToken':
      return `Account ${accountId} does not accept the token. It needs an IAM identity provider for ${claims?.iss ?? "GitHub's issuer"} that lists the audience ${claims?.aud ?? '(unreadable)'}. Add it there, or set the input audience to one that is listed.`;
    case 'ExpiredTokenException':
    case 'ExpiredToken':
      return 'The token had expired when AWS saw it. Run again; on a self-hosted runner check its clock.';
    default:
      return null;
  }
}

type TokenClaims = { readonly sub?: string; readonly aud?: string; readonly iss?: string };

/** What the token says of itself, unverified: for messages only. Null for what is no JWT. */
function claimsOf(token: string): TokenClaims | null {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    return JSON.parse(payload) as TokenClaims;
  } catch {
    return null;
  }
}
