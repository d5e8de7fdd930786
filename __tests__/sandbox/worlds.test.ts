// The tutorial's world: what is there at its beginning, what its roles may and may not do, and that its steps lead to logs.

import {
  CreateTrailCommand,
  DeleteTrailCommand,
  GetTrailStatusCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { addMember, consolePolicy, tutorialWorld } from '../../sandbox/worlds.js';
import {
  bucket,
  cloudTrail,
  DEV,
  devTrailArn,
  OTHER,
  refusalOf,
  roles,
  SEC,
  s3,
  secTrailArn,
  takeRole,
} from './sdk.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
  tutorialWorld(sandbox);
});

afterEach(() => sandbox.close());

async function central() {
  return s3(sandbox, { credentials: await takeRole(sandbox, { role: roles.central }) });
}

async function member(role = roles.member) {
  return cloudTrail(sandbox, { credentials: await takeRole(sandbox, { role }) });
}

test('begins with the trail and the bucket policy the console makes', () => {
  expect(sandbox.world.trails()).toMatchObject([
    { account: SEC, Name: 'SEC-CLOUDTRAIL', S3BucketName: bucket, logging: true },
  ]);
  expect(sandbox.world.bucketPolicy(bucket)).toEqual(consolePolicy(bucket, SEC, secTrailArn));
});

test('ends with logs of DEV in the bucket of SEC', async () => {
  const client = await central();
  const { Policy = '' } = await client.send(new GetBucketPolicyCommand({ Bucket: bucket }));
  const merged = Policy.replaceAll(
    `"${secTrailArn}"`,
    `["${secTrailArn}","${devTrailArn}"]`,
  ).replace(
    /"(arn:aws:s3:::[^"]*)AWSLogs\/[^"]*"/,
    (own, before: string) => `[${own},"${before}AWSLogs/${DEV}/*"]`,
  );
  await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: merged }));

  const trails = await member();
  const Name = 'DEV-CLOUDTRAIL';
  await trails.send(new CreateTrailCommand({ Name, S3BucketName: bucket }));
  await trails.send(new StartLoggingCommand({ Name }));
  sandbox.advance(6);

  const status = await trails.send(new GetTrailStatusCommand({ Name }));
  expect(status.LatestDeliveryTime).toBeInstanceOf(Date);
  expect(sandbox.world.objects(bucket, `AWSLogs/${DEV}/CloudTrail/ap-northeast-2/`)).toHaveLength(
    1,
  );
});

test('has a central role that may read and write the policy, and no more', async () => {
  const client = await central();
  const calls = [
    client.send(new DeleteBucketPolicyCommand({ Bucket: bucket })),
    client.send(new ListObjectsV2Command({ Bucket: bucket })),
    client.send(new GetBucketPolicyCommand({ Bucket: 'another-bucket' })),
  ];
  const names = await Promise.all(calls.map(async (call) => (await refusalOf(call)).name));
  expect(names).toEqual(['AccessDenied', 'AccessDenied', 'NoSuchBucket']);
});

test('has a member role that may onboard a trail, and not take one away', async () => {
  const client = await member();
  const calls = [
    client.send(new StopLoggingCommand({ Name: devTrailArn })),
    client.send(new DeleteTrailCommand({ Name: devTrailArn })),
    client.send(new CreateTrailCommand({ Name: secTrailArn, S3BucketName: bucket })),
  ];
  const names = await Promise.all(calls.map(async (call) => (await refusalOf(call)).name));
  expect(names).toEqual(Array(3).fill('AccessDeniedException'));
});

test('can be given more members', async () => {
  const role = addMember(sandbox, OTHER);
  const created = (await member(role)).send(
    new CreateTrailCommand({ Name: 'OTHER-CLOUDTRAIL', S3BucketName: bucket }),
  );
  expect(await refusalOf(created)).toMatchObject({ name: 'InsufficientS3BucketPolicyException' });
});
