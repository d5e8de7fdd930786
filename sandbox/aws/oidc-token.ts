// Whether an OIDC token is what it claims to be: well-formed, from a provider the account has registered, signed by that
// provider's key, for one of its client IDs, in its time. The trust policy comes afterwards (sts.ts).

import { compactVerify, createLocalJWKSet, decodeJwt, errors, type JWTPayload } from 'jose';
import { Refusal } from '../wire.js';
import type { Aws, JsonWebKeySet } from './aws.js';
import type { Context } from './iam.js';
import type { OidcProvider } from './state.js';

export type VerifiedToken = {
  /** ARN of the OIDC provider in the role's account. */
  readonly provider: string;
  readonly subject: string;
  readonly audience: string;
  /** Condition keys a trust policy can ask for. */
  readonly context: Context;
};

/** The claims STS offers to trust policies for GitHub: `sub` and `aud`, and these since January 2026. */
const offeredClaims = [
  'sub',
  'actor',
  'actor_id',
  'enterprise_id',
  'environment',
  'job_workflow_ref',
  'ref',
  'repository',
  'repository_id',
  'workflow',
];

/** @throws `Refusal` InvalidIdentityToken or ExpiredTokenException, as STS words them. */
export async function verifyToken(
  aws: Aws,
  account: string,
  token: string,
): Promise<VerifiedToken> {
  const claims = decoded(token);
  const issuer = claims.iss ?? '';
  const provider = findProvider(aws, account, issuer);
  if (provider === undefined) {
    throw invalidToken(`No OpenIDConnect provider found in your account for ${issuer}`);
  }
  await verifySignature(aws, issuer, token);
  requireInTime(claims, aws.clock.now());
  const audience = [claims.aud ?? []].flat().find((entry) => provider.clientIds.includes(entry));
  if (audience === undefined) throw invalidToken('Incorrect token audience');
  return {
    provider: provider.arn,
    subject: claims.sub ?? '',
    audience,
    context: contextOf(claims, issuer, audience),
  };
}

function decoded(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    throw invalidToken(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    );
  }
}

function findProvider(aws: Aws, account: string, issuer: string): OidcProvider | undefined {
  const arn = `arn:aws:iam::${account}:oidc-provider/${issuer.replace(/^https:\/\//, '')}`;
  return aws.state.oidcProviders.get(arn);
}

/** A job takes thousands of roles with one token: what fits these keys once fits them always. */
const genuine = new WeakMap<JsonWebKeySet, Set<string>>();

async function verifySignature(aws: Aws, issuer: string, token: string): Promise<void> {
  const keys = await aws.issuerKeys(issuer);
  try {
    if (keys === undefined) throw new errors.JWKSNoMatchingKey();
    const known = genuine.get(keys) ?? new Set();
    if (known.has(token)) return;
    const keySet = createLocalJWKSet({ keys: keys.keys.map((key) => ({ kty: 'RSA', ...key })) });
    await compactVerify(token, keySet);
    genuine.set(keys, known.add(token));
  } catch {
    throw invalidToken(
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
    );
  }
}

function requireInTime(claims: JWTPayload, now: Date): void {
  const seconds = Math.floor(now.getTime() / 1000);
  const expires = claims.exp ?? 0;
  if (seconds < expires) return;
  throw new Refusal(
    400,
    'ExpiredTokenException',
    `Token expired: current date/time ${seconds} must be before the expiration date/time ${expires}`,
  );
}

function contextOf(claims: JWTPayload, issuer: string, audience: string): Context {
  const prefix = issuer.replace(/^https:\/\//, '');
  const offered = offeredClaims.flatMap((name) => {
    const value = claims[name];
    return typeof value === 'string' ? [[`${prefix}:${name}`, value]] : [];
  });
  return { ...Object.fromEntries(offered), [`${prefix}:aud`]: audience };
}

function invalidToken(message: string): Refusal {
  return new Refusal(400, 'InvalidIdentityToken', message);
}
