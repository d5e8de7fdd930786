// The tags of a trail: adding overwrites, removing forgives.

import { exception, type Input, list, text } from '../json-protocol.js';
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
