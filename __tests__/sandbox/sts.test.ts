// Who gets which role: the token, the trust policy, the session's limits, and what a session may do afterwards.

/* oxlint-disable unicorn/consistent-function-scoping -- a test's own words stand beside it */

import { GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { administratorPolicy, tutorialWorld } from '../../sandbox/worlds.js';
import { administrator, bucket, DEV, refusalOf, roles, SEC, s3, sts, takeRole } from './sdk.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
  tutorialWorld(sandbox);
});

afterEach(() => sandbox.close());

async function accountOf(credentials: { accessKeyId: string; secretAccessKey: string }) {
  const identity = await sts(sandbox, { credentials }).send(new GetCallerIdentityCommand({}));
  return identity.Account;
}

describe('a role taken with an OIDC token', () => {
  test('is the role of its account', async () => {
    expect(await accountOf(await takeRole(sandbox, { role: roles.central }))).toBe(SEC);
    expect(await accountOf(await takeRole(sandbox, { role: roles.member }))).toBe(DEV);
  });

  test.each([
    ['a branch', { name: 'push' }],
    ['a pull request', { name: 'pull_request' }],
    ['an environment', { name: 'workflow_dispatch', environment: 'production' }],
  ])('is given to a job of %s, in the classic and in the immutable form', async (_, event) => {
    for (const subjectForm of ['classic', 'immutable'] as const) {
      sandbox.oidc.settings.subjectForm = subjectForm;
      expect(await accountOf(await takeRole(sandbox, { role: roles.member, event }))).toBe(DEV);
    }
  });

  test('is refused when the trust policy names another environment', async () => {
    const role = sandbox.world.createRole({
      account: DEV,
      name: 'ProductionOnly',
      trust: trust({ sub: 'repo:example-org/log-archive:environment:production' }),
      policy: administratorPolicy,
    });

    const production = { name: 'push', environment: 'production' };
    expect(await accountOf(await takeRole(sandbox, { role, event: production }))).toBe(DEV);
    expect(await refusalOf(takeRole(sandbox, { role }))).toEqual({
      name: 'AccessDenied',
      message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
      status: 403,
    });
  });

  test('is refused when the trust policy only knows the classic form and the token has the other', async () => {
    const role = sandbox.world.createRole({
      account: DEV,
      name: 'OldTrust',
      trust: trust({ sub: 'repo:example-org/log-archive:ref:refs/heads/main' }),
      policy: administratorPolicy,
    });
    expect(await accountOf(await takeRole(sandbox, { role }))).toBe(DEV);

    sandbox.oidc.settings.subjectForm = 'immutable';
    expect(await refusalOf(takeRole(sandbox, { role }))).toMatchObject({ name: 'AccessDenied' });
  });

  test('may depend on the claims that STS knows since 2026', async () => {
    const role = sandbox.world.createRole({
      account: DEV,
      name: 'ByRepositoryId',
      trust: trust({ sub: 'repo:example-org/*', repository_id: '812345678' }),
      policy: administratorPolicy,
    });
    const foreign = sandbox.world.createRole({
      account: DEV,
      name: 'ByAnotherId',
      trust: trust({ sub: 'repo:example-org/*', repository_id: '1' }),
      policy: administratorPolicy,
    });

    expect(await accountOf(await takeRole(sandbox, { role }))).toBe(DEV);
    expect(await refusalOf(takeRole(sandbox, { role: foreign }))).toMatchObject({ status: 403 });
  });

  test('is refused when there is no such role, in the words used for a trust that does not fit', async () => {
    const refusal = await refusalOf(takeRole(sandbox, { role: `arn:aws:iam::${DEV}:role/Nobody` }));
    expect(refusal.message).toBe('Not authorized to perform sts:AssumeRoleWithWebIdentity');
  });

  test('is refused in an account that has not registered the provider', async () => {
    const role = 'arn:aws:iam::999999999999:role/Any';
    expect(await refusalOf(takeRole(sandbox, { role }))).toEqual({
      name: 'InvalidIdentityTokenException',
      message:
        'No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com',
      status: 400,
    });
  });
});

