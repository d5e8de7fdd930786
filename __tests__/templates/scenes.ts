// What is there before a run of the table: trails, a topic and a log group, a key, other accounts. What a run asks for is in
// runs.ts.

import { administratorPolicy, consolePolicy, githubTrust, tutorial } from '../../sandbox/worlds.js';
import { DEV_ARN, type Stage } from '../e2e/stage.js';
import { KEY } from './roles.js';

/** Role by which the others are taken. */
export const HUB_ARN = `arn:aws:iam::${tutorial.ids.SEC}:role/Hub`;

/** The tutorial's roles can be taken from a hub role only, which may take any role. */
export const withHub: Scene = ({ sandbox: { world }, scene: { ids, roles, repository } }) => {
  const provider = world.createOidcProvider({ account: ids.SEC });
  world.createRole({
    account: ids.SEC,
    name: 'Hub',
    trust: githubTrust(provider, repository),
    policy: administratorPolicy,
  });
  for (const arn of Object.values(roles)) {
    const [, , , , account = '', role = ''] = arn.split(':');
    const trust = { Effect: 'Allow', Principal: { AWS: HUB_ARN }, Action: 'sts:AssumeRole' };
    world.createRole({
      account,
      name: role.replace('role/', ''),
      trust: { Version: '2012-10-17', Statement: [trust] },
      policy: administratorPolicy,
    });
  }
};

export type Scene = (stage: Stage) => void;

/** One scene after the other. */
export const all =
  (...scenes: readonly Scene[]): Scene =>
  (stage) => {
    for (const scene of scenes) scene(stage);
  };

/** A trail of the member that is there already and logs to the bucket. */
export const withTrail =
  (more: object = {}): Scene =>
  ({ sandbox, scene }) => {
    sandbox.world.createTrail({
      account: scene.ids.DEV,
      region: scene.region,
      name: 'DEV-CLOUDTRAIL',
      bucket: scene.bucket,
      ...more,
    });
  };

/** The bucket's policy admits the member's trail, below a prefix, and nobody else's. */
export const admitted =
  (prefix?: string): Scene =>
  ({ sandbox, scene: { bucket, ids } }) => {
    const policy = JSON.stringify(consolePolicy(bucket, ids.DEV, DEV_ARN));
    const folder = prefix === undefined ? '/AWSLogs/' : `/${prefix}/AWSLogs/`;
    sandbox.world.putBucketPolicy(bucket, policy.replace('/AWSLogs/', folder));
  };

/** The bucket's policy admits the member's trail beside the central account's. */
export const admittedBeside: Scene = ({ sandbox: { world }, scene: { bucket, ids } }) => {
  const both = [world.bucketPolicy(bucket), consolePolicy(bucket, ids.DEV, DEV_ARN)];
  const Statement = both.flatMap((policy) => policy?.['Statement']);
  world.putBucketPolicy(bucket, { Version: '2012-10-17', Statement });
};

export const hoursLater: Scene = ({ sandbox }) => sandbox.advance(67);

export const LOGS_ROLE = 'CloudTrailToCloudWatchLogs';

/** The member's topic and log group, or the central account's. */
export function destinationsOf(account: string) {
  const place = `${tutorial.region}:${account}`;
  return {
    topic: `arn:aws:sns:${place}:trails`,
    logGroup: `arn:aws:logs:${place}:log-group:trails:*`,
    logsRole: `arn:aws:iam::${account}:role/${LOGS_ROLE}`,
  };
}

/** A topic and a log group that CloudTrail may use, as the user guide would have them. */
export const withDestinations =
  (account = tutorial.ids.DEV): Scene =>
  ({ sandbox: { world } }) => {
    const { topic, logGroup } = destinationsOf(account);
    const cloudtrail = { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' } };
    const document = (statement: object): string =>
      JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    world.createTopic(topic, document({ ...cloudtrail, Action: 'SNS:Publish', Resource: topic }));
    world.createLogGroup(logGroup);
    world.createRole({
      account,
      name: LOGS_ROLE,
      trust: document({ ...cloudtrail, Action: 'sts:AssumeRole' }),
      policy: document({
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: logGroup.replace(/\*$/, 'log-stream:*'),
      }),
    });
  };

/** An older trail of the member with selectors and tags. */
export const withSelectors: Scene = withTrail({
  tags: { team: 'audit' },
  advancedEventSelectors: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Data'] }] }],
  insightSelectors: [{ InsightType: 'ApiCallRateInsight' }],
});

/** An older trail of the member with topic, log group and tags. */
export const withRichTrail: Scene = all(withDestinations(), (stage) => {
  const { topic, logGroup, logsRole } = destinationsOf(tutorial.ids.DEV);
  withTrail({
    tags: { team: 'audit' },
    SnsTopicName: 'trails',
    SnsTopicARN: topic,
    CloudWatchLogsLogGroupArn: logGroup,
    CloudWatchLogsRoleArn: logsRole,
  })(stage);
});

/** The central account's own bucket and trail are not there yet. */
export const beforeBootstrap: Scene = ({ sandbox: { world }, scene: { bucket, ids } }) => {
  world.deleteBucket(bucket);
  for (const { TrailARN } of world.trails(ids.SEC)) world.deleteTrail(TrailARN);
};

/** The central account's own trail has more than the tutorial gives it. */
export const withOwnTrail =
  (more: object): Scene =>
  ({ sandbox: { world }, scene: { bucket, ids, region, trailName } }) => {
    world.createTrail({ account: ids.SEC, region, name: trailName, bucket, ...more });
  };

/** The key of the templates, as KMS makes it: its account's IAM decides. */
export const withKey =
  (...more: readonly object[]): Scene =>
  ({ sandbox: { world }, scene: { ids, region } }) => {
    const owner = {
      Sid: 'Enable IAM User Permissions',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${ids.SEC}:root` },
      Action: 'kms:*',
      Resource: '*',
    };
    const policy = { Version: '2012-10-17', Statement: [owner, ...more] };
    world.createKey({ account: ids.SEC, region, policy, id: KEY.split('/').at(-1) ?? '' });
  };

const SEC_ARN = `arn:aws:cloudtrail:${tutorial.region}:${tutorial.ids.SEC}:trail/${tutorial.trailName}`;

/** For the member's trail and the central account's. */
export const OPEN_TO_CLOUDTRAIL = {
  Effect: 'Allow',
  Principal: { Service: 'cloudtrail.amazonaws.com' },
  Action: ['kms:GenerateDataKey*', 'kms:DescribeKey'],
  Resource: '*',
  Condition: { StringEquals: { 'aws:SourceArn': [DEV_ARN, SEC_ARN] } },
};
