// Values put into words: the same phrase for the same thing in summary, log and comment.

import type { Finding } from '../policy/index.js';

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `20,480`. By hand, for toLocaleString starts all of ICU: 50 ms of a run of half a second. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

export const ICONS = { error: '❌', warning: '⚠️', notice: 'ℹ️' } as const;

const RANK = { error: 0, warning: 1, notice: 2 } as const;

/** Worst first, else in the order they came. */
export function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);
}