describe('a token', () => {
  const role = roles.member;

  test('for another audience is refused', async () => {
    expect(await refusalOf(takeRole(sandbox, { role, audience: 'sigstore' }))).toMatchObject({
      name: 'InvalidIdentityTokenException',
      message: 'Incorrect token audience',
    });
  });

  test('that has expired is refused, and says when it did', async () => {
    sandbox.oidc.settings.expired = true;
    const refusal = await refusalOf(takeRole(sandbox, { role }));
    expect(refusal.name).toBe('ExpiredTokenException');
    expect(refusal.message).toMatch(
      /^Token expired: current date\/time \d+ must be before the expiration date\/time \d+$/,
    );
  });

  test('from another issuer is refused', async () => {
    sandbox.oidc.settings.issuer = 'https://ghes.example.com/_services/token';
    expect(await refusalOf(takeRole(sandbox, { role }))).toMatchObject({
      message:
        'No OpenIDConnect provider found in your account for https://ghes.example.com/_services/token',
    });
  });

  test('signed by a key the issuer does not publish is refused', async () => {
    sandbox.oidc.settings.foreignKey = true;
    expect(await refusalOf(takeRole(sandbox, { role }))).toMatchObject({
      name: 'InvalidIdentityTokenException',
    });
  });
});

describe('what is asked for a session', () => {
  const role = roles.central;

  test.each([
    ['a name with a space', { sessionName: 'run 42' }],
    ['a name of one character', { sessionName: 'x' }],
    ['a name of 65 characters', { sessionName: 'x'.repeat(65) }],
    ['less than a quarter of an hour', { seconds: 899 }],
    ['more than twelve hours', { seconds: 43_201 }],
    ["more than the role's maximum", { seconds: 3601 }],
    ['a session policy of 2,049 characters', { policy: `{"Statement":[]${' '.repeat(2033)}}` }],
  ])('cannot be %s', async (_, asked) => {
    expect(await refusalOf(takeRole(sandbox, { role, ...asked }))).toMatchObject({
      name: 'ValidationError',
      status: 400,
    });
  });

  test.each([
    ['not JSON', 'Allow all'],
    ['no policy', '{"Statement":[{"Effect":"Perhaps","Action":"*","Resource":"*"}]}'],
  ])('cannot be a session policy that is %s', async (_, policy) => {
    expect(await refusalOf(takeRole(sandbox, { role, policy }))).toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
  });
});

describe('a session', () => {
  test('whose policy only reads cannot write, although its role could', async () => {
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 's3:GetBucketPolicy', Resource: `arn:aws:s3:::${bucket}` },
      ],
    });
    const credentials = await takeRole(sandbox, { role: roles.central, policy });
    const client = s3(sandbox, { credentials });

    const { Policy = '' } = await client.send(new GetBucketPolicyCommand({ Bucket: bucket }));
    const write = client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));

    expect(await refusalOf(write)).toEqual({
      name: 'AccessDenied',
      message: `User: arn:aws:sts::${SEC}:assumed-role/CloudTrailOnboardingCentral/GitHubActions is not authorized to perform: s3:PutBucketPolicy on resource: arn:aws:s3:::${bucket} because no session policy allows the s3:PutBucketPolicy action`,
      status: 403,
    });
  });

  test('whose policy allows more than the role gains nothing', async () => {
    const policy = JSON.stringify(administratorPolicy);
    const credentials = await takeRole(sandbox, { role: roles.member, policy });
    const read = s3(sandbox, { credentials }).send(new GetBucketPolicyCommand({ Bucket: bucket }));
    expect(await refusalOf(read)).toMatchObject({ name: 'AccessDenied', message: 'Access Denied' });
  });

  test('ends when its time is over', async () => {
    const credentials = await takeRole(sandbox, { role: roles.central, seconds: 900 });
    sandbox.advance(16);
    expect(await refusalOf(accountOf(credentials))).toMatchObject({ name: 'ExpiredToken' });
    const read = s3(sandbox, { credentials }).send(new GetBucketPolicyCommand({ Bucket: bucket }));
    expect(await refusalOf(read)).toMatchObject({ name: 'ExpiredToken', status: 400 });
  });

  test.each([
    ['an unknown key', { accessKeyId: 'ASIAUNKNOWN000000000' }, 'InvalidClientTokenId'],
    ["another session's token", { sessionToken: 'x' }, 'InvalidClientTokenId'],
    ['no token', { sessionToken: undefined }, 'InvalidClientTokenId'],
    ['a wrong secret', { secretAccessKey: 'x' }, 'SignatureDoesNotMatch'],
  ])('is not recognised by %s', async (_, wrong, name) => {
    const credentials = await takeRole(sandbox, { role: roles.central });
    const presented = { ...credentials, ...wrong } as typeof credentials;
    expect(await refusalOf(accountOf(presented))).toMatchObject({ name, status: 403 });
  });

  test('may always ask who it is, even with a policy that denies it', async () => {
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
    });
    expect(await accountOf(await takeRole(sandbox, { role: roles.central, policy }))).toBe(SEC);
  });
});

