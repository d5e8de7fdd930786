// From a file's bytes to a YAML document (JSON is YAML too) in which every value knows its line and column. Refuses what a
// reviewer could misread: aliases, merge keys, other YAML versions, several documents.

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Range,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Finding, Place } from '../policy/index.js';
import { fileFault } from './fault.js';
import { quoted } from './reader.js';

/** Bytes of a file, or why there are none. */
export type FileContent =
  | { readonly bytes: Uint8Array }
  | { readonly problem: string; readonly remedy: string };

/** `document` is null where the text is so broken that no value in it can be trusted. */
export type AccountsText = {
  readonly faults: readonly Finding[];
  readonly document: Document.Parsed | null;
  /** Of an offset in the text. */
  readonly placeAt: (offset: number) => Place;
};

export function parseAccountsText(file: string, content: FileContent): AccountsText {
  const start = { file, line: 1, column: 1 };
  const broken = (problem: string, remedy: string): AccountsText => ({
    faults: [fileFault(start, problem, remedy)],
    document: null,
    placeAt: () => start,
  });
  if ('problem' in content) return broken(`the accounts file ${content.problem}`, content.remedy);
  const text = decoded(content.bytes);
  if (text === null)
    return broken('the accounts file is not UTF-8', 'Save it as UTF-8 (not UTF-16 or Latin-1).');
  try {
    return parsed(file, text);
  } catch {
    // The parser recurses, so what is nested thousands deep ends its stack.
    return broken(
      'the accounts file cannot be parsed',
      'Give a table with central, defaults and accounts.',
    );
  }
}

/** Without the byte order mark; null for what is no UTF-8. */
function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function parsed(file: string, text: string): AccountsText {
  const lines = new LineCounter();
  const options = {
    lineCounter: lines,
    prettyErrors: false,
    merge: false,
    schema: 'core',
    // The parser compares each key with each other: minutes, for a table of a hundred thousand. Looked at below.
    uniqueKeys: false,
  } as const;
  const document = parseDocument(text, options);
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const syntax = [...document.errors, ...document.warnings].map(({ code, message, pos }) =>
    code === 'MULTIPLE_DOCS'
      ? fileFault(placeAt(pos[0]), 'a second document begins', 'Give one document, without ---.')
      : fileFault(placeAt(pos[0]), sentence(message), 'Mend the YAML there.'),
  );
  const faults = [...syntax, ...misleading(document, placeAt)];
  return { faults, document: faults.length > 0 ? null : document, placeAt };
}

const sentence = (message: string): string => message.trim().replace(/[.:]$/, '');

/** What is valid YAML and yet not what it looks like. */
function misleading(
  document: Document.Parsed,
  placeAt: (offset: number) => Place,
): readonly Finding[] {
  const faults: Finding[] = [];
  if (document.directives.yaml.version === '1.1')
    faults.push(
      fileFault(
        placeAt(0),
        'the file asks for YAML 1.1, in which no, on and 0123 mean something else',
        'Take the %YAML directive out.',
      ),
    );
  visit(document, (_key, node) => {
    if (isAlias(node))
      faults.push(
        fileFault(
          placeAt(node.range?.[0] ?? 0),
          `the alias *${node.source} stands for something written elsewhere`,
          'Write the value out. What several accounts have in common goes under defaults.',
        ),
      );
    if (isMap(node)) faults.push(...keyFaults(node, placeAt));
    if (isSeq(node) && node.items.length > MOST_ITEMS)
      faults.push(
        fileFault(
          placeAt(node.range?.[0] ?? 0),
          `the list has ${node.items.length} entries, and ${MOST_ITEMS} is the most there can be`,
          'Split it into several files.',
        ),
      );
  });
  return faults;
}

/** As many accounts as an organization can have. */
const MOST_ITEMS = 10_000;

/** More than twice as many as the table with the most, the tags, can have. */
const MOST_KEYS = 128;

function keyFaults(
  { items, range }: YAMLMap,
  placeAt: (offset: number) => Place,
): readonly Finding[] {
  const fault = (at: Range | null | undefined, problem: string, remedy: string): Finding =>
    fileFault(placeAt(at?.[0] ?? 0), problem, remedy);
  if (items.length > MOST_KEYS) {
    const problem = `the table has ${items.length} keys, more than any can have here`;
    return [fault(range, problem, 'Give a list under accounts, one table for each account.')];
  }
  const seen = new Set<string>();
  return items.flatMap(({ key }): readonly Finding[] => {
    if (!isScalar(key)) return [];
    const name = String(key.value);
    const isSecond = seen.has(name);
    seen.add(name);
    if (name === '<<')
      return [
        fault(
          key.range,
          'the merge key << is not part of YAML 1.2',
          'Write the keys out. What several accounts have in common goes under defaults.',
        ),
      ];
    const problem = `the key ${quoted(name)} stands twice in one table`;
    return isSecond ? [fault(key.range, problem, 'Take one of them out.')] : [];
  });
}
