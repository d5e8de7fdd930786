// The second look, at what only matters for certain steps. It is the one reading that depends on what is planned.

import { PolicyError, parsePolicy } from '../policy/index.js';
import { UserError } from '../problem.js';
import type { Request } from '../request/request.js';
import { destinationsSet, type TopicPolicy } from './destinations.js';
import { touched } from './managed-elsewhere.js';
import type { ObservedMember } from './observe.js';
import { isMissingTopic } from './patience.js';
import type { MemberPorts, TopicReader, TrailReader } from './ports.js';

import { planTrail, stepsOf } from './trail-plan.js';

/**
 * The tags of a trail that is to be changed, the policy of a topic that is to be set. A run without such steps makes no call
 * for it; a call that is refused is no failure, but told where it matters.
 */
export async function withSurroundings(
  observed: ObservedMember,
  request: Request,
  { trails, topics }: MemberPorts,
): Promise<ObservedMember> {
  const steps = stepsOf(planTrail(observed, request));
  const { snsTopicArn } = destinationsSet(steps);
  const isChanged = touched(observed.trails, steps).some(({ arn }) => arn === observed.trailArn);
  const [tags, topic] = await Promise.all([
    isChanged && observed.extras.tags === undefined ? readTags(trails, observed) : {},
    snsTopicArn === '' ? undefined : readTopic(topics, snsTopicArn),
  ]);
  return { ...observed, ...tags, ...(topic !== undefined && { topic }) };
}

async function readTags(
  reader: TrailReader,
  { trailArn: arn, extras }: ObservedMember,
): Promise<Partial<ObservedMember>> {
  try {
    return { extras: { ...extras, tags: (await reader.tags(arn)) ?? {} } };
  } catch (error) {
    if (error instanceof UserError) return { tagsUnread: error.message };
    throw error;
  }
}

async function readTopic(reader: TopicReader, topicArn: string): Promise<TopicPolicy> {
  try {
    return { document: parsePolicy(await reader.policy(topicArn)) };
  } catch (error) {
    if (isMissingTopic(error)) return { document: null };
    if (error instanceof UserError || error instanceof PolicyError)
      return { unread: error.message };
    throw error;
  }
}
