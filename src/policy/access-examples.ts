// Requests to try an access row with: a clause's patterns filled in, its conditions met. Where that cannot be done, there
// are none, and whoever asks must assume the worst.

import type { Clause, Named } from './access-rows.js';
import { accountOf, CLOUDTRAIL_NAMES } from './cloudtrail.js';
import type { ConditionEntry, PolicyDocument, Statement } from './document.js';
import { type AccessRequest, type Caller, evaluate } from './evaluate.js';
import { SOURCE_ACCOUNT, SOURCE_ARN } from './locate.js';
import { type Asked, ENCRYPTION, KEY_ID, worldsOf } from './worlds.js';

type Context = AccessRequest['context'];

/** Nobody whom a policy names. */
export const STRANGER: Caller = { arn: 'arn:aws:iam::999999999999:root' };

const ACTIONS = ['GetObject', 'PutObject', 'GetBucketAcl', 'DeleteObject', 'PutBucketPolicy', ''];
const PLACES = ['CloudTrail/x', 'x'];

/** Contexts to try beside the plain one; condition keys are in lower case. */
export type Surroundings = {
  /** What either policy asks for: CloudTrail is tried with each that it may send. */
  readonly asked: Asked;
  /** For everybody. */
  readonly contexts: readonly Context[];
  /** Whether CloudTrail is tried with what it never sends, too: a request without TLS. */
  readonly unlikely: boolean;
};

/** Requests that may fall under the clause: its patterns filled in, its conditions met as far as that is easy. */
export function examplesOf(clause: Clause, around: Surroundings): readonly AccessRequest[] {
  const contexts = contextsOf(clause, around);
  return callersOf(clause.principal).flatMap((caller) =>
    fillings(clause.action, ACTIONS).flatMap((action) =>
      fillings(clause.resource, PLACES).flatMap((resource) =>
        contexts.map((context) => ({ caller, action, resource, context })),
      ),
    ),
  );
}

/** Whether the clause by itself allows the request. */
export function isUnder(clause: Clause, request: AccessRequest): boolean {
  return evaluate(aloneOf(clause), request).effect === 'allowed';
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

/** Between them, each value that a condition lists is met once. */
function contextsOf(clause: Clause, around: Surroundings): readonly Context[] {
  const entries = clause.conditions.map((entry) => besideOwnTrail(entry, clause.sender));
  const turns = Math.max(1, ...entries.map(({ values }) => values.length));
  return Array.from({ length: turns }, (_, turn) =>
    entries.map((entry) => inTurn(entry, turn)),
  ).flatMap((conditions) => contextsMeeting(clause.principal, conditions, around));
}

/** Of the accounts listed beside a trail, only its own comes with it. */
function besideOwnTrail(entry: ConditionEntry, sender: string | undefined): ConditionEntry {
  if (sender === undefined || entry.key.toLowerCase() !== SOURCE_ACCOUNT) return entry;
  const own = accountOf(sender);
  return entry.values.some((value) => String(value) === own) ? { ...entry, values: [own] } : entry;
}

function inTurn(entry: ConditionEntry, turn: number): ConditionEntry {
  const at = turn % entry.values.length;
  return { ...entry, values: entry.values.slice(at, at + 1) };
}

function contextsMeeting(
  principal: Named,
  conditions: readonly ConditionEntry[],
  { asked, contexts, unlikely }: Surroundings,
): readonly Context[] {
  const met: Context = Object.assign({}, ...conditions.map(meeting)) as Context;
  const own = { ...met, ...patternSender(met, conditions) };
  if (!CLOUDTRAIL_NAMES.has(principal.name)) {
    return [{}, ...contexts].map((more) => ({ 'aws:securetransport': 'true', ...own, ...more }));
  }
  return cloudTrailContexts(own, asked).flatMap((sent) => {
    const context = { ...sent, ...own };
    const certain = unlikely ? {} : withoutSender(context);
    return [{}, ...contexts].map((more) => ({ ...context, ...more, ...certain }));
  });
}

/** As CloudTrail would send it for the trail, with and without the keys that a policy names. */
function cloudTrailContexts(met: Context, asked: Asked): readonly Context[] {
  const trailArn = met[SOURCE_ARN];
  const sender = typeof trailArn === 'string' ? { trailArn, accountId: accountOf(trailArn) } : {};
  const delivery = { trailArn: '', accountId: '', bucket: '', prefix: '', ...sender };
  const trails = [delivery, ...keysIn(asked).map((kmsKeyArn) => ({ ...delivery, kmsKeyArn }))];
  return trails
    .flatMap((trail) => worldsOf(trail, asked))
    .map(({ context, headers }) => ({ ...context, ...headers.logs }))
    .map((context) => (trailArn === undefined ? withoutSender(context) : context));
}

function withoutSender(context: Context): Context {
  const kept = Object.entries(context).filter(
    ([key]) => key !== SOURCE_ARN && key !== SOURCE_ACCOUNT,
  );
  return Object.fromEntries(kept);
}

function keysIn(asked: Asked): readonly string[] {
  const named = (asked.keys.get(KEY_ID) ?? []).slice(0, MOST_VALUES);
  return asked.keys.has(ENCRYPTION)
    ? [...named, 'arn:aws:kms:us-east-1:999999999999:key/any']
    : named;
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
