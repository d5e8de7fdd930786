// What counts of a value that several places can give, first found: the account's entry in the accounts file, the input, the
// file's defaults or central. Knows no value's meaning.

import type { AccountsFile, FileAccount, Table } from './accounts-file.js';
import { fileFault } from './fault.js';
import type { InputName } from './names.js';
import type { Said, Voice } from './said.js';

const NONE: Table = new Map();

/** What is said of the run as a whole. */
export function runVoice(inputs: Voice, file: AccountsFile | null): Voice {
  const central = file?.central ?? NONE;
  return {
    // The bucket lies where the file's central is; the trails' Region may be another.
    said: (name) => inputs.said(name) ?? central.get(name) ?? inBucketRegion(name, central),
    missing: inputs.missing,
  };
}

function inBucketRegion(name: InputName, central: Table): Said | undefined {
  return name === 'bucket-region' ? central.get('region') : undefined;
}

/** What is said of one account; null: of one that the file does not list. */
export function accountVoice(
  inputs: Voice,
  file: AccountsFile | null,
  entry: FileAccount | null,
): Voice {
  if (file === null) return inputs;
  const own = entry?.table ?? NONE;
  const itself = entry === null ? undefined : saidOf(entry);
  return {
    said: (name) =>
      (name === 'member-account-id' ? itself : own.get(name)) ??
      inputs.said(name) ??
      file.defaults.get(name) ??
      file.central.get(name),
    missing: (name, remedy) =>
      entry === null
        ? inputs.missing(name, remedy)
        : fileFault(
            entry.at,
            `neither the account, an input nor the defaults give ${name}`,
            remedy,
          ),
  };
}

function saidOf({ id = '', at }: FileAccount): Said {
  return { text: id, fault: (problem, remedy) => fileFault(at, `id ${problem}`, remedy) };
}
