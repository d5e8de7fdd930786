// Makes accounts.schema.json from the code's own schema, with what action.yml says of each input as the key's description.
// `node lib/scripts/accounts-schema.js` writes it; a test compares.

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { inputOf } from '../src/request/accounts-keys.js';
import { accountsSchema } from '../src/request/accounts-schema.js';

const FILE = 'accounts.schema.json';

type Schema = {
  readonly description?: string;
  readonly properties?: { readonly [key: string]: Schema };
  readonly items?: Schema;
};

/** The file's text. */
export function accountsSchemaText(): string {
  const schema = z.toJSONSchema(accountsSchema, { target: 'draft-07' }) as Schema;
  const action = parse(readFileSync('action.yml', 'utf8')) as {
    readonly inputs: { readonly [name: string]: { readonly description: string } };
  };
  const describe = (part: string, { properties = {}, ...rest }: Schema): Schema => ({
    ...rest,
    properties: Object.fromEntries(
      Object.entries(properties).map(([key, one]) => {
        const description = one.description ?? action.inputs[inputOf(part, key) ?? '']?.description;
        return [key, { ...(description && { description: description.trim() }), ...one }];
      }),
    ),
  });
  const { central = {}, defaults = {}, accounts = {}, ...others } = schema.properties ?? {};
  const whole = {
    ...schema,
    title: 'Accounts file of the CloudTrail onboarding action',
    properties: {
      ...others,
      central: describe('central', central),
      defaults: describe('defaults', defaults),
      accounts: { ...accounts, items: describe('accounts', accounts.items ?? {}) },
    },
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(FILE, accountsSchemaText());
