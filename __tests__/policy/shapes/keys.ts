// Key policies as they are met in practice: what the console writes today, what it wrote before, what people write by hand.

import type { PolicyDocument, Statement } from '../../../src/policy/document.js';
import type { Delivery } from '../../../src/policy/index.js';
import { CENTRAL, delivery, trailOf } from './deliveries.js';

export const KEY_ARN = `arn:aws:kms:ap-northeast-2:${CENTRAL}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

/** A delivery whose logs are encrypted with the key. */
export function encrypted(account: string, changes: Partial<Delivery> = {}): Delivery {
  return { ...delivery(account), kmsKeyArn: KEY_ARN, ...changes };
}

export function keyPolicy(...statements: readonly Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Id: 'key-policy', Statement: statements };
}

export function anyTrail(account: string): string {
  return `arn:aws:cloudtrail:*:${account}:trail/*`;
}

/** What every key begins with. */
export const root: Statement = {
  Sid: 'Enable IAM User Permissions',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${CENTRAL}:root` },
  Action: 'kms:*',
  Resource: '*',
};

const cloudtrail = { Service: 'cloudtrail.amazonaws.com' };

export const encrypt: Statement = {
  Sid: 'Allow CloudTrail to encrypt logs',
  Effect: 'Allow',
  Principal: cloudtrail,
  Action: 'kms:GenerateDataKey*',
  Resource: '*',
  Condition: {
    StringEquals: { 'aws:SourceArn': trailOf(CENTRAL) },
    StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': anyTrail(CENTRAL) },
  },
};

export const describeKey: Statement = {
  Sid: 'Allow CloudTrail to describe key',
  Effect: 'Allow',
  Principal: cloudtrail,
  Action: 'kms:DescribeKey',
  Resource: '*',
};

export const guardedDescribe: Statement = {
  ...describeKey,
  Condition: { StringEquals: { 'aws:SourceArn': trailOf(CENTRAL) } },
};

/** The console's way of letting readers of the logs in: broad, and foreign to us. */
export const readers: Statement = {
  Sid: 'Allow principals in the account to decrypt log files',
  Effect: 'Allow',
  Principal: { AWS: '*' },
  Action: ['kms:Decrypt', 'kms:ReEncryptFrom'],
  Resource: '*',
  Condition: {
    StringEquals: { 'kms:CallerAccount': CENTRAL },
    StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': anyTrail(CENTRAL) },
  },
};

export const KEY_SHAPES: Readonly<Record<string, PolicyDocument>> = {
  'the root alone': keyPolicy(root),
  'the root alone, not in a list': { Version: '2012-10-17', Statement: root },
  'as documented, for the central trail': keyPolicy(root, encrypt, guardedDescribe, readers),
  'as the console writes it': keyPolicy(root, encrypt, describeKey, readers),
  'from before aws:SourceArn': keyPolicy(
    root,
    {
      ...encrypt,
      Condition: {
        StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': [anyTrail(CENTRAL)] },
      },
    },
    describeKey,
  ),
  'with the key spelled otherwise, lists of one': keyPolicy(
    root,
    {
      ...encrypt,
      Action: ['kms:GenerateDataKey*'],
      Resource: ['*'],
      Condition: {
        StringEquals: { 'AWS:SourceArn': [trailOf(CENTRAL)] },
        StringLike: { 'kms:encryptioncontext:aws:cloudtrail:arn': [anyTrail(CENTRAL)] },
      },
    },
    guardedDescribe,
  ),
  'with ArnLike': keyPolicy(root, {
    ...encrypt,
    Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    Condition: {
      ArnLike: {
        'aws:SourceArn': trailOf(CENTRAL),
        'kms:EncryptionContext:aws:cloudtrail:arn': anyTrail(CENTRAL),
      },
    },
  }),
  'both actions in one statement, held by aws:SourceArn alone': keyPolicy(root, {
    ...encrypt,
    Action: ['kms:DescribeKey', 'kms:GenerateDataKey*'],
    Condition: { StringEquals: { 'aws:SourceArn': trailOf(CENTRAL) } },
  }),
  'both actions in one statement, with the encryption context': keyPolicy(root, {
    ...encrypt,
    Action: ['kms:DescribeKey', 'kms:GenerateDataKey*'],
  }),
  'the trail itself in the encryption context': keyPolicy(root, {
    ...encrypt,
    Condition: {
      StringEquals: {
        'aws:SourceArn': trailOf(CENTRAL),
        'kms:EncryptionContext:aws:cloudtrail:arn': trailOf(CENTRAL),
      },
    },
  }),
  'shared with another service': keyPolicy(root, {
    ...encrypt,
    Principal: { Service: ['cloudtrail.amazonaws.com', 'config.amazonaws.com'] },
  }),
  'open to all of CloudTrail': keyPolicy(root, {
    Effect: 'Allow',
    Principal: cloudtrail,
    Action: 'kms:*',
    Resource: '*',
  }),
  'held to the TLS of the caller': keyPolicy(root, encrypt, guardedDescribe, {
    Effect: 'Deny',
    Principal: '*',
    Action: 'kms:*',
    Resource: '*',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  }),
};

/** Denies that stop CloudTrail, each in its own way. */
export const KEY_STOPPING: Readonly<Record<string, Statement>> = {
  'of all but the account': {
    Sid: 'OnlyOurs',
    Effect: 'Deny',
    Principal: '*',
    Action: 'kms:GenerateDataKey*',
    Resource: '*',
    Condition: { StringNotEquals: { 'aws:PrincipalAccount': CENTRAL } },
  },
  'of other trails': {
    Effect: 'Deny',
    Principal: cloudtrail,
    Action: ['kms:GenerateDataKey*', 'kms:DescribeKey'],
    Resource: '*',
    Condition: { ArnNotEquals: { 'aws:SourceArn': trailOf(CENTRAL) } },
  },
  'of what does not come through S3': {
    Effect: 'Deny',
    Principal: { AWS: '*' },
    NotAction: ['kms:PutKeyPolicy', 'kms:GetKeyPolicy'],
    Resource: '*',
    Condition: { StringNotLike: { 'kms:ViaService': 's3.*.amazonaws.com' } },
  },
};
