// Where a trail sends besides its bucket, an SNS topic and a CloudWatch log group: what is wrong with them, as far as that can
// be known before CloudTrail is asked, and the statements it needs there, to be copied. Pure. Bucket and key are not its
// business. Sources: CloudTrail user guide, cloudtrail-permissions-for-sns-notifications and
// cloudtrail-required-policy-for-cloudwatch-logs; CloudTrail API reference, CreateTrail.

import {
  diagnoseTopic,
  type Finding,
  type PolicyDocument,
  topicStatement,
} from '../policy/index.js';
import { CallFailure } from '../problem.js';
import type { Mode } from '../request/request.js';
import type { TrailSettings } from '../trail/settings.js';
import type { TrailStep } from './steps.js';
import type { About } from './trail-guards.js';

type Destinations = Pick<
  TrailSettings,
  'snsTopicArn' | 'cloudWatchLogGroupArn' | 'cloudWatchRoleArn'
>;

/** A topic's policy (null: there is no such topic), or why it could not be read. */
export type TopicPolicy =
  | { readonly document: PolicyDocument | null }
  | { readonly unread: string };

export type Place = {
  readonly trailArn: string;
  readonly mode: Mode;
  /** Undefined where no topic is set, and before it was asked for. */
  readonly topic?: TopicPolicy | undefined;
};

const NONE: Destinations = { snsTopicArn: '', cloudWatchLogGroupArn: '', cloudWatchRoleArn: '' };

/** Topic, group and role that the steps set; empty texts for those that they leave as they are. */
export function destinationsSet(steps: readonly TrailStep[]): Destinations {
  const step = steps.find(({ kind }) => kind === 'create' || kind === 'update');
  return step === undefined ? NONE : setBy(step);
}

function setBy(step: TrailStep): Destinations {
  if (step.kind === 'create') return step.settings;
  if (step.kind !== 'update') return NONE;
  const { changes, settings } = step;
  const sets = (name: keyof Destinations): boolean =>
    changes.some(({ setting }) => setting === name);
  const logs = sets('cloudWatchLogGroupArn') || sets('cloudWatchRoleArn');
  return {
    snsTopicArn: sets('snsTopicArn') ? settings.snsTopicArn : '',
    cloudWatchLogGroupArn: logs ? settings.cloudWatchLogGroupArn : '',
    cloudWatchRoleArn: logs ? settings.cloudWatchRoleArn : '',
  };
}

/**
 * Before CloudTrail is asked. Nobody looks at a role, which is told in a dry run only: in an apply CloudTrail looks at it, and
 * its refusal comes with the same text ({@link refused}).
 */
export function destinationFindings(
  set: Destinations,
  place: Place,
  about: About,
): readonly Finding[] {
  const wrong = partitionFindings(set, place, about);
  if (wrong.length > 0) return wrong;
  return [
    ...(set.snsTopicArn === '' ? [] : topicFindings(set.snsTopicArn, place, about)),
    ...(set.cloudWatchLogGroupArn === '' ? [] : logGroupFindings(set, place, about)),
  ];
}

const [PARTITION, REGION, ACCOUNT, REST] = [1, 3, 4, 5] as const;
const part = (arn: string, index: number): string => arn.split(':')[index] ?? '';

/** No ARN of one partition means anything in another. */
function partitionFindings(set: Destinations, { trailArn }: Place, about: About): Finding[] {
  const wanted = part(trailArn, PARTITION);
  return [set.snsTopicArn, set.cloudWatchLogGroupArn, set.cloudWatchRoleArn]
    .filter((arn) => arn !== '' && part(arn, PARTITION) !== wanted)
    .map((arn) =>
      about(
        'error',
        'destination-partition',
        `${arn} is of partition ${part(arn, PARTITION)}, but trail ${trailArn} is of ${wanted}.`,
        `Give an ARN that begins with arn:${wanted}:.`,
      ),
    );
}

