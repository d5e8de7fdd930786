// What S3 refuses and what it keeps: owner, Region, permission on both sides, the policy document, objects.

/* oxlint-disable unicorn/consistent-function-scoping -- a test's own words stand beside it */

import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/index.js';
import { administratorPolicy, tutorialWorld } from '../../sandbox/worlds.js';
import { administrator, bucket, DEV, refusalOf, region, roles, SEC, s3, takeRole } from './sdk.js';

let sandbox: Sandbox;

async function start(options: SandboxOptions = {}): Promise<void> {
  sandbox = await startSandbox(options);
  tutorialWorld(sandbox);
}

afterEach(() => sandbox.close());

function owner() {
  return s3(sandbox, { credentials: administrator(sandbox, SEC) });
}

function stranger() {
  return s3(sandbox, { credentials: administrator(sandbox, DEV) });
}

const getPolicy = () => new GetBucketPolicyCommand({ Bucket: bucket });
const putPolicy = (policy: object) =>
  new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(policy) });

async function readPolicy() {
  const answer = await owner().send(getPolicy());
  return JSON.parse(answer.Policy ?? '') as { Statement: Record<string, unknown>[] };
}

const statement = {
  Effect: 'Allow',
  Principal: { Service: 'cloudtrail.amazonaws.com' },
  Action: 's3:GetBucketAcl',
  Resource: `arn:aws:s3:::${bucket}`,
};

function document(...changes: readonly object[]) {
  return {
    Version: '2012-10-17',
    Statement: changes.map((change) => ({ ...statement, ...change })),
  };
}

describe('a bucket policy', () => {
  beforeEach(() => start());

  test('is read and replaced by the role that may', async () => {
    const credentials = await takeRole(sandbox, { role: roles.central });
    const client = s3(sandbox, { credentials });
    const before = await client.send(getPolicy());

    await client.send(putPolicy(document({ Sid: 'New' })));

    expect(JSON.parse(before.Policy ?? '')).toHaveProperty('Statement.length', 2);
    expect(sandbox.world.bucketPolicy(bucket)).toEqual(document({ Sid: 'New' }));
  });

  test('is told apart from a bucket that is missing and from a policy that is', async () => {
    const missing = new GetBucketPolicyCommand({ Bucket: 'no-such-bucket-here' });
    expect(await refusalOf(owner().send(missing))).toMatchObject({ name: 'NoSuchBucket' });
    await owner().send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    expect(await refusalOf(owner().send(getPolicy()))).toEqual({
      name: 'NoSuchBucketPolicy',
      message: 'The bucket policy does not exist',
      status: 404,
    });
    expect(sandbox.world.bucketPolicy(bucket)).toBeUndefined();
  });

  test('is not for another account, whatever its administrator may do', async () => {
    expect(await refusalOf(stranger().send(getPolicy()))).toMatchObject({ status: 403 });
  });

  test('is not for another account even where it says so itself', async () => {
    sandbox.world.putBucketPolicy(
      bucket,
      document({ Principal: { AWS: `arn:aws:iam::${DEV}:root` }, Action: 's3:*' }),
    );
    expect(await refusalOf(stranger().send(getPolicy()))).toMatchObject({
      name: 'MethodNotAllowed',
      status: 405,
    });
  });

  test('is not given when another owner is expected', async () => {
    const expecting = (account: string) =>
      owner().send(new GetBucketPolicyCommand({ Bucket: bucket, ExpectedBucketOwner: account }));
    expect(await expecting(SEC)).toHaveProperty('Policy');
    expect(await refusalOf(expecting(DEV))).toMatchObject({ name: 'AccessDenied', status: 403 });
  });

  test('is denied by itself to its own administrator', async () => {
    sandbox.world.putBucketPolicy(
      bucket,
      document({ Effect: 'Deny', Principal: '*', Action: 's3:PutBucketPolicy' }),
    );
    const refusal = await refusalOf(owner().send(putPolicy(document({}))));
    expect(refusal.message).toContain('with an explicit deny in a resource-based policy');
  });

  test('comes back with the same meaning in another form', async () => {
    const trails = ['a', 'b', 'c', 'd'].map(
      (name) => `arn:aws:cloudtrail:${region}:1:trail/${name}`,
    );
    const policy = document({
      Principal: { Service: ['cloudtrail.amazonaws.com'], AWS: SEC },
      Action: ['s3:GetBucketAcl'],
      Condition: { StringEquals: { 'aws:SourceArn': trails } },
    });
    await owner().send(putPolicy(policy));

    const [read] = (await readPolicy()).Statement;

    expect(read).toMatchObject({
      Principal: { Service: 'cloudtrail.amazonaws.com', AWS: `arn:aws:iam::${SEC}:root` },
      Action: 's3:GetBucketAcl',
    });
    const { StringEquals } = (read as { Condition: { StringEquals: Record<string, string[]> } })
      .Condition;
    expect(StringEquals['aws:SourceArn']).not.toEqual(trails);
    expect(StringEquals['aws:SourceArn']?.toSorted()).toEqual(trails);
  });
});

