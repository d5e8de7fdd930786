// Our decisions against those of an independent evaluator, on generated policies and requests. Left out of the
// generation, because there the other is wrong or silent by AWS's documentation:
// - Version 2008-10-17 together with `${…}`: it resolves variables whatever the Version; in old ones they "are treated
//   as literal strings in the policy" (IAM user guide, "Variables and tags");
// - `${$}`, which it does not know, and `${*}` under StringEquals, which it does not match with `*` (same page, "Special
//   characters");
// - variables before the fifth colon of a value of an ARN operator, which it never matches;
// - epoch seconds compared with ISO dates, which it never finds equal ("one of the W3C implementations of the ISO 8601
//   date formats or in epoch (UNIX) time", IAM user guide, "Date condition operators");
// - `0.0.0.0/0`, in which it finds no address, and NotIpAddress of a lone IPv4 address with an IPv6 one in the request,
//   for which it finds no match;
// - `NotPrincipal` with IAM principals: it takes an account there as an exception for everyone in it, while AWS's
//   example with a user and the account's root denies all but that user ("AWS JSON policy elements: NotPrincipal");
// - wildcards that cross a colon among the first five of a Resource other than at a segment's end.
// Statements we call undecided are left out of the comparison; it has no such notion.

import { runSimulation } from '@cloud-copilot/iam-simulate';
import * as fc from 'fast-check';
import type { PolicyDocument } from '../../src/policy/document.js';
import { type AccessRequest, type Decision, evaluate } from '../../src/policy/evaluate.js';
import { casesOf, patienceFor } from '../cases.js';
import { documents, requests } from './arbitrary.js';

const CASES = casesOf(20_000, 1_000);

/** The Sids of the statements that apply, as the other evaluator sees it. */
async function otherHits(document: PolicyDocument, { caller, ...request }: AccessRequest) {
  const answer = await runSimulation(
    {
      request: {
        principal: 'service' in caller ? caller.service : caller.arn,
        action: request.action,
        resource: { resource: request.resource, accountId: '111111111111' },
        contextVariables: mutable(request.context),
      },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: document,
    },
    {},
  );
  if (answer.resultType !== 'single') throw new Error(JSON.stringify(answer));
  const { denyStatements = [], allowStatements = [] } =
    answer.result.analysis.resourceAnalysis ?? {};
  const sids = (list: typeof denyStatements): string[] => list.map((one) => one.explain.identifier);
  return { denied: sids(denyStatements), allowed: sids(allowStatements) };
}

function mutable(context: AccessRequest['context']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : [...value],
    ]),
  );
}

async function otherDecision(
  document: PolicyDocument,
  request: AccessRequest,
  undecided: readonly number[],
): Promise<Omit<Decision, 'unknown'>> {
  const { denied, allowed } = await otherHits(document, request);
  const positions = (sids: readonly string[]): number[] =>
    sids.map((sid) => Number(sid.slice(1))).filter((index) => !undecided.includes(index));
  const [denies, allows] = [positions(denied), positions(allowed)];
  if (denies.length > 0) return { effect: 'denied', statements: denies };
  if (allows.length > 0) return { effect: 'allowed', statements: allows };
  return { effect: 'not-allowed', statements: [] };
}

test(
  `an independent evaluator names the same effect and statements in ${CASES} cases`,
  async () => {
    const seen = { allowed: 0, denied: 0, 'not-allowed': 0, undecided: 0 };
    await fc.assert(
      fc.asyncProperty(documents, requests, async (document, request) => {
        const { unknown, ...ours } = evaluate(document, request);
        seen[ours.effect]++;
        seen.undecided += unknown.length > 0 ? 1 : 0;
        expect(ours).toEqual(await otherDecision(document, request, unknown));
      }),
      { numRuns: CASES },
    );
    expect(seen.allowed).toBeGreaterThan(CASES / 8);
    expect(seen.denied).toBeGreaterThan(CASES / 8);
    expect(seen['not-allowed']).toBeGreaterThan(CASES / 8);
    expect(seen.undecided).toBeLessThan(CASES / 20);
  },
  patienceFor(CASES, 20),
);
