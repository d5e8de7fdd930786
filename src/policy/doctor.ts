// Why CloudTrail would be refused: for every grant that is not in effect, which statement stops it or comes nearest to
// granting it, which of its clauses fails, and the text that would mend it by hand. Nothing here changes a policy.

import { admit } from './admit.js';
import { GRANT_KINDS, type GrantKind, inCanonicalOrder, resourceArn } from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import {
  asList,
  conditionEntries,
  type PolicyDocument,
  type Statement,
  statementsOf,
} from './document.js';
import { type AccessRequest, evaluate, explain, type Mismatch } from './evaluate.js';
import type { Finding } from './finding.js';
import {
  examinerFor,
  type Grant,
  missingBy,
  type Requests,
  requestsFor,
  standingIn,
  withoutDenies,
} from './grants.js';
import { namesCloudTrail, SOURCE_ACCOUNT, SOURCE_ARN, union, withValues } from './locate.js';
import { judgeOf } from './narrow.js';
import { asText, listed, nameOf, sentence } from './wording.js';
import { type Asked, askedBy, worldsOf } from './worlds.js';

/** A resource whose policy must let CloudTrail do some things, and how findings speak of it. */
export type Patient<K extends string> = {
  readonly kinds: readonly K[];
  readonly requests: Requests<K>;
  /** What the grant is about, as a policy would name it. */
  readonly resource: (kind: K, delivery: Delivery) => string;
  /** What a merge would write. */
  readonly admit: (document: PolicyDocument, deliveries: readonly Delivery[]) => PolicyDocument;
  /** `policy`, and what findings' codes begin with. */
  readonly name: string;
  readonly code: string;
  readonly byHand: string;
};

const BUCKET: Patient<GrantKind> = {
  kinds: GRANT_KINDS,
  requests: requestsFor,
  resource: resourceArn,
  admit: (document, deliveries) => admit(document, 'documented', deliveries),
  name: 'policy',
  code: 'policy',
  byHand: 'Onboard the account',
};

/** Error findings for all of these deliveries' grants that are not in effect; empty when every one is. */
export function diagnose(
  document: PolicyDocument | null,
  deliveries: readonly Delivery[],
): readonly Finding[] {
  return diagnoseIn(BUCKET, document, deliveries);
}

export function diagnoseIn<K extends string>(
  patient: Patient<K>,
  document: PolicyDocument | null,
  deliveries: readonly Delivery[],
): readonly Finding[] {
  const standing = examinerFor(document, patient.requests);
  const missing = missingBy(standing, patient.kinds, inCanonicalOrder(deliveries));
  if (missing.length === 0) return [];
  if (document === null) {
    return missing.map((grant, index) =>
      missingFinding(patient, { Statement: [] }, grant, index < WRITTEN_OUT),
    );
  }
  const admitted = examinerFor(withoutDenies(document), patient.requests);
  return [
    ...denyFindings(patient, document, missing),
    ...missing
      .filter(({ kind, delivery }) => admitted(kind, delivery) === 'missing')
      .map((grant, index) => missingFinding(patient, document, grant, index < WRITTEN_OUT)),
  ];
}

/**
 * So many findings hold the statement to write. A statement names all its trails, so that one for each of a thousand missing
 * grants would be text for nobody to read.
 */
const WRITTEN_OUT = 10;

/** A request of CloudTrail's that a Deny hits, and what it is about. */
type Denied = {
  readonly delivery: Delivery;
  readonly resource: string;
  readonly request: AccessRequest;
};

/** One for each Deny, with everybody whom it stops: it is to be changed once, not once for each. */
function denyFindings<K extends string>(
  patient: Patient<K>,
  document: PolicyDocument,
  missing: readonly Grant<K>[],
): readonly Finding[] {
  const judge = judgeOf(document);
  const asked = askedBy(document);
  const denied = new Map<number, Denied[]>();
  for (const grant of missing) {
    const { kind, delivery } = grant;
    for (const request of requestsIn(patient, grant, asked)) {
      const { effect, statements } = judge(delivery.accountId, request);
      if (effect !== 'denied') continue;
      const hit = { delivery, resource: patient.resource(kind, delivery), request };
      for (const index of statements) {
        const hits = denied.get(index) ?? [];
        hits.push(hit);
        denied.set(index, hits);
      }
    }
  }
  return [...denied]
    .toSorted(([a], [b]) => a - b)
    .map(([index, hits]) => denyFinding(patient.code, document, index, hits));
}

