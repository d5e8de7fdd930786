// SNS of the sandbox, asked with the real SDK: what a topic's policy is, and who may know it.

import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { tutorialWorld } from '../../sandbox/worlds.js';
import { administrator, DEV, refusalOf, region, SEC, sns } from './sdk.js';

const TopicArn = `arn:aws:sns:${region}:${DEV}:trails`;

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
  tutorialWorld(sandbox);
});

afterEach(() => sandbox.close());

const ask = (account: string) =>
  sns(sandbox, { credentials: administrator(sandbox, account) }).send(
    new GetTopicAttributesCommand({ TopicArn }),
  );

test("its own account reads a topic's policy", async () => {
  const policy = { Version: '2012-10-17', Statement: [] };
  sandbox.world.createTopic(TopicArn, JSON.stringify(policy));
  const { Attributes } = await ask(DEV);
  expect(JSON.parse(Attributes?.['Policy'] ?? '')).toEqual(policy);
});

test('a topic without a policy of its own has the one that SNS gives', async () => {
  sandbox.world.createTopic(TopicArn);
  const { Attributes } = await ask(DEV);
  expect(JSON.parse(Attributes?.['Policy'] ?? '')).toHaveProperty('Id', '__default_policy_ID');
});

test('another account is not told', async () => {
  sandbox.world.createTopic(TopicArn);
  expect(await refusalOf(ask(SEC))).toMatchObject({
    name: 'AuthorizationErrorException',
    status: 403,
  });
});

test('a topic that is not there', async () => {
  expect(await refusalOf(ask(DEV))).toMatchObject({ name: 'NotFoundException', status: 404 });
});
