// Why CloudTrail would be refused: for every grant that is not in effect, which statement stops it or comes nearest to
// granting it, which of its clauses fails, and the text that would mend it by hand. Nothing here changes a policy.

import { admit } from './admit.js';
import { GRANT_KINDS, type GrantKind, inCanonicalOrder, resourceArn } from './cloudtrail.js';
import type { Delivery } from './delivery.js';
import { denyFindings } from './deny-doctor.js';
import { type PolicyDocument, type Statement, statementsOf } from './document.js';
import { type AccessRequest, evaluate, explain, type Mismatch } from './evaluate.js';
import type { Finding } from './finding.js';
import {
  examinerFor,
  type Grant,
  missingBy,
  requestsFor,
  standingIn,
  withoutDenies,
} from './grants.js';
import { namesCloudTrail } from './locate.js';
import { type Patient, requestsIn, sends } from './patient.js';
import { asText, listed, nameOf, sentence } from './wording.js';
import { askedBy } from './worlds.js';

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

function missingFinding<K extends string>(
  patient: Patient<K>,
  document: PolicyDocument,
  grant: Grant<K>,
  isWrittenOut: boolean,
): Finding {
  const { delivery, kind } = grant;
  const [requests = []] = requestsIn(patient, grant, askedBy(document));
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
