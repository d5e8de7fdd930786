// Why CloudTrail would be refused: for every grant that is not in effect, which statement stops it or comes nearest to
// granting it, which of its clauses fails, and the text that would mend it by hand. Nothing here changes a policy.

import { admit } from './admit.js';
import { GRANT_KINDS, inCanonicalOrder, resourceArn } from './cloudtrail.js';
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
import { examinerOf, type Grant, requestsFor, withoutDenies } from './grants.js';
import { namesCloudTrail, SOURCE_ACCOUNT, SOURCE_ARN, union, withValues } from './locate.js';
import { judgeOf } from './narrow.js';
import { asText, listed, nameOf, sentence } from './wording.js';
import { type Asked, askedBy, worldsOf } from './worlds.js';

/** Error findings for all of these deliveries' grants that are not in effect; empty when every one is. */
export function diagnose(
  document: PolicyDocument | null,
  deliveries: readonly Delivery[],
): readonly Finding[] {
  const standing = examinerOf(document);
  const missing: readonly Grant[] = inCanonicalOrder(deliveries).flatMap((delivery) =>
    GRANT_KINDS.filter((kind) => standing(kind, delivery) === 'missing').map((kind) => ({
      kind,
      delivery,
    })),
  );
  if (missing.length === 0) return [];
  if (document === null) return missing.map((grant) => missingFinding({ Statement: [] }, grant));
  const admitted = examinerOf(withoutDenies(document));
  return [
    ...denyFindings(document, missing),
    ...missing
      .filter(({ kind, delivery }) => admitted(kind, delivery) === 'missing')
      .map((grant) => missingFinding(document, grant)),
  ];
}

/** A request of CloudTrail's that a Deny hits. */
type Denied = { readonly grant: Grant; readonly request: AccessRequest };

/** One for each Deny, with everybody whom it stops: it is to be changed once, not once for each. */
function denyFindings(document: PolicyDocument, missing: readonly Grant[]): readonly Finding[] {
  const judge = judgeOf(document);
  const asked = askedBy(document);
  const denied = new Map<number, Denied[]>();
  for (const grant of missing) {
    for (const request of requestsIn(grant, asked)) {
      const { effect, statements } = judge(grant.delivery.accountId, request);
      if (effect !== 'denied') continue;
      for (const index of statements) {
        const hits = denied.get(index) ?? [];
        hits.push({ grant, request });
        denied.set(index, hits);
      }
    }
  }
  return [...denied]
    .toSorted(([a], [b]) => a - b)
    .map(([index, hits]) => denyFinding(document, index, hits));
}

/** As the most likely world has them. */
function requestsIn({ kind, delivery }: Grant, asked: Asked): readonly AccessRequest[] {
  const [world] = worldsOf(delivery, asked);
  return world === undefined ? [] : requestsFor(kind, delivery, world);
}

function denyFinding(document: PolicyDocument, index: number, hits: readonly Denied[]): Finding {
  const statement = statementsOf(document)[index];
  const [first] = hits;
  if (statement === undefined || first === undefined) throw new RangeError(`No statement ${index}`);
  const actions = [...new Set(hits.map(({ request }) => request.action))].join(' and ');
  const arns = [...new Set(hits.map(({ grant }) => grant.delivery.trailArn))];
  const accounts = new Set(hits.map(({ grant }) => grant.delivery.accountId));
  const name = nameOf(document, index);
  return {
    severity: 'error',
    code: 'policy-deny-stops-cloudtrail',
    ...(accounts.size === 1 && { account: first.grant.delivery.accountId }),
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
  const arns = unique(hits.map(({ grant }) => grant.delivery.trailArn));
  const accounts = unique(hits.map(({ grant }) => grant.delivery.accountId));
  const resources = unique(hits.map(({ grant }) => resourceArn(grant.kind, grant.delivery)));
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

function missingFinding(document: PolicyDocument, grant: Grant): Finding {
  const { delivery, kind } = grant;
  const requests = requestsIn(grant, askedBy(document));
  const refused = requests.find((request) => evaluate(document, request).effect === 'not-allowed');
  const [request] = refused === undefined ? requests : [refused];
  const what = `${request?.action} on ${resourceArn(kind, delivery)}`;
  return {
    severity: 'error',
    code: 'policy-grant-missing',
    account: delivery.accountId,
    message: `The policy does not let CloudTrail ${what} for trail ${delivery.trailArn}. ${nearest(document, request)}`,
    remedy: remedyForMissing(document, grant),
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
function remedyForMissing(document: PolicyDocument, { delivery, kind }: Grant): string {
  const before = statementsOf(document);
  const after = statementsOf(admit(document, 'documented', [delivery]));
  const index = after.findIndex(
    (statement, at) => statement !== before[at] && isFor(statement, kind, delivery),
  );
  const statement = after[index];
  if (statement === undefined) return 'Onboard the account.';
  return index < before.length
    ? `Onboard the account, or put this in place of ${nameOf(document, index)}: ${asText(statement)}`
    : `Onboard the account, or add this statement: ${asText(statement)}`;
}

function isFor({ Resource }: Statement, kind: Grant['kind'], delivery: Delivery): boolean {
  return Resource !== undefined && asList(Resource).includes(resourceArn(kind, delivery));
}
