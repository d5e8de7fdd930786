// The layouts that are chosen instead of the documented one.

import { statementsOf } from '../../src/policy/document.js';
import { type Layout, mergePolicy, missingGrants } from '../../src/policy/index.js';
import {
  BUCKET,
  CENTRAL,
  DEV,
  delivery,
  fleet,
  offboard,
  onboard,
  PRD,
  pathOf,
  trailOf,
} from './shapes/deliveries.js';
import { aclCheck, admitted, policy, shape, write } from './shapes/shapes.js';

const dev = delivery(DEV);
const prd = delivery(PRD);

describe.each(['isolated', 'compact', 'organization'] as const)('layout %s', (layout) => {
  const members = [dev, prd, delivery(CENTRAL)];
  const own = layout === 'organization' ? { organizationId: 'o-exampleorgid' } : {};
  const wish = (deliveries = members) => onboard(deliveries, { layout, ...own });
  const known = members.map((member) => ({ ...member, ...own }));

  test('admits its members', () => {
    expect(missingGrants(mergePolicy(null, wish()).document, known)).toEqual([]);
  });

  test('a second time changes nothing', () => {
    const { document } = mergePolicy(null, wish());
    expect(mergePolicy(document, wish()).document).toBe(document);
  });

  test('takes over the members that are named from the documented layout, and only those', () => {
    const document = admitted(shape('foreign statements before, between and after'), [dev, prd]);
    const { document: moved } = mergePolicy(document, wish([dev, prd].map((one) => ({ ...one }))));
    expect(missingGrants(moved, [...known.slice(0, 2), delivery(CENTRAL)])).toEqual([]);
    const foreign = statementsOf(shape('foreign statements only'));
    expect(statementsOf(moved ?? policy())).toEqual(expect.arrayContaining([...foreign]));
    expect(statementsOf(moved ?? policy()).filter(({ Sid }) => Sid === write.Sid)).toMatchObject([
      { Resource: pathOf(CENTRAL) },
    ]);
  });

  test('leaves alone whom a broader statement admits', () => {
    const document = policy(
      { ...aclCheck, Condition: {} },
      { ...write, Resource: `arn:aws:s3:::${BUCKET}/*`, Condition: {} },
    );
    expect(mergePolicy(document, wish()).document).toBe(document);
  });
});

function admit(layout: Layout) {
  return mergePolicy(null, onboard([dev, prd], { layout, organizationId: 'o-exampleorgid' }));
}

describe('each layout keeps apart what it says', () => {
  test('isolated: no account is in the write statement of another', () => {
    const writes = statementsOf(admit('isolated').document ?? policy()).slice(1);
    expect(writes.map(({ Sid }) => Sid)).toEqual([
      `AWSCloudTrailWrite20150319-${DEV}`,
      `AWSCloudTrailWrite20150319-${PRD}`,
    ]);
    expect(JSON.stringify(writes[0])).not.toContain(PRD);
  });

  test('compact: no trail ARN, but each account twice and each path once', () => {
    const text = JSON.stringify(admit('compact').document);
    expect(text).not.toContain(trailOf(DEV));
    expect(text.split(DEV)).toHaveLength(4);
  });

  test('organization: the policy does not grow with its members', () => {
    const many = mergePolicy(
      null,
      onboard(fleet(50), { layout: 'organization', organizationId: 'o-exampleorgid' }),
    );
    expect(many.document).toEqual(admit('organization').document);
  });

  test.each(['compact', 'organization'] as const)('%s says that it is unproven', (layout) => {
    expect(admit(layout).findings).toMatchObject([
      { severity: 'notice', code: 'policy-layout-unproven' },
    ]);
  });

  test('organization without its ID adds nothing and says so', () => {
    expect(mergePolicy(null, onboard([dev], { layout: 'organization' }))).toMatchObject({
      document: null,
      findings: [{ severity: 'error', code: 'policy-organization-unknown' }],
    });
  });

  test('compact: an account leaves as a whole, unless a trail of it is to stay', () => {
    const { document } = admit('compact');
    const second = delivery(DEV, { trailArn: trailOf(DEV, 'second') });
    const stays = mergePolicy(document, {
      ...onboard([second], { layout: 'compact' }),
      withdraw: [dev],
    });
    expect(missingGrants(stays.document, [second])).toEqual([]);
    const leaves = mergePolicy(document, offboard([dev], { layout: 'compact' }));
    expect(JSON.stringify(leaves.document)).not.toContain(DEV);
    expect(missingGrants(leaves.document, [prd])).toEqual([]);
  });
});