/** As the most likely world has them. */
function requestsIn<K extends string>(
  { requests }: Patient<K>,
  { kind, delivery }: Grant<K>,
  asked: Asked,
): readonly AccessRequest[] {
  const [world] = worldsOf(delivery, asked);
  return world === undefined ? [] : requests(kind, delivery, world);
}

function denyFinding(
  code: string,
  document: PolicyDocument,
  index: number,
  hits: readonly Denied[],
): Finding {
  const statement = statementsOf(document)[index];
  const [first] = hits;
  if (statement === undefined || first === undefined) throw new RangeError(`No statement ${index}`);
  const actions = [...new Set(hits.map(({ request }) => request.action))].join(' and ');
  const arns = [...new Set(hits.map(({ delivery }) => delivery.trailArn))];
  const accounts = new Set(hits.map(({ delivery }) => delivery.accountId));
  const name = nameOf(document, index);
  return {
    severity: 'error',
    code: `${code}-deny-stops-cloudtrail`,
    ...(accounts.size === 1 && { account: first.delivery.accountId }),
    message: `${sentence(name)} denies CloudTrail ${actions} for ${listed(arns, 3)}${because(statement, first.request)}.`,
    remedy: remedyForDeny(document, index, statement, hits),
  };
}

/** What of the Deny holds for CloudTrail's request, in the words of the policy. */
function because(statement: Statement, { context }: AccessRequest): string {
  const sent = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  const reasons = conditionEntries(statement).map(({ operator, key, values }) => {
    const actual = sent.get(key.toLowerCase());
    const says = sends(actual === undefined ? [] : asList(actual));
    return `${operator} ${key} [${listed(values.map(String), 3)}], and CloudTrail sends ${says}`;
  });
  return reasons.length === 0 ? ', without any condition' : `: ${reasons.join('; ')}`;
}

function remedyForDeny(
  document: PolicyDocument,
  index: number,
  statement: Statement,
  hits: readonly Denied[],
): string {
  const name = nameOf(document, index);
  const asksForEncryption = conditionEntries(statement).some(({ key }) =>
    /server-side-encryption/i.test(key),
  );
  const first = asksForEncryption
    ? 'Give the trail the encryption that it asks for (kms-key-arn), or else change it. '
    : '';
  const mended = exceptions(statement, hits).find(({ changed }) => lets(document, changed, hits));
  if (mended === undefined) {
    return `${first}A Deny is never changed by this tool. Change ${name} so that it does not apply to these trails.`;
  }
  const text = asText(mended.changed[mended.element]);
  return `${first}A Deny is never changed by this tool. In ${name}, put this in place of "${mended.element}", and nothing changes for anybody else: ${text}`;
}

type Exception = { readonly element: 'Condition' | 'NotResource'; readonly changed: Statement };