describe('S3 does not take a policy', () => {
  beforeEach(() => start());

  const resource = `arn:aws:s3:::${bucket}`;

  test.each([
    ['that is no JSON', '{"Version":', /invalid Json/],
    ['that is not an object', '[]', /first byte must be '{'/],
    ['without a statement', '{"Version":"2012-10-17"}', /Missing required field Statement/],
  ])('%s', async (_, text, message) => {
    const put = new PutBucketPolicyCommand({ Bucket: bucket, Policy: text });
    const refusal = await refusalOf(owner().send(put));
    expect(refusal).toMatchObject({ name: 'MalformedPolicy', status: 400 });
    expect(refusal.message).toMatch(message);
  });

  test.each([
    ['without a principal', { Principal: undefined }, /Missing required field Principal/],
    ['without an action', { Action: undefined }, /Missing required field Action/],
    ['without a resource', { Resource: undefined }, /Missing required field Resource/],
    ['with an effect of its own', { Effect: 'Perhaps' }, /invalid/],
    ['for a dead principal', { Principal: { AWS: 'AROAEXAMPLEOFADEADID0' } }, /Invalid principal/],
    [
      'for a role that is not there',
      { Principal: { AWS: `arn:aws:iam::${DEV}:role/No` } },
      /Invalid principal/,
    ],
    [
      'for roles by a pattern',
      { Principal: { AWS: `arn:aws:iam::${DEV}:role/*` } },
      /Invalid principal/,
    ],
    ['for an unknown kind of principal', { Principal: { Robot: 'x' } }, /Invalid principal/],
    ['about another bucket', { Resource: 'arn:aws:s3:::another-bucket' }, /invalid resource/],
    ['with an object action on the bucket', { Action: 's3:PutObject' }, /does not apply/],
    ['with a bucket action on objects', { Resource: `${resource}/*` }, /does not apply/],
    [
      'with an ACL condition on the ACL check',
      { Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } } },
      /Conditions do not apply/,
    ],
  ])('%s', async (_, change, message) => {
    const refusal = await refusalOf(owner().send(putPolicy(document(change))));
    expect(refusal).toMatchObject({ name: 'MalformedPolicy', status: 400 });
    expect(refusal.message).toMatch(message);
  });

  test('of more than 20,480 bytes, white space not counted', async () => {
    const filled = (bytes: number) => {
      const empty = JSON.stringify(document({ Sid: '' })).length;
      return document({ Sid: 'x'.repeat(bytes - empty) });
    };
    const spaced = JSON.stringify(filled(20_480), null, 8);
    await owner().send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: spaced }));
    expect(await refusalOf(owner().send(putPolicy(filled(20_481))))).toMatchObject({
      name: 'MalformedPolicy',
    });
  });

  test('that is public while public policies are blocked', async () => {
    const open = document({ Principal: '*', Action: 's3:ListBucket' });
    expect(await refusalOf(owner().send(putPolicy(open)))).toMatchObject({ name: 'AccessDenied' });
  });
});

