// The ports of the proof of delivery, with sessions of their own: taken for this, and good for nothing but reading.

import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { DeliveryReaders, MemberProbe } from '../delivery/ports.js';
import { CallFailure } from '../problem.js';
import type { Central, Request } from '../request/request.js';
import type { AwsClock } from './aws-clock.js';
import { bucketReader } from './bucket.js';
import { asked } from './call.js';
import { type AwsClientOptions, clientOf } from './client.js';
import { clientOptions } from './connect.js';
import { VERIFICATION } from './delivery-permissions.js';
import { logReader } from './logs.js';
import { publicKeyReader } from './public-keys.js';
import { type OpenSession, type SessionSource, takeRoles } from './sessions.js';
import { trailReader } from './trails.js';

/** @throws UserError where the token, the hub role or the central role cannot be had. */
export async function connectDelivery(
  request: Request,
  source: SessionSource,
  { now }: Pick<AwsClock, 'now'>,
): Promise<DeliveryReaders> {
  const { central } = request;
  const sessions = await takeRoles(request, source, VERIFICATION);
  const client = clientOptions(request, source);
  const enter = async (session: OpenSession): Promise<MemberProbe> => {
    await session.identity();
    const { trails, status } = trailReader(client.trails(session), session.accountId);
    const listsBucket = bucketAttempt(client.bucket(session), session.accountId, central);
    return { trails, status, listsBucket };
  };
  return {
    partition: sessions.central.partition,
    policy: bucketReader(client.bucket(sessions.central), central),
    logs: logReader(client.bucket(sessions.central), central),
    keys: publicKeyReader(client.bucket(sessions.central), central.accountId),
    members: new Map([...sessions.members].map(([id, session]) => [id, () => enter(session)])),
    now,
  };
}

/** Lists the bucket with a member's credentials. Only a refusal is one: anything else that goes wrong is thrown. */
function bucketAttempt(
  options: AwsClientOptions,
  accountId: string,
  { accountId: owner, bucket }: Central,
): () => Promise<boolean> {
  const s3 = clientOf(S3Client, options);
  const call = { action: 's3:ListBucket', accountId, resource: `bucket ${bucket}` };
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    ExpectedBucketOwner: owner,
    MaxKeys: 1,
  });
  return async () => {
    try {
      await asked(call, () => s3.send(command));
      return true;
    } catch (error) {
      if (error instanceof CallFailure && error.awsCode === 'AccessDenied') return false;
      throw error;
    }
  };
}
