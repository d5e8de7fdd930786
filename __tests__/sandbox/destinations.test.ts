// What CloudTrail checks of a topic and of a log group before it takes them for a trail.

import { CreateTrailCommand, UpdateTrailCommand } from '@aws-sdk/client-cloudtrail';
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
  secTrailArn,
} from './sdk.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
  tutorialWorld(sandbox);
  sandbox.world.putBucketPolicy(bucket, consolePolicy(bucket, DEV, devTrailArn));
});

afterEach(() => sandbox.close());

type Policy = { readonly Version: string; readonly Statement: readonly object[] };

const policy = (...statements: readonly object[]): Policy => ({
  Version: '2012-10-17',
  Statement: statements,
});

const create = (more: object) =>
  cloudTrail(sandbox, { credentials: administrator(sandbox, DEV) }).send(
    new CreateTrailCommand({ Name: 'DEV-CLOUDTRAIL', S3BucketName: bucket, ...more }),
  );

describe('a topic', () => {
  const topic = `arn:aws:sns:${region}:${SEC}:trails`;
  const publish = {
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Action: 'SNS:Publish',
    Resource: topic,
  };
  const from = (arn: string) => ({
    ...publish,
    Condition: { StringEquals: { 'aws:SourceArn': arn } },
  });

  test.each([
    ['anybody of CloudTrail', publish],
    ['this trail', from(devTrailArn)],
  ])('of another account is taken when it admits %s', async (_, statement) => {
    sandbox.world.createTopic(topic, policy(statement));
    const created = await create({ SnsTopicName: topic });
    expect(created).toMatchObject({ SnsTopicARN: topic, SnsTopicName: 'trails' });
  });

  test.each([
    ['admits another trail', () => sandbox.world.createTopic(topic, policy(from(secTrailArn)))],
    ['has no policy', () => sandbox.world.createTopic(topic)],
    ['does not exist', () => undefined],
  ])('is not taken when it %s', async (_, prepare) => {
    prepare();
    expect(await refusalOf(create({ SnsTopicName: topic }))).toEqual({
      name: 'InsufficientSnsTopicPolicyException',
      message: 'SNS Topic does not exist or the topic policy is incorrect!',
      status: 400,
    });
  });
});

describe('a log group', () => {
  const group = `arn:aws:logs:${region}:${DEV}:log-group:trails:*`;
  const stream = `arn:aws:logs:${region}:${DEV}:log-group:trails:log-stream:${DEV}_CloudTrail_${region}*`;
  const trust = (service: string) =>
    policy({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' });
  const write = (...actions: readonly string[]) =>
    policy({ Effect: 'Allow', Action: actions, Resource: stream });

  type RoleChange = {
    readonly trust?: Policy;
    readonly policy?: Policy;
    readonly account?: string;
  };

  function ready(change: RoleChange = {}): object {
    sandbox.world.createLogGroup(group);
    const role = sandbox.world.createRole({
      account: DEV,
      name: 'CloudTrailToLogs',
      trust: trust('cloudtrail.amazonaws.com'),
      policy: write('logs:CreateLogStream', 'logs:PutLogEvents'),
      ...change,
    });
    return { CloudWatchLogsLogGroupArn: group, CloudWatchLogsRoleArn: role };
  }

  test('is taken with a role that CloudTrail may take and that may write there', async () => {
    const wanted = ready();
    expect(await create(wanted)).toMatchObject(wanted);
  });

  test.each([
    ['trusts somebody else', { trust: trust('ec2.amazonaws.com') }, 'RoleArn', 'trust'],
    ['may not write', { policy: write('logs:CreateLogStream') }, 'LogGroupArn', 'permissions'],
  ])('is not taken with a role that %s', async (_, change: RoleChange, what, why) => {
    const refusal = await refusalOf(create(ready(change)));
    expect(refusal.name).toBe(`InvalidCloudWatchLogs${what}Exception`);
    expect(refusal.message).toMatch(new RegExp(`^Access denied\\. Check the ${why}`));
  });

  test.each([
    ['a group alone', 'CloudWatchLogsRoleArn', 'InvalidCloudWatchLogsRoleArnException'],
    ['a role alone', 'CloudWatchLogsLogGroupArn', 'InvalidCloudWatchLogsLogGroupArnException'],
  ])('is not taken as %s', async (_, missing, name) => {
    expect(await refusalOf(create({ ...ready(), [missing]: undefined }))).toMatchObject({ name });
  });

  test.each([
    ['that does not exist', group.replace('trails', 'none')],
    ['without its last part', group.slice(0, -2)],
    ['of another Region', group.replace(region, 'eu-west-1')],
  ])('is not taken %s', async (_, arn) => {
    const wanted = { ...ready(), CloudWatchLogsLogGroupArn: arn };
    expect(await refusalOf(create(wanted))).toMatchObject({
      name: 'InvalidCloudWatchLogsLogGroupArnException',
    });
  });

  test("is not taken with another account's role, which nobody can pass", async () => {
    expect(await refusalOf(create(ready({ account: SEC })))).toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  test('is named only by who may pass the role to CloudTrail', async () => {
    const wanted = ready();
    const member = (service: string) => {
      const Condition = { StringEquals: { 'iam:PassedToService': service } };
      const user = sandbox.world.createUser({
        account: DEV,
        name: 'member',
        policy: policy(
          { Effect: 'Allow', Action: 'cloudtrail:*', Resource: '*' },
          { Effect: 'Allow', Action: 'iam:PassRole', Resource: '*', Condition },
        ),
      });
      return cloudTrail(sandbox, { credentials: sandbox.world.credentialsFor(user) });
    };
    const command = () =>
      new CreateTrailCommand({ Name: 'DEV-CLOUDTRAIL', S3BucketName: bucket, ...wanted });
    const refusal = await refusalOf(member('ec2.amazonaws.com').send(command()));
    expect(refusal.name).toBe('AccessDeniedException');
    expect(refusal.message).toContain('is not authorized to perform: iam:PassRole on resource');
    expect(await member('cloudtrail.amazonaws.com').send(command())).toMatchObject(wanted);
  });

  test('is left by two empty texts, for which no role is passed', async () => {
    await create(ready());
    const user = sandbox.world.createUser({
      account: DEV,
      name: 'member',
      policy: policy({ Effect: 'Allow', Action: 'cloudtrail:*', Resource: '*' }),
    });
    const update = { CloudWatchLogsLogGroupArn: '', CloudWatchLogsRoleArn: '' };
    await cloudTrail(sandbox, { credentials: sandbox.world.credentialsFor(user) }).send(
      new UpdateTrailCommand({ Name: 'DEV-CLOUDTRAIL', ...update }),
    );
    expect(sandbox.world.trails(DEV)[0]).not.toHaveProperty('CloudWatchLogsRoleArn');
  });
});
