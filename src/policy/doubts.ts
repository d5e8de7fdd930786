// What a member's access depends on that nobody can know from here, and whom a policy still admits who was to leave. Says so;
// decides nothing.

import { GRANT_KINDS, type GrantKind } from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import {
  asList,
  conditionEntries,
  type PolicyDocument,
  type Statement,
  statementsOf,
} from './document.js';
import type { Finding } from './finding.js';
import { examinerOf, requestsFor } from './grants.js';
import { judgeOf } from './narrow.js';
import { listed, nameOf } from './wording.js';
import { askedBy, worldsOf } from './worlds.js';

/** Grants in effect only if something that nobody can know from here is so: one finding for each cause, naming its members. */
export function dependencies(
  document: PolicyDocument,
  deliveries: readonly Delivery[],
): readonly Finding[] {
  if (isBeyondDoubt(document, deliveries)) return [];
  const standing = examinerOf(document);
  const causes = new Map<string, { readonly cause: Cause; readonly accounts: Set<string> }>();
  for (const delivery of deliveries) {
    for (const kind of GRANT_KINDS) {
      if (standing(kind, delivery) !== 'depends') continue;
      for (const cause of causesOf(document, kind, delivery)) {
        const key = JSON.stringify(cause);
        const known = causes.get(key) ?? { cause, accounts: new Set<string>() };
        known.accounts.add(delivery.accountId);
        causes.set(key, known);
      }
    }
  }
  return [...causes.values()].map(({ cause, accounts }) =>
    dependsFinding(document, cause, [...accounts]),
  );
}

/** Most policies: they ask for nothing unknown, and have no Deny but for what CloudTrail never sends. */
function isBeyondDoubt(document: PolicyDocument, deliveries: readonly Delivery[]): boolean {
  const asked = askedBy(document);
  return (
    statementsOf(document).every(
      (statement) => statement.Effect === 'Allow' || isForOthers(statement),
    ) && deliveries.every((delivery) => worldsOf(delivery, asked).length === 1)
  );
}

const NEVER_SENT: { readonly [key: string]: string } = {
  'aws:securetransport': 'false',
  'aws:principalisawsservice': 'false',
};

function isForOthers(statement: Statement): boolean {
  return isForNoService(statement) || hasConditionNeverMet(statement);
}

/** It names IAM principals, and them alone. */
function isForNoService({ Principal, NotPrincipal }: Statement): boolean {
  if (typeof Principal !== 'object' || NotPrincipal !== undefined) return false;
  return Object.entries(Principal).every(
    ([type, names]) => type === 'AWS' && !asList(names).includes('*'),
  );
}

function hasConditionNeverMet(statement: Statement): boolean {
  return conditionEntries(statement).some(
    ({ operator, key, values }) =>
      /^bool(ifexists)?$/i.test(operator) &&
      values.every((value) => String(value).toLowerCase() === NEVER_SENT[key.toLowerCase()]),
  );
}

type Cause = { readonly denies: readonly number[]; readonly keys: readonly string[] };

/** Why the worlds differ: the Denies that hit in some, else the condition keys of the Allows that do not always apply. */
function causesOf(document: PolicyDocument, kind: GrantKind, delivery: Delivery): readonly Cause[] {
  const judge = judgeOf(document);
  const asked = askedBy(document);
  const worlds = worldsOf(delivery, asked);
  const decisions = worlds.flatMap((world) =>
    requestsFor(kind, delivery, world).map((request) => judge(delivery.accountId, request)),
  );
  const denies = decisions.flatMap(({ effect, statements, unknown }) => [
    ...(effect === 'denied' ? statements : []),
    ...unknown.filter((index) => statementsOf(document)[index]?.Effect === 'Deny'),
  ]);
  const hitting = [...new Set(denies)].toSorted((a, b) => a - b);
  const keys = varyingKeys(
    worlds.map(({ context, headers }) => ({ ...context, ...headers.digests })),
  ).filter((key) => asked.keys.has(key));
  return hitting.length > 0 ? [{ denies: hitting, keys }] : [{ denies: [], keys }];
}

function varyingKeys(contexts: readonly { readonly [key: string]: unknown }[]): readonly string[] {
  const keys = new Set(contexts.flatMap((context) => Object.keys(context)));
  return [...keys].filter(
    (key) => new Set(contexts.map((context) => JSON.stringify(context[key]))).size > 1,
  );
}

function dependsFinding(
  document: PolicyDocument,
  { denies, keys }: Cause,
  accounts: readonly string[],
): Finding {
  const [account] = accounts;
  const about = account !== undefined && accounts.length === 1 ? { account } : {};
  const what = keys.length > 0 ? keys.join(', ') : 'an element that has no documented meaning';
  if (denies.length > 0) {
    const names = denies.map((index) => nameOf(document, index)).join(', ');
    return {
      severity: 'warning',
      code: 'policy-deny-may-stop-cloudtrail',
      ...about,
      message: `Whether ${names} denies CloudTrail's deliveries depends on ${what}, which cannot be known from here (${listed(accounts)}).`,
      remedy: `Look whether the Deny is meant for these trails. If it is not, except them with "ArnNotEquals": {"aws:SourceArn": …} in its Condition.`,
    };
  }
  return {
    severity: 'warning',
    code: 'policy-grant-depends',
    ...about,
    message: `The policy admits ${listed(accounts)} only for certain values of ${what}, which cannot be known from here. Nothing was added.`,
    remedy:
      'Make sure that the account fulfils it (that it is in the organization, for one). CloudTrail refuses the trail otherwise.',
  };
}

/** Withdrawn, and yet admitted: by a statement that admits more than single trails. */
export function stillAdmitted(
  document: PolicyDocument,
  leaving: readonly Delivery[],
): readonly Finding[] {
  if (leaving.length === 0) return [];
  const standing = examinerOf(document);
  const judge = judgeOf(document);
  const asked = askedBy(document);
  return leaving
    .filter((delivery) => standing('write', delivery) !== 'missing')
    .map((delivery) => {
      const world = worldsOf(delivery, asked)[0];
      const [request] = world === undefined ? [] : requestsFor('write', delivery, world);
      const by = request === undefined ? [] : judge(delivery.accountId, request).statements;
      const names = by.map((index) => nameOf(document, index)).join(', ') || 'another statement';
      return {
        severity: 'warning' as const,
        code: 'policy-withdrawn-still-admitted',
        account: delivery.accountId,
        message: `Trail ${delivery.trailArn} can still write into the bucket: ${names} admits more than single trails.`,
        remedy: `Narrow ${names} by hand if no other trail needs it as it is.`,
      };
    });
}