function topicFindings(topicArn: string, place: Place, about: About): readonly Finding[] {
  const { trailArn, topic } = place;
  const accountId = part(trailArn, ACCOUNT);
  if (topic === undefined) return [];
  if ('document' in topic && topic.document !== null)
    return diagnoseTopic(topic.document, topicArn, { trailArn, accountId, bucket: '', prefix: '' });
  if ('document' in topic)
    return [
      about(
        'error',
        'topic-missing',
        `There is no topic ${topicArn}.`,
        `Create it, with this statement in its policy: ${topicStatement(topicArn, trailArn)}`,
      ),
    ];
  return [
    about(
      'notice',
      'topic-policy-not-read',
      `Whether CloudTrail may publish to ${topicArn}${abroad(topicArn, trailArn)} was not looked at: ${topic.unread}`,
      topicRemedy(topicArn, trailArn),
    ),
  ];
}

/** "Topic may be in another account or Region": then somebody else has to change its policy. */
function abroad(topicArn: string, trailArn: string): string {
  const owner = part(topicArn, ACCOUNT);
  return owner === part(trailArn, ACCOUNT) ? '' : `, a topic of account ${owner},`;
}

function topicRemedy(topicArn: string, trailArn: string): string {
  return `The topic must exist, the key of an encrypted topic must allow cloudtrail.amazonaws.com kms:GenerateDataKey* and kms:Decrypt, and the topic's policy needs this statement: ${topicStatement(topicArn, trailArn)}`;
}

/** A group of another account was refused with the inputs; of its Region only the plan knows what is wanted. */
function logGroupFindings(set: Destinations, place: Place, about: About): readonly Finding[] {
  const { trailArn, mode } = place;
  const home = part(trailArn, REGION);
  const { cloudWatchLogGroupArn: group, cloudWatchRoleArn: role } = set;
  if (part(group, REGION) !== home)
    return [
      about(
        'warning',
        'log-group-region',
        `Log group ${group} is not in ${home}, the home Region of trail ${trailArn}. CloudTrail looks for a log group there and will most likely refuse it.`,
        `Give a log group of ${home}: a multi-Region trail sends the events of all Regions to it.`,
      ),
    ];
  if (mode === 'apply') return [];
  return [
    about(
      'notice',
      'log-group-role-not-read',
      `Whether CloudTrail may write to ${group} with role ${role} was not looked at.`,
      logsRemedy(set, trailArn),
    ),
  ];
}

/** Trust and permissions of the role. Without `aws:SourceArn`, which was seen to shut CloudTrail out (prowler's issue 4714). */
function logsRemedy(
  { cloudWatchLogGroupArn: group, cloudWatchRoleArn: role }: Destinations,
  trailArn: string,
): string {
  const stream = `${part(trailArn, ACCOUNT)}_CloudTrail_${part(trailArn, REGION)}*`;
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const permissions = {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `${group.replace(/:\*$/, '')}:log-stream:${stream}`,
  };
  return `Group and role must exist. The trust policy of ${role.split(':').slice(REST).join(':')} needs this statement: ${JSON.stringify(trust, null, 2)}\nIts permissions policy needs this one: ${JSON.stringify(permissions, null, 2)}`;
}

/** The failure of a step, with the statement that is missing where CloudTrail refused a topic, a group or a role. */
export function refused(error: unknown, step: TrailStep, trailArn: string): unknown {
  if (!(error instanceof CallFailure)) return error;
  const set = step.kind === 'create' || step.kind === 'update' ? step.settings : NONE;
  const remedy = remedyFor(error.awsCode, set, trailArn);
  const [finding] = error.findings;
  if (remedy === null || finding === undefined) return error;
  return new CallFailure(error.awsCode, { ...finding, remedy }, { cause: error });
}

function remedyFor(awsCode: string, set: Destinations, trailArn: string): string | null {
  switch (awsCode) {
    case 'InsufficientSnsTopicPolicyException':
    case 'InvalidSnsTopicNameException':
      return set.snsTopicArn === '' ? null : topicRemedy(set.snsTopicArn, trailArn);
    case 'InvalidCloudWatchLogsRoleArnException':
    case 'InvalidCloudWatchLogsLogGroupArnException':
      return set.cloudWatchLogGroupArn === '' ? null : logsRemedy(set, trailArn);
    default:
      return null;
  }
}
