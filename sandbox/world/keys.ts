// KMS keys in the world: made, changed and looked at behind KMS's back.

import type { Aws } from '../aws/aws.js';
import { visiblePolicy } from '../aws/policies.js';
import type { Key, KeyState, PolicyDocument } from '../aws/state.js';

/** A policy as a JSON text or as the value it parses to. */
export type PolicyJson = string | PolicyDocument;

export type KeySeed = {
  readonly account: string;
  readonly region: string;
  readonly policy: PolicyJson;
  /** `alias/…` */
  readonly alias?: string;
  /** Default: a customer's, symmetric. */
  readonly manager?: Key['manager'];
  readonly spec?: Key['spec'];
  /** Default: a random one. */
  readonly id?: string;
};

export type KeyWorld = {
  /** Returns the ARN of a new KMS key. */
  readonly createKey: (key: KeySeed) => string;
  readonly setKeyState: (arn: string, state: KeyState) => void;
  /** Replaces a key's policy at once and as it stands. */
  readonly putKeyPolicy: (arn: string, policy: PolicyJson) => void;
  /** The policy as stored, parsed. */
  readonly keyPolicy: (arn: string) => PolicyDocument;
  /** The same as KMS would print it. */
  readonly keyPolicyText: (arn: string) => string;
};

export function keysOf(aws: Aws): KeyWorld {
  return {
    createKey: (seed) => createKey(aws, seed),
    setKeyState: (arn, state) => {
      keyOf(aws, arn).state = state;
    },
    putKeyPolicy: (arn, policy) => {
      const { policies } = keyOf(aws, arn);
      policies.splice(0, policies.length, { text: textOf(policy), at: 0 });
    },
    keyPolicy: (arn) => visiblePolicy(keyOf(aws, arn)) ?? {},
    keyPolicyText: (arn) => keyOf(aws, arn).policies.at(-1)?.text ?? '',
  };
}

function createKey(aws: Aws, seed: KeySeed): string {
  const { account, region, alias, manager = 'CUSTOMER', spec = 'SYMMETRIC_DEFAULT' } = seed;
  const { id = crypto.randomUUID() } = seed;
  const place = `arn:aws:kms:${region}:${account}`;
  const arn = `${place}:key/${id}`;
  aws.state.keys.set(arn, {
    arn,
    account,
    region,
    created: aws.clock.now(),
    manager,
    spec,
    aliases: new Set(alias === undefined ? [] : [`${place}:${alias}`]),
    state: 'Enabled',
    policies: [{ text: textOf(seed.policy), at: 0 }],
  });
  return arn;
}

function keyOf(aws: Aws, arn: string): Key {
  const key = aws.state.keys.get(arn);
  if (key === undefined) throw new Error(`no such key: ${arn}`);
  return key;
}

function textOf(policy: PolicyJson): string {
  return typeof policy === 'string' ? policy : JSON.stringify(policy);
}

export function parsed(policy: PolicyJson): PolicyDocument {
  return typeof policy === 'string' ? (JSON.parse(policy) as PolicyDocument) : policy;
}
