// Numbers into text: medians, Markdown tables, and whether a target was reached. Measures nothing.

/** The middle value; the mean of the two middle ones where their number is even. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export const milliseconds = (value: number): string =>
  value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;

export const ratio = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ×`;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map(line)
    .join('\n');
}

/** What was hoped for, what came out, and whether that is enough; null where it could not be measured. */
export type Target = {
  readonly name: string;
  readonly wanted: string;
  readonly measured: string;
  readonly reached: boolean | null;
};

/** At most so much. */
export function atMost(
  name: string,
  limit: number,
  measured: number,
  show: (value: number) => string,
): Target {
  return { name, wanted: `≤ ${show(limit)}`, measured: show(measured), reached: measured <= limit };
}

/** At least so many times faster; `measured` is null where the slower one is not installed. */
export function timesFaster(name: string, least: number, measured: number | null): Target {
  return {
    name,
    wanted: `≥ ${least} ×`,
    measured: measured === null ? 'not measured' : ratio(measured),
    reached: measured === null ? null : measured >= least,
  };
}

export function targetTable(targets: readonly Target[]): string {
  return table(
    ['target', 'wanted', 'measured', ''],
    targets.map(({ name, wanted, measured, reached }) => [
      name,
      wanted,
      measured,
      reached === null ? '–' : reached ? 'reached' : 'not reached',
    ]),
  );
}
