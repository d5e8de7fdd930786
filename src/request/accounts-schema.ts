// The accounts file's shape: which keys stand where and of what type their values are. What a value may say is decided by
// the rules of the input it stands for; here are only its type, and what an editor needs to complete it.

import * as z from 'zod/mini';

const text = z.string('is not text; put it in quotes');
const flag = z.union([z.boolean(), z.enum(['true', 'false'])], 'is neither true nor false');
const role = described(text, "ARN of the role; '{account-id}' stands for the account's ID.");
const listOrText = <T extends z.core.SomeType>(item: T) =>
  z.union([z.array(item), text], 'is neither a list nor text');
const anyObject = z.record(z.string(), z.unknown());

/** The 12 digits are looked at by the input's rule, which says more; the pattern is for editors. */
const accountId = described(
  z.string('is not text'),
  'The 12-digit account ID, in quotes: without them YAML reads a number.',
  { pattern: '^[0-9]{12}$' },
);

const trail = {
  'role-arn': z.optional(role),
  'trail-name': z.optional(text),
  region: z.optional(text),
  'replaces-trail': z.optional(text),
  'multi-region': z.optional(flag),
  'global-service-events': z.optional(flag),
  'log-file-validation': z.optional(flag),
  'kms-key-arn': z.optional(text),
  'sns-topic-arn': z.optional(text),
  'cloudwatch-log-group-arn': z.optional(text),
  'cloudwatch-role-arn': z.optional(text),
  'event-selectors': z.optional(listOrText(anyObject)),
  'insight-selectors': z.optional(listOrText(z.union([z.string(), anyObject]))),
  'recursive-logging': z.optional(flag),
  tags: z.optional(
    z.union(
      [z.record(z.string(), z.string()), text],
      'is no table of tags; put values that look like numbers or dates in quotes',
    ),
  ),
};

const central = {
  'account-id': z.optional(accountId),
  'role-arn': z.optional(text),
  bucket: z.optional(text),
  region: z.optional(
    described(text, "The bucket's Region, and the trails' home Region where none is given."),
  ),
  'bucket-region': z.optional(text),
  'bucket-prefix': z.optional(text),
  'trail-name': z.optional(text),
  'policy-layout': z.optional(
    z.enum(
      ['documented', 'isolated', 'compact', 'organization'],
      'is not one of documented, isolated, compact, organization',
    ),
  ),
  'organization-id': z.optional(text),
  'kms-key-arn': z.optional(text),
  'hub-role-arn': z.optional(text),
  'external-id': z.optional(text),
};

const STATES = ['present', 'absent', 'closed'] as const;

const account = {
  id: accountId,
  name: z.optional(
    described(text, "The account's name: shown in plans, and what '{account-name}' stands for."),
  ),
  state: z.optional(
    described(
      z.enum(STATES, `is not one of ${STATES.join(', ')}`),
      "'present' (default): onboard. 'absent': stop and delete the trail, then take its grants back. 'closed': take the grants back without entering the account.",
    ),
  ),
  ...trail,
};

const table = 'is no table of keys and values';

export const accountsSchema = z.strictObject(
  {
    $schema: z.optional(text),
    central: z.optional(
      described(z.strictObject(central, table), 'The account and the bucket that logs go to.'),
    ),
    defaults: z.optional(
      described(z.strictObject(trail, table), 'What counts for every account without its own.'),
    ),
    accounts: z.optional(
      described(
        z.array(z.strictObject(account, table), 'is no list of accounts'),
        'The member accounts.',
      ),
    ),
  },
  table,
);

export type AccountState = (typeof STATES)[number];

/** The keys that may stand in each part, for messages. */
export const KEYS = {
  file: ['central', 'defaults', 'accounts'],
  central: Object.keys(central),
  defaults: Object.keys(trail),
  accounts: Object.keys(account),
} as const;

function described<T extends z.ZodMiniType>(
  schema: T,
  description: string,
  more: { readonly pattern?: string } = {},
): T {
  // A copy, for one schema serves several keys.
  const own = z.clone(schema);
  z.globalRegistry.add(own, { description, ...more });
  return own;
}
