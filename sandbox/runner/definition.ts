// Reads an action.yml and works out the inputs a step gets: given values, defaults with their expressions filled in, and
// the warning for names the action does not declare. Which values make sense is the action's own business.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

export type Definition = {
  readonly name: string;
  /** Declared inputs and their default, if any. */
  readonly inputs: ReadonlyMap<string, string | undefined>;
  /** Absolute path of `runs.main`. */
  readonly main: string;
};

type ActionFile = {
  readonly name?: string;
  readonly inputs?: Readonly<
    Record<string, { readonly default?: string | number | boolean } | null>
  >;
  readonly runs?: { readonly using?: string; readonly main?: string };
};

/** Parsing takes longer than all else here, and a process that runs an action often runs the same one. */
const known = new Map<string, ActionFile>();

/** @param directory the one that holds action.yml (or action.yaml) */
export async function readDefinition(directory: string): Promise<Definition> {
  const text = await readFile(join(directory, 'action.yml'), 'utf8').catch(() =>
    readFile(join(directory, 'action.yaml'), 'utf8'),
  );
  const file = known.get(text) ?? (parse(text) as ActionFile);
  known.set(text, file);
  const { using = '', main } = file.runs ?? {};
  if (!/^node\d+$/.test(using) || main === undefined) {
    throw new Error(`the runner here starts JavaScript actions only, not '${using}'`);
  }
  const inputs = Object.entries(file.inputs ?? {}).map(
    ([name, input]) =>
      [name, input?.default === undefined ? undefined : String(input.default)] as const,
  );
  return { name: file.name ?? '', inputs: new Map(inputs), main: join(directory, main) };
}

/** Values of expressions by their lower-case path, such as `github.token`. */
export type Expressions = Readonly<Record<string, string>>;

export type Inputs = {
  /** By name as declared or given. */
  readonly values: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
};

/** A given value counts even when it is empty; names are compared without case, as GitHub does. */
export function resolveInputs(
  definition: Definition,
  given: Readonly<Record<string, string>>,
  expressions: Expressions,
): Inputs {
  const declared = new Set([...definition.inputs.keys()].map((name) => name.toLowerCase()));
  const named = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  const defaults = [...definition.inputs].flatMap(([name, value]) =>
    value === undefined || named.has(name.toLowerCase())
      ? []
      : [[name, fillIn(value, expressions)] as const],
  );
  const unexpected = Object.keys(given).filter((name) => !declared.has(name.toLowerCase()));
  return {
    values: { ...Object.fromEntries(defaults), ...given },
    warnings:
      unexpected.length === 0
        ? []
        : [
            `Unexpected input(s) ${quoted(unexpected)}, valid inputs are [${quoted(definition.inputs.keys())}]`,
          ],
  };
}

function quoted(names: Iterable<string>): string {
  return [...names].map((name) => `'${name}'`).join(', ');
}

/** `INPUT_…` as the runner spells it: upper case, spaces to underscores, hyphens kept. */
export function inputVariables(values: Inputs['values']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ]),
  );
}

/** Replaces `${{ a.b }}`; a property that does not exist is empty, as in GitHub's expressions. */
function fillIn(text: string, expressions: Expressions): string {
  return text.replaceAll(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_, path: string) => {
    return expressions[path.toLowerCase()] ?? '';
  });
}
