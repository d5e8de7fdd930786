// The sandbox as a server: what it records, how faults and latency show, and that it goes away when told to.

import {
  DescribeTrailsCommand,
  LookupEventsCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  GetBucketPolicyCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import {
  type Fault,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../sandbox/index.js';
import { tutorialWorld } from '../../sandbox/worlds.js';
import {
  administrator,
  bucket,
  cloudTrail,
  refusalOf,
  region,
  roles,
  SEC,
  s3,
  secTrailArn,
  sts,
  takeRole,
} from './sdk.js';

let sandbox: Sandbox;

async function start(options: SandboxOptions = {}): Promise<void> {
  sandbox = await startSandbox(options);
  tutorialWorld(sandbox);
}

afterEach(() => sandbox.close());

async function readPolicy(): Promise<string> {
  const client = s3(sandbox, { credentials: administrator(sandbox, SEC) });
  const answer = await client.send(new GetBucketPolicyCommand({ Bucket: bucket }));
  return answer.Policy ?? '';
}

/** The policy as it is, once more, where an answer is not waited for in vain. */
async function writePolicy(): Promise<void> {
  const client = s3(sandbox, { credentials: administrator(sandbox, SEC) });
  const Policy = sandbox.world.bucketPolicyText(bucket);
  await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy })).catch(() => {});
}

async function stopLogging(): Promise<void> {
  const client = cloudTrail(sandbox, { credentials: administrator(sandbox, SEC) });
  await client.send(new StopLoggingCommand({ Name: secTrailArn }));
}

const isLogging = () => sandbox.world.trails(SEC)[0]?.logging;

describe('a request is recorded', () => {
  beforeEach(() => start());

  test('with who asked for what, where, and how it ended', async () => {
    const credentials = await takeRole(sandbox, { role: roles.central });
    await refusalOf(cloudTrail(sandbox, { credentials }).send(new DescribeTrailsCommand()));
    await s3(sandbox, { credentials }).send(new GetBucketPolicyCommand({ Bucket: bucket }));

    const principal = `arn:aws:sts::${SEC}:assumed-role/CloudTrailOnboardingCentral/GitHubActions`;
    const { accessKeyId } = credentials;
    const session = { account: SEC, principal, accessKeyId, region, write: false };
    expect(sandbox.requests).toMatchObject([
      {
        service: 'sts',
        operation: 'AssumeRoleWithWebIdentity',
        account: SEC,
        resource: roles.central,
        status: 200,
      },
      {
        service: 'cloudtrail',
        operation: 'DescribeTrails',
        status: 400,
        errorCode: 'AccessDeniedException',
        ...session,
      },
      { service: 's3', operation: 'GetBucketPolicy', resource: bucket, status: 200, ...session },
    ]);
  });

  test('with real time, and as a write when it is one', async () => {
    const before = Date.now();
    const Policy = await readPolicy();
    const client = s3(sandbox, { credentials: administrator(sandbox, SEC) });
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    const [read, written] = sandbox.requests;
    expect([read?.write, written?.write]).toEqual([false, true]);
    expect(read?.at).toBeGreaterThanOrEqual(before - 1);
    expect(read?.endedAt).toBeGreaterThan(read?.at ?? Infinity);
    expect(written?.at).toBeGreaterThan(read?.endedAt ?? Infinity);
  });

  test('until the record is cleared', async () => {
    await readPolicy();
    sandbox.clearRequests();
    expect(sandbox.requests).toEqual([]);
  });
});

