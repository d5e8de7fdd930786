// How a member is written into a policy: for each layout, the statement that would grant one thing to one delivery alone,
// and which statements that are there already can take the grant in instead. Whether it is needed is decided in merge.ts.

import {
  ACTION,
  bucketArn,
  CLOUDTRAIL,
  type GrantKind,
  logsArn,
  OWNER_CONTROL,
  partitionOf,
  pathAccount,
  resourceArn,
} from './cloudtrail.js';
import { conditionHolds } from './conditions.js';
import type { Delivery } from './delivery.js';
import {
  type ConditionEntry,
  type Conditions,
  conditionEntries,
  type OneOrMany,
  type PolicyDocument,
  type Statement,
} from './document.js';
import { type Grant, type Requests, standingIn } from './grants.js';
import {
  admittingEntry,
  isForCloudTrailAlone,
  isOnlyFor,
  oneOrMany,
  resourcesOf,
  SOURCE_ACCOUNT,
  SOURCE_ARN,
  SOURCE_ORGANIZATION,
  union,
  withValues,
} from './locate.js';

/**
 * `documented`: AWS's multi-account layout. `isolated`: one Write statement per account. `compact`: lists of accounts in
 * place of trail ARNs. `organization`: everybody in one organization.
 */
export type Layout = 'documented' | 'isolated' | 'compact' | 'organization';

/** A grant in one layout. */
export type Form<K extends string = GrantKind> = Grant<K> & {
  /** As if this delivery were alone in the policy. */
  readonly fresh: Statement;
  /** Condition keys (lower case) whose lists grow with each member; the lists they admit are what a statement is told by. */
  readonly growing: readonly string[];
  /** Condition keys (lower case) whose values are the same for every member. */
  readonly constant: readonly string[];
  /** Whether another account may be named in the same statement. */
  readonly shared: boolean;
};

export function formOf(layout: Layout, kind: GrantKind, delivery: Delivery): Form {
  return { kind, delivery, shared: true, constant: [], ...FORM[layout](kind, delivery) };
}

type OwnForm = Pick<Form, 'fresh' | 'growing'> & Partial<Pick<Form, 'constant' | 'shared'>>;

const FORM: { readonly [layout in Layout]: (kind: GrantKind, delivery: Delivery) => OwnForm } = {
  documented: (kind, delivery) => ({ fresh: byTrail(kind, delivery), growing: [SOURCE_ARN] }),
  isolated: (kind, delivery) =>
    kind === 'write'
      ? { fresh: forOneAccount(delivery), growing: [SOURCE_ARN], shared: false }
      : { fresh: byTrail(kind, delivery), growing: [SOURCE_ARN] },
  compact: (kind, delivery) => ({
    fresh: byAccount(kind, delivery),
    growing: [SOURCE_ACCOUNT],
    constant: [SOURCE_ARN],
  }),
  organization: (kind, delivery) => ({
    fresh: byOrganization(kind, delivery),
    growing: [],
    constant: [SOURCE_ORGANIZATION, SOURCE_ARN],
  }),
};

/** The documented ones; a layout that AWS does not document has a suffix of its own. */
const SID: { readonly [kind in GrantKind]: string } = {
  'acl-check': 'AWSCloudTrailAclCheck20150319',
  write: 'AWSCloudTrailWrite20150319',
};

/** Source: CloudTrail user guide, "Setting bucket policy for multiple accounts" and "Amazon S3 bucket policy for CloudTrail". */
function byTrail(kind: GrantKind, delivery: Delivery): Statement {
  return statementFor(kind, '', resourceArn(kind, delivery), {
    StringEquals: { ...aclHeader(kind), 'aws:SourceArn': delivery.trailArn },
  });
}

function forOneAccount(delivery: Delivery): Statement {
  return { ...byTrail('write', delivery), Sid: `${SID.write}-${delivery.accountId}` };
}

/**
 * `aws:SourceAccount` is the account of the very trail in `aws:SourceArn`, so the pair admits the listed accounts' own trails
 * and neither another account's nor anything of CloudTrail's that is no trail.
 */
function byAccount(kind: GrantKind, delivery: Delivery): Statement {
  return statementFor(kind, '-accounts', resourceArn(kind, delivery), {
    StringEquals: { ...aclHeader(kind), 'aws:SourceAccount': delivery.accountId },
    ArnLike: { 'aws:SourceArn': anyTrail(delivery) },
  });
}

/** Source for the key with CloudTrail: Control Tower user guide, "Amazon S3 bucket policy for logging". */
function byOrganization(kind: GrantKind, delivery: Delivery): Statement {
  const resource = kind === 'write' ? `${logsArn(delivery)}*` : bucketArn(delivery);
  return statementFor(kind, '-organization', resource, {
    StringEquals: { ...aclHeader(kind), 'aws:SourceOrgID': delivery.organizationId ?? '' },
    ArnLike: { 'aws:SourceArn': anyTrail(delivery) },
  });
}

function anyTrail({ trailArn }: Delivery): string {
  return `arn:${partitionOf(trailArn)}:cloudtrail:*:*:trail/*`;
}

function aclHeader(kind: GrantKind) {
  return kind === 'write' ? { 's3:x-amz-acl': OWNER_CONTROL } : {};
}

