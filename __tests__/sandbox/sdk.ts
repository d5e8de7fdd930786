// The real SDK's clients, pointed at a sandbox, and the names tests call things by.

import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Sandbox, StaticCredentials } from '../../sandbox/index.js';
import { type EventOptions, jobOf } from '../../sandbox/runner/event.js';
import { administratorPolicy, tutorial } from '../../sandbox/worlds.js';

export const { SEC, DEV, OTHER } = tutorial.ids;
export const { bucket, region, roles } = tutorial;
export const secTrailArn = `arn:aws:cloudtrail:${region}:${SEC}:trail/SEC-CLOUDTRAIL`;
export const devTrailArn = `arn:aws:cloudtrail:${region}:${DEV}:trail/DEV-CLOUDTRAIL`;

export type ClientOptions = {
  readonly credentials?: StaticCredentials;
  readonly region?: string;
};

function configuration(sandbox: Sandbox, options: ClientOptions) {
  return {
    endpoint: sandbox.url,
    region: options.region ?? region,
    maxAttempts: 1,
    forcePathStyle: true,
    // Signed for the sandbox's time.
    systemClockOffset: sandbox.now().getTime() - Date.now(),
    ...(options.credentials && { credentials: options.credentials }),
  };
}

export function s3(sandbox: Sandbox, options: ClientOptions): S3Client {
  return new S3Client(configuration(sandbox, options));
}

export function cloudTrail(sandbox: Sandbox, options: ClientOptions): CloudTrailClient {
  return new CloudTrailClient(configuration(sandbox, options));
}

export function kms(sandbox: Sandbox, options: ClientOptions): KMSClient {
  return new KMSClient(configuration(sandbox, options));
}

export function sns(sandbox: Sandbox, options: ClientOptions): SNSClient {
  return new SNSClient(configuration(sandbox, options));
}

export function sts(sandbox: Sandbox, options: ClientOptions = {}): STSClient {
  return new STSClient(configuration(sandbox, options));
}

/** Credentials of an administrator of an account. */
export function administrator(sandbox: Sandbox, account: string): StaticCredentials {
  const { world } = sandbox;
  return world.credentialsFor(
    world.createUser({ account, name: 'admin', policy: administratorPolicy }),
  );
}

export type TakeRole = {
  readonly role: string;
  readonly event?: EventOptions;
  readonly audience?: string;
  readonly sessionName?: string;
  readonly seconds?: number;
  readonly policy?: string;
};

/** Takes a role with a job's OIDC token, as a workflow does. */
export async function takeRole(sandbox: Sandbox, options: TakeRole): Promise<StaticCredentials> {
  const { role, event = { name: 'push' }, audience = 'sts.amazonaws.com' } = options;
  const answer = await sts(sandbox).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: role,
      RoleSessionName: options.sessionName ?? 'GitHubActions',
      WebIdentityToken: await sandbox.oidc.sign(jobOf(event), audience),
      DurationSeconds: options.seconds,
      Policy: options.policy,
    }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** What a refused call throws, reduced to what callers tell errors apart by. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ name: string; message: string; status: number | undefined }> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & {
      $metadata?: { httpStatusCode?: number };
    };
    return { name, message, status: $metadata?.httpStatusCode };
  }
  throw new Error('the call was expected to be refused');
}
