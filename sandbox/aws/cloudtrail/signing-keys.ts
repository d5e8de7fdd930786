// The key pairs that digests are signed with, one per Region, and ListPublicKeys. Keys are PKCS#1 in DER, their fingerprint is
// the MD5 of that, as in the samples of the API reference.

import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Aws } from '../aws.js';
import { exception, type Input } from '../json-protocol.js';
import type { Viewpoint } from './lookup.js';

type SigningKey = {
  readonly privateKey: KeyObject;
  readonly publicDer: Buffer;
  readonly fingerprint: string;
};

/** Making a pair takes long, and nothing hangs on which one it is: all sandboxes of a process share them. */
const pairs = new Map<string, SigningKey>();

function signingKey(region: string): SigningKey {
  const known = pairs.get(region) ?? newKey();
  pairs.set(region, known);
  return known;
}

function newKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicDer = publicKey.export({ type: 'pkcs1', format: 'der' });
  return { privateKey, publicDer, fingerprint: createHash('md5').update(publicDer).digest('hex') };
}

export function fingerprintIn(region: string): string {
  return signingKey(region).fingerprint;
}

/** SHA256withRSA, PKCS#1 v1.5, in hexadecimal. */
export function signedIn(region: string, text: string): string {
  return sign('RSA-SHA256', Buffer.from(text), signingKey(region).privateKey).toString('hex');
}

const YEAR_MS = 365 * 86_400_000;

/** A Region's keys that were valid at some time of the range; without one, now. */
export function listPublicKeys(aws: Aws, { region }: Viewpoint, input: Input): object {
  const now = aws.clock.now().getTime();
  const from = timeOf(input, 'StartTime') ?? now;
  const to = timeOf(input, 'EndTime') ?? now;
  if (from > to) {
    throw exception('InvalidTimeRange', 'The start time must not be after the end time.');
  }
  const year = new Date(now).getUTCFullYear();
  const validFrom = Date.UTC(year, 0, 1) - YEAR_MS;
  const validTo = Date.UTC(year, 0, 1) + 2 * YEAR_MS;
  if (to < validFrom || from > validTo) return { PublicKeyList: [] };
  const { publicDer, fingerprint } = signingKey(region);
  return {
    PublicKeyList: [
      {
        Value: publicDer.toString('base64'),
        Fingerprint: fingerprint,
        ValidityStartTime: validFrom / 1000,
        ValidityEndTime: validTo / 1000,
      },
    ],
  };
}

/** Milliseconds since the epoch; JSON 1.1 has seconds. */
function timeOf(input: Input, member: string): number | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number') return value * 1000;
  throw exception('Serialization', `${member} is not a timestamp`);
}
