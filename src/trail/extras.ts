// What a trail has beside the settings of CreateTrail, each with calls of its own: event selectors, insight selectors and
// tags. They are looked at only where the user mentions them. Pure: compares them up to CloudTrail's own rewriting.

/** In the API's own shape, all basic or all advanced. */
export type EventSelectors =
  | { readonly kind: 'basic'; readonly selectors: readonly BasicSelector[] }
  | { readonly kind: 'advanced'; readonly selectors: readonly AdvancedSelector[] };

export type BasicSelector = {
  readonly ReadWriteType?: string | undefined;
  readonly IncludeManagementEvents?: boolean | undefined;
  readonly DataResources?: readonly DataResource[] | undefined;
  readonly ExcludeManagementEventSources?: readonly string[] | undefined;
};

type DataResource = {
  readonly Type?: string | undefined;
  readonly Values?: readonly string[] | undefined;
};

export type AdvancedSelector = {
  readonly Name?: string | undefined;
  readonly FieldSelectors: readonly FieldSelector[];
};

export type FieldSelector = { readonly Field: string } & {
  readonly [operator in (typeof OPERATORS)[number]]?: readonly string[] | undefined;
};

export const OPERATORS = [
  'Equals',
  'StartsWith',
  'EndsWith',
  'NotEquals',
  'NotStartsWith',
  'NotEndsWith',
] as const;

/** `ApiCallRateInsight`, `ApiErrorRateInsight`. */
export type InsightTypes = readonly string[];

export type Tags = { readonly [key: string]: string };

/** An undefined one is not mentioned, or was not read. */
export type TrailExtras = {
  readonly eventSelectors?: EventSelectors;
  readonly insightSelectors?: InsightTypes;
  readonly tags?: Tags;
};

/** A trail without selectors records all management events; that is also what clearing comes to. */
export const DEFAULT_SELECTORS: EventSelectors = {
  kind: 'basic',
  selectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true }],
};

/** A basic selector records management events unless it says otherwise, an advanced one only if it says so. */
export function recordsManagementEvents(selectors: EventSelectors): boolean {
  return selectors.kind === 'basic'
    ? selectors.selectors.some((selector) => selector.IncludeManagementEvents ?? true)
    : selectors.selectors.some(({ FieldSelectors }) =>
        FieldSelectors.some(
          ({ Field, Equals }) => Field === 'eventCategory' && Equals?.includes('Management'),
        ),
      );
}

export function sameSelectors(a: EventSelectors, b: EventSelectors): boolean {
  return canonicalSelectors(a) === canonicalSelectors(b);
}

/** The same text for the same meaning: defaults written out, lists in order. */
export function canonicalSelectors(selectors: EventSelectors): string {
  const texts =
    selectors.kind === 'basic'
      ? selectors.selectors.map(canonicalBasic)
      : selectors.selectors.map(canonicalAdvanced);
  return JSON.stringify([selectors.kind, texts.map((one) => JSON.stringify(one)).toSorted()]);
}

function canonicalBasic(selector: BasicSelector): unknown {
  const resources = (selector.DataResources ?? []).map(({ Type = '', Values = [] }) => [
    Type,
    [...Values].toSorted(),
  ]);
  return [
    selector.ReadWriteType ?? 'All',
    selector.IncludeManagementEvents ?? true,
    resources.map((one) => JSON.stringify(one)).toSorted(),
    [...(selector.ExcludeManagementEventSources ?? [])].toSorted(),
  ];
}

function canonicalAdvanced({ Name = '', FieldSelectors }: AdvancedSelector): unknown {
  const fields = FieldSelectors.map((field) => [
    field.Field,
    ...OPERATORS.map((operator) => [...(field[operator] ?? [])].toSorted()),
  ]);
  return [Name, fields.map((one) => JSON.stringify(one)).toSorted()];
}

export function sameInsights(a: InsightTypes, b: InsightTypes): boolean {
  return JSON.stringify([...new Set(a)].toSorted()) === JSON.stringify([...new Set(b)].toSorted());
}

/**
 * The tags to set and the keys to take away. Tags that are not mentioned stay, but for `none` (an empty wish), which takes
 * away all that a user can: `aws:` is AWS's own.
 */
export function tagChanges(
  live: Tags,
  wish: Tags,
): { readonly add: Tags; readonly remove: readonly string[] } {
  const wished = Object.entries(wish);
  const current = new Map(Object.entries(live));
  const remove =
    wished.length > 0 ? [] : [...current.keys()].filter((key) => !key.startsWith('aws:'));
  return {
    add: Object.fromEntries(wished.filter(([key, value]) => current.get(key) !== value)),
    remove: remove.toSorted(),
  };
}
