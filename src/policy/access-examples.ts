// Requests to try an access row with: a clause's patterns filled in, its conditions met. Where that cannot be done, there
// are none, and whoever asks must assume the worst.

import type { Clause, Named } from './access-rows.js';
import { accountOf, CLOUDTRAIL_NAMES } from './cloudtrail.js';
import { valueMeeting } from './condition-examples.js';
import { callerOf, pointsAt, pointsBeside, pointsBetween } from './deny-examples.js';
import type { ConditionEntry, PolicyDocument, Statement } from './document.js';
import { type AccessRequest, type Caller, evaluate } from './evaluate.js';
import { SOURCE_ACCOUNT, SOURCE_ARN } from './locate.js';
import { type Asked, ENCRYPTION, KEY_ID, worldsOf } from './worlds.js';

type Context = AccessRequest['context'];

/** Nobody whom a policy names. */
export const STRANGER: Caller = { arn: 'arn:aws:iam::999999999999:root' };

const ACTIONS = ['GetObject', 'PutObject', 'GetBucketAcl', 'DeleteObject', 'PutBucketPolicy', ''];
const PLACES = ['CloudTrail/x', 'x'];

/** What a clause is tried beside. */
export type Surroundings = {
  /** What either policy asks for: CloudTrail is tried with each that it may send. */
  readonly asked: Asked;
  /** The Denies of either policy: what they refuse in both is no example. */
  readonly denies: readonly Statement[];
  /** The Denies that one policy alone has: what they refuse is the example. */
  readonly changed: readonly Statement[];
  /** The Allows that one policy alone has, and what only one side's ask for. */
  readonly allows: readonly Statement[];
  readonly contexts: readonly Context[];
  /** Whether CloudTrail is tried with what it never sends, too: a request without TLS. */
  readonly unlikely: boolean;
};

/** Requests that fall under the clause, each once: its patterns filled in, its conditions met. None if that cannot be done. */
export function examplesOf(clause: Clause, around: Surroundings): readonly AccessRequest[] {
  const alone = aloneOf(clause);
  const tried = triesOf(clause, around).map(
    (request) => [JSON.stringify(request), request] as const,
  );
  return [...new Map(tried).values()].filter(
    (request) => evaluate(alone, request).effect === 'allowed',
  );
}

function triesOf(clause: Clause, around: Surroundings): readonly AccessRequest[] {
  const allowed = {
    principals: { [clause.principal.type]: clause.principal.name },
    action: clause.action,
    resource: clause.resource,
  };
  const tries = {
    callers: callersOf(clause.principal),
    actions: fillings(clause.action, ACTIONS),
    resources: fillings(clause.resource, PLACES),
  };
  const { points, passing } = pointsBeside(allowed, tries, around.denies);
  const met = contextsOf(clause, around);
  const between =
    clause.sender === undefined
      ? pointsBetween(allowed, tries, around.allows, around.contexts)
      : [];
  return [...points, ...pointsAt(allowed, tries, around.changed), ...between].flatMap(
    ({ caller, action, resource, context: asked }) =>
      met
        .flatMap((own) => own({ asked, passing }))
        .map((context) => ({ caller, action, resource, context })),
  );
}

/** The clause as the only statement of a policy. */
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
  return type === 'AWS' && name === '*'
    ? [STRANGER, { service: 'example.amazonaws.com' }]
    : callerOf(type, name);
}

/** All wildcards filled alike. */
function fillings(pattern: string, fillers: readonly string[]): readonly string[] {
  if (!/[*?]/.test(pattern)) return [pattern];
  return fillers.map((filler) => fill(pattern, filler));
}

function fill(pattern: string, filler: string): string {
  return pattern.replaceAll('*', filler).replaceAll('?', 'x');
}

/** What else to send: what a Deny asks for, and what helps by those that stand. */
type Beside = { readonly asked: Context; readonly passing: Context };

/** A context in which the conditions are met, as far as what comes beside leaves them to be. */
type Met = (beside: Beside) => readonly Context[];

/** Between them, each value that a condition lists is met once. */
function contextsOf(clause: Clause, around: Surroundings): readonly Met[] {
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
  { asked: named, unlikely }: Surroundings,
): readonly Met[] {
  const met = Object.assign({}, ...conditions.map(valueMeeting)) as Context;
  const own = { ...met, ...patternSender(met, conditions) };
  if (!CLOUDTRAIL_NAMES.has(principal.name)) {
    const usual = { 'aws:securetransport': 'true' };
    return [
      ({ asked, passing }) => [
        { ...usual, ...own, ...asked },
        { ...usual, ...passing, ...own, ...asked },
        { ...usual, ...passing, ...asked, ...own },
      ],
    ];
  }
  return cloudTrailContexts(own, named).map((sent) => {
    const context = { ...sent, ...own };
    const certain = unlikely ? {} : withoutSender(context);
    return ({ asked, passing }) => [
      { ...context, ...asked, ...certain },
      { ...senderIn(passing), ...context, ...asked, ...certain },
      { ...context, ...asked, ...own, ...certain },
    ];
  });
}

function senderIn(context: Context): Context {
  return Object.fromEntries(Object.entries(context).filter(([key]) => isOfSender(key)));
}

function isOfSender(key: string): boolean {
  return key === SOURCE_ARN || key === SOURCE_ACCOUNT;
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
  return Object.fromEntries(Object.entries(context).filter(([key]) => !isOfSender(key)));
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

const MOST_VALUES = 3;
