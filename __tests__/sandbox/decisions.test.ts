// What the sandbox remembers of IAM for those who compare permissions: what it was asked, what it answered, and which sessions
// were taken with which policy.

import { GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { administratorPolicy, tutorialWorld } from '../../sandbox/worlds.js';
import { administrator, bucket, DEV, refusalOf, roles, SEC, s3, takeRole } from './sdk.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
  tutorialWorld(sandbox);
});

afterEach(() => sandbox.close());

const reading = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetBucketPolicy', Resource: '*' }],
};

/** A session that may read the bucket policy and not write it, having tried both. */
async function readAndTriedToWrite(): Promise<void> {
  const policy = JSON.stringify(reading);
  const credentials = await takeRole(sandbox, { role: roles.central, policy });
  const client = s3(sandbox, { credentials });
  const { Policy } = await client.send(new GetBucketPolicyCommand({ Bucket: bucket }));
  await refusalOf(client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy })));
}

describe('a decision', () => {
  test('is kept with who asked for what, under which policies, and the answer', async () => {
    await readAndTriedToWrite();
    const caller = {
      arn: `arn:aws:sts::${SEC}:assumed-role/CloudTrailOnboardingCentral/GitHubActions`,
      account: SEC,
      kind: 'role',
      principal: roles.central,
      sessionPolicy: reading,
    };
    const resource = `arn:aws:s3:::${bucket}`;
    expect(sandbox.decisions).toMatchObject([
      { caller, question: { action: 's3:GetBucketPolicy', resource }, refusal: undefined },
      {
        caller,
        question: { action: 's3:PutBucketPolicy', resource },
        refusal: expect.stringContaining('because no session policy allows'),
      },
    ]);
    expect(sandbox.decisions[0]).toHaveProperty('refusal', undefined);
  });

  test('is not made of what is refused before IAM is asked', async () => {
    const credentials = administrator(sandbox, SEC);
    const client = s3(sandbox, { credentials: { ...credentials, secretAccessKey: 'wrong' } });
    await refusalOf(client.send(new GetBucketPolicyCommand({ Bucket: bucket })));
    expect(sandbox.decisions).toEqual([]);
  });

  test('is forgotten with the requests', async () => {
    await readAndTriedToWrite();
    sandbox.clearRequests();
    expect(sandbox.decisions).toEqual([]);
    await readAndTriedToWrite();
    expect(sandbox.decisions).toHaveLength(2);
  });
});

describe('sessions are told', () => {
  test('oldest first, each with its role, its policy and credentials that work', async () => {
    const policy = JSON.stringify(reading);
    const first = await takeRole(sandbox, { role: roles.central, policy });
    const second = await takeRole(sandbox, { role: roles.member });
    const sessions = sandbox.world.sessions();
    expect(sessions).toEqual([
      { role: roles.central, credentials: first, policy: reading },
      { role: roles.member, credentials: second },
    ]);
    const client = s3(sandbox, { credentials: sessions[0]?.credentials ?? first });
    expect(await client.send(new GetBucketPolicyCommand({ Bucket: bucket }))).toHaveProperty(
      'Policy',
    );
  });

  test('and a user with an access key has none', () => {
    const policy = administratorPolicy;
    const user = sandbox.world.createUser({ account: DEV, name: 'somebody', policy });
    sandbox.world.credentialsFor(user);
    expect(sandbox.world.sessions()).toEqual([]);
  });
});
