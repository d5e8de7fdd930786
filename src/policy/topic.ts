// Whether the policy of an SNS topic lets CloudTrail announce a trail's logs there, and the statement that makes it so. The
// reasoning is that of the bucket policy's doctor (doctor.ts); a topic's policy is never written.

import { uniqueSid } from './admit.js';
import type { Delivery } from './delivery.js';
import { diagnoseIn } from './doctor.js';
import { type PolicyDocument, type Statement, statementsOf } from './document.js';
import type { Finding } from './finding.js';
import type { Patient } from './patient.js';
import { asText } from './wording.js';

/** Error findings for what keeps CloudTrail from publishing for this delivery's trail; empty where nothing does. */
export function diagnoseTopic(
  document: PolicyDocument,
  topicArn: string,
  delivery: Delivery,
): readonly Finding[] {
  return diagnoseIn(patientOf(topicArn), document, [delivery]);
}

function patientOf(topicArn: string): Patient<'publish'> {
  return {
    kinds: ['publish'],
    requests: (_kind, _delivery, { service, context }) => [
      { caller: { service }, action: 'sns:Publish', resource: topicArn, context },
    ],
    resource: () => topicArn,
    admit: (document, deliveries) => admitAll(document, topicArn, deliveries),
    name: "topic's policy",
    code: 'topic-policy',
    byHand: 'Leave sns-topic-arn out',
  };
}

function admitAll(
  document: PolicyDocument,
  topicArn: string,
  deliveries: readonly Delivery[],
): PolicyDocument {
  const before = statementsOf(document);
  const added = deliveries.map(({ trailArn }) => statementFor(topicArn, trailArn, before));
  return { ...document, Statement: [...before, ...added] };
}

/** The statement that a topic's policy needs for a trail, as text to copy. */
export function topicStatement(topicArn: string, trailArn: string): string {
  return asText(statementFor(topicArn, trailArn, []));
}

/** With the `aws:SourceArn` that the console leaves out. Source: CloudTrail user guide, cloudtrail-permissions-for-sns-notifications. */
function statementFor(topicArn: string, trailArn: string, others: readonly Statement[]): Statement {
  return {
    Sid: uniqueSid('AWSCloudTrailSNSPolicy20131101', others),
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Action: 'SNS:Publish',
    Resource: topicArn,
    Condition: { StringEquals: { 'aws:SourceArn': trailArn } },
  };
}
