// What is weak about the statements that admit CloudTrail, and about the layout asked for. Warnings and notices: none of it is
// mended unasked, for tightening may cut off trails that nobody listed.

import type { Delivery } from './delivery.js';
import {
  asList,
  conditionEntries,
  type PolicyDocument,
  type Statement,
  statementsOf,
} from './document.js';
import { dependencies, stillAdmitted } from './doubts.js';
import type { Finding } from './finding.js';
import type { Layout } from './layouts.js';
import {
  allows,
  entriesFor,
  isForCloudTrailAlone,
  namesCloudTrail,
  SOURCE_ACCOUNT,
  SOURCE_ARN,
  SOURCE_ORGANIZATION,
} from './locate.js';
import { nameOf, sentence } from './wording.js';

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
