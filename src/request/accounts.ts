// Which accounts a run is about: those of the input, those of the accounts file, or, where both are given, those of the file
// that the input names. What is wanted of each is read in members.ts.

import type { AccountsFile, FileAccount } from './accounts-file.js';
import { fileFault, inputFault } from './fault.js';
import { accountVoice } from './layers.js';
import type { InputReader } from './reader.js';
import type { Member } from './request.js';
import * as rules from './rules.js';
import type { Said, Voice } from './said.js';

export type Account = {
  readonly accountId: string;
  readonly name?: string;
  readonly state: Member['state'];
  readonly voice: Voice;
};

/** What the operation does to an account of whose state nothing is said, and whether it was asked to. */
export type Operation = { readonly name: string; readonly state: Member['state'] };

/** In order of account ID; null where there is none that could be read (the reader then holds the faults). */
export function readAccounts(
  inputs: Voice,
  file: AccountsFile | null,
  reader: InputReader,
  operation: Operation,
): readonly Account[] | null {
  if (operation.state !== 'present')
    reader.faults.push(...replacing(inputs.said('replaces-trail')));
  if (file === null || (file.accounts === null && file.faults.length === 0)) {
    const ids = reader.required('member-account-id', accountIds, ID_REMEDY);
    const voice = accountVoice(inputs, file, null);
    return ids?.map((accountId) => ({ accountId, state: operation.state, voice })) ?? null;
  }
  const wanted = reader.optional('member-account-id', accountIds);
  const listed = readListed(inputs, file, reader, operation);
  if (wanted === undefined) {
    reader.faults.push(...leavingAll(file, operation));
    return listed;
  }
  const ids = new Set(listed.map(({ accountId }) => accountId));
  for (const id of wanted.filter((one) => !ids.has(one)))
    reader.faults.push(
      inputFault(
        'member-account-id',
        `names ${id}, which ${file.path} does not list`,
        'With accounts-file it limits the run to accounts of the file. Add the account there.',
      ),
    );
  return listed.filter(({ accountId }) => wanted.includes(accountId));
}

const ID_REMEDY = 'Give the 12-digit ID of the member account, or accounts-file.';

function readListed(
  inputs: Voice,
  file: AccountsFile,
  { faults }: InputReader,
  operation: Operation,
): readonly Account[] {
  const seen = new Map<string, FileAccount>();
  if (file.accounts?.length === 0)
    faults.push(
      inputFault('accounts-file', 'lists no account', 'List at least one under accounts.'),
    );
  const accounts = (file.accounts ?? []).flatMap((entry): readonly Account[] => {
    const { id, name, at } = entry;
    if (id === undefined) return [];
    const ruled = rules.accountId(id);
    const first = seen.get(id);
    if ('problem' in ruled)
      faults.push(fileFault(at, `id ${JSON.stringify(id)} ${ruled.problem}`, ruled.remedy));
    else if (first !== undefined)
      faults.push(
        fileFault(
          at,
          `account ${id} is listed already in line ${first.at.line}`,
          'List each once.',
        ),
      );
    if ('problem' in ruled || first !== undefined) return [];
    seen.set(id, entry);
    faults.push(...opposed(entry, operation));
    const state = entry.state ?? operation.state;
    if (state !== 'present') faults.push(...replacing(entry.table.get('replaces-trail')));
    const voice = accountVoice(inputs, file, entry);
    return [{ accountId: id, state, voice, ...(name === undefined ? {} : { name }) }];
  });
  return accounts.toSorted((a, b) => (a.accountId < b.accountId ? -1 : 1));
}

/** A file lists those that stay: whoever offboards all of it has most likely mistaken the operation. */
function leavingAll(file: AccountsFile, { name, state }: Operation) {
  if (state === 'present') return [];
  return [
    inputFault(
      'operation',
      `is ${name}, which would remove every account of ${file.path}`,
      "Leave operation out and set 'state: absent' on the accounts that leave, or name them in member-account-id.",
    ),
  ];
}

function opposed({ id, state, at }: FileAccount, operation: Operation) {
  if (operation.state === 'present' || state !== 'present') return [];
  return [
    fileFault(
      at,
      `account ${id} has 'state: present', but the operation is ${operation.name}`,
      'Take the state out, or leave operation out.',
    ),
  ];
}

function replacing(said: Said | undefined) {
  if (said === undefined) return [];
  return [
    said.fault('is given for an account that leaves', 'Name the trail that leaves in trail-name.'),
  ];
}

const accountIds: rules.Rule<readonly string[]> = (text) => {
  const ids = text.split(/[\s,]+/).filter((id) => id !== '');
  for (const id of ids) {
    const ruled = rules.accountId(id);
    if ('problem' in ruled)
      return {
        problem: `holds ${JSON.stringify(id)}, which ${ruled.problem}`,
        remedy: ruled.remedy,
      };
  }
  if (ids.length === 0)
    return { problem: 'names no account', remedy: 'Give the 12-digit ID of the member account.' };
  return { value: ids.toSorted() };
};
