// What a test, the tutorial or the benchmark does to the sandbox's AWS behind its back: create accounts, roles, buckets
// and trails, and look at what is there. Rules that AWS enforces on its customers' calls are not enforced here, except
// where a world that breaks them could not exist.

import type { Aws } from './aws/aws.js';
import { visiblePolicy } from './aws/policies.js';
import { newBucket } from './aws/s3/buckets.js';
import { storeObject } from './aws/s3/objects.js';
import { createAccessKey, openSession } from './aws/sessions.js';
import {
  type Account,
  type Bucket,
  type Credential,
  newId,
  type PolicyDocument,
  type StoredObject,
} from './aws/state.js';
import { githubIssuer } from './github/oidc.js';
import { type KeyWorld, keysOf, type PolicyJson, parsed } from './world/keys.js';
import { type TrailWorld, trailsOf } from './world/trails.js';

export type { PolicyJson } from './world/keys.js';
export type { TrailView } from './world/trails.js';

export type RoleSeed = {
  readonly account: string;
  readonly name: string;
  readonly trust: PolicyJson;
  readonly policy: PolicyJson;
  /** 3,600 unless given. */
  readonly maxSessionSeconds?: number;
};

export type BucketSeed = {
  readonly account: string;
  readonly name: string;
  readonly region: string;
  readonly policy?: PolicyJson;
  /** Settings it does not have, as buckets made before 2023. */
  readonly without?: readonly ('publicAccessBlock' | 'ownershipControls' | 'encryption')[];
};

export type StaticCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/** `role` is an ARN. */
export type SessionView = {
  readonly role: string;
  readonly credentials: StaticCredentials;
  readonly policy?: PolicyDocument;
};

export type ObjectView = Pick<StoredObject, 'key' | 'body' | 'lastModified' | 'metadata'> & {
  readonly size: number;
};

export type World = KeyWorld &
  TrailWorld & {
    readonly createAccount: (account: Account) => void;
    /** Registers an OIDC issuer in an account; GitHub's with `sts.amazonaws.com` unless told otherwise. Returns the ARN. */
    readonly createOidcProvider: (provider: {
      readonly account: string;
      readonly issuer?: string;
      readonly clientIds?: readonly string[];
    }) => string;
    /** Returns the ARN. Throws where IAM would refuse the trust policy: GitHub trusted without a look at `sub`. */
    readonly createRole: (role: RoleSeed) => string;
    /** Returns the ARN. */
    readonly createUser: (user: Omit<RoleSeed, 'trust' | 'maxSessionSeconds'>) => string;
    /** Removes a role or user. Policies that name it keep doing so, as S3's do with an ID instead. */
    readonly deletePrincipal: (arn: string) => void;
    /** An access key of a user, or a session of a role that lasts a day. */
    readonly credentialsFor: (principalArn: string) => StaticCredentials;
    /** Sessions of roles, oldest first, with the policy that each was taken with. */
    readonly sessions: () => readonly SessionView[];
    readonly createBucket: (bucket: BucketSeed) => void;
    /** Removes a bucket with all it holds. */
    readonly deleteBucket: (name: string) => void;
    /** Replaces a bucket's policy at once and as it stands; `undefined` removes it. */
    readonly putBucketPolicy: (bucket: string, policy: PolicyJson | undefined) => void;
    /** Every policy that calls have made of the first one, which comes first, with the real time in milliseconds. */
    readonly bucketPolicies: (
      bucket: string,
    ) => readonly { readonly document: PolicyDocument | undefined; readonly at: number }[];
    /** The policy as stored, parsed; `undefined` when there is none. */
    readonly bucketPolicy: (bucket: string) => PolicyDocument | undefined;
    /** The same as S3 would print it. */
    readonly bucketPolicyText: (bucket: string) => string | undefined;
    /** Every other setting by sub-resource (`encryption`), as XML; undefined where there is no such bucket. */
    readonly bucketSettings: (bucket: string) => Readonly<Record<string, string>> | undefined;
    readonly putObject: (
      bucket: string,
      key: string,
      body: Buffer | string,
      metadata?: Readonly<Record<string, string>>,
    ) => void;
    readonly deleteObject: (bucket: string, key: string) => void;
    /** Objects in key order. */
    readonly objects: (bucket: string, prefix?: string) => readonly ObjectView[];
  };

