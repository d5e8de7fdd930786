// When sessions and tokens are taken, against the sandbox's STS and on a clock of the test, which AWS's follows.

import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { jobOf } from '../../sandbox/runner/event.js';
import { tutorial, tutorialWorld } from '../../sandbox/worlds.js';
import { awsClock } from '../../src/aws/aws-clock.js';
import { bucketReader } from '../../src/aws/bucket.js';
import { clientOptions } from '../../src/aws/connect.js';
import { requestHandler } from '../../src/aws/http.js';
import { OPERATION } from '../../src/aws/permissions.js';
import { takeRoles } from '../../src/aws/sessions.js';
import { idToken } from '../../src/github/oidc.js';
import type { Request } from '../../src/request/request.js';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
  tutorialWorld(sandbox);
});
afterEach(() => sandbox.close());

const { ids, roles, bucket, region } = tutorial;
const request = {
  operation: 'onboard',
  mode: 'plan',
  central: { accountId: ids.SEC, roleArn: roles.central, bucket, bucketRegion: region },
  members: [
    {
      accountId: ids.DEV,
      roleArn: roles.member,
      state: 'present',
      region,
      trail: { name: 'DEV-CLOUDTRAIL', settings: {}, extras: {} },
    },
  ],
  access: { audience: 'sts.amazonaws.com', sessionName: 'test' },
  maxParallel: 8,
} as unknown as Request;

async function open(masked: string[] = []) {
  let now = 0;
  const { requestPath, requestToken } = sandbox.oidc.admit(jobOf({ name: 'push' }));
  const environment = {
    ACTIONS_ID_TOKEN_REQUEST_URL: sandbox.url + requestPath,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
  };
  const clock = awsClock(requestHandler());
  const source = {
    client: {
      endpoint: sandbox.url,
      forcePathStyle: true,
      requestHandler: clock.handler,
      customUserAgent: 'test',
      clockOffset: clock.ahead,
    },
    idToken: (audience: string) => idToken(environment, audience),
    mask: (secret: string) => masked.push(secret),
    now: () => now,
  };
  const sessions = await takeRoles(request, source, OPERATION);
  const readPolicy = bucketReader(
    clientOptions(request, source).bucket(sessions.central),
    request.central,
  ).policy;
  const pass = (minutes: number): void => {
    now += minutes * 60_000;
    sandbox.advance(minutes);
  };
  return { sessions, readPolicy, pass, masked };
}

const count = (operation: string): number =>
  sandbox.requests.filter((one) => one.operation === operation).length;

test('over an hour no call meets a session that has ended; each is taken with a token that has not', async () => {
  const { readPolicy, pass, masked } = await open();
  for (let minutes = 0; minutes < 60; minutes += 4) {
    await readPolicy();
    pass(4);
  }
  expect(sandbox.requests.filter(({ status }) => status >= 400)).toEqual([]);
  // The member's, which nobody has used since, is the one above the central ones.
  expect(count('AssumeRoleWithWebIdentity')).toBe(1 + 5);
  expect(count('GetIdToken')).toBe(5);
  // Of each the key, its secret and the token.
  expect(new Set(masked).size).toBe(3 * 6);
});

test('a session that ended unforeseen is taken anew, and the call is sent again', async () => {
  const { readPolicy } = await open();
  await readPolicy();
  sandbox.advance(16);
  expect(await readPolicy()).toContain('AWSCloudTrailWrite');
  const refused = sandbox.requests.map(({ errorCode }) => errorCode).filter(Boolean);
  // The token had ended as well.
  expect([...new Set(refused)]).toEqual(['ExpiredToken', 'ExpiredTokenException']);
});

test.each([['AccessKeyId'], ['SecretAccessKey'], ['SessionToken']])(
  'an %s that no header can hold is no answer of STS, and is neither used nor masked',
  async (part) => {
    const answer = {
      rewrite: (body: string) => body.replace(`<${part}>`, `<${part}>one\n::error::made up `),
    };
    sandbox.faults.inject({ operation: 'AssumeRoleWithWebIdentity', answer, times: 2 });
    const masked: string[] = [];
    await expect(open(masked)).rejects.toMatchObject({
      findings: [
        { code: 'aws-unreadable', account: ids.SEC },
        { code: 'aws-unreadable', account: ids.DEV },
      ],
    });
    expect(masked).toEqual([]);
  },
);
