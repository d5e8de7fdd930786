// Which permissions a run needed: each question that IAM was asked in it is put to the sandbox's independent evaluator again, with a
// policy that holds one thing less. No code of src decides here.

import { refusal } from '../../sandbox/aws/iam.js';
import type { PolicyDocument } from '../../sandbox/aws/state.js';
import type { Decision } from '../../sandbox/index.js';
import type { Role } from './roles.js';

type Statement = {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Condition;
};
type Condition = {
  readonly [operator: string]: { readonly [key: string]: string | readonly string[] };
};

/** One thing that a policy allows, and the same policy without it. */
export type Part = {
  readonly name: string;
  readonly action?: string;
  readonly without: PolicyDocument;
};

const listOf = (value: string | readonly string[]): readonly string[] => [value].flat();

/** Each action of each statement; and each resource and each value of a condition, where a statement has several. */
export function partsOf(policy: PolicyDocument): readonly Part[] {
  const statements = policy['Statement'] as readonly Statement[];
  return statements.flatMap((statement, index) => {
    const replaced = (less: readonly Statement[]): PolicyDocument => ({
      ...policy,
      Statement: statements.toSpliced(index, 1, ...less),
    });
    const { Action, Resource, Condition } = statement;
    const where = `on ${listOf(Resource).join(', ')}${Condition ? ` if ${JSON.stringify(Condition)}` : ''}`;
    const actions = listOf(Action).map((action) => ({
      name: `${action} ${where}`,
      action,
      without: replaced(lessOf(Action, action).map((left) => ({ ...statement, Action: left }))),
    }));
    const resources = severalOf(Resource).map((resource) => ({
      name: `${listOf(Action).join(', ')} on ${resource}`,
      without: replaced(
        lessOf(Resource, resource).map((left) => ({ ...statement, Resource: left })),
      ),
    }));
    return [...actions, ...resources, ...valuesOf(statement, replaced)];
  });
}

function valuesOf(
  statement: Statement,
  replaced: (less: readonly Statement[]) => PolicyDocument,
): readonly Part[] {
  const { Action, Condition = {} } = statement;
  return Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).flatMap(([key, values]) =>
      severalOf(values).map((value) => {
        const [left = []] = lessOf(values, value);
        const less = { ...Condition, [operator]: { ...keys, [key]: left } };
        return {
          name: `${listOf(Action).join(', ')} if ${key} is ${value}`,
          without: replaced([{ ...statement, Condition: less }]),
        };
      }),
    ),
  );
}

const severalOf = (values: string | readonly string[]): readonly string[] =>
  listOf(values).length > 1 ? listOf(values) : [];

/** The list with one value less; nothing, where none is left. */
function lessOf(values: string | readonly string[], value: string): readonly (readonly string[])[] {
  const left = listOf(values).filter((one) => one !== value);
  return left.length === 0 ? [] : [left];
}

/** Whether the caller would have been refused what he was allowed, had his session had this policy. */
export async function refusedInSession(
  { caller, question }: Decision,
  sessionPolicy: PolicyDocument,
): Promise<boolean> {
  return (await refusal({ ...caller, sessionPolicy }, question)) !== undefined;
}

/** The same, had his role had this one. */
export async function refusedToRole(
  { caller, question }: Decision,
  policy: PolicyDocument,
): Promise<boolean> {
  return (await refusal({ ...caller, policy }, question)) !== undefined;
}

export const policyOf = ({ statements }: Pick<Role, 'statements'>): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

/** The first for which it holds, asked one after the other. */
export async function firstOf<T>(
  things: readonly T[],
  holds: (thing: T) => Promise<boolean>,
): Promise<T | undefined> {
  for (const thing of things) if (await holds(thing)) return thing;
  return undefined;
}
