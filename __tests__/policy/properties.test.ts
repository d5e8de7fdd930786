// What holds for every policy and every set of members. cases.ts says how many are tried.

import * as fc from 'fast-check';
import { type PolicyDocument, type Statement, statementsOf } from '../../src/policy/document.js';
import { evaluate } from '../../src/policy/evaluate.js';
import { examinerOf, withoutDenies } from '../../src/policy/grants.js';
import {
  compareAccess,
  type Delivery,
  diagnose,
  mergePolicy,
  missingGrants,
  samePolicy,
} from '../../src/policy/index.js';
import { judgeOf } from '../../src/policy/narrow.js';
import { casesOf, patienceFor } from '../cases.js';
import {
  anyMember,
  everyMember,
  longAccount,
  longPolicies,
  newMember,
  policies,
} from './arbitrary-policies.js';
import { isAdmitted } from './oracle.js';
import { delivery, offboard, onboard, trailOf } from './shapes/deliveries.js';

const CASES = casesOf(2_000);
/** Milliseconds; on a busy machine a case can take long. */
const PATIENCE = patienceFor(CASES, 1_000);

const members = fc.uniqueArray(anyMember, {
  minLength: 1,
  maxLength: 4,
  selector: (one) => JSON.stringify(one),
});
const newcomers = fc.uniqueArray(newMember, {
  minLength: 1,
  maxLength: 4,
  selector: (one) => JSON.stringify(one),
});
const layouts = fc.constantFrom('documented' as const, 'isolated' as const, 'compact' as const);

async function holds<T extends readonly unknown[]>(
  property: fc.IProperty<T> | fc.IAsyncProperty<T>,
  share = 1,
): Promise<void> {
  await fc.assert(property, { numRuns: Math.ceil(CASES * share) });
}

function admit(document: PolicyDocument | null, deliveries: readonly Delivery[]) {
  return mergePolicy(document, onboard(deliveries)).document;
}

/** Who may deliver, whatever a Deny says. */
function admittedIn(document: PolicyDocument | null): readonly Delivery[] {
  const allows = document === null ? null : withoutDenies(document);
  return everyMember.filter((one) => missingGrants(allows, [one]).length === 0);
}

/** What a statement is but for what members add to it. */
function core({ Resource: _resource, Condition: _condition, ...rest }: Statement): object {
  return rest;
}

test(
  'merging once more changes nothing',
  () =>
    holds(
      fc.property(policies, members, layouts, (document, some, layout) => {
        const merged = mergePolicy(document, onboard(some, { layout })).document;
        const again = mergePolicy(merged, onboard(some, { layout }));
        expect(again.changed).toBe(false);
        expect(again.document).toBe(merged);
      }),
    ),
  PATIENCE,
);

test(
  'the order of members does not matter',
  () =>
    holds(
      fc.property(policies, members, layouts, (document, some, layout) => {
        const merged = mergePolicy(document, onboard(some, { layout }));
        const turned = mergePolicy(document, onboard([...some, ...some].toReversed(), { layout }));
        expect(turned).toEqual(merged);
      }),
    ),
  PATIENCE,
);

test(
  'one after the other is the same as all at once, in any order',
  () =>
    holds(
      fc.property(policies, members, members, (document, some, others) => {
        const together = admit(document, [...some, ...others]);
        expect(samePolicy(admit(admit(document, some), others), together)).toBe(true);
        expect(samePolicy(admit(admit(document, others), some), together)).toBe(true);
      }),
    ),
  PATIENCE,
);

test(
  'admitted and then taken back is an equal policy',
  () =>
    holds(
      fc.property(policies, newcomers, layouts, (document, some, layout) => {
        const fresh = some.filter(
          (one) => missingGrants(withoutDenies(document), [one]).length === 2,
        );
        const merged = mergePolicy(document, onboard(fresh, { layout })).document;
        const { document: back } = mergePolicy(merged, offboard(fresh, { layout }));
        expect(samePolicy(back, document)).toBe(true);
      }),
    ),
  PATIENCE,
);

