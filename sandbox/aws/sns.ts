// SNS, as far as a topic's policy goes: GetTopicAttributes. Nothing is published. A topic of which nobody said a policy has
// the one that SNS gives: its own account may, no service. Codes and messages: SNS API reference.

import { type HttpRequest, Refusal, type XmlValue } from '../wire.js';
import type { Aws, Service } from './aws.js';
import { type Caller, refusal } from './iam.js';
import { formOf, queryRefusal, queryReply, signedCaller } from './query-protocol.js';
import type { PolicyDocument } from './state.js';

const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';

export const sns: Service = {
  name: (request) => {
    const form = formOf(request);
    const topic = form.get('TopicArn');
    return {
      operation: form.get('Action') ?? 'Unknown',
      write: false,
      ...(topic !== null && { resource: topic }),
    };
  },
  answer: async (aws, request, { operation }) => {
    if (operation !== 'GetTopicAttributes')
      throw new Refusal(400, 'InvalidAction', `Could not find operation ${operation}`);
    const result = await topicAttributes(aws, signedCaller(aws, request), request);
    return queryReply(operation, result, namespace);
  },
  refuse: (error) => queryRefusal(error, namespace),
};

async function topicAttributes(
  { state }: Aws,
  caller: Caller,
  request: HttpRequest,
): Promise<XmlValue> {
  const arn = formOf(request).get('TopicArn') ?? '';
  const account = arn.split(':')[4] ?? '';
  const topic = state.topics.get(arn);
  const policy = topic?.policy ?? defaultPolicy(arn, account);
  const denied = await refusal(caller, {
    action: 'sns:GetTopicAttributes',
    resource: arn,
    resourceAccount: account,
    resourcePolicy: policy,
    context: { 'AWS:SourceOwner': caller.account },
  });
  if (denied !== undefined) throw new Refusal(403, 'AuthorizationError', denied);
  if (topic === undefined) throw new Refusal(404, 'NotFound', 'Topic does not exist');
  const attributes = { TopicArn: arn, Owner: account, Policy: JSON.stringify(policy) };
  const entry = Object.entries(attributes).map(([key, value]) => ({ key, value }));
  return { Attributes: { entry } };
}

function defaultPolicy(arn: string, account: string): PolicyDocument {
  return {
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['SNS:GetTopicAttributes', 'SNS:SetTopicAttributes', 'SNS:Publish'],
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': account } },
      },
    ],
  };
}