/** Ways to except these trails, the most natural first: a list that excepts others already, else the trails by their ARN. */
function exceptions(statement: Statement, hits: readonly Denied[]): readonly Exception[] {
  const arns = unique(hits.map(({ delivery }) => delivery.trailArn));
  const accounts = unique(hits.map(({ delivery }) => delivery.accountId));
  const resources = unique(hits.map(({ resource }) => resource));
  const byList = conditionEntries(statement)
    .filter(({ operator }) => /^(string|arn)not(equals|like)(ifexists)?$/i.test(operator))
    .flatMap((entry) => {
      const more = { [SOURCE_ARN]: arns, [SOURCE_ACCOUNT]: accounts }[entry.key.toLowerCase()];
      return more === undefined
        ? []
        : [withValues(statement, entry, union([...entry.values], more))];
    })
    .map((changed) => ({ element: 'Condition' as const, changed }));
  const byResource =
    statement.NotResource === undefined
      ? []
      : [
          {
            element: 'NotResource' as const,
            changed: { ...statement, NotResource: union(statement.NotResource, resources) },
          },
        ];
  const entry = { operator: 'ArnNotEquals', key: 'aws:SourceArn', values: [] };
  const byArn = { element: 'Condition' as const, changed: withValues(statement, entry, arns) };
  return [...byList, ...byResource, byArn];
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

/** Whether the Deny, changed, hits none of these requests any more. */
function lets(document: PolicyDocument, changed: Statement, hits: readonly Denied[]): boolean {
  const alone = { ...document, Statement: changed };
  return hits.every(({ request }) => {
    const { effect, unknown } = evaluate(alone, request);
    return effect !== 'denied' && unknown.length === 0;
  });
}

function missingFinding<K extends string>(
  patient: Patient<K>,
  document: PolicyDocument,
  grant: Grant<K>,
  isWrittenOut: boolean,
): Finding {
  const { delivery, kind } = grant;
  const requests = requestsIn(patient, grant, askedBy(document));
  const refused = requests.find((request) => evaluate(document, request).effect === 'not-allowed');
  const [request] = refused === undefined ? requests : [refused];
  const what = `${request?.action} on ${patient.resource(kind, delivery)}`;
  return {
    severity: 'error',
    code: `${patient.code}-grant-missing`,
    account: delivery.accountId,
    message: `The ${patient.name} does not let CloudTrail ${what} for trail ${delivery.trailArn}. ${nearest(document, request)}`,
    remedy: isWrittenOut ? remedyForMissing(patient, document, grant) : `${patient.byHand}.`,
  };
}

/** The Allow that is least far from granting it, and what keeps it from it. */
function nearest(document: PolicyDocument, request: AccessRequest | undefined): string {
  if (request === undefined) return NONE;
  const attempts = statementsOf(document)
    .map((statement, index) => ({ statement, index }))
    .filter(({ statement }) => statement.Effect === 'Allow' && namesCloudTrail(statement))
    .map(({ index }) => ({ index, failing: explain(document, index, request) }))
    .filter(({ failing }) => !failing.some(({ element }) => element === 'action'))
    .toSorted((a, b) => a.failing.length - b.failing.length);
  const [best] = attempts;
  if (best === undefined) return NONE;
  return `${sentence(nameOf(document, best.index))} comes nearest: ${best.failing.map(failure).join('; ')}.`;
}

const NONE = 'No statement admits CloudTrail to this action.';

function failure(mismatch: Mismatch): string {
  let text: string;
  switch (mismatch.element) {
    case 'principal':
      text = 'its principals do not include CloudTrail';
      break;
    case 'action':
      text = `its actions do not include ${mismatch.actual}`;
      break;
    case 'resource':
      text = `its ${mismatch.negated ? 'NotResource excepts' : 'Resource does not cover'} ${mismatch.actual}`;
      break;
    case 'condition':
      text = `${mismatch.operator} ${mismatch.key} [${listed(mismatch.values.map(String), 3)}] does not hold, CloudTrail sends ${sends(mismatch.actual)}`;
      break;
    case 'statement':
      text = `what its element ${JSON.stringify(mismatch.name)} means is not documented`;
      break;
  }
  return text;
}

function sends(values: readonly string[]): string {
  return values.length > 0 ? values.join(', ') : 'nothing';
}

/** What a merge would write. */
function remedyForMissing<K extends string>(
  { admit: admitted, requests, byHand }: Patient<K>,
  document: PolicyDocument,
  grant: Grant<K>,
): string {
  const before = statementsOf(document);
  const after = statementsOf(admitted(document, [grant.delivery]));
  const grants = (statement: Statement) =>
    standingIn({ ...document, Statement: statement }, requests, grant) !== 'missing';
  const index = after.findIndex((statement, at) => statement !== before[at] && grants(statement));
  const statement = after[index];
  if (statement === undefined) return `${byHand}.`;
  return index < before.length
    ? `${byHand}, or put this in place of ${nameOf(document, index)}: ${asText(statement)}`
    : `${byHand}, or add this statement: ${asText(statement)}`;
}
