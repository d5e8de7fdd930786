// Which Deny keeps CloudTrail out, whom it stops, by which of its conditions, and the text that would except these trails and
// nobody else. What no statement grants is the affair of doctor.ts. A Deny is never changed here.

import type { Delivery } from './delivery.js';
import {
  asList,
  conditionEntries,
  type PolicyDocument,
  type Statement,
  statementsOf,
} from './document.js';
import { type AccessRequest, evaluate } from './evaluate.js';
import type { Finding } from './finding.js';
import { type Grant, withoutDenies } from './grants.js';
import { SOURCE_ACCOUNT, SOURCE_ARN, union, withValues } from './locate.js';
import { judgeOf } from './narrow.js';
import { type Patient, requestsIn, sends } from './patient.js';
import { asText, listed, nameOf, sentence } from './wording.js';
import { askedBy } from './worlds.js';

/** A request of CloudTrail's that a Deny hits, and what it is about. */
type Denied = {
  readonly delivery: Delivery;
  readonly resource: string;
  readonly request: AccessRequest;
};

/** One for each Deny, with everybody whom it stops: it is to be changed once, not once for each. */
export function denyFindings<K extends string>(
  patient: Patient<K>,
  document: PolicyDocument,
  missing: readonly Grant<K>[],
): readonly Finding[] {
  const judge = judgeOf(document);
  const requestsFor = requestsDeniedIn(patient, document);
  const denied = new Map<number, Denied[]>();
  for (const grant of missing) {
    const { kind, delivery } = grant;
    for (const request of requestsFor(grant)) {
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

/** Those of the most likely world in which nothing but a Deny keeps CloudTrail out; where there is none, of the most likely. */
function requestsDeniedIn<K extends string>(patient: Patient<K>, document: PolicyDocument) {
  const judge = judgeOf(withoutDenies(document));
  const asked = askedBy(document);
  return (grant: Grant<K>): readonly AccessRequest[] => {
    const worlds = requestsIn(patient, grant, asked);
    const isAdmitted = (requests: readonly AccessRequest[]) =>
      requests.every((request) => judge(grant.delivery.accountId, request).effect === 'allowed');
    return worlds.find(isAdmitted) ?? worlds[0] ?? [];
  };
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
