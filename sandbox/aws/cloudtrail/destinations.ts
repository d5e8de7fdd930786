// Where a trail sends besides its bucket: an SNS topic and a CloudWatch Logs group. Only what CreateTrail and UpdateTrail
// check of them; nothing is sent there. Names and words of the errors: CloudTrail API reference and public issue threads.

import type { Aws } from '../aws.js';
import { type Caller, refusal } from '../iam.js';
import { exception } from '../json-protocol.js';
import type { Role, TrailDescription } from '../state.js';
import { accountOf, serviceMay } from './service-principal.js';

/** @throws `Refusal` InsufficientSnsTopicPolicyException, also for a topic that does not exist */
export function requireTopic(aws: Aws, trail: TrailDescription): void {
  const arn = trail.SnsTopicARN;
  if (arn === undefined) return;
  const topic = aws.state.topics.get(arn);
  const admits =
    topic !== undefined &&
    serviceMay(aws, trail, {
      action: 'sns:Publish',
      resource: arn,
      resourceAccount: arn.split(':')[4] ?? '',
      resourcePolicy: topic.policy,
    });
  if (admits) return;
  throw exception(
    'InsufficientSnsTopicPolicy',
    'SNS Topic does not exist or the topic policy is incorrect!',
  );
}

/**
 * Group and role come together, both from the trail's account; the role trusts CloudTrail and may write the group's
 * streams for this trail (CloudTrail user guide, cloudtrail-required-policy-for-cloudwatch-logs).
 *
 * @throws `Refusal` InvalidCloudWatchLogsLogGroupArnException or InvalidCloudWatchLogsRoleArnException
 */
export async function requireLogGroup(aws: Aws, trail: TrailDescription): Promise<void> {
  const { CloudWatchLogsLogGroupArn: group, CloudWatchLogsRoleArn: roleArn } = trail;
  if (group === undefined && roleArn === undefined) return;
  if (roleArn === undefined) {
    throw badRole('You must specify a role ARN as well as a log group.');
  }
  if (group === undefined) throw badGroup('You must specify a log group as well as a role ARN.');
  const account = accountOf(trail);
  const name = new RegExp(
    `^arn:aws[\\w-]*:logs:${trail.HomeRegion}:${account}:log-group:([\\w./#-]+):\\*$`,
  ).exec(group)?.[1];
  if (name === undefined || !aws.state.logGroups.has(group)) {
    throw badGroup("Check the log group ARN: CloudTrail can't validate it.");
  }
  const role = aws.state.roles.get(roleArn);
  if (role === undefined || !trustsCloudTrail(aws, trail, role)) {
    throw badRole('Access denied. Check the trust relationships for your role.');
  }
  const stream = `${group.slice(0, -1)}log-stream:${account}_CloudTrail_${trail.HomeRegion}`;
  if (!(await mayWriteStream(role, stream))) {
    throw badGroup('Access denied. Check the permissions for your role.');
  }
}

/**
 * Who names a role for CloudTrail must be allowed to pass it, which for another account's role nobody is.
 *
 * @throws `Refusal` AccessDeniedException
 */
export async function requirePassRole(caller: Caller, roleArn: string): Promise<void> {
  const denied = await refusal(caller, {
    action: 'iam:PassRole',
    resource: roleArn,
    resourceAccount: roleArn.split(':')[4] ?? '',
    context: { 'iam:PassedToService': 'cloudtrail.amazonaws.com' },
  });
  if (denied !== undefined) throw exception('AccessDenied', denied);
}

function trustsCloudTrail(aws: Aws, trail: TrailDescription, role: Role): boolean {
  return serviceMay(aws, trail, {
    action: 'sts:AssumeRole',
    resource: role.arn,
    resourceAccount: role.account,
    resourcePolicy: role.trust,
  });
}

async function mayWriteStream(role: Role, stream: string): Promise<boolean> {
  const session: Caller = {
    arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/CloudTrail`,
    account: role.account,
    userId: `${role.id}:CloudTrail`,
    kind: 'role',
    accessKeyId: '',
    principal: role.arn,
    policy: role.policy,
  };
  const refusals = await Promise.all(
    ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) =>
      refusal(session, { action, resource: stream, resourceAccount: role.account }),
    ),
  );
  return refusals.every((reason) => reason === undefined);
}

function badRole(message: string): Error {
  return exception('InvalidCloudWatchLogsRoleArn', message);
}

function badGroup(message: string): Error {
  return exception('InvalidCloudWatchLogsLogGroupArn', message);
}
