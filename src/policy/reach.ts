// Whether an account that logs into the bucket could also read it, by the bucket policy alone: a list of keys, or a log of
// another account. What cannot be known from here (a condition on the caller's network, say) never counts as a barrier.

import { asList, type PolicyDocument, type Statement, statementsOf } from './document.js';
import { type AccessRequest, evaluate } from './evaluate.js';

export type Reader = {
  readonly accountId: string;
  readonly partition: string;
  /** ARN of a role of the account that is to be asked for by name; everybody else whom the policy names is asked for anyway. */
  readonly roleArn?: string;
  /** `o-…`, where it is known. */
  readonly organizationId?: string;
  readonly bucket: string;
  /** The bucket's owner, whose own logs stand for those of all others. */
  readonly ownerId: string;
  /** As `Delivery` has it. */
  readonly prefix: string;
};

/** `unsure`: somebody of the account could, if a condition holds that cannot be judged from here. */
export type Reach = 'cannot' | 'unsure' | 'may';

export function reachOf(document: PolicyDocument | null, reader: Reader): Reach {
  if (document === null) return 'cannot';
  const requests = callers(document, reader).flatMap((arn) => requestsOf(reader, arn));
  if (requests.some((request) => evaluate(document, request).effect === 'allowed')) return 'may';
  return requests.every((request) => isRefusedForCertain(document, request)) ? 'cannot' : 'unsure';
}

/** The account as such, the role, any role at all, and whomever of the account the policy names. */
function callers(document: PolicyDocument, reader: Reader): readonly string[] {
  const { accountId, partition, roleArn } = reader;
  const start = `arn:${partition}:iam::${accountId}:`;
  const named = statementsOf(document).flatMap(({ Principal, NotPrincipal }) =>
    [Principal, NotPrincipal].flatMap((principals) =>
      typeof principals === 'object' ? Object.values(principals).flatMap(asList) : [],
    ),
  );
  return [
    ...new Set([
      `${start}root`,
      `${start}role/Anybody`,
      ...(roleArn === undefined ? [] : [roleArn]),
      ...named.filter((name) => name.split(':')[4] === accountId),
    ]),
  ];
}

function requestsOf(reader: Reader, arn: string): readonly AccessRequest[] {
  const { accountId, ownerId, partition, bucket, prefix, organizationId } = reader;
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const start = prefix === '' ? '' : `${prefix}/`;
  const context = {
    'aws:securetransport': 'true',
    'aws:principalaccount': accountId,
    'aws:principalarn': arn,
    'aws:principalisawsservice': 'false',
    'aws:resourceaccount': ownerId,
    's3:resourceaccount': ownerId,
    ...(organizationId === undefined ? {} : { 'aws:principalorgid': organizationId }),
  };
  const log = `${bucketArn}/${start}AWSLogs/${ownerId}/CloudTrail/log.json.gz`;
  const caller = { arn };
  return [
    { caller, action: 's3:ListBucket', resource: bucketArn, context },
    { caller, action: 's3:GetObject', resource: log, context },
  ];
}

/** Also where every condition that cannot be judged falls out in the caller's favour. */
function isRefusedForCertain(document: PolicyDocument, request: AccessRequest): boolean {
  const known = new Set(Object.keys(request.context));
  const Statement = statementsOf(document).flatMap((statement) => lenient(statement, known));
  const { effect, unknown } = evaluate({ ...document, Statement }, request);
  return effect === 'denied' || (effect === 'not-allowed' && unknown.length === 0);
}

/** An Allow without the conditions on keys that are not known; a Deny only where all of its are. */
function lenient(statement: Statement, known: ReadonlySet<string>): readonly Statement[] {
  const entries = Object.entries(statement.Condition ?? {});
  const isKnown = (key: string): boolean => known.has(key.toLowerCase());
  if (entries.every(([, keys]) => Object.keys(keys).every(isKnown))) return [statement];
  if (statement.Effect === 'Deny') return [];
  const Condition = Object.fromEntries(
    entries.map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).filter(([key]) => isKnown(key))),
    ]),
  );
  return [{ ...statement, Condition }];
}