export function createWorld(aws: Aws): World {
  const { state } = aws;
  return {
    createAccount: (account) => {
      state.accounts.set(account.id, account);
    },
    ...principalsOf(aws),
    credentialsFor: (arn) => credentialsFor(aws, arn),
    sessions: () => [...state.credentials.values()].flatMap(sessionOf),
    createBucket: ({ policy, without = [], ...seed }) => {
      const text = policy === undefined ? undefined : JSON.stringify(parsed(policy));
      const bucket = newBucket({ ...seed, created: aws.clock.now() }, text);
      for (const setting of without) bucket.configurations.delete(setting);
      state.buckets.set(seed.name, bucket);
    },
    deleteBucket: (name) => {
      state.buckets.delete(name);
    },
    putBucketPolicy: (name, policy) => {
      const text = policy === undefined ? undefined : JSON.stringify(parsed(policy));
      const { policies } = bucketOf(aws, name);
      policies.splice(0, policies.length, { text, at: 0 });
    },
    bucketPolicies: (name) =>
      bucketOf(aws, name).policies.map((version) => ({
        document: visiblePolicy({ policies: [version] }),
        at: version.at,
      })),
    bucketPolicy: (name) => visiblePolicy(bucketOf(aws, name)),
    bucketPolicyText: (name) => bucketOf(aws, name).policies.at(-1)?.text,
    bucketSettings: (name) => {
      const bucket = state.buckets.get(name);
      return bucket && Object.fromEntries(bucket.configurations);
    },
    putObject: (name, key, body, metadata = {}) => {
      const at = aws.clock.now();
      storeObject(bucketOf(aws, name), key, { body: Buffer.from(body), at, metadata });
    },
    deleteObject: (name, key) => {
      bucketOf(aws, name).objects.delete(key);
    },
    objects: (name, prefix = '') => objectsOf(bucketOf(aws, name), prefix),
    ...trailsOf(aws),
    ...keysOf(aws),
  };
}

type Principals = Pick<
  World,
  'createOidcProvider' | 'createRole' | 'createUser' | 'deletePrincipal'
>;

function principalsOf(aws: Aws): Principals {
  const { state } = aws;
  return {
    createOidcProvider: ({ account, issuer = githubIssuer, clientIds = ['sts.amazonaws.com'] }) => {
      const arn = `arn:aws:iam::${account}:oidc-provider/${issuer.replace(/^https:\/\//, '')}`;
      state.oidcProviders.set(arn, { arn, account, issuer, clientIds });
      return arn;
    },
    createRole: (seed) => createRole(aws, seed),
    createUser: ({ account, name, policy }) => {
      const arn = `arn:aws:iam::${account}:user/${name}`;
      const user = { kind: 'user', arn, id: newId('AIDA'), account, name } as const;
      state.users.set(arn, { ...user, policy: parsed(policy) });
      return arn;
    },
    deletePrincipal: (arn) => {
      state.roles.delete(arn);
      state.users.delete(arn);
    },
  };
}

function createRole(aws: Aws, seed: RoleSeed): string {
  const { account, name, maxSessionSeconds = 3600 } = seed;
  const arn = `arn:aws:iam::${account}:role/${name}`;
  const trust = parsed(seed.trust);
  requireSubjectCondition(trust);
  aws.state.roles.set(arn, {
    kind: 'role',
    arn,
    id: newId('AROA'),
    account,
    // A path is part of the ARN, not of the name that sessions are called by.
    name: name.split('/').at(-1) ?? name,
    trust,
    policy: parsed(seed.policy),
    maxSessionSeconds,
  });
  return arn;
}

/** IAM does not save a trust in GitHub whose `sub` condition is absent or only wildcards (IAM user guide). */
function requireSubjectCondition(trust: PolicyDocument): void {
  const text = JSON.stringify(trust);
  if (!text.includes(':oidc-provider/token.actions.githubusercontent.com')) return;
  const values = /"token\.actions\.githubusercontent\.com:sub":("[^"]*"|\[[^\]]*\])/i.exec(
    text,
  )?.[1];
  if (values === undefined || /^\[?"[*?]*"\]?$/.test(values)) {
    throw new Error('IAM refuses a trust in GitHub without a condition on the subject');
  }
}

function credentialsFor(aws: Aws, arn: string): StaticCredentials {
  const user = aws.state.users.get(arn);
  if (user !== undefined) {
    const { accessKeyId, secretAccessKey } = createAccessKey(aws.state, user);
    return { accessKeyId, secretAccessKey };
  }
  const role = aws.state.roles.get(arn);
  if (role === undefined) throw new Error(`no such principal: ${arn}`);
  const expiration = new Date(aws.clock.now().getTime() + 86_400_000);
  const session = openSession(aws.state, { role, sessionName: 'sandbox', expiration });
  const { accessKeyId, secretAccessKey, sessionToken } = session;
  return { accessKeyId, secretAccessKey, sessionToken };
}

function sessionOf(credential: Credential): readonly SessionView[] {
  const { principal, accessKeyId, secretAccessKey, sessionToken, sessionPolicy } = credential;
  if (sessionToken === undefined) return [];
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  return [{ role: principal, credentials, ...(sessionPolicy && { policy: sessionPolicy }) }];
}

function objectsOf(bucket: Bucket, prefix: string): readonly ObjectView[] {
  return [...bucket.objects.keysBelow(prefix)]
    .flatMap((key) => bucket.objects.get(key) ?? [])
    .map(({ key, body, lastModified, metadata }) => ({
      key,
      body,
      lastModified,
      metadata,
      size: body.length,
    }));
}

function bucketOf(aws: Aws, name: string): Bucket {
  const bucket = aws.state.buckets.get(name);
  if (bucket === undefined) throw new Error(`no such bucket: ${name}`);
  return bucket;
}
