// Values put into words: the same phrase for the same thing in summary, log and comment.

import type { Finding } from '../policy/index.js';
import type { SettingChange, TrailSettings } from '../trail/settings.js';

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

const SETTING_NAMES: { readonly [S in keyof TrailSettings]: string } = {
  bucket: 'bucket',
  prefix: 'prefix',
  multiRegion: 'multi-Region',
  globalServiceEvents: 'global service events',
  logFileValidation: 'log file validation',
};

/** What a new trail will have: "multi-Region, log validation". */
export function settingsInWords(settings: TrailSettings): string {
  return [
    settings.multiRegion ? 'multi-Region' : 'single-Region',
    settings.globalServiceEvents ? '' : 'no global service events',
    settings.logFileValidation ? 'log file validation' : 'no log file validation',
    settings.prefix === '' ? '' : `prefix ${settings.prefix}`,
  ]
    .filter((word) => word !== '')
    .join(', ');
}

/** "log file validation false → true" */
export function changeInWords({ setting, from, to }: SettingChange): string {
  const shown = (value: string): string => (value === '' ? '(none)' : value);
  return `${SETTING_NAMES[setting]} ${shown(from)} → ${shown(to)}`;
}

const RANK = { error: 0, warning: 1, notice: 2 } as const;

/** Worst first, else in the order they came. */
export function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);
}
