// The layouts that are chosen instead of the documented one.

import { type PolicyDocument, type Statement, statementsOf } from '../../src/policy/document.js';
import { type Delivery, type Layout, mergePolicy, missingGrants } from '../../src/policy/index.js';
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

const STRANGE = { organizationId: 'o-another0000' };
const LAKE = `arn:aws:cloudtrail:us-east-1:${DEV}:eventdatastore/0a1b`;

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
    const checks = statementsOf(moved ?? policy()).filter(({ Sid }) => Sid === aclCheck.Sid);
    expect(JSON.stringify(checks).includes(trailOf(DEV))).toBe(layout === 'isolated');
  });

  test.each<[string, Partial<Delivery>]>([
    ['a trail of an account that nobody named', { ...delivery('444444444444'), ...STRANGE }],
    ['what is no trail, in an account that is named', { trailArn: LAKE, ...own }],
  ])('does not admit %s', (_, more) => {
    const { document } = mergePolicy(null, wish());
    const stranger = { ...dev, ...more };
    expect(missingGrants(document, [stranger]).map(({ kind }) => kind)).toEqual([
      'acl-check',
      'write',
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

describe('who moves, and who stays where he is', () => {
  const second = delivery(DEV, { trailArn: trailOf(DEV, 'second') });
  const into = (layout: Layout, document: PolicyDocument, members: readonly Delivery[]) =>
    statementsOf(
      mergePolicy(document, onboard(members, { layout, organizationId: 'o-exampleorgid' }))
        .document ?? policy(),
    );
  const compact = mergePolicy(null, onboard([dev, prd], { layout: 'compact' })).document;
  const byAccount = named(compact ?? policy());

  /** As if somebody had written it: Sids of his own, a list for a lone value. */
  function named(document: PolicyDocument): PolicyDocument {
    const statements = statementsOf(document).map((statement, index) => ({
      ...statement,
      Sid: `Ours${index}`,
      Principal: { Service: ['cloudtrail.amazonaws.com'] },
    }));
    return { ...document, Statement: statements };
  }

  test.each(['documented', 'isolated', 'compact'] as const)(
    'in layout %s, a list of accounts stays as it is: other trails of these accounts may need it',
    (layout) => {
      expect(into(layout, byAccount, [dev])).toEqual(byAccount.Statement);
    },
  );

  test('documented: who is in a statement already stays in it as it is', () => {
    const document = named(admitted(policy(aclCheck, write)));
    expect(into('documented', document, [dev])).toEqual(document.Statement);
  });

  test('compact: who is admitted to all paths but some stays so', () => {
    const { Resource: _, ...nowhere } = write;
    const document = policy(aclCheck, { ...nowhere, NotResource: pathOf(PRD) });
    expect(into('compact', document, [delivery(CENTRAL)])[0]).toEqual(statementsOf(document)[1]);
  });

  test('organization: a list of accounts goes when its last account has moved', () => {
    expect(into('organization', byAccount, [dev]).slice(0, 2)).toMatchObject([
      { Sid: 'Ours0', Condition: { StringEquals: { 'aws:SourceAccount': PRD } } },
      { Sid: 'Ours1', Resource: pathOf(PRD) },
    ]);
    expect(JSON.stringify(into('organization', byAccount, [dev, prd]))).not.toContain('Ours');
  });

  test('isolated: the AclCheck of all stays, and the write of an account that has its own', () => {
    const document = named(
      admitted(shape('one write statement for each account'), [delivery(DEV, { prefix: 'logs' })]),
    );
    const [check, ofAll] = statementsOf(document);
    const own = { ...ofAll, Sid: 'Own', Resource: pathOf(PRD) };
    const trails = { StringEquals: { 'aws:SourceArn': [trailOf(PRD)] } };
    const single = { ...own, Condition: trails } as Statement;
    const before = { ...document, Statement: [check, single] as readonly Statement[] };
    const after = into('isolated', before, [prd]);
    expect(after[0]).toMatchObject({ Sid: 'Ours0' });
    expect(after[1]).toEqual(single);
  });

  test("isolated: a trail leaves a write that is shared, and the account's other trail stays there", () => {
    const document = named(admitted(policy(aclCheck, write), [dev, second]));
    const after = into('isolated', document, [dev]);
    expect(after.map(({ Sid }) => Sid)).toEqual([
      'Ours0',
      'Ours1',
      `AWSCloudTrailWrite20150319-${DEV}`,
    ]);
    expect(after[0]).toEqual(statementsOf(document)[0]);
    expect(after[1]).toMatchObject({
      Resource: [pathOf(CENTRAL), pathOf(DEV)],
      Condition: { StringEquals: { 'aws:SourceArn': [trailOf(CENTRAL), trailOf(DEV, 'second')] } },
    });
  });

  test("isolated: an account's second trail joins the account's own write", () => {
    const document = into('isolated', policy(), [dev, prd]);
    const after = into('isolated', policy(...document), [second]);
    expect(after).toHaveLength(3);
    expect(after[1]).toMatchObject({
      Resource: pathOf(DEV),
      Condition: { StringEquals: { 'aws:SourceArn': [trailOf(DEV), trailOf(DEV, 'second')] } },
    });
  });
});

describe('what a new account joins', () => {
  const anyTrail = { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/*' };
  const acl = { 's3:x-amz-acl': 'bucket-owner-full-control' };
  const byAccount = (more: Partial<Statement> = {}): Statement => ({
    ...write,
    Condition: { StringEquals: { ...acl, 'aws:SourceAccount': PRD }, ArnLike: anyTrail },
    ...more,
  });
  const byOrganization = (more: Partial<Statement> = {}): Statement => ({
    ...write,
    Resource: `arn:aws:s3:::${BUCKET}/AWSLogs/*`,
    Condition: {
      StringEquals: { ...acl, 'aws:SourceOrgID': 'o-exampleorgid' },
      ArnLike: anyTrail,
    },
    ...more,
  });
  const { Resource: _, ...nowhere } = write;
  const { Action: _action, ...inaction } = write;
  const twoPatterns = ['arn:aws:cloudtrail:*:*:trail/*', 'arn:aws:cloudtrail:*:*:eventdatastore/*'];
  const onboarded = (layout: Layout, document: PolicyDocument, member = dev) =>
    mergePolicy(
      document,
      onboard([member], {
        layout,
        ...(layout === 'organization' && { organizationId: 'o-exampleorgid' }),
      }),
    ).document ?? policy();

  test('compact: a statement with a list of accounts, whose trails may be any', () => {
    const [after] = statementsOf(onboarded('compact', policy(byAccount())));
    expect(after).toMatchObject({
      Resource: [pathOf(CENTRAL), pathOf(DEV)],
      Condition: { StringEquals: { 'aws:SourceAccount': [PRD, DEV] }, ArnLike: anyTrail },
    });
  });

  test('organization: its statement, with a path for another prefix', () => {
    const [after] = statementsOf(
      onboarded('organization', policy(byOrganization()), delivery(DEV, { prefix: 'logs' })),
    );
    expect(after).toEqual(
      byOrganization({
        Resource: ['', 'logs/'].map((prefix) => `arn:aws:s3:::${BUCKET}/${prefix}AWSLogs/*`),
      }),
    );
  });

  const member = delivery(DEV, { prefix: 'logs' });
  test.each<[Layout, string, Statement]>([
    ['documented', 'of every path but one', { ...nowhere, NotResource: pathOf(PRD) }],
    [
      'documented',
      'of another action as well',
      { ...write, Action: ['s3:PutObject', 's3:PutObjectTagging'] },
    ],
    ['documented', 'of all actions but one', { ...inaction, NotAction: 's3:GetObject' }],
    [
      'documented',
      'that holds trails twice',
      {
        ...write,
        Condition: {
          StringEquals: { ...acl, 'aws:SourceArn': trailOf(PRD) },
          ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/*' },
        },
      },
    ],
    [
      'documented',
      'that reads the ACL of more than the bucket',
      { ...aclCheck, Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`] },
    ],
    ['documented', 'of another bucket', { ...write, Resource: 'arn:aws:s3:::x/AWSLogs/1/*' }],
    [
      'documented',
      'of a bucket whose name begins alike',
      { ...write, Resource: `arn:aws:s3:::${BUCKET}-2/AWSLogs/${DEV}/*` },
    ],
    [
      'documented',
      'that admits an event data store beside trails',
      { ...write, Condition: { StringEquals: { ...acl, 'aws:SourceArn': [trailOf(PRD), LAKE] } } },
    ],
    ...['*:trail/audit', '1*:trail/audit', '11111111111?:trail/*'].map(
      (trails): [Layout, string, Statement] => [
        'documented',
        `of trails whose account may be another: ${trails}`,
        {
          ...write,
          Condition: {
            StringEquals: acl,
            ArnLike: { 'aws:SourceArn': [trailOf(PRD), `arn:aws:cloudtrail:*:${trails}`] },
          },
        },
      ],
    ),
    [
      'compact',
      'for more than trails',
      byAccount({
        Condition: {
          StringEquals: { ...acl, 'aws:SourceAccount': PRD },
          ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:*' },
        },
      }),
    ],
    [
      'compact',
      'for trails and event data stores',
      byAccount({
        Condition: {
          StringEquals: { ...acl, 'aws:SourceAccount': PRD },
          ArnLike: { 'aws:SourceArn': twoPatterns },
        },
      }),
    ],
    [
      'organization',
      'for more than trails',
      byOrganization({
        Condition: {
          StringEquals: { ...acl, 'aws:SourceOrgID': 'o-exampleorgid' },
          ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:*' },
        },
      }),
    ],
    [
      'organization',
      'for a second organization as well',
      byOrganization({
        Condition: {
          StringEquals: { ...acl, 'aws:SourceOrgID': ['o-exampleorgid', 'o-another0000'] },
          ArnLike: anyTrail,
        },
      }),
    ],
    ...['*AWSLogs/*', 'a*/AWSLogs/*', 'AWSLogs/*/CloudTrail/*', 'AWSLogs/o-exampleorgid/*'].map(
      (path): [Layout, string, Statement] => [
        'organization',
        `of the keys ${path}`,
        byOrganization({ Resource: `arn:aws:s3:::${BUCKET}/${path}` }),
      ],
    ),
  ])('%s: not a statement %s', (layout, _name, statement) => {
    const after = statementsOf(onboarded(layout, policy(statement), member));
    expect(after[0]).toEqual(statement);
    const known = { ...member, organizationId: 'o-exampleorgid' };
    expect(missingGrants(policy(...after), [known])).toEqual([]);
  });

  test.each([
    ['2012-10-17', 2],
    ['2008-10-17', 3],
    [undefined, 3],
  ])('under Version %s a condition on a variable makes %d statements', (Version, count) => {
    const own = {
      ...write,
      Condition: {
        StringEquals: { ...acl, 'aws:SourceArn': trailOf(PRD) },
        StringLike: { 'aws:SourceAccount': '${aws:SourceAccount}' },
      },
    };
    const { Statement } = policy(aclCheck, own);
    const document = { ...(Version !== undefined && { Version }), Statement };
    expect(statementsOf(onboarded('documented', document))).toHaveLength(count);
  });
});

test.each(['compact', 'organization'] as const)('layout %s is written like this', (layout) => {
  const isCompact = layout === 'compact';
  const who = isCompact
    ? { 'aws:SourceAccount': [DEV, PRD] }
    : { 'aws:SourceOrgID': 'o-exampleorgid' };
  const ArnLike = { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/*' };
  const suffix = isCompact ? '-accounts' : '-organization';
  expect(admit(layout).document).toEqual(
    policy(
      { ...aclCheck, Sid: aclCheck.Sid + suffix, Condition: { StringEquals: who, ArnLike } },
      {
        ...write,
        Sid: write.Sid + suffix,
        Resource: isCompact ? [pathOf(DEV), pathOf(PRD)] : pathOf(DEV).replace(`/${DEV}/`, '/'),
        Condition: {
          StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', ...who },
          ArnLike,
        },
      },
    ),
  );
});
