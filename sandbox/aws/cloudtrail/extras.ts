// What hangs on a trail besides its settings: tags, event selectors, insight selectors. Kept in the API's own shape.

import { exception, type Input, list, text } from '../json-protocol.js';
import type { Trail } from '../state.js';
import { tagsOf } from './input.js';
import { trailToChange, trailToRead, type Viewpoint } from './lookup.js';

const tagsPerTrail = 50;

export function addTags(view: Viewpoint, input: Input): object {
  const trail = trailToChange(view, text(input, 'ResourceId') ?? '');
  const tags = new Map([
    ...trail.tags,
    ...tagsOf(input).map((tag) => [tag.Key, tag.Value] as const),
  ]);
  if (tags.size > tagsPerTrail) {
    throw exception('TagsLimitExceeded', `A trail can have at most ${tagsPerTrail} tags.`);
  }
  for (const [key, value] of tags) trail.tags.set(key, value);
  return {};
}

export function removeTags(view: Viewpoint, input: Input): object {
  const trail = trailToChange(view, text(input, 'ResourceId') ?? '');
  for (const tag of tagsOf(input)) trail.tags.delete(tag.Key);
  return {};
}

export function listTags(view: Viewpoint, input: Input): object {
  const arns = (list(input, 'ResourceIdList') ?? []).map(String);
  const resources = arns.map((arn) => ({
    ResourceId: arn,
    TagsList: [...trailToRead(view, arn).tags].map(([Key, Value]) => ({ Key, Value })),
  }));
  return { ResourceTagList: resources };
}

export function getEventSelectors(trail: Trail): object {
  return { TrailARN: trail.description.TrailARN, ...selectorsOf(trail) };
}

/** Replaces all selectors of both kinds; a trail has one kind at a time (CloudTrail API reference). */
export function putEventSelectors(trail: Trail, input: Input): object {
  const basic = list(input, 'EventSelectors') ?? [];
  const advanced = list(input, 'AdvancedEventSelectors') ?? [];
  if (basic.length > 0 === advanced.length > 0 || basic.length > 5) {
    throw exception(
      'InvalidEventSelectors',
      'Specify either one to five event selectors or advanced event selectors.',
    );
  }
  trail.eventSelectors = basic;
  trail.advancedEventSelectors = advanced;
  trail.description = { ...trail.description, HasCustomEventSelectors: true };
  return { TrailARN: trail.description.TrailARN, ...selectorsOf(trail) };
}

function selectorsOf(trail: Trail): object {
  return trail.advancedEventSelectors.length > 0
    ? { AdvancedEventSelectors: trail.advancedEventSelectors }
    : { EventSelectors: trail.eventSelectors };
}

export function getInsightSelectors(trail: Trail): object {
  const { TrailARN } = trail.description;
  if (trail.insightSelectors.length === 0) {
    throw exception('InsightNotEnabled', `Trail ${TrailARN} does not have Insights enabled.`);
  }
  return { TrailARN, InsightSelectors: trail.insightSelectors };
}

/** An empty list turns Insights off. */
export function putInsightSelectors(trail: Trail, input: Input): object {
  const selectors = list(input, 'InsightSelectors') ?? [];
  const known = ['ApiCallRateInsight', 'ApiErrorRateInsight'];
  for (const selector of selectors) {
    if (!known.includes(String((selector as { InsightType?: string }).InsightType))) {
      throw exception('InvalidInsightSelectors', 'The insight type is not valid.');
    }
  }
  trail.insightSelectors = selectors;
  trail.description = { ...trail.description, HasInsightSelectors: selectors.length > 0 };
  return { TrailARN: trail.description.TrailARN, InsightSelectors: selectors };
}
