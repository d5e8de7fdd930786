// What a topic's policy must say, and what keeps CloudTrail from publishing.

import type { Statement } from '../../src/policy/document.js';
import { diagnoseTopic, topicStatement } from '../../src/policy/index.js';
import { DEV, delivery, PRD, trailOf } from './shapes/deliveries.js';
import { policy } from './shapes/shapes.js';

const TOPIC = 'arn:aws:sns:ap-northeast-2:222222222222:trails';
const dev = delivery(DEV);
const publish: Statement = {
  Effect: 'Allow',
  Principal: { Service: 'cloudtrail.amazonaws.com' },
  Action: 'SNS:Publish',
  Resource: TOPIC,
};
/** As SNS gives it to every new topic, shortened. */
const own: Statement = {
  Sid: '__default_statement_ID',
  Effect: 'Allow',
  Principal: { AWS: '*' },
  Action: ['SNS:GetTopicAttributes', 'SNS:Publish'],
  Resource: TOPIC,
  Condition: { StringEquals: { 'AWS:SourceOwner': DEV } },
};
const from = (arn: string): Statement => ({
  ...publish,
  Condition: { StringEquals: { 'aws:SourceArn': arn } },
});
const codes = (...statements: readonly Statement[]): readonly string[] =>
  diagnoseTopic(policy(...statements), TOPIC, dev).map(({ code }) => code);

test.each<[string, Statement]>([
  ['the published statement', publish],
  ['one for this trail', from(trailOf(DEV))],
  [
    'one for any trail of the account',
    {
      ...publish,
      Condition: { ArnLike: { 'AWS:SourceArn': `arn:aws:cloudtrail:*:${DEV}:trail/*` } },
    },
  ],
  ['one for all that may be done with it', { ...publish, Action: 'sns:*' }],
])('nothing is wrong with %s', (_, statement) => {
  expect(codes(own, statement)).toEqual([]);
});

test.each<[string, readonly Statement[], string]>([
  ['only the policy that SNS gives', [own], 'topic-policy-grant-missing'],
  ['one for another trail', [own, from(trailOf(PRD))], 'topic-policy-grant-missing'],
  ['one for another topic', [{ ...publish, Resource: `${TOPIC}-2` }], 'topic-policy-grant-missing'],
  [
    'a Deny for all who are not of the account',
    [
      publish,
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 'SNS:Publish',
        Resource: TOPIC,
        Condition: { StringNotEquals: { 'aws:SourceAccount': PRD } },
      },
    ],
    'topic-policy-deny-stops-cloudtrail',
  ],
])('CloudTrail is kept out by %s', (_, statements, code) => {
  expect(codes(...statements)).toEqual([code]);
});

test('the remedy, followed to the letter, heals', () => {
  const [error] = diagnoseTopic(policy(own), TOPIC, dev);
  expect(error).toMatchObject({
    account: DEV,
    message: `The topic's policy does not let CloudTrail sns:Publish on ${TOPIC} for trail ${trailOf(DEV)}. No statement admits CloudTrail to this action.`,
    remedy: expect.stringContaining('Leave sns-topic-arn out, or add this statement: {') as string,
  });
  const statement = JSON.parse(error?.remedy.slice(error.remedy.indexOf('{')) ?? '') as Statement;
  expect(codes(own, statement)).toEqual([]);
  expect(JSON.parse(topicStatement(TOPIC, dev.trailArn))).toEqual(statement);
  expect(statement.Sid).toBe('AWSCloudTrailSNSPolicy20131101');
});
