// What a bucket is when it is new, as S3 has made them since April 2023: no policy, Block Public Access on, ACLs off,
// SSE-S3. And which names S3 takes.

import type { Bucket } from '../state.js';

export function newBucket(
  bucket: Pick<Bucket, 'name' | 'account' | 'region' | 'created'>,
  policy?: string,
): Bucket {
  return {
    ...bucket,
    policies: [{ text: policy, at: 0 }],
    policyWrites: 0,
    objects: new Map(),
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

const s3 = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

const defaults = {
  publicAccessBlock: `<PublicAccessBlockConfiguration ${s3}><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>`,
  ownershipControls: `<OwnershipControls ${s3}><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>`,
  encryption: `<ServerSideEncryptionConfiguration ${s3}><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`,
};
