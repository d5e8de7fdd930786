// The central account's first day: bucket, settings, policy, trail, logging, from nothing or from what is there. What is
// missing is added, what somebody set stays, and whatever fails on the way, a rerun finishes.

import {
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { RunResult } from '../../sandbox/runner.js';
import { administrator, s3 } from '../sandbox/sdk.js';
import {
  calls,
  closeStages,
  findings,
  openEmptyStage,
  openStage,
  type Stage,
  tutorialInputs,
} from './stage.js';

afterEach(closeStages);

const SEC = '111111111111';
const SEC_ARN = `arn:aws:cloudtrail:ap-northeast-2:${SEC}:trail/SEC-CLOUDTRAIL`;
const BUCKET = 'sec-cloudtrail-log';
const WRITES = [
  'CreateBucket',
  'PutPublicAccessBlock',
  'PutBucketOwnershipControls',
  'PutBucketEncryption',
  'PutBucketVersioning',
  'PutBucketPolicy',
  'CreateTrail',
  'StartLogging',
];

const owner = ({ sandbox }: Stage): S3Client =>
  s3(sandbox, { credentials: administrator(sandbox, SEC) });

async function settingsOf(stage: Stage) {
  const client = owner(stage);
  const ask = { Bucket: BUCKET };
  const publicAccess = await client.send(new GetPublicAccessBlockCommand(ask));
  const ownership = await client.send(new GetBucketOwnershipControlsCommand(ask));
  const encryption = await client.send(new GetBucketEncryptionCommand(ask));
  const versioning = await client.send(new GetBucketVersioningCommand(ask));
  const rule = encryption.ServerSideEncryptionConfiguration?.Rules?.[0];
  return {
    publicAccess: Object.values(publicAccess.PublicAccessBlockConfiguration ?? {}),
    ownership: ownership.OwnershipControls?.Rules?.[0]?.ObjectOwnership,
    algorithm: rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
    blocked: rule?.BlockedEncryptionTypes?.EncryptionType,
    versioning: versioning.Status,
  };
}

const WANTED = {
  publicAccess: [true, true, true, true],
  ownership: 'BucketOwnerEnforced',
  algorithm: 'AES256',
  blocked: ['SSE-C'],
  versioning: 'Enabled',
};

/** All is as wanted, and running again finds nothing to do. */
async function expectDone(stage: Stage): Promise<void> {
  expect(await settingsOf(stage)).toEqual(WANTED);
  const policy = JSON.stringify(stage.sandbox.world.bucketPolicy(BUCKET));
  expect(policy.split(SEC_ARN)).toHaveLength(3);
  expect(policy.split('aws:SecureTransport')).toHaveLength(2);
  expect(stage.sandbox.world.trails(SEC)).toMatchObject([
    { Name: 'SEC-CLOUDTRAIL', S3BucketName: BUCKET, logging: true, IsMultiRegionTrail: true },
  ]);
  const again = await stage.apply();
  expect(calls(again, 'writes')).toEqual([]);
  expect(again.outputs['result']).toBe('no-changes');
}

const codesOf = (run: RunResult): readonly string[] => findings(run).map(({ code }) => code);

describe('from nothing', () => {
  test('bucket, its settings, policy, trail, logging: in that order, and once', async () => {
    const stage = await openEmptyStage();
    const run = await stage.apply();
    expect(findings(run)).toEqual([]);
    expect(run.outputs).toMatchObject({
      result: 'applied',
      changed: 'true',
      'trail-arn': SEC_ARN,
      broadened: 'false',
    });
    expect(calls(run, 'writes')).toEqual(WRITES);
    await expectDone(stage);
  });

  test('a pull request shows the whole plan and writes nothing', async () => {
    const stage = await openEmptyStage();
    const run = await stage.plan();
    expect(run.outputs['result']).toBe('planned');
    expect(calls(run, 'writes')).toEqual([]);
    expect(run.summary).toContain(
      '| + | `111111111111` central | bucket `sec-cloudtrail-log` in `ap-northeast-2` | create: block public access, owner enforced, encryption, SSE-C blocked, versioning |',
    );
    expect(run.summary).toContain('DenyInsecureTransport');
    expect(run.summary).toContain(
      '**`sec-cloudtrail-log` will be made ready, with a trail of `111111111111` itself.**',
    );
    expect(run.outputs['plan-digest']).toBe((await stage.apply()).outputs['plan-digest']);
  });

  test('every call but one for the role is made in the central account, with one session', async () => {
    const stage = await openEmptyStage();
    const run = await stage.apply();
    expect(calls(run).filter((name) => name.startsWith('Assume'))).toHaveLength(1);
  });

  test('in the oldest Region, which is named by saying nothing', async () => {
    const stage = await openEmptyStage();
    const run = await stage.apply({ region: 'us-east-1' });
    expect(run.outputs['result']).toBe('applied');
  });

  test('members join as they always do', async () => {
    const stage = await openEmptyStage();
    await stage.apply();
    const join = {
      ...tutorialInputs(stage.scene),
      operation: 'onboard',
      'central-trail-name': '',
    };
    expect((await stage.apply(join)).outputs['result']).toBe('applied');
    stage.sandbox.advance(10);
    for (const account of [SEC, '222222222222'])
      expect(
        stage.sandbox.world
          .objects(BUCKET, `AWSLogs/${account}/CloudTrail/`)
          .filter(({ key }) => key.endsWith('.json.gz')),
      ).not.toEqual([]);
    await expectBootstrapHasNothingToDo(stage);
  });
});

async function expectBootstrapHasNothingToDo(stage: Stage): Promise<void> {
  expect(calls(await stage.apply(), 'writes')).toEqual([]);
}

describe('whatever fails, a rerun finishes', () => {
  test.each(WRITES)('a run that ends at %s', async (operation) => {
    const stage = await openEmptyStage();
    const answer = { code: 'AccessDenied', status: 403 };
    const takeBack = stage.sandbox.faults.inject({ operation, answer });
    const broken = await stage.apply();
    expect(broken.exitCode).toBe(1);
    expect(calls(broken, 'writes')).toEqual(WRITES.slice(0, WRITES.indexOf(operation) + 1));
    takeBack();
    expect((await stage.apply()).outputs['result']).toBe('applied');
    await expectDone(stage);
  });

  test.each(WRITES)('an answer to %s that is lost', async (operation) => {
    const stage = await openEmptyStage();
    stage.sandbox.faults.inject({ operation, answer: 'reset-after', times: 1 });
    expect((await stage.apply()).outputs['result']).toBe('applied');
    await expectDone(stage);
  });

  test('S3 aborts a write that meets another, and it is sent again', async () => {
    const stage = await openEmptyStage();
    const answer = { code: 'OperationAborted', status: 409 };
    for (const operation of ['CreateBucket', 'PutBucketVersioning'])
      stage.sandbox.faults.inject({ operation, answer, times: 2 });
    expect((await stage.apply()).outputs['result']).toBe('applied');
    await expectDone(stage);
  });

  test('a new bucket that has not appeared yet is waited for', async () => {
    const stage = await openEmptyStage();
    const answer = { code: 'NoSuchBucket', status: 404 };
    stage.sandbox.faults.inject({ operation: 'PutPublicAccessBlock', answer, times: 2 });
    expect((await stage.apply()).outputs['result']).toBe('applied');
    await expectDone(stage);
  });
});

describe('from what is there', () => {
  test('what the console made lacks versions and the Deny without TLS, and gets them', async () => {
    const stage = await openEmptyStage();
    const { sandbox, scene } = stage;
    sandbox.world.createBucket({ account: SEC, name: BUCKET, region: scene.region });
    const run = await stage.apply();
    expect(calls(run, 'writes')).toEqual([
      'PutBucketVersioning',
      'PutBucketPolicy',
      'CreateTrail',
      'StartLogging',
    ]);
    expect(run.summary).toContain('set: versioning');
    await expectDone(stage);
  });

  test('a pull request with nothing to do says so of the bucket, the policy and the trail', async () => {
    const stage = await openEmptyStage();
    await stage.apply();
    const lines = (await stage.plan()).log.split('\n').filter((line) => line.startsWith('  = '));
    expect(lines).toHaveLength(3);
    expect(lines.filter((line) => line.includes('unchanged'))).toEqual(lines);
  });

  test("the members' grants and everybody else's statements stay", async () => {
    const tutorial = await openStage();
    await tutorial.apply();
    const policy = tutorial.sandbox.world.bucketPolicy(BUCKET);
    const stage = await openEmptyStage();
    const { sandbox, scene } = stage;
    sandbox.world.createBucket({
      account: SEC,
      name: BUCKET,
      region: scene.region,
      ...(policy && { policy }),
    });
    await stage.apply();
    const after = sandbox.world.bucketPolicy(BUCKET)?.['Statement'] as readonly unknown[];
    expect(after.slice(0, -1)).toEqual(policy?.['Statement']);
    await expectDone(stage);
  });

  test('what was never set is set', async () => {
    const stage = await openEmptyStage();
    const { sandbox, scene } = stage;
    const without = ['publicAccessBlock', 'ownershipControls', 'encryption'] as const;
    sandbox.world.createBucket({ account: SEC, name: BUCKET, region: scene.region, without });
    expect(calls(await stage.apply(), 'writes').slice(0, 4)).toEqual(WRITES.slice(1, 5));
    await expectDone(stage);
  });

  test('a public policy is told before Block Public Access would end it', async () => {
    const stage = await openEmptyStage();
    const { sandbox, scene } = stage;
    sandbox.world.createBucket({
      account: SEC,
      name: BUCKET,
      region: scene.region,
      without: ['publicAccessBlock'],
      policy: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'Open',
            Effect: 'Allow',
            Principal: '*',
            Action: 's3:GetObject',
            Resource: `arn:aws:s3:::${BUCKET}/*`,
          },
        ],
      },
    });
    const run = await stage.apply();
    expect(calls(run, 'writes')).toEqual([]);
    expect(run.outputs['result']).toBe('blocked');
    expect(codesOf(run)).toContain('bucket-policy-public');
  });

  test('what somebody set weaker is told, with the remedy, and left as it is', async () => {
    const stage = await openEmptyStage();
    const { sandbox, scene } = stage;
    sandbox.world.createBucket({ account: SEC, name: BUCKET, region: scene.region });
    await weaken(owner(stage));
    const before = await settingsOf(stage);
    const run = await stage.apply();
    expect(calls(run, 'writes')).toEqual(['PutBucketPolicy', 'CreateTrail', 'StartLogging']);
    expect(await settingsOf(stage)).toEqual(before);
    expect(codesOf(run)).toEqual([
      'bucket-public-access-not-blocked',
      'bucket-acls-enabled',
      'bucket-sse-c-allowed',
      'bucket-versioning-suspended',
    ]);
    expect(run.outputs['result']).toBe('applied');
    expect(run.exitCode).toBe(0);
    expect(run.summary).toContain('BlockPublicAcls, IgnorePublicAcls are off.');
    expect(codesOf(await stage.apply())).toHaveLength(4);
  });

  test('a trail of that name that delivers elsewhere stays, and so does everything else', async () => {
    const stage = await openEmptyStage();
    const { sandbox, scene } = stage;
    const elsewhere = { account: SEC, name: 'elsewhere', region: scene.region };
    sandbox.world.createBucket(elsewhere);
    sandbox.world.createTrail({
      account: SEC,
      region: scene.region,
      name: 'SEC-CLOUDTRAIL',
      bucket: 'elsewhere',
    });
    const run = await stage.apply();
    expect(run.outputs['result']).toBe('blocked');
    expect(codesOf(run)).toEqual(['trail-delivers-elsewhere']);
    expect(calls(run, 'writes')).toEqual([]);
  });
});