describe('a role taken from another role', () => {
  const hub = () =>
    sandbox.world.createRole({
      account: SEC,
      name: 'Hub',
      trust: trust({ sub: 'repo:example-org/*' }, SEC),
      policy: allowAssume('*'),
    });

  function spoke(condition: object = {}) {
    return sandbox.world.createRole({
      account: DEV,
      name: 'Spoke',
      trust: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${SEC}:root` },
            Action: 'sts:AssumeRole',
            Condition: condition,
          },
        ],
      },
      policy: administratorPolicy,
      maxSessionSeconds: 7200,
    });
  }

  async function assume(role: string, more: object = {}) {
    const credentials = await takeRole(sandbox, { role: hub() });
    return sts(sandbox, { credentials }).send(
      new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'hub', ...more }),
    );
  }

  test('needs both the permission and the trust', async () => {
    const answer = await assume(spoke());
    expect(answer.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${DEV}:assumed-role/Spoke/hub`);
    expect(await refusalOf(assume(roles.member))).toMatchObject({ name: 'AccessDenied' });
  });

  test('needs the external ID its trust asks for', async () => {
    const role = spoke({ StringEquals: { 'sts:ExternalId': 'onboarding' } });
    expect(await refusalOf(assume(role))).toMatchObject({ name: 'AccessDenied' });
    expect(await refusalOf(assume(role, { ExternalId: 'other' }))).toMatchObject({ status: 403 });
    expect(await assume(role, { ExternalId: 'onboarding' })).toHaveProperty('Credentials');
  });

  test('lasts an hour at most, whatever its own maximum', async () => {
    const role = spoke();
    expect(await assume(role, { DurationSeconds: 3600 })).toHaveProperty('Credentials');
    expect(await refusalOf(assume(role, { DurationSeconds: 3601 }))).toMatchObject({
      name: 'ValidationError',
    });
  });

  test('taken by a user may last as long as the role allows', async () => {
    const credentials = administrator(sandbox, SEC);
    const command = new AssumeRoleCommand({
      RoleArn: spoke(),
      RoleSessionName: 'admin',
      DurationSeconds: 7200,
    });
    expect(await sts(sandbox, { credentials }).send(command)).toHaveProperty('Credentials');
  });
});

test('IAM does not save a trust in GitHub that leaves the subject open', () => {
  for (const sub of [undefined, '*']) {
    const policy = trust(sub === undefined ? {} : { sub });
    expect(() =>
      sandbox.world.createRole({ account: DEV, name: 'Open', trust: policy, policy }),
    ).toThrow(/subject/);
  }
});

function trust(claims: Readonly<Record<string, string>>, account = DEV) {
  const keys = Object.entries({ aud: 'sts.amazonaws.com', ...claims }).map(([claim, value]) => [
    `token.actions.githubusercontent.com:${claim}`,
    value,
  ]);
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: {
          Federated: `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`,
        },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringLike: Object.fromEntries(keys) as object },
      },
    ],
  };
}

function allowAssume(resource: string) {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: resource }],
  };
}