describe('a fault', () => {
  beforeEach(() => start());

  const denied = { code: 'SlowDown', message: 'Please reduce your request rate.', status: 503 };

  test('answers with an error until it is taken back', async () => {
    const takeBack = sandbox.faults.inject({ operation: 'GetBucketPolicy', answer: denied });
    expect(await refusalOf(readPolicy())).toEqual({
      name: 'SlowDown',
      message: denied.message,
      status: 503,
    });
    expect(await refusalOf(readPolicy())).toMatchObject({ name: 'SlowDown' });
    takeBack();
    expect(await readPolicy()).toContain('Statement');
  });

  test('can let requests pass first and end after some', async () => {
    let met = 0;
    const onMeet = (): void => {
      met += 1;
    };
    const some = { operation: 'GetBucketPolicy', after: 1, times: 1, onMeet };
    sandbox.faults.inject({ ...some, answer: denied });
    expect(await readPolicy()).toContain('Statement');
    expect(await refusalOf(readPolicy())).toMatchObject({ name: 'SlowDown' });
    expect(await readPolicy()).toContain('Statement');
    expect(met).toBe(1);
  });

  test('can be for one account and one operation only', async () => {
    const faults: Fault[] = [
      { operation: 'GetBucketPolicy', account: '222222222222', answer: denied },
      { operation: 'PutBucketPolicy', answer: denied },
    ];
    faults.forEach((fault) => sandbox.faults.inject(fault));
    expect(await readPolicy()).toContain('Statement');
  });

  test.each([
    ['before it took effect', 'reset-before', true],
    ['after it took effect', 'reset-after', false],
  ] as const)('can cut the connection of a call %s', async (_, answer, logging) => {
    sandbox.faults.inject({ operation: 'StopLogging', answer });
    const refusal = await refusalOf(stopLogging());
    expect(refusal.status).toBeUndefined();
    expect(isLogging()).toBe(logging);
    expect(sandbox.requests).toMatchObject([{ operation: 'StopLogging', status: 0 }]);
  });

  test('can make an answer unreadable although the call took effect', async () => {
    sandbox.faults.inject({ operation: 'StopLogging', answer: 'malformed' });
    expect((await refusalOf(stopLogging())).name).toBe('SyntaxError');
    expect(isLogging()).toBe(false);
  });

  test('can change what an answer says', async () => {
    const rewrite = (body: string): string => body.replaceAll(SEC, '999999999999');
    sandbox.faults.inject({ operation: 'GetBucketPolicy', answer: { rewrite } });
    expect(await readPolicy()).toContain('999999999999');
  });

  test('can let something happen before the call takes effect', async () => {
    const first = (): void => sandbox.advance(2 * 24 * 60);
    sandbox.faults.inject({ operation: 'GetBucketPolicy', answer: { first } });
    const credentials = await takeRole(sandbox, { role: roles.central });
    const reading = s3(sandbox, { credentials }).send(
      new GetBucketPolicyCommand({ Bucket: bucket }),
    );
    expect(await refusalOf(reading)).toMatchObject({ name: 'ExpiredToken' });
  });

  test.each([
    ['before it took effect', 'before', true],
    ['after it took effect', 'after', false],
  ] as const)('can kill the caller %s', async (_, when, loggingAfterwards) => {
    let loggingAtDeath: boolean | undefined;
    const kill = (): void => {
      loggingAtDeath = isLogging();
    };
    sandbox.faults.inject({ operation: 'StopLogging', answer: { kill, when } });
    expect((await refusalOf(stopLogging())).status).toBeUndefined();
    expect(loggingAtDeath).toBe(loggingAfterwards);
    expect(isLogging()).toBe(loggingAfterwards);
  });

  test('can be for one resource only', async () => {
    sandbox.faults.inject({
      operation: 'GetBucketPolicy',
      resource: 'another-bucket',
      answer: denied,
    });
    expect(await readPolicy()).toContain('Statement');
  });

  test('can keep a caller waiting for ever, and nothing happens', async () => {
    sandbox.faults.inject({ operation: 'StopLogging', answer: 'hang' });
    const call = refusalOf(stopLogging());
    const first = await Promise.race([
      call,
      new Promise((done) => {
        setTimeout(() => done('still waiting'), 100);
      }),
    ]);
    expect(first).toBe('still waiting');
    expect(isLogging()).toBe(true);
    expect(sandbox.requests[0]?.endedAt).toBeNaN();
    await sandbox.close();
    expect(await call).toMatchObject({ status: undefined });
  });

  test('can make an answer late', async () => {
    sandbox.faults.inject({ operation: 'GetBucketPolicy', answer: { delayMs: 120 } });
    await readPolicy();
    const [request] = sandbox.requests;
    expect((request?.endedAt ?? 0) - (request?.at ?? 0)).toBeGreaterThanOrEqual(119);
  });
});

describe('a race can be read off the record', () => {
  beforeEach(() => start());

  test('which version of the policy was shown, and which was made', async () => {
    await readPolicy();
    await writePolicy();
    await readPolicy();
    expect(sandbox.requests.map(({ policyVersion }) => policyVersion)).toEqual([0, 1, 1]);
    expect(sandbox.world.bucketPolicies(bucket)).toHaveLength(2);
  });

  test('also of a write whose answer was lost', async () => {
    sandbox.faults.inject({ operation: 'PutBucketPolicy', answer: 'reset-after', times: 1 });
    await writePolicy();
    expect(sandbox.requests[0]).toMatchObject({ status: 0, policyVersion: 1 });
  });

  test('reads may be late, each by a time of its own', async () => {
    await sandbox.close();
    const delays = [0, 60_000];
    await start({ readDelayMs: () => delays.shift() ?? 0 });
    await writePolicy();
    await readPolicy();
    await readPolicy();
    expect(sandbox.requests.map(({ policyVersion }) => policyVersion)).toEqual([1, 1, 0]);
  });

  test('a write may have been done long before it is answered', async () => {
    sandbox.faults.inject({ operation: 'PutBucketPolicy', answer: { lateMs: 120 } });
    const writing = writePolicy();
    await new Promise((done) => {
      setTimeout(done, 60);
    });
    expect(sandbox.world.bucketPolicies(bucket)).toHaveLength(2);
    expect(sandbox.requests[0]?.endedAt).toBeNaN();
    await writing;
  });
});

test('who asks is called after each write, before its answer leaves', async () => {
  const seen: (boolean | undefined)[] = [];
  await start({ onWrite: () => seen.push(isLogging()) });
  await readPolicy();
  await stopLogging();
  expect(seen).toEqual([false]);
});

test('every answer takes as long as the latency says', async () => {
  await start({ latencyMs: 80 });
  await readPolicy();
  const [request] = sandbox.requests;
  expect((request?.endedAt ?? 0) - (request?.at ?? 0)).toBeGreaterThanOrEqual(78);
});

test('an operation nobody built is refused, not ignored', async () => {
  await start();
  const credentials = administrator(sandbox, SEC);
  const calls = [
    cloudTrail(sandbox, { credentials }).send(new LookupEventsCommand()),
    s3(sandbox, { credentials }).send(new ListBucketsCommand()),
    sts(sandbox, { credentials }).send(new GetSessionTokenCommand()),
  ];
  const names = await Promise.all(calls.map(async (call) => (await refusalOf(call)).name));
  expect(names).toEqual(['UnknownOperationException', 'NotImplemented', 'InvalidAction']);
});

test('two sandboxes know nothing of each other', async () => {
  await start();
  const other = await startSandbox();
  expect(other.url).not.toBe(sandbox.url);
  expect(other.world.trails()).toEqual([]);
  await other.close();
});

test('a closed sandbox no longer answers', async () => {
  await start();
  const { url } = sandbox;
  await sandbox.close();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});
