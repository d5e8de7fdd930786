// The public keys with which CloudTrail's digests are checked, asked in the Region that signed them.

import { CloudTrailClient, paginateListPublicKeys } from '@aws-sdk/client-cloudtrail';
import type { PublicKey, PublicKeyReader } from '../delivery/ports.js';
import { asked } from './call.js';
import { type AwsClientOptions, clientOf } from './client.js';

/** Whatever Region the options name, each question goes to the one it is about. */
export function publicKeyReader(options: AwsClientOptions, accountId: string): PublicKeyReader {
  return {
    publicKeys: (region, from, to) => {
      const client = clientOf(CloudTrailClient, { ...options, region });
      const call = {
        action: 'cloudtrail:ListPublicKeys',
        accountId,
        resource: `public keys in ${region}`,
      };
      return asked(call, () => allKeys(client, new Date(from), new Date(to)));
    },
  };
}

async function allKeys(
  client: CloudTrailClient,
  StartTime: Date,
  EndTime: Date,
): Promise<readonly PublicKey[]> {
  const keys: PublicKey[] = [];
  for await (const page of paginateListPublicKeys({ client }, { StartTime, EndTime })) {
    const found = page.PublicKeyList ?? [];
    keys.push(
      ...found.map(({ Fingerprint = '', Value }) => ({
        fingerprint: Fingerprint,
        der: Value ?? new Uint8Array(),
      })),
    );
  }
  return keys;
}
