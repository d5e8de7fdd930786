// Who sent a request: finds the credential behind a signature, checks the signature (AWS Signature Version 4), the
// session token and the time. What the caller may do is not decided here. Each service words the failures itself.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from '../wire.js';
import type { Caller } from './iam.js';
import type { Credential, State } from './state.js';

export type AuthenticationProblem =
  | 'unsigned'
  | 'unknown-key'
  | 'bad-token'
  | 'expired'
  | 'bad-signature'
  | 'too-old'
  | 'too-new';

export type Scope = {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
};

const authorizationForm =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/;

/** The credential scope of the Authorization header; undefined for a request that is not signed. */
export function scopeOf(request: HttpRequest): Scope | undefined {
  const match = authorizationForm.exec(request.headers['authorization'] ?? '');
  if (match === null) return undefined;
  const [, accessKeyId = '', date = '', region = '', service = '', headers = '', signature = ''] =
    match;
  return { accessKeyId, date, region, service, signedHeaders: headers.split(';'), signature };
}

/** The caller, or why AWS does not know him. `slackMs`: how far the request's own time may be from `now`. */
export function authenticate(
  request: HttpRequest,
  state: State,
  now: Date,
  slackMs: number,
): Caller | AuthenticationProblem {
  const scope = scopeOf(request);
  if (scope === undefined) return 'unsigned';
  const credential = state.credentials.get(scope.accessKeyId);
  if (credential === undefined) return 'unknown-key';
  if (request.headers['x-amz-security-token'] !== credential.sessionToken) return 'bad-token';
  if (!signatureFits(request, scope, credential.secretAccessKey)) return 'bad-signature';
  const lateMs = now.getTime() - signedAt(request);
  if (Math.abs(lateMs) > slackMs) return lateMs > 0 ? 'too-old' : 'too-new';
  if (credential.expiration !== undefined && credential.expiration <= now) return 'expired';
  return callerOf(credential, state) ?? 'unknown-key';
}

/** `X-Amz-Date: 20261123T120000Z` */
function signedAt(request: HttpRequest): number {
  const time = request.headers['x-amz-date'] ?? '';
  return Date.parse(time.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
}

/** Credentials of a principal that was deleted name nobody. */
function callerOf(credential: Credential, state: State): Caller | undefined {
  const principal = state.roles.get(credential.principal) ?? state.users.get(credential.principal);
  return (
    principal && {
      arn: credential.callerArn,
      account: principal.account,
      userId: credential.userId,
      kind: principal.kind,
      accessKeyId: credential.accessKeyId,
      principal: principal.arn,
      policy: principal.policy,
      ...(credential.sessionPolicy && { sessionPolicy: credential.sessionPolicy }),
    }
  );
}

function signatureFits(request: HttpRequest, scope: Scope, secret: string): boolean {
  const time = request.headers['x-amz-date'] ?? '';
  const scopeText = `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
  const toSign = [
    'AWS4-HMAC-SHA256',
    time,
    scopeText,
    sha256(canonicalRequest(request, scope)),
  ].join('\n');
  const key = [scope.date, scope.region, scope.service, 'aws4_request'].reduce<Buffer>(
    (parent, part) => createHmac('sha256', parent).update(part).digest(),
    Buffer.from(`AWS4${secret}`),
  );
  const expected = createHmac('sha256', key).update(toSign).digest();
  return timingSafeEqual(expected, Buffer.from(scope.signature, 'hex'));
}

/** The path is taken as sent: S3 signs it encoded once, and the other services here only have `/`. */
function canonicalRequest(request: HttpRequest, scope: Scope): string {
  const headers = scope.signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}\n`,
  );
  return [
    request.method,
    request.path,
    canonicalQuery(request.queryString),
    headers.join(''),
    scope.signedHeaders.join(';'),
    request.headers['x-amz-content-sha256'] ?? sha256(request.body),
  ].join('\n');
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
    .join('&');
}

/** By name, then value: a name that is the beginning of another comes first. */
function sortKey(pair: string): string {
  return pair.replace('=', '\0');
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
