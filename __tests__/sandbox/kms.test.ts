// Who may read and write a key's policy, which policies KMS takes, and which keys a name means.

import { DescribeKeyCommand, GetKeyPolicyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { administratorPolicy, githubTrust, tutorial, tutorialWorld } from '../../sandbox/worlds.js';
import { administrator, DEV, kms, refusalOf, region, SEC, takeRole } from './sdk.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
  tutorialWorld(sandbox);
});

afterEach(() => sandbox.close());

/** The default statement, which hands the key over to IAM of its account. */
const root = {
  Sid: 'Enable IAM User Permissions',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${SEC}:root` },
  Action: 'kms:*',
  Resource: '*',
};

const policy = (...statements: readonly object[]) => ({
  Version: '2012-10-17',
  Statement: statements,
});

const newKey = (...statements: readonly object[]) =>
  sandbox.world.createKey({
    account: SEC,
    region,
    alias: 'alias/logs',
    policy: policy(...statements),
  });

function user(account: string, name: string, actions: readonly string[]) {
  const arn = sandbox.world.createUser({
    account,
    name,
    policy: policy({ Effect: 'Allow', Action: actions, Resource: '*' }),
  });
  return { arn, client: kms(sandbox, { credentials: sandbox.world.credentialsFor(arn) }) };
}

const owner = () => kms(sandbox, { credentials: administrator(sandbox, SEC) });
const stranger = () => kms(sandbox, { credentials: administrator(sandbox, DEV) });
const get = (KeyId: string) => new GetKeyPolicyCommand({ KeyId });
const put = (KeyId: string, document: object | string, more: object = {}) =>
  new PutKeyPolicyCommand({
    KeyId,
    Policy: typeof document === 'string' ? document : JSON.stringify(document),
    ...more,
  });

describe('a key policy', () => {
  test('comes back as it was put', async () => {
    const key = newKey(root);
    const text = JSON.stringify(policy(root, { ...root, Sid: 'again' }), null, 3);
    await owner().send(put(key, text));
    expect(await owner().send(get(key))).toMatchObject({ Policy: text, PolicyName: 'default' });
    expect(sandbox.world.keyPolicy(key)).toEqual(policy(root, { ...root, Sid: 'again' }));
  });

  test('lets IAM decide only where it names the account', async () => {
    const { arn, client } = user(SEC, 'reader', ['kms:GetKeyPolicy']);
    const closed = newKey({ ...root, Principal: { AWS: `arn:aws:iam::${SEC}:user/admin` } });
    expect(await client.send(get(newKey(root)))).toHaveProperty('Policy');
    expect(await refusalOf(client.send(get(closed)))).toEqual({
      name: 'AccessDeniedException',
      message: `User: ${arn} is not authorized to perform: kms:GetKeyPolicy on resource: ${closed} because no resource-based policy allows the kms:GetKeyPolicy action`,
      status: 400,
    });
  });

  test('admits by itself whom it names, without IAM', async () => {
    const { arn, client } = user(SEC, 'nobody', ['s3:GetObject']);
    const key = newKey({ ...root, Principal: { AWS: arn }, Action: 'kms:GetKeyPolicy' });
    expect(await client.send(get(key))).toHaveProperty('Policy');
  });

  test.each([
    ['GetKeyPolicy', (key: string) => get(key)],
    ['PutKeyPolicy', (key: string) => put(key, policy(root))],
  ])('is out of reach from another account, whatever it says itself: %s', async (name, command) => {
    const key = newKey(root, { ...root, Principal: { AWS: `arn:aws:iam::${DEV}:root` } });
    // Both are the same generic call to TypeScript only when sent one by one.
    const refusal = await refusalOf(stranger().send(command(key) as GetKeyPolicyCommand));
    expect(refusal).toMatchObject({ name: 'AccessDeniedException', status: 400 });
    expect(refusal.message).toMatch(
      new RegExp(
        `kms:${name} on resource: ${key} because the resource does not exist in this Region`,
      ),
    );
  });
});

describe('KMS does not take a policy', () => {
  test.each([
    ['that is not JSON', '{"Version":', 'contains invalid Json'],
    [
      'that names a role which is gone',
      policy(root, { ...root, Principal: { AWS: `arn:aws:iam::${SEC}:role/Gone` } }),
      'Policy contains a statement with one or more invalid principals.',
    ],
    ['without principal', policy(root, { ...root, Principal: undefined }), 'valid Principal'],
    ['without action', policy(root, { ...root, Action: undefined }), 'valid Action'],
    ['without resource', policy(root, { ...root, Resource: undefined }), 'valid Resource'],
    ['with an effect that is none', policy(root, { ...root, Effect: 'Perhaps' }), 'invalid syntax'],
    ['with characters beyond Latin-1', policy({ ...root, Sid: '감사' }), 'characters'],
    [
      'that its writer could not change again',
      policy({ ...root, Action: 'kms:GetKeyPolicy' }),
      'The new key policy will not allow you to update the key policy in the future.',
    ],
  ])('%s', async (_, document, message) => {
    const key = newKey(root);
    const refusal = await refusalOf(owner().send(put(key, document)));
    expect(refusal).toMatchObject({ name: 'MalformedPolicyDocumentException', status: 400 });
    expect(refusal.message).toContain(message);
    expect(sandbox.world.keyPolicy(key)).toEqual(policy(root));
  });

  test('of more than 32,768 bytes', async () => {
    const key = newKey(root);
    const sized = (bytes: number) => {
      const text = JSON.stringify(policy(root));
      return text + ' '.repeat(bytes - text.length);
    };
    await owner().send(put(key, sized(32_768)));
    expect(await refusalOf(owner().send(put(key, sized(32_769))))).toMatchObject({
      name: 'LimitExceededException',
    });
  });

  test('that locks its writer out, unless he asks for it', async () => {
    const key = newKey(root);
    const closed = policy({ ...root, Action: 'kms:DescribeKey' });
    await owner().send(put(key, closed, { BypassPolicyLockoutSafetyCheck: true }));
    expect(await refusalOf(owner().send(put(key, policy(root))))).toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});

describe('a key is described', () => {
  test('by ID, ARN and alias', async () => {
    const key = newKey(root);
    const id = key.split('/').at(-1) ?? '';
    for (const KeyId of [key, id, 'alias/logs', `arn:aws:kms:${region}:${SEC}:alias/logs`]) {
      const { KeyMetadata } = await owner().send(new DescribeKeyCommand({ KeyId }));
      expect(KeyMetadata).toMatchObject({
        Arn: key,
        KeyId: id,
        AWSAccountId: SEC,
        Enabled: true,
        KeyState: 'Enabled',
        KeyManager: 'CUSTOMER',
        KeySpec: 'SYMMETRIC_DEFAULT',
        CreationDate: expect.any(Date),
      });
    }
  });

  test('to another account that it and its IAM admit', async () => {
    const admitted = { ...root, Principal: { AWS: DEV }, Action: 'kms:DescribeKey' };
    const describe = (KeyId: string) => stranger().send(new DescribeKeyCommand({ KeyId }));
    expect(await describe(newKey(root, admitted))).toHaveProperty('KeyMetadata');
    expect(await refusalOf(describe(newKey(root)))).toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  test('with its state, in which its policy is still written', async () => {
    const key = newKey(root);
    for (const state of ['Disabled', 'PendingDeletion'] as const) {
      sandbox.world.setKeyState(key, state);
      const { KeyMetadata } = await owner().send(new DescribeKeyCommand({ KeyId: key }));
      expect(KeyMetadata).toMatchObject({ KeyState: state, Enabled: false });
      await owner().send(put(key, policy(root)));
    }
  });
});

test.each([
  ['a key that is not there', () => '0a000000-0000-4000-8000-000000000000', 'NotFoundException'],
  ['another Region', () => newKey(root).replace(region, 'eu-west-1'), 'NotFoundException'],
  ['an ARN of something else', () => `arn:aws:s3:::${SEC}`, 'InvalidArnException'],
  ['an alias, which has no policy', () => 'alias/logs', 'InvalidArnException'],
  [
    "another account's key that may be or not be",
    () => `arn:aws:kms:${region}:${DEV}:key/none`,
    'AccessDeniedException',
  ],
])('the policy of %s cannot be read', async (_, key, name) => {
  expect(await refusalOf(owner().send(get(key())))).toMatchObject({ name, status: 400 });
});

test('a session policy narrows what a role may do with a key', async () => {
  const provider = sandbox.world.createOidcProvider({ account: SEC });
  const role = sandbox.world.createRole({
    account: SEC,
    name: 'Keeper',
    trust: githubTrust(provider, tutorial.repository),
    policy: administratorPolicy,
  });
  const key = newKey(root);
  const reading = policy({ Effect: 'Allow', Action: 'kms:GetKeyPolicy', Resource: key });
  const credentials = await takeRole(sandbox, { role, policy: JSON.stringify(reading) });
  const client = kms(sandbox, { credentials });
  expect(await client.send(get(key))).toHaveProperty('Policy');
  expect((await refusalOf(client.send(put(key, policy(root))))).message).toMatch(
    /because no session policy allows the kms:PutKeyPolicy action$/,
  );
});

test('a write is recorded as one, with the key it is about', async () => {
  const key = newKey(root);
  await owner().send(get(key));
  await owner().send(put(key, policy(root)));
  expect(sandbox.requests).toMatchObject([
    { service: 'kms', operation: 'GetKeyPolicy', write: false, resource: key, account: SEC },
    { service: 'kms', operation: 'PutKeyPolicy', write: true, resource: key, account: SEC },
  ]);
});
