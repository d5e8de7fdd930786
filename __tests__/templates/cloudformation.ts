// A small CloudFormation: what a stack would hold, given a template and parameters. It knows the functions that the templates
// of this project use and refuses every other; it creates nothing.

import { readFileSync } from 'node:fs';
import { type CollectionTag, parse, type ScalarTag, YAMLMap } from 'yaml';

/** Where a stack is deployed. */
export type Place = { readonly account: string; readonly partition?: string };

export type Parameters = { readonly [name: string]: string };

export type Stack = {
  /** By logical ID; only those whose condition holds, with all functions resolved. */
  readonly resources: { readonly [id: string]: Resource };
  readonly outputs: Parameters;
};

export type Resource = {
  readonly Type: string;
  readonly Properties: { readonly [property: string]: unknown };
};

export type Template = {
  readonly Parameters: { readonly [name: string]: ParameterDefinition };
  readonly Rules?: { readonly [name: string]: { readonly Assertions: readonly Assertion[] } };
  readonly Conditions?: { readonly [name: string]: unknown };
  readonly Resources: { readonly [id: string]: Partial<Resource> & Conditional };
  readonly Outputs: { readonly [name: string]: { readonly Value: unknown } & Conditional };
};

type ParameterDefinition = {
  readonly Default?: string;
  readonly AllowedPattern?: string;
  readonly AllowedValues?: readonly string[];
  readonly Description: string;
};
type Assertion = { readonly Assert: unknown; readonly AssertDescription: string };
type Conditional = { readonly Condition?: string };

type Scope = { readonly template: Template; readonly values: ReadonlyMap<string, unknown> };

/** What `AWS::NoValue` leaves behind: the property or list entry is not there. */
const ABSENT = Symbol('AWS::NoValue');

/** `!Sub x` says `Fn::Sub: x`; these are the ones that the templates use. */
const SHORT_FORMS = [
  scalarForm('Ref', 'Ref'),
  scalarForm('Condition', 'Condition'),
  scalarForm('Sub', 'Fn::Sub'),
  scalarForm('GetAtt', 'Fn::GetAtt'),
  ...['If', 'Equals', 'Not', 'And', 'Or'].map(listForm),
];

function scalarForm(short: string, long: string): ScalarTag {
  return { tag: `!${short}`, resolve: (argument) => ({ [long]: argument }) };
}

function listForm(short: string): CollectionTag {
  return {
    tag: `!${short}`,
    collection: 'seq',
    resolve: (list) => {
      const map = new YAMLMap();
      map.set(`Fn::${short}`, list);
      return map;
    },
  };
}

export function readTemplate(path: string): Template {
  return parse(readFileSync(path, 'utf8'), { customTags: SHORT_FORMS }) as Template;
}

/** @throws Error where CloudFormation would refuse the parameters, or on a function that is not known here. */
export function deploy(template: Template, place: Place, given: Parameters): Stack {
  const { account, partition = 'aws' } = place;
  const values = new Map<string, unknown>([
    ...Object.entries(parametersOf(template, given)),
    ['AWS::AccountId', account],
    ['AWS::Partition', partition],
    ['AWS::NoValue', ABSENT],
    // A reference to a resource stays its logical ID, by which the stack's reader finds it.
    ...Object.keys(template.Resources).map((id) => [id, id] as const),
  ]);
  const scope = { template, values };
  checkRules(scope);
  const there = ([, { Condition }]: readonly [string, Conditional]): boolean =>
    Condition === undefined || holds({ Condition }, scope);
  const resources = Object.entries(template.Resources)
    .filter(there)
    .map(([id, { Type, Properties = {} }]) => [
      id,
      { Type, Properties: resolve(Properties, scope) },
    ]);
  const outputs = Object.entries(template.Outputs)
    .filter(there)
    .map(([name, { Value }]) => [name, resolve(Value, scope)]);
  return {
    resources: Object.fromEntries(resources),
    outputs: Object.fromEntries(outputs),
  };
}

function parametersOf(template: Template, given: Parameters): Parameters {
  const stranger = Object.keys(given).find((name) => !(name in template.Parameters));
  if (stranger !== undefined) throw new Error(`The template has no parameter ${stranger}`);
  const entries = Object.entries(template.Parameters).map(([name, definition]) => {
    const value = given[name] ?? definition.Default;
    if (value === undefined) throw new Error(`Parameter ${name} has no value`);
    const { AllowedPattern, AllowedValues } = definition;
    const fits =
      (AllowedValues?.includes(value) ?? true) &&
      (AllowedPattern === undefined || new RegExp(AllowedPattern).test(value));
    if (!fits) throw new Error(`Parameter ${name} does not admit ${JSON.stringify(value)}`);
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
}

function checkRules(scope: Scope): void {
  const assertions = Object.values(scope.template.Rules ?? {}).flatMap((rule) => rule.Assertions);
  const broken = assertions.find(({ Assert }) => !holds(Assert, scope));
  if (broken !== undefined) throw new Error(broken.AssertDescription);
}

/** The value with its functions carried out, to any depth. */
function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((entry) => resolve(entry, scope)).filter((entry) => entry !== ABSENT);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (name === 'Ref' || name?.startsWith('Fn::') === true) return call(name, argument, scope);
  const resolved = entries.map(([key, inner]) => [key, resolve(inner, scope)] as const);
  return Object.fromEntries(resolved.filter(([, inner]) => inner !== ABSENT));
}

function call(name: string, argument: unknown, scope: Scope): unknown {
  switch (name) {
    case 'Ref':
      return valueOf(String(argument), scope);
    case 'Fn::Sub':
      return text(String(argument), scope);
    case 'Fn::If': {
      const [condition, yes, no] = argument as readonly [string, unknown, unknown];
      return resolve(holds({ Condition: condition }, scope) ? yes : no, scope);
    }
    case 'Fn::GetAtt':
      return attribute(String(argument), scope);
    default:
      throw new Error(`The function ${name} is not known here`);
  }
}

function text(pattern: string, scope: Scope): string {
  return pattern.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => String(valueOf(name, scope)));
}

function valueOf(name: string, { values }: Scope): unknown {
  if (!values.has(name)) throw new Error(`There is no ${name} to refer to`);
  return values.get(name);
}

/** `Role.Arn`: a role's ARN follows from its name. */
function attribute(path: string, scope: Scope): string {
  const [id = '', name] = path.split('.');
  const { Type, Properties } = scope.template.Resources[id] ?? {};
  if (Type !== 'AWS::IAM::Role' || name !== 'Arn') throw new Error(`${path} is not known here`);
  return (
    text('arn:${AWS::Partition}:iam::${AWS::AccountId}:role/', scope) +
    String(resolve(Properties?.['RoleName'], scope))
  );
}

function holds(condition: unknown, scope: Scope): boolean {
  const [name = '', argument] = Object.entries(condition as object)[0] ?? [];
  const list = argument as readonly unknown[];
  switch (name) {
    case 'Condition':
      return holds(named(String(argument), scope), scope);
    case 'Fn::Equals':
      return resolve(list[0], scope) === resolve(list[1], scope);
    case 'Fn::Not':
      return !holds(list[0], scope);
    case 'Fn::And':
      return list.every((inner) => holds(inner, scope));
    case 'Fn::Or':
      return list.some((inner) => holds(inner, scope));
    default:
      throw new Error(`The condition ${name} is not known here`);
  }
}

function named(name: string, { template }: Scope): unknown {
  const condition = template.Conditions?.[name];
  if (condition === undefined) throw new Error(`There is no condition ${name}`);
  return condition;
}
