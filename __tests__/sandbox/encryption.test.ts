// What CloudTrail asks of a key when a trail is created, changed and delivers; and what S3 asks of it when a log is read.

/* oxlint-disable unicorn/consistent-function-scoping -- a test's own words stand beside it */

import {
  CreateTrailCommand,
  type CreateTrailCommandInput,
  GetTrailCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { consolePolicy, tutorialWorld } from '../../sandbox/worlds.js';
import {
  administrator,
  bucket,
  cloudTrail,
  DEV,
  devTrailArn,
  refusalOf,
  region,
  SEC,
  s3,
  secTrailArn,
} from './sdk.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
  tutorialWorld(sandbox);
  sandbox.world.putBucketPolicy(bucket, consolePolicy(bucket, DEV, devTrailArn));
});

afterEach(() => sandbox.close());

const cloudtrail = { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' } };

const encrypt = (trail: string, account: string) => ({
  ...cloudtrail,
  Action: 'kms:GenerateDataKey*',
  Resource: '*',
  Condition: {
    StringEquals: { 'aws:SourceArn': trail },
    StringLike: {
      'kms:EncryptionContext:aws:cloudtrail:arn': `arn:aws:cloudtrail:*:${account}:trail/*`,
    },
  },
});

const describeKey = (trail: string) => ({
  ...cloudtrail,
  Action: 'kms:DescribeKey',
  Resource: '*',
  Condition: { StringEquals: { 'aws:SourceArn': trail } },
});

const open = [encrypt(devTrailArn, DEV), describeKey(devTrailArn)];

function newKey(statements: readonly object[], more: object = {}): string {
  const policy = { Version: '2012-10-17', Statement: statements };
  return sandbox.world.createKey({ account: SEC, region, policy, ...more });
}

const dev = () => cloudTrail(sandbox, { credentials: administrator(sandbox, DEV) });
const create = (KmsKeyId: string, more: Partial<CreateTrailCommandInput> = {}) =>
  dev().send(
    new CreateTrailCommand({ Name: 'DEV-CLOUDTRAIL', S3BucketName: bucket, KmsKeyId, ...more }),
  );

describe('a trail is created with a key', () => {
  test('that admits it', async () => {
    const key = newKey(open);
    expect(await create(key)).toHaveProperty('KmsKeyId', key);
  });

  test('of its own account, named by ID or alias and read back as an ARN', async () => {
    const key = newKey(open, { account: DEV, alias: 'alias/logs' });
    expect(await create('alias/logs')).toHaveProperty('KmsKeyId', key);
    const KmsKeyId = key.split('/').at(-1);
    await dev().send(new UpdateTrailCommand({ Name: 'DEV-CLOUDTRAIL', KmsKeyId }));
    const { Trail } = await dev().send(new GetTrailCommand({ Name: 'DEV-CLOUDTRAIL' }));
    expect(Trail).toHaveProperty('KmsKeyId', key);
  });

  test.each([
    ['that admits nothing', []],
    ['that admits another trail only', [encrypt(secTrailArn, DEV), describeKey(devTrailArn)]],
    ["that admits another account's logs only", [encrypt(devTrailArn, SEC), open[1]]],
    ['that it may not describe', [open[0]]],
  ])('but not with one %s', async (_, statements) => {
    const key = newKey(statements as object[]);
    expect(await refusalOf(create(key))).toEqual({
      name: 'InsufficientEncryptionPolicyException',
      message: `Insufficient permissions to access S3 bucket ${bucket} or KMS key ${key}.`,
      status: 400,
    });
    expect(sandbox.world.trails(DEV)).toEqual([]);
  });

  test("but not with one outside the bucket's Region", async () => {
    const key = newKey(open, { region: 'eu-west-1' });
    expect(await refusalOf(create(key))).toMatchObject({ name: 'KmsKeyNotFoundException' });
  });

  test.each([
    ['that does not exist', 'alias/none', 'KmsKeyNotFoundException'],
    ['whose name is none', 'no key at all', 'InvalidKmsKeyIdException'],
  ])('but not with one %s', async (_, id, name) => {
    expect(await refusalOf(create(id))).toMatchObject({ name });
  });

  test.each(['Disabled', 'PendingDeletion'] as const)(
    'but not with one that is %s',
    async (state) => {
      const key = newKey(open);
      sandbox.world.setKeyState(key, state);
      expect(await refusalOf(create(key))).toMatchObject({ name: 'KmsException' });
    },
  );

  test('but not with an asymmetric one', async () => {
    const key = newKey(open, { spec: 'RSA_2048' });
    expect(await refusalOf(create(key))).toMatchObject({ name: 'KmsException' });
  });
});

test('an empty key takes the encryption away', async () => {
  await create(newKey(open));
  await dev().send(new UpdateTrailCommand({ Name: 'DEV-CLOUDTRAIL', KmsKeyId: '' }));
  expect(sandbox.world.trails(DEV)[0]).not.toHaveProperty('KmsKeyId');
});

test('a key that closes stops the delivery, and the status says why', async () => {
  const key = newKey(open);
  sandbox.world.createTrail({
    account: DEV,
    region,
    name: 'DEV-CLOUDTRAIL',
    bucket,
    KmsKeyId: key,
  });
  const error = () => {
    sandbox.advance(5);
    return sandbox.world.trails(DEV)[0]?.latestDeliveryError;
  };
  expect(error()).toBeUndefined();
  sandbox.world.setKeyState(key, 'Disabled');
  expect(error()).toBe('KMS.DisabledException');
  sandbox.world.setKeyState(key, 'Enabled');
  sandbox.world.putKeyPolicy(key, { Version: '2012-10-17', Statement: [] });
  expect(error()).toBe('AccessDenied');
  sandbox.world.putKeyPolicy(key, { Version: '2012-10-17', Statement: open });
  expect(error()).toBeUndefined();
});

describe('a log that a key encrypts', () => {
  const iam = { Effect: 'Allow', Principal: { AWS: SEC }, Action: 'kms:*', Resource: '*' };
  const by = (service: string) => ({ StringEquals: { 'kms:ViaService': service } });

  /** The name of one that was delivered, and its key. */
  function delivered(statement: object): { readonly Key: string; readonly key: string } {
    const key = newKey([...open, statement]);
    const seed = { account: DEV, region, name: 'DEV-CLOUDTRAIL', bucket, KmsKeyId: key };
    sandbox.world.createTrail(seed);
    sandbox.advance(6);
    const logs = sandbox.world.objects(bucket, `AWSLogs/${DEV}/CloudTrail/`);
    return { Key: logs.find(({ size }) => size > 0)?.key ?? '', key };
  }

  function reader(account: string, ...actions: readonly string[]) {
    const Statement = [{ Effect: 'Allow', Action: actions, Resource: '*' }];
    const policy = { Version: '2012-10-17', Statement };
    const arn = sandbox.world.createUser({ account, name: 'reader', policy });
    return { arn, client: s3(sandbox, { credentials: sandbox.world.credentialsFor(arn) }) };
  }

  test('is read by whom key and IAM let decrypt, by way of S3 in its Region', async () => {
    const { Key } = delivered({ ...iam, Condition: by(`s3.${region}.amazonaws.com`) });
    const { client } = reader(SEC, 's3:GetObject', 'kms:Decrypt');
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    expect((await Body?.transformToByteArray())?.length).toBeGreaterThan(0);
  });

  test('is not read without kms:Decrypt, and S3 says so; its size is told all the same', async () => {
    const { Key, key } = delivered(iam);
    const { arn, client } = reader(SEC, 's3:GetObject');
    expect(await refusalOf(client.send(new GetObjectCommand({ Bucket: bucket, Key })))).toEqual({
      name: 'AccessDenied',
      message: `User: ${arn} is not authorized to perform: kms:Decrypt on resource: ${key} because no identity-based policy allows the kms:Decrypt action`,
      status: 403,
    });
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    expect(head.ContentLength).toBeGreaterThan(0);
  });

  test.each([
    ['decrypts for another service only', { ...iam, Condition: by(`sqs.${region}.amazonaws.com`) }],
    ['leaves its account out', { ...iam, Principal: { AWS: DEV } }],
  ])('is not read where the key %s', async (_, statement) => {
    const { Key } = delivered(statement);
    const { client } = reader(SEC, 's3:GetObject', 'kms:Decrypt');
    const refused = await refusalOf(client.send(new GetObjectCommand({ Bucket: bucket, Key })));
    expect(refused).toMatchObject({ name: 'AccessDenied', status: 403 });
    expect(refused.message).toMatch(/kms:Decrypt/);
  });
});
