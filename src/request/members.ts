// Which member accounts a run is about, and what is wanted of each one's trail.

import type { InputReader } from './reader.js';
import type { Member } from './request.js';
import * as rules from './rules.js';

/** In order of account ID; null where a required input is missing or wrong (the reader then holds the faults). */
export function readMembers(
  { optional, required }: InputReader,
  region: string | undefined,
): readonly Member[] | null {
  const ids = required(
    'member-account-id',
    accountIds,
    'Give the 12-digit ID of the member account.',
  );
  const roleArn = optional('member-role-arn', roleTemplate);
  const template = required('trail-name', nameTemplate, "Give the name of the member's trail.");
  const wish = definedOnly({
    multiRegion: optional('multi-region', rules.flag),
    globalServiceEvents: optional('global-service-events', rules.flag),
    logFileValidation: optional('log-file-validation', rules.flag),
  });
  if (ids === undefined || template === undefined || region === undefined) return null;
  return ids.map((accountId) => ({
    accountId,
    region,
    trail: { name: forAccount(template, accountId), ...wish },
    ...definedOnly({ roleArn: roleArn === undefined ? undefined : forAccount(roleArn, accountId) }),
  }));
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

/** The entries that have a value: an absent key, not an undefined one, says "not mentioned". */
export function definedOnly<T extends object>(
  entries: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
