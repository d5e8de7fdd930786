// Event and insight selectors: which ones CloudTrail takes and how it shows them. Kept in the API's own shape.
// Rules: CloudTrail API reference, EventSelector, AdvancedEventSelector, InsightSelector; quotas: user guide.

import { exception, flag, type Input, list, text } from '../json-protocol.js';
import type { Trail } from '../state.js';

export function getEventSelectors(trail: Trail): object {
  return { TrailARN: trail.description.TrailARN, ...selectorsOf(trail) };
}

/** Replaces all selectors of both kinds; a trail has one kind at a time. */
export function putEventSelectors(trail: Trail, input: Input): object {
  const basic = (list(input, 'EventSelectors') ?? []) as readonly Input[];
  const advanced = (list(input, 'AdvancedEventSelectors') ?? []) as readonly Input[];
  if (basic.length > 0 === advanced.length > 0) {
    throw invalid('Specify either event selectors or advanced event selectors.');
  }
  requireFewEnough(basic, advanced);
  for (const selector of advanced) requireAdvanced(selector);
  trail.eventSelectors = basic.map(completed);
  trail.advancedEventSelectors = advanced;
  trail.description = { ...trail.description, HasCustomEventSelectors: true };
  return { TrailARN: trail.description.TrailARN, ...selectorsOf(trail) };
}

function selectorsOf(trail: Trail): object {
  return trail.advancedEventSelectors.length > 0
    ? { AdvancedEventSelectors: trail.advancedEventSelectors }
    : { EventSelectors: trail.eventSelectors };
}

/** Five basic selectors with 250 data resources, or 500 conditions of advanced ones. */
function requireFewEnough(basic: readonly Input[], advanced: readonly Input[]): void {
  const values = (items: readonly Input[], member: string) =>
    items.flatMap((item) => list(item, member) ?? []) as readonly Input[];
  const resources = values(values(basic, 'DataResources'), 'Values');
  const fields = values(advanced, 'FieldSelectors');
  const conditions = operators.flatMap((operator) => values(fields, operator));
  if (basic.length <= 5 && resources.length <= 250 && conditions.length <= 500) return;
  throw invalid('The number of event selectors or of their conditions is over the limit.');
}

/** A basic selector with what CloudTrail adds where something was left out. */
function completed(selector: Input): object {
  const readWrite = text(selector, 'ReadWriteType') ?? 'All';
  const resources = (list(selector, 'DataResources') ?? []) as readonly Input[];
  const excluded = (list(selector, 'ExcludeManagementEventSources') ?? []).map(String);
  const types = ['AWS::S3::Object', 'AWS::Lambda::Function', 'AWS::DynamoDB::Table'];
  const sources = ['kms.amazonaws.com', 'rdsdata.amazonaws.com'];
  if (
    !['All', 'ReadOnly', 'WriteOnly'].includes(readWrite) ||
    !resources.every((resource) => types.includes(text(resource, 'Type') ?? '')) ||
    !excluded.every((source) => sources.includes(source))
  ) {
    throw invalid('The event selector is not valid.');
  }
  return {
    ReadWriteType: readWrite,
    IncludeManagementEvents: flag(selector, 'IncludeManagementEvents') ?? true,
    DataResources: resources,
    ExcludeManagementEventSources: excluded,
  };
}

const operators = [
  'Equals',
  'StartsWith',
  'EndsWith',
  'NotEquals',
  'NotStartsWith',
  'NotEndsWith',
] as const;

/** Each selector is for one category, and each field compares with something. */
function requireAdvanced(selector: Input): void {
  const fields = (list(selector, 'FieldSelectors') ?? []) as readonly Input[];
  const categories = fields
    .filter((field) => text(field, 'Field') === 'eventCategory')
    .flatMap((field) => list(field, 'Equals') ?? []);
  const known = ['Management', 'Data', 'NetworkActivity'];
  const compared = fields.every((field) =>
    operators.some((operator) => (list(field, operator) ?? []).length > 0),
  );
  if (categories.length === 1 && known.includes(String(categories[0])) && compared) return;
  throw invalid('The advanced event selector is not valid.');
}

export function getInsightSelectors(trail: Trail): object {
  const { TrailARN } = trail.description;
  if (trail.insightSelectors.length === 0) {
    throw exception('InsightNotEnabled', `Trail ${TrailARN} does not have Insights enabled.`);
  }
  return { TrailARN, InsightSelectors: trail.insightSelectors };
}

/** An empty list turns Insights off; event categories that are left out are the management events. */
export function putInsightSelectors(trail: Trail, input: Input): object {
  const selectors = (list(input, 'InsightSelectors') ?? []) as readonly Input[];
  for (const selector of selectors) {
    const type = text(selector, 'InsightType') ?? '';
    const categories = (list(selector, 'EventCategories') ?? []).map(String);
    if (
      !['ApiCallRateInsight', 'ApiErrorRateInsight'].includes(type) ||
      !categories.every((category) => ['Management', 'Data'].includes(category))
    ) {
      throw exception('InvalidInsightSelectors', 'The insight selector is not valid.');
    }
  }
  trail.insightSelectors = selectors;
  trail.description = { ...trail.description, HasInsightSelectors: selectors.length > 0 };
  return { TrailARN: trail.description.TrailARN, InsightSelectors: selectors };
}

function invalid(message: string): Error {
  return exception('InvalidEventSelectors', message);
}
