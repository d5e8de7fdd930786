// The published schema is the code's own, and an editor finds in it what it needs.

import { readFileSync } from 'node:fs';
import { accountsSchemaText } from '../../scripts/accounts-schema.js';

type Schema = {
  readonly description?: string;
  readonly properties?: { readonly [key: string]: Schema };
  readonly items?: Schema;
  readonly additionalProperties?: boolean;
};

test('accounts.schema.json is what the code checks: `npm run schema` makes it anew', () => {
  expect(readFileSync('accounts.schema.json', 'utf8')).toBe(accountsSchemaText());
});

test('every key has a description, and no part takes keys that are not known', () => {
  const schema = JSON.parse(accountsSchemaText()) as Schema;
  const { central, defaults, accounts } = schema.properties ?? {};
  for (const part of [central, defaults, accounts?.items]) {
    expect(part?.additionalProperties).toBe(false);
    for (const { description = '' } of Object.values(part?.properties ?? {}))
      expect(description.length).toBeGreaterThan(20);
  }
});
