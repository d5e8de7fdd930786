// Reads single inputs by their rules and gathers what is wrong, so that all faults are told together.

import type { Finding } from '../policy/index.js';
import { inputFault } from './fault.js';
import type { InputName } from './names.js';
import type { Rule } from './rules.js';

export type InputReader = {
  /** Grows while inputs are read. */
  readonly faults: Finding[];
  /** Undefined where the input is empty or wrong; a wrong one has left a fault. */
  readonly optional: <T>(name: InputName, rule: Rule<T>) => T | undefined;
  /** As `optional`, and an empty input leaves a fault too. */
  readonly required: <T>(name: InputName, rule: Rule<T>, remedy: string) => T | undefined;
};

/** `text` gives an input's value, trimmed, empty for one that is not set. */
export function inputReader(text: (name: InputName) => string): InputReader {
  const faults: Finding[] = [];
  const optional = <T>(name: InputName, rule: Rule<T>): T | undefined => {
    const given = text(name);
    if (given === '') return undefined;
    const ruled = rule(given);
    if ('value' in ruled) return ruled.value;
    faults.push(inputFault(name, `${quoted(given)} ${ruled.problem}`, ruled.remedy));
    return undefined;
  };
  const required = <T>(name: InputName, rule: Rule<T>, remedy: string): T | undefined => {
    if (text(name) === '') faults.push(inputFault(name, 'is missing', remedy));
    return optional(name, rule);
  };
  return { faults, optional, required };
}

/** Long or odd values are shown cut and escaped: they end up in annotations. */
function quoted(text: string): string {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return JSON.stringify(shown);
}
