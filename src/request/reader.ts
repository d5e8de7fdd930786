// Reads single values by their rules and gathers what is wrong, so that all faults are told together.

import type { Finding } from '../policy/index.js';
import type { InputName } from './names.js';
import type { Rule } from './rules.js';
import type { Voice } from './said.js';

export type InputReader = {
  /** Grows while values are read. */
  readonly faults: Finding[];
  /** Undefined where nothing is said, or something wrong; what is wrong has left a fault. */
  readonly optional: <T>(name: InputName, rule: Rule<T>) => T | undefined;
  /** As `optional`, and where nothing is said that leaves a fault too. */
  readonly required: <T>(name: InputName, rule: Rule<T>, remedy: string) => T | undefined;
};

export function inputReader(voice: Voice, faults: Finding[] = []): InputReader {
  const optional = <T>(name: InputName, rule: Rule<T>): T | undefined => {
    const given = voice.said(name);
    if (given === undefined || given.text === null) return undefined;
    const ruled = rule(given.text);
    if ('value' in ruled) return ruled.value;
    faults.push(given.fault(`${quoted(given.text)} ${ruled.problem}`, ruled.remedy));
    return undefined;
  };
  const required = <T>(name: InputName, rule: Rule<T>, remedy: string): T | undefined => {
    if (voice.said(name) === undefined) faults.push(voice.missing(name, remedy));
    return optional(name, rule);
  };
  return { faults, optional, required };
}

/** Long or odd values are shown cut and escaped: they end up in annotations. */
export function quoted(text: string): string {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return JSON.stringify(shown);
}
