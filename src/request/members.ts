// Which accounts' trails a run is about, and what is wanted of each one: the member accounts', or the central account's own.

import type { SettingsWish } from '../trail/settings.js';
import { definedOnly } from './defined.js';
import type { InputReader } from './reader.js';
import type { Member } from './request.js';
import * as rules from './rules.js';
import { readExtras, readSettings } from './trail-inputs.js';

/** In order of account ID; null where a required input is missing or wrong (the reader then holds the faults). */
export function readMembers(
  reader: InputReader,
  region: string | undefined,
  state: Member['state'],
): readonly Member[] | null {
  const { optional, required } = reader;
  const ids = required(
    'member-account-id',
    accountIds,
    'Give the 12-digit ID of the member account.',
  );
  const roleArn = optional('member-role-arn', roleTemplate);
  const template = required('trail-name', nameTemplate, "Give the name of the member's trail.");
  const replaces = optional('replaces-trail', nameTemplate);
  const settings = readSettings(reader);
  const extras = readExtras(reader);
  if (ids === undefined || template === undefined || region === undefined) return null;
  return ids.map((accountId) => ({
    accountId,
    state,
    region,
    trail: {
      name: forAccount(template, accountId),
      settings: settingsFor(settings, accountId),
      extras,
      ...definedOnly({ replaces: replaces && forAccount(replaces, accountId) }),
    },
    ...definedOnly({ roleArn: roleArn === undefined ? undefined : forAccount(roleArn, accountId) }),
  }));
}

/**
 * The central account as the only account of the run, for its own trail; null as for `readMembers`. It has no role of its
 * own here: it is reached as the central account.
 */
export function readCentralTrail(
  reader: InputReader,
  accountId: string,
  region: string | undefined,
): readonly Member[] | null {
  for (const name of MEMBER_INPUTS) reader.optional(name, forMembers);
  const name = reader.required(
    'central-trail-name',
    rules.trailName,
    "Give the name of the central account's own trail.",
  );
  const settings = settingsFor(readSettings(reader), accountId);
  const extras = readExtras(reader);
  if (name === undefined || region === undefined) return null;
  return [{ accountId, state: 'present', region, trail: { name, settings, extras } }];
}

const MEMBER_INPUTS = [
  'member-account-id',
  'member-role-arn',
  'trail-name',
  'replaces-trail',
] as const;

const forMembers: rules.Rule<never> = () => ({
  problem: 'names a member, but bootstrap is about the central account',
  remedy: "Leave it out. The central account's own trail is named in central-trail-name.",
});

/** ARNs of things that each account has for itself may hold `{account-id}` too. */
function settingsFor(settings: SettingsWish, accountId: string): SettingsWish {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      typeof value === 'string' ? forAccount(value, accountId) : value,
    ]),
  );
}

const forAccount = (template: string, accountId: string): string =>
  template.replaceAll('{account-id}', accountId);

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

const roleTemplate: rules.Rule<string> = (text) => {
  const ruled = rules.roleArn(forAccount(text, '000000000000'));
  return 'problem' in ruled ? ruled : { value: text };
};

const nameTemplate: rules.Rule<string> = (text) => {
  if (text.includes('{account-name}'))
    return {
      problem: 'holds {account-name}, but no account has a name here',
      remedy: 'Use {account-id}, or write the name out.',
    };
  const ruled = rules.trailName(forAccount(text, '000000000000'));
  return 'problem' in ruled ? ruled : { value: text };
};