async function weaken(client: S3Client): Promise<void> {
  const Bucket = BUCKET;
  const half = { BlockPublicPolicy: true, RestrictPublicBuckets: true };
  await client.send(
    new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: half }),
  );
  const Rules = [{ ObjectOwnership: 'ObjectWriter' as const }];
  await client.send(
    new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules } }),
  );
  const rule = {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const },
    BlockedEncryptionTypes: { EncryptionType: ['NONE' as const] },
  };
  await client.send(
    new PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: { Rules: [rule] },
    }),
  );
  await client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }),
  );
}

describe('a bucket that cannot be ours', () => {
  test.each(['plan', 'apply'] as const)("is another account's: %s", async (act) => {
    const stage = await openEmptyStage();
    const { sandbox, scene } = stage;
    sandbox.world.createBucket({ account: '999999999999', name: BUCKET, region: scene.region });
    const run = await stage[act]();
    expect(run.exitCode).toBe(1);
    expect(findings(run)).toMatchObject([
      {
        code: 'bucket-owned-by-another',
        severity: 'error',
        account: SEC,
        message: expect.stringContaining(`it is not account ${SEC}'s`),
        remedy: expect.stringContaining('Choose another name'),
      },
    ]);
    expect(calls(run, 'writes')).toEqual([]);
  });

  test("is another account's a moment before it is created", async () => {
    const stage = await openEmptyStage();
    const answer = { code: 'BucketAlreadyExists', status: 409 };
    stage.sandbox.faults.inject({ operation: 'CreateBucket', answer });
    const run = await stage.apply();
    expect(codesOf(run)).toEqual(['bucket-owned-by-another']);
    expect(run.outputs['result']).toBe('failed');
    expect(run.summary).toContain('not tried');
  });

  test('is ours, but in another Region', async () => {
    const stage = await openEmptyStage();
    stage.sandbox.world.createBucket({ account: SEC, name: BUCKET, region: 'eu-west-1' });
    const run = await stage.apply();
    expect(findings(run)).toMatchObject([
      { remedy: 'The bucket is in eu-west-1: set bucket-region to that.' },
    ]);
    expect((await stage.apply({ 'bucket-region': 'eu-west-1' })).outputs['result']).toBe('applied');
  });

  test('a permission that is missing is told as such', async () => {
    const stage = await openEmptyStage();
    const { sandbox, scene } = stage;
    sandbox.world.createBucket({ account: SEC, name: BUCKET, region: scene.region });
    const answer = {
      code: 'AccessDenied',
      status: 403,
      message: 'User: x is not authorized to perform: s3:GetBucketVersioning on resource: y',
    };
    sandbox.faults.inject({ operation: 'GetBucketVersioning', answer });
    expect(findings(await stage.plan())).toMatchObject([
      { remedy: 'Allow s3:GetBucketVersioning for the role of account 111111111111.' },
    ]);
  });
});