function statementFor(
  kind: GrantKind,
  suffix: string,
  resource: string,
  conditions: Conditions,
): Statement {
  return {
    Sid: `${SID[kind]}${suffix}`,
    Effect: 'Allow',
    Principal: { Service: CLOUDTRAIL },
    Action: ACTION[kind],
    Resource: resource,
    Condition: conditions,
  };
}

/** What the grant's own statement has in this place. */
function wantedValues({ fresh }: Pick<Form, 'fresh'>, key: string): readonly string[] {
  return (admittingEntry(fresh, key)?.values ?? []).map(String);
}

/** Whether the statement has the form's shape, with whichever members: only for CloudTrail, only for this, guarded like this. */
export function hasShape(statement: Statement, form: Form): boolean {
  const resources = resourcesOf(statement);
  return (
    isForCloudTrailAlone(statement) &&
    isOnlyFor(form.kind, statement) &&
    resources.length > 0 &&
    resources.every((resource) => isResourceOf(form, resource)) &&
    form.growing.every((key) => admitsOnlyMembers(statement, key)) &&
    form.constant.every((key) => admitsTheSame(statement, form, key))
  );
}

function isResourceOf({ kind, delivery, growing }: Form, resource: string): boolean {
  const bucket = bucketArn(delivery);
  if (kind === 'acl-check') return resource === bucket;
  if (!resource.startsWith(`${bucket}/`)) return false;
  return growing.length > 0
    ? pathAccount(resource) !== undefined
    : /^[^*?$]*\/AWSLogs\/\*$/.test(resource);
}

/**
 * CloudTrail also delivers for event data stores, with the same actions; those lists are not for trails. Nor is a pattern
 * of any account's trails one of members: beside it, all of these would get the new member's path.
 */
const MEMBER: { readonly [key: string]: RegExp } = {
  [SOURCE_ARN]: /^arn:[^:]*:cloudtrail:[^:]*:\d{12}:trail\//,
  [SOURCE_ACCOUNT]: /^\d{12}$/,
};

function admitsOnlyMembers(statement: Statement, key: string): boolean {
  const values = admittingEntry(statement, key)?.values ?? [];
  return values.length > 0 && values.every((value) => MEMBER[key]?.test(String(value)));
}

function admitsTheSame(statement: Statement, form: Form, key: string): boolean {
  const values = new Set(admittingEntry(statement, key)?.values.map(String));
  const wanted = wantedValues(form, key);
  return values.size === wanted.length && wanted.every((value) => values.has(value));
}

/**
 * Whether the grant would be in effect once it has joined, tried out on the statement with this member alone: its other
 * conditions may shut the member out, and the members that are in it already make no difference.
 */
export function takesEffectIn<K extends string>(
  statement: Statement,
  form: Form<K>,
  version: PolicyDocument['Version'],
  requests: Requests<K>,
): boolean {
  const alone = form.growing.reduce<Statement>(
    (made, key) => replaceValues(made, key, oneOrMany(wantedValues(form, key))),
    { ...statement, Resource: form.fresh.Resource ?? [] },
  );
  const document = { ...(version !== undefined && { Version: version }), Statement: alone };
  return standingIn(document, requests, form) === 'certain';
}

/** Whether the statement treats all members alike, so that what is true for one is true for the others. */
export function isAlikeForAll(
  statement: Statement,
  { growing, constant }: Pick<Form, 'growing' | 'constant'>,
): boolean {
  const known = new Set([...growing, ...constant, ...SAME_FOR_ALL]);
  return conditionEntries(statement).every(({ key }) => known.has(key.toLowerCase()));
}

const SAME_FOR_ALL = ['s3:x-amz-acl', 'aws:securetransport', 'aws:principalisawsservice'];

/** The statement with the grants of all these forms. */
export function joined<K extends string>(
  statement: Statement,
  forms: readonly Form<K>[],
): Statement {
  const [form] = forms;
  if (form === undefined) return statement;
  const resources = forms.flatMap(({ fresh }) => resourcesOf(fresh));
  const Resource = union(statement.Resource ?? [], resources);
  return form.growing.reduce<Statement>(
    (made, key) => {
      const entry = admittingEntry(made, key);
      if (entry === undefined) return made;
      const values = forms
        .flatMap((one) => wantedValues(one, key))
        .filter((value) => !isCovered(entry, value));
      const current = made.Condition?.[entry.operator]?.[entry.key] ?? [];
      return withValues(made, entry, union(current, values));
    },
    { ...statement, Resource },
  );
}

/** Whether a pattern in the list admits the value already; else it would matter who joins first. */
function isCovered({ operator, key, values }: ConditionEntry, value: string): boolean {
  const patterns = values.filter((one) => /[*?]/.test(String(one)));
  if (patterns.length === 0) return false;
  const context = new Map([[key.toLowerCase(), [value]]]);
  return conditionHolds({ operator, key, values: patterns }, context, undefined) === 'yes';
}

function replaceValues(statement: Statement, key: string, values: OneOrMany<string>): Statement {
  const entry = admittingEntry(statement, key);
  return entry === undefined ? statement : withValues(statement, entry, values);
}
