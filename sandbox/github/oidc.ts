// GitHub's OIDC issuer: hands a running job a signed token when the job shows its request token. Whether anybody trusts
// that token is decided by STS (aws/oidc-token.ts).

import { randomBytes, randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JsonWebKeySet } from '../aws/aws.js';
import type { Clock } from '../clock.js';
import { type HttpReply, type HttpRequest, jsonReply } from '../wire.js';
import { claimsOf, type Job, type SubjectForm } from './job.js';

export const githubIssuer = 'https://token.actions.githubusercontent.com';

/** Ways the issuer can be told to go wrong or to write tokens differently. */
export type OidcSettings = {
  subjectForm: SubjectForm;
  /** Another `iss` than GitHub's. */
  issuer?: string;
  /** Another `aud` than the one asked for. */
  audience?: string;
  /** The token's end lies an hour back. */
  expired?: boolean;
  /** The token is signed by a key that the issuer does not publish. */
  foreignKey?: boolean;
};

export type OidcIssuer = {
  /** May be changed at any time; counts for the tokens issued from then on. */
  readonly settings: OidcSettings;
  readonly keys: JsonWebKeySet;
  /** Registers a job with `id-token: write`; gives what its environment holds. */
  readonly admit: (job: Job) => { readonly requestPath: string; readonly requestToken: string };
  /** Signs a token for a job without the request; for tests that speak to STS themselves. */
  readonly sign: (job: Job, audience: string) => Promise<string>;
  readonly answer: (request: HttpRequest) => Promise<HttpReply>;
};

type SigningKey = { readonly kid: string; readonly privateKey: CryptoKey; readonly jwk: object };

const tokenPath = '/_github/oidc/token/';

// Making an RSA key takes longer than all the rest of starting up, so a process makes its keys once.
const signingKeys = Promise.all([newKey(), newKey()]);

async function newKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const kid = randomUUID();
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' };
  return { kid, privateKey, jwk };
}

export async function createOidcIssuer(clock: Clock): Promise<OidcIssuer> {
  const [own, foreign] = await signingKeys;
  const jobs = new Map<string, { readonly job: Job; readonly requestToken: string }>();
  const settings: OidcSettings = { subjectForm: 'classic' };
  const keys = { keys: [own.jwk as { readonly [field: string]: unknown }] };
  const sign = (job: Job, audience: string) =>
    signToken(
      job,
      settings.audience ?? audience,
      settings,
      clock,
      settings.foreignKey ? foreign : own,
    );
  return {
    settings,
    keys,
    admit: (job) => {
      const id = randomUUID();
      const requestToken = randomBytes(32).toString('base64url');
      jobs.set(id, { job, requestToken });
      return { requestPath: `${tokenPath}${id}?api-version=2.0`, requestToken };
    },
    sign,
    answer: async (request) => {
      if (request.path.endsWith('/jwks')) return json(200, keys);
      const entry = jobs.get(request.path.slice(tokenPath.length));
      if (
        entry === undefined ||
        request.headers['authorization'] !== `Bearer ${entry.requestToken}`
      ) {
        return json(401, { message: 'The request token is not valid for this job.' });
      }
      const [owner = ''] = entry.job.repository.fullName.split('/');
      const audience = request.query.get('audience') ?? `https://github.com/${owner}`;
      return json(200, { value: await sign(entry.job, audience) });
    },
  };
}

/** GitHub's tokens can be used for five minutes. */
function signToken(
  job: Job,
  audience: string,
  settings: OidcSettings,
  clock: Clock,
  key: SigningKey,
): Promise<string> {
  const now = Math.floor(clock.now().getTime() / 1000) - (settings.expired === true ? 3900 : 0);
  return new SignJWT(claimsOf(job, settings.subjectForm))
    .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' })
    .setIssuer(settings.issuer ?? githubIssuer)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setNotBefore(now - 300)
    .setExpirationTime(now + 300)
    .sign(key.privateKey);
}

function json(status: number, value: unknown): HttpReply {
  return jsonReply(status, value, 'application/json; charset=utf-8');
}
