// Requests to try an access row with: a clause's patterns filled in, its conditions met. Where that cannot be done, there
// are none, and whoever asks must assume the worst.

import type { Clause, Named } from './access-rows.js';
import { accountOf, CLOUDTRAIL_NAMES, OWNER_CONTROL } from './cloudtrail.js';
import type { ConditionEntry, PolicyDocument, Statement } from './document.js';
import { type AccessRequest, type Caller, evaluate } from './evaluate.js';
import { SOURCE_ACCOUNT, SOURCE_ARN } from './locate.js';

type Context = AccessRequest['context'];

/** Nobody whom a policy names. */
export const STRANGER: Caller = { arn: 'arn:aws:iam::999999999999:root' };

const ACTIONS = ['GetObject', 'PutObject', 'GetBucketAcl', 'DeleteObject', 'PutBucketPolicy', ''];
const PLACES = ['CloudTrail/x', 'x'];

/**
 * Requests that the clause by itself allows; `more` are contexts to try beside the plain one. Condition keys are in lower
 * case.
 */
export function examplesOf(clause: Clause, more: readonly Context[]): readonly AccessRequest[] {
  const alone = aloneOf(clause);
  const plain = contextOf(clause);
  return callersOf(clause.principal)
    .flatMap((caller) =>
      fillings(clause.action, ACTIONS).flatMap((action) =>
        fillings(clause.resource, PLACES).flatMap((resource) =>
          [{}, ...more].map((extra) => ({
            caller,
            action,
            resource,
            context: { ...plain, ...extra },
          })),
        ),
      ),
    )
    .filter((request) => evaluate(alone, request).effect === 'allowed');
}

function aloneOf({ principal, action, resource, conditions }: Clause): PolicyDocument {
  const Condition: { [operator: string]: { [key: string]: ConditionEntry['values'] } } = {};
  for (const { operator, key, values } of conditions) {
    Condition[operator] = { ...Condition[operator], [key]: values };
  }
  const statement: Statement = {
    Effect: 'Allow',
    Principal: { [principal.type]: principal.name },
    Action: action,
    Resource: resource,
    Condition,
  };
  return { Version: '2012-10-17', Statement: statement };
}

function callersOf({ type, name }: Named): readonly Caller[] {
  if (type === 'Service') return [{ service: name }];
  if (type !== 'AWS') return [];
  if (name === '*') return [STRANGER, { service: 'example.amazonaws.com' }];
  return [{ arn: /^\d{12}$/.test(name) ? `arn:aws:iam::${name}:root` : name }];
}

/** All wildcards filled alike. */
function fillings(pattern: string, fillers: readonly string[]): readonly string[] {
  if (!/[*?]/.test(pattern)) return [pattern];
  return fillers.map((filler) => fill(pattern, filler));
}

function fill(pattern: string, filler: string): string {
  return pattern.replaceAll('*', filler).replaceAll('?', 'x');
}

/** What comes with a request as a rule, and what the clause asks for. */
function contextOf({ principal, conditions }: Clause): Context {
  const asked: Context = Object.assign({}, ...conditions.map(meeting)) as Context;
  const usual = { 'aws:securetransport': 'true' };
  if (!CLOUDTRAIL_NAMES.has(principal.name)) return { ...usual, ...asked };
  const service = { ...usual, 'aws:principalisawsservice': 'true', 's3:x-amz-acl': OWNER_CONTROL };
  return { ...service, ...senderOf(asked), ...asked, ...patternSender(asked, conditions) };
}

/** A trail's account comes with its ARN. */
function senderOf(asked: Context): Context {
  const arn = asked[SOURCE_ARN];
  return typeof arn === 'string' ? { [SOURCE_ACCOUNT]: accountOf(arn) } : {};
}

/** A pattern of trails, and a list of accounts beside it: a trail of such an account. */
function patternSender(asked: Context, conditions: readonly ConditionEntry[]): Context {
  const account = asked[SOURCE_ACCOUNT];
  const pattern = conditions.find(({ key }) => key.toLowerCase() === SOURCE_ARN)?.values[0];
  if (typeof account !== 'string' || pattern === undefined) return {};
  return { [SOURCE_ARN]: fill(String(pattern), account) };
}

/** A context in which the condition holds, where its operator makes one easy to find; examples that fail are left out later. */
function meeting({ operator, key, values }: ConditionEntry): Context {
  const [value] = values.map(String);
  const name = operator.toLowerCase().replaceAll(/^for(all|any)values?:|ifexists$/g, '');
  if (value === undefined || name.includes('not')) return {};
  const lower = key.toLowerCase();
  if (name === 'null') return value === 'true' ? {} : { [lower]: 'x' };
  if (name === 'ipaddress') return { [lower]: value.split('/')[0] ?? value };
  return { [lower]: fill(value, 'x') };
}

/** Contexts that tell apart whether these statements' conditions hold: each of their keys with a listed value, with another, without. */
export function contextsAround(statements: readonly Statement[]): readonly Context[] {
  return statements.flatMap(({ Condition = {} }) =>
    Object.values(Condition).flatMap((keys) =>
      Object.entries(keys).flatMap(([key, wanted]) => {
        const values = [wanted].flat().slice(0, MOST_VALUES).map(String);
        return [...values, 'another', 'true', 'false'].map((value) => ({
          [key.toLowerCase()]: fill(value, 'x'),
        }));
      }),
    ),
  );
}

const MOST_VALUES = 3;
