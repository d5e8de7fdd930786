// What is weak about the statements that admit CloudTrail, and what a member's access depends on that nobody can know from
// here. Warnings and notices only: none of it is mended unasked, for tightening may cut off trails that nobody listed.

import { ACTION, GRANT_KINDS, type GrantKind } from './cloudtrail.js';
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
import type { Layout } from './layouts.js';
import {
  entriesFor,
  isForCloudTrailAlone,
  namesCloudTrail,
  SOURCE_ACCOUNT,
  SOURCE_ARN,
  SOURCE_ORGANIZATION,
} from './locate.js';
import { fitsAnyCase } from './match.js';
import { judgeOf } from './narrow.js';
import { listed, nameOf, sentence } from './wording.js';
import { askedBy, worldsOf } from './worlds.js';

export type Wish = {
  readonly layout: Layout;
  readonly staying: readonly Delivery[];
  readonly leaving: readonly Delivery[];
};

/** Of the policy as it will be. */
export function weaknesses(document: PolicyDocument | null, wish: Wish): readonly Finding[] {
  if (document === null) return layoutFindings(wish);
  return [
    ...layoutFindings(wish),
    ...statementsOf(document).flatMap((statement, index) =>
      ofStatement(statement, nameOf(document, index)),
    ),
    ...dependencies(document, wish.staying),
    ...stillAdmitted(document, wish.leaving),
  ];
}

function layoutFindings({ layout, staying }: Wish): readonly Finding[] {
  const key = UNPROVEN[layout];
  if (key === undefined || staying.length === 0) return [];
  return layout === 'organization' && staying.some(({ organizationId }) => !organizationId)
    ? [NO_ORGANIZATION]
    : [unproven(layout, key)];
}

const UNPROVEN: { readonly [layout in Layout]?: string } = {
  compact: 'aws:SourceAccount',
  organization: 'aws:SourceOrgID',
};

function unproven(layout: Layout, key: string): Finding {
  return {
    severity: 'notice',
    code: 'policy-layout-unproven',
    message: `Layout ${layout} relies on CloudTrail sending ${key} for the trail of a single account. AWS documents the key, but not this use of it, and it has not been tried here on a live account.`,
    remedy: 'Onboard one account first and see its logs arrive before you move the others.',
  };
}

const NO_ORGANIZATION: Finding = {
  severity: 'error',
  code: 'policy-organization-unknown',
  message:
    'Layout organization needs the ID of the organization, and none is given. Nothing was added to the policy.',
  remedy: 'Set organization-id to the ID of your organization (o-…).',
};

function ofStatement(statement: Statement, name: string): readonly Finding[] {
  if (statement.Effect !== 'Allow') return [];
  return [
    ...unguarded(statement, name),
    ...neverMatching(statement, name),
    ...contradicting(statement, name),
    ...legacy(statement, name),
  ];
}

const GUARDS: ReadonlySet<string> = new Set([
  SOURCE_ARN,
  SOURCE_ACCOUNT,
  SOURCE_ORGANIZATION,
  'aws:sourceorgpaths',
]);

function unguarded(statement: Statement, name: string): readonly Finding[] {
  const isGuarded = conditionEntries(statement).some(({ key }) => GUARDS.has(key.toLowerCase()));
  if (!namesCloudTrail(statement) || isGuarded) return [];
  if (allows(statement, 'write')) {
    const others = isForCloudTrailAlone(statement) ? '' : ' It also names other principals.';
    return [
      {
        severity: 'warning',
        code: 'policy-write-without-source-arn',
        message: `CloudTrail may write by ${name} for any trail of any AWS account: it has no condition on aws:SourceArn.${others}`,
        remedy: `Once every trail that delivers here is listed in a statement with aws:SourceArn, take CloudTrail out of ${name}.`,
      },
    ];
  }
  if (!allows(statement, 'acl-check')) return [];
  return [
    {
      severity: 'notice',
      code: 'policy-acl-check-without-source-arn',
      message: `CloudTrail may read the bucket's ACL by ${name} for any trail of any AWS account: it has no condition on aws:SourceArn.`,
      remedy:
        'It gives no access to logs. Add aws:SourceArn with all trails that deliver here if you want it closed.',
    },
  ];
}

function allows({ Action }: Statement, kind: GrantKind): boolean {
  return Action !== undefined && asList(Action).some((action) => fitsAnyCase(action, ACTION[kind]));
}

/** Source: CloudTrail user guide, "Cross-service confused deputy prevention": a wildcard needs `StringLike`. */
function neverMatching(statement: Statement, name: string): readonly Finding[] {
  return entriesFor(statement, SOURCE_ARN)
    .filter(({ operator }) => operator.toLowerCase().startsWith('stringequals'))
    .flatMap(({ operator, values }) =>
      values
        .map(String)
        .filter((value) => /[*?]/.test(value) && !value.includes('${'))
        .map((value) => ({
          severity: 'warning' as const,
          code: 'policy-source-arn-never-matches',
          message: `In ${name}, ${JSON.stringify(value)} stands under ${operator}, which knows no wildcards: it matches no trail.`,
          remedy: `Write the trail's full ARN in its place, or move it to ArnLike in a statement of its own.`,
        })),
    );
}

function contradicting(statement: Statement, name: string): readonly Finding[] {
  const entries = entriesFor(statement, SOURCE_ARN);
  if (entries.length < 2 || !namesCloudTrail(statement)) return [];
  const places = entries.map(({ operator, key }) => `${key} under ${operator}`).join(' and ');
  return [
    {
      severity: 'warning',
      code: 'policy-source-arn-twice',
      message: `The conditions of ${name} ask for the trail's ARN more than once (${places}). All of them must hold, so only trails that are in each list are admitted.`,
      remedy: 'Keep one of them, with every trail in it.',
    },
  ];
}

/** CloudTrail's own accounts, one for each old Region. Source: CloudTrail user guide of 2015, still found in live policies. */
const LEGACY: ReadonlySet<string> = new Set([
  '903692715234',
  '035351147821',
  '859597730677',
  '814480443879',
  '216624486486',
  '086441151436',
  '388731089494',
  '284668455005',
  '113285607260',
  '475085895292',
]);

function legacy({ Principal }: Statement, name: string): readonly Finding[] {
  const named = typeof Principal === 'object' ? asList(Principal['AWS'] ?? []) : [];
  const accounts = named.map(
    (arn) => /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(arn)?.[1] ?? '',
  );
  if (!accounts.some((account) => LEGACY.has(account))) return [];
  return [
    {
      severity: 'notice',
      code: 'policy-legacy-principals',
      message: `${sentence(name)} admits CloudTrail by the account numbers it had in its first Regions. That does not cover newer Regions.`,
      remedy: 'AWS asks to put the service principal cloudtrail.amazonaws.com in their place.',
    },
  ];
}

/** Grants in effect only if something that nobody can know from here is so: one finding for each cause, naming its members. */
function dependencies(
  document: PolicyDocument,
  deliveries: readonly Delivery[],
): readonly Finding[] {
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
  ).filter((key) => asked.has(key));
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

function stillAdmitted(document: PolicyDocument, leaving: readonly Delivery[]): readonly Finding[] {
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
