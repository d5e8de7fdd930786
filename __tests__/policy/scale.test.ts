// A policy with many members, or many statements, is read and changed in a time that grows with them and not with their
// square.

import { type Statement, statementsOf } from '../../src/policy/document.js';
import {
  compareAccess,
  type Delivery,
  diffPolicies,
  mergePolicy,
  missingGrants,
} from '../../src/policy/index.js';
import { BUCKET, fleet, onboard } from './shapes/deliveries.js';
import { aclCheck, policy, tlsDeny, write } from './shapes/shapes.js';

const foreign: readonly Statement[] = Array.from({ length: 300 }, (_, index) => ({
  Sid: `Reader${index}`,
  Effect: index % 3 === 0 ? 'Deny' : 'Allow',
  Principal: { AWS: `arn:aws:iam::123456789012:role/reader-${index}` },
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${BUCKET}/reports/${index}/*`,
}));

/** Milliseconds of the quickest of three plans for these members. */
function planningTime(members: readonly Delivery[]): number {
  const before = policy(aclCheck, write, tlsDeny);
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    const { document } = mergePolicy(before, onboard(members));
    compareAccess(before, document, members);
    diffPolicies(before, document);
    return performance.now() - start;
  });
  return Math.min(...times);
}

test('ten times the members take about ten times as long, not a hundred times', () => {
  planningTime(fleet(100));
  expect(planningTime(fleet(1_000))).toBeLessThan(planningTime(fleet(100)) * 40);
}, 60_000);

test('300 foreign statements come out as they went in', () => {
  const before = policy(...foreign, aclCheck, write);
  const members = fleet(90);
  const { document } = mergePolicy(before, onboard(members));
  expect(statementsOf(document ?? policy()).slice(0, 300)).toEqual(foreign);
  expect(missingGrants(document, members)).toEqual([]);
  expect(compareAccess(before, document, members)).toMatchObject({ lost: [], broader: false });
}, 60_000);
