// The key adapter against the sandbox's KMS: what it reads and writes, and what its failures say.

import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { tutorialWorld } from '../../sandbox/worlds.js';
import { requestHandler } from '../../src/aws/http.js';
import { keyReader, keyWriter } from '../../src/aws/key.js';
import { CallFailure } from '../../src/problem.js';
import { administrator, DEV, SEC } from '../sandbox/sdk.js';

/** Not the one the clients are made with: the key's own Region counts. */
const REGION = 'eu-central-1';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
  tutorialWorld(sandbox);
});

afterEach(() => sandbox.close());

const root = {
  Sid: 'Enable IAM User Permissions',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${SEC}:root` },
  Action: 'kms:*',
  Resource: '*',
};
const policy = (...statements: readonly object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

const newKey = (more: object = {}) =>
  sandbox.world.createKey({ account: SEC, region: REGION, policy: policy(root), ...more });

function options(account = SEC) {
  return {
    endpoint: sandbox.url,
    region: 'ap-northeast-2',
    requestHandler: requestHandler(),
    credentials: administrator(sandbox, account),
    customUserAgent: 'test',
  };
}

const reader = (arn: string) => keyReader(options(), arn);
const writer = (arn: string) => keyWriter(options(), arn);

async function failure(call: Promise<unknown>): Promise<CallFailure> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof CallFailure) return error;
  throw new Error(`not a CallFailure: ${String(error)}`);
}

describe('reading', () => {
  test('gives the policy as it stands, and what the key is', async () => {
    const arn = newKey();
    expect(await reader(arn).keyPolicy()).toBe(policy(root));
    expect(await reader(arn).describe()).toEqual({
      arn,
      accountId: SEC,
      region: REGION,
      enabled: true,
      state: 'Enabled',
      manager: 'customer',
      symmetric: true,
    });
  });

  test('tells what is wrong with a key', async () => {
    const disabled = newKey();
    sandbox.world.setKeyState(disabled, 'Disabled');
    expect(await reader(disabled).describe()).toMatchObject({ enabled: false, state: 'Disabled' });
    const other = newKey({ spec: 'RSA_2048', manager: 'AWS' });
    expect(await reader(other).describe()).toMatchObject({ symmetric: false, manager: 'aws' });
  });

  test('of a key that is not there names the key and the input', async () => {
    const arn = `arn:aws:kms:${REGION}:${SEC}:key/none`;
    const { awsCode, findings } = await failure(reader(arn).keyPolicy());
    expect(awsCode).toBe('NotFoundException');
    expect(findings).toMatchObject([
      {
        code: 'aws-not-found',
        account: SEC,
        message: expect.stringContaining(
          `kms:GetKeyPolicy on key ${arn} in account ${SEC}`,
        ) as string,
        remedy: `There is no key ${arn}. Check kms-key-arn: the key's full ARN, in the Region of the bucket.`,
      },
    ]);
  });

  test("of another account's key says that it is no use", async () => {
    const arn = newKey();
    const stranger = keyReader(options(DEV), arn);
    const { awsCode, findings } = await failure(stranger.keyPolicy());
    expect(awsCode).toBe('AccessDeniedException');
    expect(findings[0]?.remedy).toContain("only within the key's account");
  });

  test('an answer that cannot be read is not taken for an empty policy', async () => {
    const arn = newKey();
    sandbox.faults.inject({ operation: 'GetKeyPolicy', answer: 'malformed' });
    await expect(reader(arn).keyPolicy()).rejects.toBeInstanceOf(CallFailure);
  });
});

describe('writing', () => {
  test('replaces the policy', async () => {
    const arn = newKey();
    const text = policy(root, { ...root, Sid: 'again' });
    await writer(arn).putKeyPolicy(text, 5_000);
    expect(sandbox.world.keyPolicyText(arn)).toBe(text);
  });

  test.each([
    [{ code: 'KMSInternalException', status: 500 }, 'KMSInternalException'],
    ['hang' as const, 'TimeoutError'],
  ])('is never sent again by itself: %j', async (answer, code) => {
    const arn = newKey();
    sandbox.faults.inject({ operation: 'PutKeyPolicy', answer });
    const { awsCode } = await failure(writer(arn).putKeyPolicy(policy(root), 300));
    expect(awsCode).toBe(code);
    expect(sandbox.requests.filter(({ write }) => write)).toHaveLength(1);
  });

  test.each([
    [
      'locks its writer out',
      policy({ ...root, Action: 'kms:DescribeKey' }),
      /change the key policy again/,
    ],
    ['is too long', policy({ ...root, Sid: 'x'.repeat(33_000) }), /32,768 bytes/],
  ])('a policy that %s is refused with a remedy', async (_, text, remedy) => {
    const { findings } = await failure(writer(newKey()).putKeyPolicy(text, 5_000));
    expect(findings[0]?.remedy).toMatch(remedy);
  });
});