test.each([
  ['statements that share a Sid', document({ Sid: 'Same' }, { Sid: 'Same' })],
  [
    'roles of accounts it cannot look into',
    document({ Principal: { AWS: 'arn:aws:iam::123456789012:role/x' } }),
  ],
  [
    'an object action beside a bucket action on both',
    document({
      Action: ['s3:GetBucketAcl', 's3:PutObject'],
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
    }),
  ],
  [
    'an ACL condition where one of the actions has it',
    document({
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${bucket}/*`,
      Condition: { StringEquals: { 's3:x-amz-acl': 'private' } },
    }),
  ],
  ['a resource pattern that means the bucket too', document({ Resource: 'arn:aws:s3:::sec-*' })],
])('S3 takes a policy with %s', async (_, policy) => {
  await start();
  await owner().send(putPolicy(policy));
  expect(await readPolicy()).toHaveProperty('Statement.length', policy.Statement.length);
});

test('two policy writes at a time abort the second one', async () => {
  await start({ policyWriteMs: 60 });
  const writes = [document({ Sid: 'First' }), document({ Sid: 'Second' })].map((policy) =>
    owner().send(putPolicy(policy)),
  );
  const results = await Promise.allSettled(writes);
  const refused = results.find((result) => result.status === 'rejected');
  expect(refused?.reason).toMatchObject({ name: 'OperationAborted' });
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
});

test('a policy write can be slow to be seen by readers', async () => {
  await start({ readDelayMs: 150 });
  await owner().send(putPolicy(document({ Sid: 'Late' })));
  expect(JSON.stringify(await readPolicy())).not.toContain('Late');
  await new Promise((done) => {
    setTimeout(done, 200);
  });
  expect(JSON.stringify(await readPolicy())).toContain('Late');
});

describe('a bucket', () => {
  beforeEach(() => start());

  test('is redirected to its Region', async () => {
    const credentials = administrator(sandbox, SEC);
    const elsewhere = s3(sandbox, { credentials, region: 'eu-west-1' });
    expect(await refusalOf(elsewhere.send(getPolicy()))).toMatchObject({
      name: 'PermanentRedirect',
      status: 301,
    });
    const location = await elsewhere.send(new GetBucketLocationCommand({ Bucket: bucket }));
    expect(location.LocationConstraint).toBe(region);
  });

  test('tells its settings', async () => {
    const ask = { Bucket: bucket };
    const acl = await owner().send(new GetBucketAclCommand(ask));
    const status = await owner().send(new GetBucketPolicyStatusCommand(ask));
    const block = await owner().send(new GetPublicAccessBlockCommand(ask));
    const encryption = await owner().send(new GetBucketEncryptionCommand(ask));
    expect(acl.Grants?.[0]?.Permission).toBe('FULL_CONTROL');
    expect(status.PolicyStatus?.IsPublic).toBe(false);
    expect(block.PublicAccessBlockConfiguration?.BlockPublicPolicy).toBe(true);
    expect(encryption.ServerSideEncryptionConfiguration?.Rules).toHaveLength(1);
    expect((await owner().send(new HeadBucketCommand(ask))).BucketRegion).toBe(region);
  });

  test('keeps a setting that was put', async () => {
    const versioning = new GetBucketVersioningCommand({ Bucket: bucket });
    expect((await owner().send(versioning)).Status).toBeUndefined();
    const put = { Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } } as const;
    await owner().send(new PutBucketVersioningCommand(put));
    expect((await owner().send(versioning)).Status).toBe('Enabled');
  });

  test('is created once, in the Region asked for', async () => {
    const create = new CreateBucketCommand({ Bucket: 'a-second-bucket' });
    await owner().send(create);
    expect(await refusalOf(owner().send(create))).toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    });
    expect(await refusalOf(stranger().send(create))).toMatchObject({ name: 'BucketAlreadyExists' });
    const location = new GetBucketLocationCommand({ Bucket: 'a-second-bucket' });
    expect((await owner().send(location)).LocationConstraint).toBe(region);
  });
});

describe('objects', () => {
  beforeEach(() => start());

  const put = (key: string, body = 'content') =>
    owner().send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata: { a: 'b' } }),
    );

  test('come back as they were put', async () => {
    await put('folder/a b+c&d.txt');
    const key = { Bucket: bucket, Key: 'folder/a b+c&d.txt' };
    const object = await owner().send(new GetObjectCommand(key));
    expect(await object.Body?.transformToString()).toBe('content');
    expect(object.Metadata).toEqual({ a: 'b' });
    expect((await owner().send(new HeadObjectCommand(key))).ContentLength).toBe(7);
  });

  test('are listed in order, in pages and by folder', async () => {
    for (const key of ['b/2', 'a', 'b/1', 'c']) await put(key);
    const list = (more: object) =>
      owner().send(new ListObjectsV2Command({ Bucket: bucket, ...more }));

    const first = await list({ MaxKeys: 3 });
    const second = await list({ ContinuationToken: first.NextContinuationToken });
    const keys = [...(first.Contents ?? []), ...(second.Contents ?? [])].map(({ Key }) => Key);
    expect(first.IsTruncated).toBe(true);
    expect(keys).toEqual(['AWSLogs/111111111111/CloudTrail/', 'a', 'b/1', 'b/2', 'c']);

    const folders = await list({ Delimiter: '/' });
    expect(folders.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['AWSLogs/', 'b/']);
    expect((await list({ Prefix: 'b/', StartAfter: 'b/1' })).Contents).toHaveLength(1);
  });

  test('may be listed under the prefix a permission names, and no other', async () => {
    const role = sandbox.world.createRole({
      account: SEC,
      name: 'Lister',
      trust: administratorPolicy,
      policy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 's3:ListBucket',
            Resource: `arn:aws:s3:::${bucket}`,
            Condition: { StringLike: { 's3:prefix': 'AWSLogs/*' } },
          },
        ],
      },
    });
    const client = s3(sandbox, { credentials: sandbox.world.credentialsFor(role) });
    const list = (prefix: string) =>
      client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    expect((await list('AWSLogs/')).KeyCount).toBe(1);
    expect(await refusalOf(list('other/'))).toMatchObject({ name: 'AccessDenied' });
    expect(await refusalOf(client.send(new HeadBucketCommand({ Bucket: bucket })))).toMatchObject({
      status: 403,
    });
  });

  test('that are missing are named only to who may list', async () => {
    const missing = new GetObjectCommand({ Bucket: bucket, Key: 'none' });
    expect(await refusalOf(owner().send(missing))).toMatchObject({ name: 'NoSuchKey' });
    const role = sandbox.world.createRole({
      account: SEC,
      name: 'Reader',
      trust: administratorPolicy,
      policy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
      },
    });
    const reader = s3(sandbox, { credentials: sandbox.world.credentialsFor(role) });
    expect(await refusalOf(reader.send(missing))).toMatchObject({ name: 'AccessDenied' });
  });

  test('are not taken with an ACL of their own', async () => {
    const open = { Bucket: bucket, Key: 'x', Body: 'x', ACL: 'public-read' } as const;
    expect(await refusalOf(owner().send(new PutObjectCommand(open)))).toMatchObject({
      name: 'AccessControlListNotSupported',
    });
  });
});

test.each([
  ['an unknown key', { accessKeyId: 'AKIAUNKNOWN000000000' }, 'InvalidAccessKeyId'],
  ['a wrong secret', { secretAccessKey: 'x' }, 'SignatureDoesNotMatch'],
  ['a token nobody gave out', { sessionToken: 'x' }, 'InvalidToken'],
])('a request signed with %s is refused', async (_, wrong, name) => {
  await start();
  const credentials = { ...administrator(sandbox, SEC), ...wrong };
  expect(await refusalOf(s3(sandbox, { credentials }).send(getPolicy()))).toMatchObject({ name });
});
