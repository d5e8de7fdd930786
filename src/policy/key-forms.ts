// How a trail is written into a key policy: the statements AWS documents, and which statements that are there already can
// take a trail in instead. Whether it is needed is decided in key-merge.ts.

import { CLOUDTRAIL } from './cloudtrail.js';
import { conditionHolds } from './conditions.js';
import type { Delivery } from './delivery.js';
import { asList, type Conditions, type Statement } from './document.js';
import { anyTrailOf, CONTEXT_ARN, KEY_ACTION, type KeyGrantKind } from './key-grants.js';
import type { Form } from './layouts.js';
import {
  admittingEntry,
  entriesFor,
  isForCloudTrailAlone,
  resourcesOf,
  SOURCE_ARN,
} from './locate.js';
import { fitsAnyCase } from './match.js';

export type KeyForm = Form<KeyGrantKind>;

export function keyFormOf(kind: KeyGrantKind, delivery: Delivery): KeyForm {
  return { kind, delivery, shared: true, constant: [], ...FORM[kind](delivery) };
}

/** Source: CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail". */
const FORM: {
  readonly [kind in KeyGrantKind]: (delivery: Delivery) => Pick<KeyForm, 'fresh' | 'growing'>;
} = {
  encrypt: (delivery) => ({
    growing: [SOURCE_ARN, CONTEXT_ARN],
    fresh: statementFor('AllowCloudTrailEncryptLogs', 'kms:GenerateDataKey*', {
      StringEquals: { 'aws:SourceArn': delivery.trailArn },
      StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': anyTrailOf(delivery) },
    }),
  }),
  describe: (delivery) => ({
    growing: [SOURCE_ARN],
    fresh: statementFor('AllowCloudTrailDescribeKey', 'kms:DescribeKey', {
      StringEquals: { 'aws:SourceArn': delivery.trailArn },
    }),
  }),
};

/** In a key policy `*` is the key itself. */
function statementFor(sid: string, action: string, conditions: Conditions): Statement {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: { Service: CLOUDTRAIL },
    Action: action,
    Resource: '*',
    Condition: conditions,
  };
}

/**
 * Whether a trail can be added to the statement: only for CloudTrail, only for what it needs of a key, held to listed trails
 * by `aws:SourceArn`, and where it asks for the trail in the encryption context, by a list of the same ones.
 */
export function hasKeyShape(statement: Statement, { kind }: KeyForm): boolean {
  const actions = asList(statement.Action ?? []);
  return (
    isForCloudTrailAlone(statement) &&
    actions.some((action) => fitsAnyCase(action, KEY_ACTION[kind])) &&
    actions.every((action) => NEEDED.has(action.toLowerCase())) &&
    resourcesOf(statement).length > 0 &&
    resourcesOf(statement).every((resource) => resource === '*') &&
    listsTrails(statement, SOURCE_ARN) &&
    (entriesFor(statement, CONTEXT_ARN).length === 0 || listsBothWays(statement))
  );
}

/**
 * Whether every trail in `aws:SourceArn` is in the list for the encryption context too. Where one is not, adding another trail
 * of its account would let it in with it.
 */
function listsBothWays(statement: Statement): boolean {
  const contexts = admittingEntry(statement, CONTEXT_ARN);
  const trails = admittingEntry(statement, SOURCE_ARN)?.values ?? [];
  return (
    contexts !== undefined &&
    listsTrails(statement, CONTEXT_ARN) &&
    trails.every(
      (arn) =>
        conditionHolds(contexts, new Map([[CONTEXT_ARN, [String(arn)]]]), undefined) === 'yes',
    )
  );
}

/** `kms:Decrypt` is for buckets with an S3 Bucket Key. Source: as above. */
const NEEDED: ReadonlySet<string> = new Set([
  'kms:generatedatakey',
  'kms:generatedatakey*',
  'kms:generatedatakeywithoutplaintext',
  'kms:describekey',
  'kms:decrypt',
]);

function listsTrails(statement: Statement, key: string): boolean {
  const values = admittingEntry(statement, key)?.values ?? [];
  return (
    values.length > 0 &&
    values.every((value) => /^arn:[^:]*:cloudtrail:[^:]*:[^:]*:trail\//.test(String(value)))
  );
}