test(
  'everybody wished for is admitted, unless a Deny stops him, who is then named',
  () =>
    holds(
      fc.asyncProperty(policies, members, layouts, async (document, some, layout) => {
        const { document: merged } = mergePolicy(document, onboard(some, { layout }));
        const allows = merged === null ? null : withoutDenies(merged);
        const answers = await Promise.all(some.map((one) => isAdmitted(allows, one)));
        expect(answers.every(Boolean)).toBe(true);
        const missing = missingGrants(merged, some);
        const codes = new Set(diagnose(merged, some).map(({ code }) => code));
        expect([...codes]).toEqual(missing.length > 0 ? ['policy-deny-stops-cloudtrail'] : []);
      }),
      0.1,
    ),
  PATIENCE,
);

test(
  'nobody else loses: neither by who comes nor by who leaves',
  () =>
    holds(
      fc.property(policies, members, members, layouts, (document, some, leaving, layout) => {
        const before = admittedIn(document);
        const request = { ...onboard(some, { layout }), withdraw: leaving };
        const after = mergePolicy(document, request).document;
        const gone = leaving.map(({ trailArn }) => trailArn);
        const leavingAccounts = leaving.map(({ accountId }) => accountId);
        const others = before.filter(
          ({ trailArn, accountId }) =>
            !gone.includes(trailArn) &&
            !(layout === 'compact' && leavingAccounts.includes(accountId)),
        );
        const moved = some.map(({ trailArn }) => trailArn);
        const staying = others.filter(
          ({ trailArn }) => layout === 'documented' || !moved.includes(trailArn),
        );
        expect(admittedIn(after)).toEqual(expect.arrayContaining(staying));
        expect(missingGrants(after === null ? null : withoutDenies(after), some)).toEqual([]);
      }),
    ),
  PATIENCE,
);

test(
  'statements stay where they are, with all that was in them',
  () =>
    holds(
      fc.property(policies, members, (document, some) => {
        const after = statementsOf(admit(document, some) ?? document);
        for (const [index, statement] of statementsOf(document).entries()) {
          const now = after[index] ?? { Effect: 'Deny' };
          expect(core(now)).toEqual(core(statement));
          const values = JSON.stringify(now);
          for (const value of JSON.stringify(statement).match(/"[^"]*"/g) ?? []) {
            expect(values).toContain(value);
          }
        }
      }),
    ),
  PATIENCE,
);

test(
  'statements that are not for CloudTrail alone come out as they went in',
  () =>
    holds(
      fc.property(policies, members, members, layouts, (document, some, leaving, layout) => {
        const request = { ...onboard(some, { layout }), withdraw: leaving };
        const after = statementsOf(mergePolicy(document, request).document ?? { Statement: [] });
        const foreign = statementsOf(document).filter(isForeign);
        expect(after.filter(isForeign)).toEqual(foreign);
      }),
    ),
  PATIENCE,
);

function isForeign({ Effect, Principal }: Statement): boolean {
  const text = JSON.stringify(Principal);
  return Effect === 'Deny' || !/^\{"Service":\[?"cloudtrail[^,]*\]?\}$/.test(text);
}

test(
  'a member gains what it needs and nothing else, and nobody loses',
  () =>
    holds(
      fc.property(policies, members, (document, some) => {
        const change = compareAccess(document, admit(document, some), some);
        expect(change).toMatchObject({ lost: [], broader: false });
      }),
    ),
  PATIENCE,
);

test(
  'what a policy says of one account is what it says as a whole',
  () =>
    holds(
      fc.property(
        longPolicies,
        fc.integer({ min: 95, max: 145 }),
        fc.constantFrom('audit', 'backup'),
        (document, number, name) => {
          const account = longAccount(number);
          const request = {
            caller: { service: 'cloudtrail.amazonaws.com' },
            action: 's3:PutObject',
            resource: `arn:aws:s3:::central-logs/AWSLogs/${account}/CloudTrail/x`,
            context: { 'aws:SourceArn': trailOf(account, name), 'aws:SourceAccount': account },
          };
          expect(judgeOf(document)(account, request)).toEqual(evaluate(document, request));
        },
      ),
    ),
  PATIENCE,
);

test(
  'a grant is certain for an independent evaluator too',
  () =>
    holds(
      fc.asyncProperty(policies, anyMember, async (document, member) => {
        const standing = examinerOf(document);
        const ours = [standing('acl-check', member), standing('write', member)];
        const isCertain = ours.every((one) => one === 'certain');
        const isMissing = ours.includes('missing');
        const theirs = await isAdmitted(document, { ...delivery(member.accountId), ...member });
        expect(isCertain && !theirs).toBe(false);
        expect(isMissing && theirs).toBe(false);
      }),
      0.2,
    ),
  PATIENCE,
);
