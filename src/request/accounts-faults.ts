// What the schema finds wrong with the accounts file, told in the words of its writer and at the place in the file.

import { isCollection, isMap, isPair, isScalar, type Node } from 'yaml';
import type { Finding, Place } from '../policy/index.js';
import type { AccountsText } from './accounts-text.js';
import { fileFault } from './fault.js';
import { nearest } from './nearest.js';
import { quoted } from './reader.js';

type Path = readonly PropertyKey[];

/** One of zod's. */
type Issue = {
  readonly code: string;
  readonly path: Path;
  readonly message: string;
  readonly keys?: readonly string[];
};

/** The keys that may stand in each part of the file. */
type Keys = { readonly [part: string]: readonly string[] };

/** `path` is that of the key, `accounts/3/id`, at whatever depth below it the fault is. */
export type Told = { readonly path: string; readonly fault: Finding };

export function issueFaults(text: AccountsText, issue: Issue, keys: Keys): readonly Told[] {
  const { code, path, message } = issue;
  if (code !== 'unrecognized_keys') return [wrongValue(text, path, message)];
  const known = keys[String(path[0] ?? 'file')] ?? [];
  return (issue.keys ?? []).map((key) => unknownKey(text, path, key, known));
}

export function placeOf({ placeAt }: AccountsText, node: Node | null): Place {
  return placeAt(node?.range?.[0] ?? 0);
}

const pathText = (path: Path): string => path.map(String).join('/');

/** The node at the path, or the nearest one around it that is there. */
function nodeAt({ document }: AccountsText, path: Path): Node | null {
  const root = document?.contents ?? null;
  for (let length = path.length; length > 0; length -= 1) {
    const found = isCollection(root) ? root.getIn(path.slice(0, length), true) : null;
    if (found) return found as Node;
  }
  return root;
}

function unknownKey(text: AccountsText, path: Path, key: string, known: readonly string[]): Told {
  const map = nodeAt(text, path);
  const pair = isMap(map)
    ? map.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key)
    : undefined;
  const place = placeOf(text, (pair?.key as Node | undefined) ?? map);
  const meant = nearest(key, known);
  const where = path.length === 0 ? 'the file' : path.length === 1 ? String(path[0]) : 'an account';
  const problem = `${quoted(key)} is no key that ${where} can have`;
  const remedy =
    meant === undefined ? `It can have ${known.join(', ')}.` : `Write ${meant}, or take it out.`;
  return { path: pathText([...path, key]), fault: fileFault(place, problem, remedy) };
}

function wrongValue(text: AccountsText, path: Path, message: string): Told {
  const isThere =
    path.length === 0 ||
    (isCollection(text.document?.contents) && text.document.contents.hasIn(path));
  const name = nameOf(path);
  const node = nodeAt(text, path);
  const place = placeOf(text, node);
  const [problem, remedy] = !isThere
    ? [`the account has no ${name}`, 'Give the 12-digit account ID in quotes.']
    : wrongValueInWords(node, name, message);
  return {
    path: pathText(path.slice(0, path[0] === 'accounts' ? 3 : 2)),
    fault: fileFault(place, problem, remedy),
  };
}

function nameOf(path: Path): string {
  const last = path.findLast((step) => typeof step === 'string' && step !== 'accounts');
  if (typeof path.at(-1) === 'number')
    return path[0] === 'accounts' && path.length === 2 ? 'the account' : String(last);
  return last === undefined ? (path.length === 0 ? 'the file' : 'accounts') : String(last);
}

function wrongValueInWords(
  node: Node | null,
  name: string,
  message: string,
): readonly [string, string] {
  const value = isScalar(node) ? node.value : undefined;
  const source = isScalar(node) ? (node.source ?? String(value)) : '';
  if (value === null) return [`${name} has no value`, 'Give one, or take the key out.'];
  if ((name === 'id' || name === 'account-id') && typeof value === 'number')
    return [
      `the account ID ${source} is not in quotes, so YAML reads it as the number ${value} and a leading zero is lost`,
      /^\d{12}$/.test(source)
        ? `Put it in quotes: "${source}".`
        : 'Give the 12 digits in quotes: "012345678901".',
    ];
  const shown = source === '' ? '' : ` ${quoted(source)}`;
  return [
    `${name}${shown} ${message.split('; ')[0]}`,
    message.includes('; ')
      ? capitalised(message.split('; ')[1] ?? '')
      : 'See accounts.schema.json for what can stand here.',
  ];
}

const capitalised = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
