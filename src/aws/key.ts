// The policy of the key that encrypts the logs, read and written. Account and Region are those of the key's ARN: KMS gives a
// key's policy to nobody outside its account, and knows a key only in its Region.

import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  type KeyMetadata,
  KMSClient,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import {
  type KeyDescription,
  type KeyReader,
  type KeyWriter,
  placeOfKey,
} from '../plan/key-ports.js';
import { type AwsCall, asked } from './call.js';
import { type AwsClientOptions, clientOf } from './client.js';

function keyCall(keyArn: string): (operation: string) => AwsCall {
  const { accountId } = placeOfKey(keyArn);
  return (operation) => ({ action: `kms:${operation}`, accountId, resource: `key ${keyArn}` });
}

export function keyReader(options: AwsClientOptions, keyArn: string): KeyReader {
  const kms = clientOf(KMSClient, { ...options, region: placeOfKey(keyArn).region });
  const call = keyCall(keyArn);
  const input = { KeyId: keyArn };
  return {
    keyPolicy: () =>
      asked(call('GetKeyPolicy'), async () =>
        held((await kms.send(new GetKeyPolicyCommand(input))).Policy),
      ),
    describe: () =>
      asked(call('DescribeKey'), async () =>
        description(held((await kms.send(new DescribeKeyCommand(input))).KeyMetadata)),
      ),
  };
}

/** No key is without a policy: an answer without one is none to write upon. */
function held<T>(value: T | undefined): T {
  if (!value) throw Object.assign(new Error('The answer is empty.'), { name: 'EmptyAnswer' });
  return value;
}

function description({ Arn = '', ...key }: KeyMetadata): KeyDescription {
  return {
    arn: Arn,
    ...placeOfKey(Arn),
    enabled: key.Enabled ?? false,
    state: key.KeyState ?? 'unknown',
    manager: key.KeyManager === 'AWS' ? 'aws' : 'customer',
    symmetric: key.KeySpec === 'SYMMETRIC_DEFAULT' && key.KeyUsage === 'ENCRYPT_DECRYPT',
  };
}

export function keyWriter(options: AwsClientOptions, keyArn: string): KeyWriter {
  const inRegion = { ...options, region: placeOfKey(keyArn).region };
  // The SDK would send the same document again after another writer has come between.
  const kms = clientOf(KMSClient, inRegion, { maxAttempts: 1 });
  return {
    putKeyPolicy: async (text, timeoutMs) => {
      const command = new PutKeyPolicyCommand({ KeyId: keyArn, Policy: text });
      const abortSignal = AbortSignal.timeout(timeoutMs);
      await asked(keyCall(keyArn)('PutKeyPolicy'), () => kms.send(command, { abortSignal }));
    },
  };
}
