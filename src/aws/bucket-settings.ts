// The central bucket's settings, read, and written as they are recommended; and the bucket itself, made. Which of it is done
// is not decided here. The recommended values are those of a bucket that the console makes today, with versioning.

import {
  CreateBucketCommand,
  type CreateBucketCommandInput,
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { BucketSettings } from '../plan/bucket-plan.js';
import type { BucketSettingsReader, BucketSettingsWriter } from '../plan/ports.js';
import { CallFailure, userError } from '../problem.js';
import type { Central } from '../request/request.js';
import { type AwsCall, asked } from './call.js';
import { type AwsClientOptions, clientOf } from './client.js';

type Bucket = Pick<Central, 'accountId' | 'bucket'>;

export function bucketSettingsReader(
  options: AwsClientOptions,
  bucket: Bucket,
): BucketSettingsReader {
  const s3 = clientOf(S3Client, options);
  const target = targetOf(bucket);
  const call = callsOn(bucket);
  const reading = {
    publicAccessBlock: async () => {
      const command = new GetPublicAccessBlockCommand(target);
      const answer = await asked(call('GetBucketPublicAccessBlock'), () => s3.send(command));
      const flags = answer.PublicAccessBlockConfiguration ?? {};
      return {
        blockPublicAcls: flags.BlockPublicAcls ?? false,
        ignorePublicAcls: flags.IgnorePublicAcls ?? false,
        blockPublicPolicy: flags.BlockPublicPolicy ?? false,
        restrictPublicBuckets: flags.RestrictPublicBuckets ?? false,
      };
    },
    ownership: async () => {
      const command = new GetBucketOwnershipControlsCommand(target);
      const answer = await asked(call('GetBucketOwnershipControls'), () => s3.send(command));
      return answer.OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? null;
    },
    encryption: async () => {
      const command = new GetBucketEncryptionCommand(target);
      const answer = await asked(call('GetEncryptionConfiguration'), () => s3.send(command));
      const rule = answer.ServerSideEncryptionConfiguration?.Rules?.[0];
      const algorithm = rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
      const blocked = rule?.BlockedEncryptionTypes?.EncryptionType ?? null;
      return algorithm === undefined ? null : { algorithm, blocked };
    },
    versioning: async () => {
      const command = new GetBucketVersioningCommand(target);
      const answer = await asked(call('GetBucketVersioning'), () => s3.send(command));
      return answer.Status ?? null;
    },
  };
  return {
    settings: async () => {
      try {
        const [publicAccessBlock, ownership, encryption, versioning] = await Promise.all([
          unlessUnset(reading.publicAccessBlock),
          unlessUnset(reading.ownership),
          unlessUnset(reading.encryption),
          reading.versioning(),
        ]);
        return { publicAccessBlock, ownership, encryption, versioning } satisfies BucketSettings;
      } catch (error) {
        if (error instanceof CallFailure && error.awsCode === 'NoSuchBucket') return null;
        throw isShutOut(error) ? ownedByAnother(bucket, error) : error;
      }
    },
  };
}

export function bucketSettingsWriter(
  options: AwsClientOptions,
  bucket: Bucket,
): BucketSettingsWriter {
  const s3 = clientOf(S3Client, options);
  const target = targetOf(bucket);
  const call = callsOn(bucket);
  return {
    'create-bucket': async () => {
      const command = new CreateBucketCommand(creation(bucket, options.region));
      try {
        await asked(call('CreateBucket'), () => s3.send(command));
      } catch (error) {
        const isTaken = error instanceof CallFailure && error.awsCode === 'BucketAlreadyExists';
        throw isTaken ? ownedByAnother(bucket, error) : error;
      }
    },
    'put-public-access-block': async () => {
      const PublicAccessBlockConfiguration = {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      };
      const command = new PutPublicAccessBlockCommand({
        ...target,
        PublicAccessBlockConfiguration,
      });
      await asked(call('PutBucketPublicAccessBlock'), () => s3.send(command));
    },
    'put-ownership-controls': async () => {
      const OwnershipControls = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] };
      const command = new PutBucketOwnershipControlsCommand({ ...target, OwnershipControls });
      await asked(call('PutBucketOwnershipControls'), () => s3.send(command));
    },
    'put-encryption': async () => {
      const rule = {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const },
        BucketKeyEnabled: false,
        BlockedEncryptionTypes: { EncryptionType: ['SSE-C' as const] },
      };
      const ServerSideEncryptionConfiguration = { Rules: [rule] };
      const command = new PutBucketEncryptionCommand({
        ...target,
        ServerSideEncryptionConfiguration,
      });
      await asked(call('PutEncryptionConfiguration'), () => s3.send(command));
    },
    'put-versioning': async () => {
      const VersioningConfiguration = { Status: 'Enabled' as const };
      const command = new PutBucketVersioningCommand({ ...target, VersioningConfiguration });
      await asked(call('PutBucketVersioning'), () => s3.send(command));
    },
  };
}

const targetOf = ({ bucket, accountId }: Bucket) => ({
  Bucket: bucket,
  ExpectedBucketOwner: accountId,
});

/** Named by the IAM action, which for some settings is another word than the operation. */
const callsOn =
  ({ accountId, bucket }: Bucket) =>
  (action: string): AwsCall => ({
    action: `s3:${action}`,
    accountId,
    resource: `bucket ${bucket}`,
  });

/** The oldest Region is named by saying nothing. Source: S3 API reference, CreateBucket. */
function creation({ bucket }: Bucket, region: string): CreateBucketCommandInput {
  if (region === 'us-east-1') return { Bucket: bucket };
  const LocationConstraint = region as NonNullable<
    CreateBucketCommandInput['CreateBucketConfiguration']
  >['LocationConstraint'];
  return { Bucket: bucket, CreateBucketConfiguration: { LocationConstraint } };
}

/** S3's ways to say "never set". */
const UNSET: ReadonlySet<string> = new Set([
  'NoSuchPublicAccessBlockConfiguration',
  'OwnershipControlsNotFoundError',
  'ServerSideEncryptionConfigurationNotFoundError',
]);

async function unlessUnset<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CallFailure && UNSET.has(error.awsCode)) return null;
    throw error;
  }
}

/** AWS explains a missing permission within an account; of another account's bucket it says "Access Denied" and no more. */
function isShutOut(error: unknown): boolean {
  return (
    error instanceof CallFailure &&
    error.awsCode === 'AccessDenied' &&
    !error.message.includes('not authorized to perform')
  );
}

function ownedByAnother({ accountId, bucket }: Bucket, cause: unknown): Error {
  return userError(
    {
      code: 'bucket-owned-by-another',
      account: accountId,
      message: `There is a bucket ${bucket}, and it is not account ${accountId}'s: bucket names are shared by all AWS accounts.`,
      remedy:
        'Choose another name for the input bucket. If the bucket is yours, check central-account-id and central-role-arn.',
    },
    { cause },
  );
}
