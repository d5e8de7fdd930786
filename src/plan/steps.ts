// The steps that a trail is brought through, in order. Each is one call to CloudTrail; carrying them out decides nothing.

import type { EventSelectors, InsightTypes, Tags } from '../trail/extras.js';
import type { SettingChange, TrailSettings } from '../trail/settings.js';

/** `trail` is the name of the trail that the step is about. */
export type TrailStep = { readonly trail: string } & (
  | { readonly kind: 'create'; readonly settings: TrailSettings; readonly tags: Tags }
  | {
      readonly kind: 'update';
      readonly changes: readonly SettingChange[];
      readonly settings: TrailSettings;
    }
  | { readonly kind: 'put-event-selectors'; readonly selectors: EventSelectors }
  | { readonly kind: 'put-insight-selectors'; readonly types: InsightTypes }
  | { readonly kind: 'add-tags'; readonly tags: Tags }
  | { readonly kind: 'remove-tags'; readonly keys: readonly string[] }
  | { readonly kind: 'start-logging' }
  | { readonly kind: 'stop-logging' }
  | { readonly kind: 'delete' }
);

/** The step as a person would name it. */
export function stepInWords(step: TrailStep): string {
  return WORDS[step.kind];
}

const WORDS: { readonly [kind in TrailStep['kind']]: string } = {
  create: 'create',
  update: 'change',
  'put-event-selectors': 'set event selectors',
  'put-insight-selectors': 'set insight selectors',
  'add-tags': 'set tags',
  'remove-tags': 'remove tags',
  'start-logging': 'start logging',
  'stop-logging': 'stop logging',
  delete: 'delete',
};
