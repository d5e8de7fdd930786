// What a member's access depends on that nobody can know from here, and whom a policy still admits who was to leave. Says so;
// decides nothing.

import { GRANT_KINDS, type GrantKind } from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import { conditionEntries, type PolicyDocument, statementsOf } from './document.js';
import type { Decision } from './evaluate.js';
import type { Finding } from './finding.js';
import { examinerOf, requestsFor, withoutDenies } from './grants.js';
import { judgeOf } from './narrow.js';
import { listed, nameOf } from './wording.js';
import { askedBy, serviceNames, type World, worldsOf } from './worlds.js';

/** Grants in effect only if something that nobody can know from here is so: one finding for each cause, naming its members. */
export function dependencies(
  document: PolicyDocument,
  deliveries: readonly Delivery[],
): readonly Finding[] {
  const standing = examinerOf(document);
  const causesOf = causesIn(document);
  const causes = new Map<string, { readonly cause: Cause; readonly accounts: Set<string> }>();
  for (const delivery of deliveries) {
    for (const kind of GRANT_KINDS) {
      if (standing(kind, delivery) !== 'depends') continue;
      for (const cause of causesOf(kind, delivery)) {
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

/** `denies`: what may stop CloudTrail; if there are none, it is Allows that may not apply. `keys`: what they ask for. */
type Cause = { readonly denies: readonly number[]; readonly keys: readonly string[] };

/** Why the worlds differ: Denies that hit in some, Allows that do not apply in all, or both. */
function causesIn(
  document: PolicyDocument,
): (kind: GrantKind, delivery: Delivery) => readonly Cause[] {
  const open = withoutDenies(document);
  const admitting = examinerOf(open);
  return (kind, delivery) => {
    const causes: Cause[] = [];
    const denies = deniesMet(document, answersTo(document, kind, delivery));
    if (denies.length > 0) causes.push({ denies, keys: varyingKeys(document, delivery, denies) });
    if (admitting(kind, delivery) === 'depends') {
      const allows = allowsMet(answersTo(open, kind, delivery));
      causes.push({ denies: [], keys: varyingKeys(open, delivery, allows) });
    }
    return causes;
  };
}

/** All that CloudTrail may be told, in each world and under each of its names. */
function answersTo(
  document: PolicyDocument,
  kind: GrantKind,
  delivery: Delivery,
): readonly Decision[] {
  const judge = judgeOf(document);
  return worldsIn(document, delivery).flatMap((world) =>
    requestsFor(kind, delivery, world).map((request) => judge(delivery.accountId, request)),
  );
}

function worldsIn(document: PolicyDocument, delivery: Delivery): readonly World[] {
  const asked = askedBy(document);
  return serviceNames(delivery).flatMap((service) => worldsOf(delivery, asked, service));
}

/** Zero-based positions, in document order, as those of the next one. */
function deniesMet(document: PolicyDocument, answers: readonly Decision[]): readonly number[] {
  const isDeny = (index: number): boolean => statementsOf(document)[index]?.Effect === 'Deny';
  return inOrder(
    answers.flatMap(({ statements, unknown }) => [...statements, ...unknown]).filter(isDeny),
  );
}

function allowsMet(answers: readonly Decision[]): readonly number[] {
  return inOrder(
    answers.flatMap(({ effect, statements }) => (effect === 'allowed' ? statements : [])),
  );
}

function inOrder(positions: readonly number[]): readonly number[] {
  return [...new Set(positions)].toSorted((a, b) => a - b);
}

/** Of the condition keys that these statements ask for, those that CloudTrail may send or leave out, or with several values. */
function varyingKeys(
  document: PolicyDocument,
  delivery: Delivery,
  positions: readonly number[],
): readonly string[] {
  const sent = worldsIn(document, delivery).map(({ context, headers }) => ({
    ...context,
    ...headers.digests,
  }));
  const asked = statementsOf(document)
    .filter((_, index) => positions.includes(index))
    .flatMap(conditionEntries)
    .map(({ key }) => key.toLowerCase());
  return [...new Set(asked)].filter(
    (key) => new Set(sent.map((context) => JSON.stringify(context[key]))).size > 1,
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

/** Withdrawn, and yet admitted, if only to a part of its path or in some worlds: by a statement that admits more than single trails. */
export function stillAdmitted(
  document: PolicyDocument,
  leaving: readonly Delivery[],
): readonly Finding[] {
  return leaving.flatMap((delivery) => {
    const by = allowsMet(answersTo(document, 'write', delivery));
    if (by.length === 0) return [];
    const names = by.map((index) => nameOf(document, index)).join(', ');
    return [
      {
        severity: 'warning' as const,
        code: 'policy-withdrawn-still-admitted',
        account: delivery.accountId,
        message: `Trail ${delivery.trailArn} can still write into the bucket: ${names} admits more than single trails.`,
        remedy: `Narrow ${names} by hand if no other trail needs it as it is.`,
      },
    ];
  });
}
