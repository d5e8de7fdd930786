// What is wanted of each account's trail: the member accounts', or the central account's own.

import type { Account } from './accounts.js';
import { definedOnly } from './defined.js';
import { type InputReader, inputReader } from './reader.js';
import type { Member, Request } from './request.js';
import * as rules from './rules.js';
import type { Voice } from './said.js';
import { readExtras, readSettings } from './trail-inputs.js';

/** Reads values that may hold placeholders, for one account. */
export type Expand = (rule: rules.Rule<string>) => rules.Rule<string>;

/** Null where something required is missing or wrong; `faults` then holds what. `readRegion` reads the home Region. */
export function readMember(
  { accountId, name, state, voice }: Account,
  { faults }: InputReader,
  readRegion: (voice: Voice) => string | undefined,
): Member | null {
  const reader = inputReader(voice, faults);
  const { optional, required } = reader;
  const expand = expander(accountId, name);
  const roleArn = optional('member-role-arn', expand(rules.roleArn));
  const remedy = "Give the name of the member's trail.";
  const trailName = required('trail-name', expand(rules.trailName), remedy);
  // Whoever leaves has nothing replaced: a default for all says nothing of it.
  const replaces =
    state === 'present' ? optional('replaces-trail', expand(rules.trailName)) : undefined;
  const settings = readSettings(reader, expand);
  const extras = readExtras(reader);
  const region = readRegion(voice);
  if (trailName === undefined || region === undefined) return null;
  const trail = { name: trailName, settings, extras, ...definedOnly({ replaces }) };
  return { accountId, ...definedOnly({ name, roleArn }), state, region, trail };
}

/**
 * The central account as the only account of the run, for its own trail; null as for `readMember`. It has no role of its
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
  const settings = readSettings(reader, expander(accountId, undefined));
  const extras = readExtras(reader);
  if (name === undefined || region === undefined) return null;
  return [{ accountId, state: 'present', region, trail: { name, settings, extras } }];
}

/**
 * The same for an audit, beside the listed accounts: that the trail is there, logs and delivers. The inputs that describe a
 * trail are about the members', so nothing is asked of its settings. Nobody, where the trail has no name.
 */
export function readAuditedCentral(
  { optional }: InputReader,
  { accountId, bucketRegion }: Request['central'],
): readonly Member[] {
  const name = optional('central-trail-name', rules.trailName);
  if (name === undefined) return [];
  const region = optional('region', rules.region) ?? bucketRegion;
  return [{ accountId, state: 'present', region, trail: { name, settings: {}, extras: {} } }];
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

const ID = '{account-id}';
const NAME = '{account-name}';

/** Rules look at what comes out, for a name that is fine for one account may be none for another. */
function expander(accountId: string, name: string | undefined): Expand {
  return (rule) => (text) => {
    if (text.includes(NAME) && name === undefined)
      return {
        problem: `holds ${NAME}, but account ${accountId} has no name`,
        remedy: `Use ${ID}, or give the account a name in the accounts file.`,
      };
    const expanded = text.replaceAll(ID, accountId).replaceAll(NAME, () => name ?? '');
    const ruled = rule(expanded);
    if ('value' in ruled || !text.includes(NAME)) return ruled;
    const given = JSON.stringify(expanded);
    return { ...ruled, problem: `gives ${given} for account ${accountId}, which ${ruled.problem}` };
  };
}
