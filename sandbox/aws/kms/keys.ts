// KMS keys: which one an ID, an ARN or an alias means, and how DescribeKey shows it.

import { exception } from '../json-protocol.js';
import type { Key, State } from '../state.js';

/** From where a key is looked for. */
export type Place = {
  readonly state: State;
  readonly account: string;
  readonly region: string;
};

const form = /^arn:aws[\w-]*:kms:(?<region>[a-z0-9-]+):\d{12}:(?:key|alias)\/[\w/-]+$/;

/**
 * The key that a key ID, key ARN, alias name or alias ARN stands for; undefined when there is none.
 *
 * @throws `Refusal` InvalidArnException, or NotFoundException for an ARN of another Region
 */
export function findKey(place: Place, idOrArn: string): Key | undefined {
  const { state, region } = place;
  const isArn = idOrArn.startsWith('arn:');
  const match = isArn ? form.exec(idOrArn) : null;
  if (isArn && match === null) throw exception('InvalidArn', `Invalid arn ${idOrArn}`);
  // The words KMS has for an ARN of another Region.
  if (match !== null && match.groups?.['region'] !== region) {
    throw exception('NotFound', `Invalid arn ${region}`);
  }
  const arn = arnOf(place, idOrArn);
  return state.keys.get(arn) ?? [...state.keys.values()].find(({ aliases }) => aliases.has(arn));
}

/** Of a key ID or an alias name, which mean the caller's own. */
export function arnOf({ account, region }: Place, idOrArn: string): string {
  if (idOrArn.startsWith('arn:')) return idOrArn;
  const resource = idOrArn.startsWith('alias/') ? idOrArn : `key/${idOrArn}`;
  return `arn:aws:kms:${region}:${account}:${resource}`;
}

/** `KeyMetadata` of the service model. */
export function metadata(key: Key): object {
  return {
    AWSAccountId: key.account,
    KeyId: key.arn.split('/').at(-1),
    Arn: key.arn,
    CreationDate: key.created.getTime() / 1000,
    Enabled: key.state === 'Enabled',
    Description: '',
    KeyUsage: key.spec === 'SYMMETRIC_DEFAULT' ? 'ENCRYPT_DECRYPT' : 'SIGN_VERIFY',
    KeyState: key.state,
    Origin: 'AWS_KMS',
    KeyManager: key.manager,
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    MultiRegion: key.arn.includes(':key/mrk-'),
  };
}
