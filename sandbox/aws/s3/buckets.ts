// What a bucket is when it is new, as S3 has made them since April 2026: no policy, Block Public Access on, ACLs off,
// SSE-S3, uploads with SSE-C blocked. And which names S3 takes.

import type { Bucket } from '../state.js';
import { ObjectsByKey } from './objects-by-key.js';
import { xmlBody } from './replies.js';

export function newBucket(
  bucket: Pick<Bucket, 'name' | 'account' | 'region' | 'created'>,
  policy?: string,
): Bucket {
  return {
    ...bucket,
    policies: [{ text: policy, at: 0 }],
    writing: false,
    objects: new ObjectsByKey(),
    configurations: new Map(Object.entries(defaults)),
  };
}

/** S3 user guide, bucketnamingrules: the rules for general purpose buckets that concern the form. */
export function isValidBucketName(name: string): boolean {
  return (
    /^(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)
  );
}

const defaults = {
  publicAccessBlock: xmlBody('PublicAccessBlockConfiguration', {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  }),
  ownershipControls: xmlBody('OwnershipControls', {
    Rule: { ObjectOwnership: 'BucketOwnerEnforced' },
  }),
  encryption: xmlBody('ServerSideEncryptionConfiguration', {
    Rule: {
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
      BucketKeyEnabled: false,
      BlockedEncryptionTypes: { EncryptionType: 'SSE-C' },
    },
  }),
};
