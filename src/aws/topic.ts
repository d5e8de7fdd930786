// The policy of an SNS topic, read. Topics are never written.

import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import type { TopicReader } from '../plan/ports.js';
import { asked } from './call.js';
import { type AwsClientOptions, clientOf } from './client.js';

/** `accountId`: whose credentials these are. A topic is asked in its own Region, which may be another than the trail's. */
export function topicReader(options: AwsClientOptions, accountId: string): TopicReader {
  return {
    policy: async (topicArn) => {
      const region = topicArn.split(':')[3] ?? options.region;
      const sns = clientOf(SNSClient, { ...options, region });
      const call = {
        action: 'sns:GetTopicAttributes',
        accountId,
        resource: `topic ${topicArn}`,
      };
      const command = new GetTopicAttributesCommand({ TopicArn: topicArn });
      const answer = await asked(call, () => sns.send(command));
      // SNS gives every topic a policy; none at all admits nobody.
      return answer.Attributes?.['Policy'] ?? '{"Statement":[]}';
    },
  };
}
