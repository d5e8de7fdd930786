// What holds for every key policy and every set of trails. cases.ts says how many are tried.

import * as fc from 'fast-check';
import { type PolicyDocument, type Statement, statementsOf } from '../../src/policy/document.js';
import { withoutDenies } from '../../src/policy/grants.js';
import {
  type Delivery,
  diagnoseKey,
  mergeKeyPolicy,
  missingKeyGrants,
  samePolicy,
} from '../../src/policy/index.js';
import { casesOf, patienceFor } from '../cases.js';
import { everyTrail, keyPolicies, newTrails, someTrails } from './arbitrary-keys.js';
import { mayUseKey } from './key-oracle.js';

const CASES = casesOf(2_000);
/** Milliseconds; on a busy machine a case can take long. */
const PATIENCE = patienceFor(CASES, 1_000);

function holds<T extends readonly unknown[]>(property: fc.IProperty<T>, share = 1): void {
  fc.assert(property as fc.IProperty<unknown>, { numRuns: Math.ceil(CASES * share) });
}

const admit = (document: PolicyDocument, deliveries: readonly Delivery[]) =>
  mergeKeyPolicy(document, { admit: deliveries, withdraw: [] }).document;

test(
  'merging once more changes nothing',
  () => {
    holds(
      fc.property(keyPolicies, someTrails, someTrails, (document, some, leaving) => {
        const request = { admit: some, withdraw: leaving };
        const merged = mergeKeyPolicy(document, request).document;
        const again = mergeKeyPolicy(merged, request);
        expect(again.changed).toBe(false);
        expect(again.document).toBe(merged);
      }),
    );
  },
  PATIENCE,
);

test(
  'the order of trails does not matter, nor whether they come at once',
  () => {
    holds(
      fc.property(keyPolicies, someTrails, someTrails, (document, some, others) => {
        const together = admit(document, [...some, ...others]);
        expect(admit(document, [...others, ...some, ...others].toReversed())).toEqual(together);
        expect(samePolicy(admit(admit(document, some), others), together)).toBe(true);
        expect(samePolicy(admit(admit(document, others), some), together)).toBe(true);
      }),
    );
  },
  PATIENCE,
);

test(
  'admitted and then taken back is an equal policy',
  () => {
    holds(
      fc.property(keyPolicies, newTrails, (document, some) => {
        const fresh = some.filter(
          (one) => missingKeyGrants(withoutDenies(document), [one]).length === 2,
        );
        const merged = admit(document, fresh);
        const back = mergeKeyPolicy(merged, { admit: [], withdraw: fresh }).document;
        expect(samePolicy(back, document)).toBe(true);
      }),
    );
  },
  PATIENCE,
);

test(
  'everybody wished for is admitted, for an independent evaluator too, unless a Deny stops him, who is then named',
  () => {
    holds(
      fc.property(keyPolicies, someTrails, (document, some) => {
        const merged = admit(document, some);
        for (const one of some) {
          expect(mayUseKey(withoutDenies(merged), one)).toEqual({ encrypt: true, describe: true });
        }
        const missing = missingKeyGrants(merged, some);
        const codes = new Set(diagnoseKey(merged, some).map(({ code }) => code));
        expect([...codes]).toEqual(missing.length > 0 ? ['key-policy-deny-stops-cloudtrail'] : []);
      }),
      0.3,
    );
  },
  PATIENCE,
);

test(
  'admitted and then taken back leaves everybody the access that he had',
  () => {
    holds(
      fc.property(keyPolicies, someTrails, (document, some) => {
        const fresh = some.filter((one) => missingKeyGrants(document, [one]).length === 2);
        const merged = admit(document, fresh);
        const back = mergeKeyPolicy(merged, { admit: [], withdraw: fresh }).document;
        for (const one of [...everyTrail, ...some]) {
          expect(mayUseKey(back, one)).toEqual(mayUseKey(document, one));
        }
      }),
      0.3,
    );
  },
  PATIENCE,
);

test(
  'nobody else gains and nobody else loses, by who comes or by who leaves',
  () => {
    holds(
      fc.property(keyPolicies, someTrails, someTrails, (document, some, leaving) => {
        const after = mergeKeyPolicy(document, { admit: some, withdraw: leaving }).document;
        const moving = new Set([...some, ...leaving].map(({ trailArn }) => trailArn));
        for (const one of everyTrail.filter(({ trailArn }) => !moving.has(trailArn))) {
          expect(mayUseKey(after, one)).toEqual(mayUseKey(document, one));
        }
      }),
      0.3,
    );
  },
  PATIENCE,
);

test(
  'statements that are not for CloudTrail alone come out as they went in',
  () => {
    holds(
      fc.property(keyPolicies, someTrails, someTrails, (document, some, leaving) => {
        const after = mergeKeyPolicy(document, { admit: some, withdraw: leaving }).document;
        expect(statementsOf(after).filter(isForeign)).toEqual(
          statementsOf(document).filter(isForeign),
        );
      }),
    );
  },
  PATIENCE,
);

function isForeign({ Effect, Principal }: Statement): boolean {
  const text = JSON.stringify(Principal);
  return Effect === 'Deny' || !/^\{"Service":\[?"cloudtrail[^,]*\]?\}$/.test(text);
}

test(
  'what is missing is missing for an independent evaluator too',
  () => {
    holds(
      fc.property(keyPolicies, someTrails, (document, some) => {
        for (const one of some) {
          const missing = missingKeyGrants(document, [one]).map(({ kind }) => kind);
          expect(mayUseKey(document, one)).toEqual({
            encrypt: !missing.includes('encrypt'),
            describe: !missing.includes('describe'),
          });
        }
      }),
      0.5,
    );
  },
  PATIENCE,
);
