// Which input a key of the accounts file stands for.

import { INPUT_NAMES, type InputName } from './names.js';

const NAMES: ReadonlySet<string> = new Set(INPUT_NAMES);
const isInput = (name: string): name is InputName => NAMES.has(name);

/** `part` is `central`, `defaults` or `accounts`; undefined for a key that stands for none. */
export function inputOf(part: string, key: string): InputName | undefined {
  const own = part === 'central' ? `central-${key}` : `member-${key}`;
  return [own, key].find(isInput);
}
