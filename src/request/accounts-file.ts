// The accounts file as tables of values by the names of the inputs they stand for, each value knowing its place. What is
// wrong with the file's shape is told here, all of it; what a value may say is decided where inputs are read.

import { isMap, isScalar, isSeq, type Node } from 'yaml';
import type { Finding, Place } from '../policy/index.js';
import { issueFaults, placeOf } from './accounts-faults.js';
import { inputOf } from './accounts-keys.js';
import type { AccountState } from './accounts-schema.js';
import { type AccountsText, type FileContent, parseAccountsText } from './accounts-text.js';
import { fileFault } from './fault.js';
import type { InputName } from './names.js';
import type { Said } from './said.js';

export type Table = ReadonlyMap<InputName, Said>;

export type FileAccount = {
  /** As written; undefined where there is none that could be read. */
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly state: AccountState | undefined;
  readonly table: Table;
  /** Of the ID. */
  readonly at: Place;
};

export type AccountsFile = {
  /** Relative to the workspace. */
  readonly path: string;
  readonly faults: readonly Finding[];
  readonly central: Table;
  readonly defaults: Table;
  /** Null where the file lists none. */
  readonly accounts: readonly FileAccount[] | null;
};

/** Never throws: what is wrong is in `faults`. */
export async function readAccountsFile(path: string, content: FileContent): Promise<AccountsFile> {
  // Most runs have no such file and need not wait for the schema library to load; eager: in the same bundle all the same.
  const { accountsSchema, KEYS } = await import(/* webpackMode: "eager" */ './accounts-schema.js');
  const text = parseAccountsText(path, content);
  const root = text.document?.contents ?? null;
  if (text.document === null) return { ...EMPTY, path, faults: text.faults };
  const parsed = accountsSchema.safeParse(text.document.toJS({ maxAliasCount: 0 }));
  const issues = parsed.success ? [] : parsed.error.issues;
  const told = issues.flatMap((issue) => issueFaults(text, issue, KEYS));
  const bad = new Set(told.map((one) => one.path));
  const list = valueAt(root, 'accounts');
  const tableOf = (part: 'central' | 'defaults'): Table =>
    table(text, valueAt(root, part), part, bad);
  return {
    path,
    faults: told.map(({ fault }) => fault),
    central: tableOf('central'),
    defaults: tableOf('defaults'),
    accounts: isSeq(list)
      ? list.items.map((item, index) => account(text, item as Node, `accounts/${index}`, bad))
      : null,
  };
}

function account(
  text: AccountsText,
  node: Node,
  where: string,
  bad: ReadonlySet<string>,
): FileAccount {
  const own = (key: string): string | undefined => {
    const value = valueAt(node, key);
    return isScalar(value) && typeof value.value === 'string' ? value.value : undefined;
  };
  return {
    id: own('id'),
    name: own('name'),
    state: bad.has(`${where}/state`) ? undefined : (own('state') as AccountState | undefined),
    table: table(text, node, where, bad),
    at: placeOf(text, valueAt(node, 'id') ?? node),
  };
}

const EMPTY = { central: new Map(), defaults: new Map(), accounts: null } as const;

function table(
  text: AccountsText,
  node: Node | null,
  where: string,
  bad: ReadonlySet<string>,
): Table {
  if (!isMap(node)) return new Map();
  const [part = ''] = where.split('/');
  return new Map(
    node.items.flatMap((pair): readonly (readonly [InputName, Said])[] => {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      const name = inputOf(part, key);
      const value = pair.value as Node | null;
      if (name === undefined || value === null) return [];
      const known = bad.has(`${where}/${key}`) ? null : textOf(value);
      const place = placeOf(text, value);
      return [
        [
          name,
          {
            text: known,
            fault: (problem, remedy) => fileFault(place, `${key} ${problem}`, remedy),
          },
        ],
      ];
    }),
  );
}

function valueAt(node: Node | null, key: string): Node | null {
  return isMap(node) ? ((node.get(key, true) as Node | undefined) ?? null) : null;
}

/** As an input would have it: what is no text is written as JSON. */
function textOf(node: Node): string {
  const value: unknown = isScalar(node) ? node.value : node.toJSON();
  return typeof value === 'string' ? value : JSON.stringify(value);
}
