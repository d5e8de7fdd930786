// What a change of policy means, in rows: gained, lost, broader or not.

import {
  type PolicyDocument,
  type Principals,
  type Statement,
  statementsOf,
} from '../../src/policy/document.js';
import { compareAccess, mergePolicy } from '../../src/policy/index.js';
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
import {
  aclCheck,
  admitted,
  policy,
  SHAPES,
  STOPPING,
  shape,
  tlsDeny,
  write,
} from './shapes/shapes.js';

const dev = delivery(DEV);
const prd = delivery(PRD);
const before = policy(aclCheck, write, tlsDeny);

const DEV_ROWS = [
  {
    who: 'CloudTrail',
    may: 's3:GetBucketAcl',
    on: 'the bucket',
    when: [`for trail …:${DEV}:trail/audit`],
  },
  {
    who: 'CloudTrail',
    may: 's3:PutObject',
    on: `AWSLogs/${DEV}/*`,
    when: [`for trail …:${DEV}:trail/audit`, 'ACL bucket-owner-full-control'],
  },
];

/** The same document with one of its statements changed. */
function changed(document: PolicyDocument, index: number, change: Partial<Statement>) {
  const statements = statementsOf(document).map((statement, at) =>
    at === index ? { ...statement, ...change } : statement,
  );
  return { ...document, Statement: statements };
}

test('onboarding gains exactly the two rows of the member', () => {
  expect(compareAccess(before, admitted(before), [dev])).toMatchObject({
    gained: DEV_ROWS,
    lost: [],
    broader: false,
  });
});

test('offboarding loses exactly these', () => {
  const { document } = mergePolicy(admitted(before), offboard([dev]));
  expect(compareAccess(admitted(before), document, [], [dev])).toMatchObject({
    gained: [],
    lost: DEV_ROWS,
    broader: false,
  });
});

test('a first member of a bucket without a policy gains the same', () => {
  expect(compareAccess(null, admitted(null), [dev])).toEqual({
    gained: DEV_ROWS,
    lost: [],
    lostUnasked: [],
    broader: false,
    notes: [],
  });
});

test('nothing changed is nothing gained', () => {
  const nothing = { gained: [], lost: [], lostUnasked: [], broader: false, notes: [] };
  expect(compareAccess(before, before, [])).toEqual(nothing);
  expect(compareAccess(null, null, [])).toEqual(nothing);
});

test('S3 returning it in another order is no change', () => {
  const shuffled = policy(tlsDeny, { ...write, Resource: [pathOf(CENTRAL)] }, aclCheck);
  expect(compareAccess(before, shuffled, [])).toMatchObject({ gained: [], lost: [] });
});

test.each(Object.entries(SHAPES))(
  'onboarding is never broader nor takes anything: %s',
  (_, document) => {
    const { gained, lost, broader } = compareAccess(document, admitted(document), [dev]);
    expect(gained.length).toBeGreaterThan(0);
    expect(gained.map(({ who, on }) => [who, on])).toEqual(
      DEV_ROWS.slice(-gained.length).map(({ who, on }) => [who, on]),
    );
    expect({ lost, broader }).toEqual({ lost: [], broader: false });
  },
);

test('onboarding gives no stranger a path, whose trail is called like those that a pattern admits', () => {
  const audits = { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/audit' } };
  const open = policy({ ...aclCheck, Condition: audits }, { ...write, Condition: audits });
  expect(compareAccess(open, admitted(open), [dev])).toMatchObject({
    gained: [{ who: 'CloudTrail', may: 's3:PutObject', on: `AWSLogs/${DEV}/*` }],
    broader: false,
    notes: [],
  });
});

test("that a statement's trails may write to each other's paths is noted once, and is not broader", () => {
  const { notes, broader } = compareAccess(before, admitted(before, [dev, prd]), [dev, prd]);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toContain("AWS's documented layout");
  expect(broader).toBe(false);
});

test('what a Deny stops is not gained', () => {
  const stopped = policy(aclCheck, write, STOPPING['without any condition'] as Statement);
  const { gained } = compareAccess(stopped, admitted(stopped), [dev]);
  expect(gained).toEqual(DEV_ROWS.slice(0, 1));
});

describe('broader is a change that gives', () => {
  const after = admitted(before);
  const widened: readonly (readonly [string, PolicyDocument])[] = [
    ['a trail nobody admitted', admitted(before, [dev, prd])],
    ['a condition less', changed(after, 1, { Condition: {} })],
    ['every path', changed(after, 1, { Resource: `arn:aws:s3:::${BUCKET}/*` })],
    ['everybody', changed(after, 1, { Principal: '*' })],
    [
      'another service as well',
      changed(after, 1, {
        Principal: { Service: ['cloudtrail.amazonaws.com', 'x.amazonaws.com'] },
      }),
    ],
    ['another action as well', changed(after, 1, { Action: ['s3:PutObject', 's3:GetObject'] })],
    ['all actions', changed(after, 1, { Action: 's3:*' })],
    [
      'any trail of the account',
      changed(after, 1, {
        Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:cloudtrail:*:${DEV}:trail/*` } },
      }),
    ],
    ['what a Deny stopped', changed(after, 2, { Action: 's3:GetObject' })],
    ['what a Deny stopped that is gone', policy(...statementsOf(after).slice(0, 2))],
    [
      'an account to read',
      policy(...statementsOf(after), {
        Effect: 'Allow',
        Principal: { AWS: PRD },
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${BUCKET}/*`,
      }),
    ],
    [
      'all but one account',
      policy(...statementsOf(after), {
        Effect: 'Allow',
        NotPrincipal: { AWS: PRD },
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${BUCKET}/*`,
      }),
    ],
  ];

  test.each(widened)('%s', (_, wide) => {
    expect(compareAccess(before, wide, [dev]).broader).toBe(true);
    expect(compareAccess(before, wide, [dev]).gained.length).toBeGreaterThan(0);
  });

  const onLogs = { may: 's3:PutObject', on: `AWSLogs/${DEV}/*` };
  test.each<readonly [string, Partial<Statement>, readonly object[]]>([
    [
      'a write that no condition guards',
      { Condition: {} },
      [
        { who: 'CloudTrail', ...onLogs, when: ["for any account's trails"] },
        { who: 'CloudTrail', ...onLogs, when: ['for no trail in particular'] },
      ],
    ],
    [
      'a write by everybody',
      { Principal: '*', Condition: {} },
      [{ who: 'anyone', ...onLogs, when: [] }],
    ],
  ])('that lets strangers in, whom the rows name: %s', (_, change, rows) => {
    const { gained } = compareAccess(before, changed(after, 1, change), [dev]);
    for (const row of rows) expect(gained).toContainEqual(row);
    expect(new Set(gained.map((row) => JSON.stringify(row))).size).toBe(gained.length);
  });

  const [anyone, none] = ["for any account's trails", 'for no trail in particular'];
  test.each<readonly [string, string, string, readonly string[]]>([
    ['ArnLike', 'aws:SourceArn', 'arn:aws:cloudtrail:*:*:trail/*', [anyone]],
    ['StringLike', 'aws:SourceAccount', '*', [anyone]],
    ['StringLike', 'aws:SourceOrgID', 'o-*', [anyone]],
    ['Null', 'aws:SourceArn', 'true', [none]],
    ['Bool', 'aws:SecureTransport', 'true', [anyone, none]],
    ['Bool', 'aws:PrincipalIsAWSService', 'true', [anyone, none]],
    ['StringEquals', 's3:x-amz-acl', 'bucket-owner-full-control', [anyone, none]],
  ])('%s of %s: %s lets in strangers %j', (operator, key, value, whom) => {
    const open = { Condition: { [operator]: { [key]: value } } };
    const { gained, broader } = compareAccess(before, changed(after, 1, open), [dev]);
    const strangers = gained.flatMap(({ who, on, when: [one = ''] }) =>
      who === 'CloudTrail' && on === onLogs.on && [anyone, none].includes(one) ? [one] : [],
    );
    expect([strangers, broader]).toEqual([whom, true]);
  });

  const reads: Statement = {
    Effect: 'Allow',
    Principal: { AWS: PRD },
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${BUCKET}/*`,
  };
  test.each<readonly [string, Partial<Statement>]>([
    ['a date', { Condition: { DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } } }],
    ['a number', { Condition: { NumericGreaterThan: { 's3:max-keys': '10' } } }],
    ['a value that is not', { Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } } }],
    ['a key that is there', { Condition: { Null: { 'aws:SourceVpc': 'false' } } }],
    ['a key that is not', { Condition: { Null: { 'aws:SourceVpc': 'true' } } }],
    ['any of several', { Condition: { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } } }],
    ['one, if there is any', { Condition: { StringEqualsIfExists: { 'aws:SourceVpc': 'vpc-1' } } }],
    ['no value at all', { Condition: { StringEquals: { 'aws:SourceVpc': [] } } }],
    ['an identity provider', { Principal: { Federated: 'cognito-identity.amazonaws.com' } }],
    ['a canonical user', { Principal: { CanonicalUser: 'x' } }],
  ])('by a condition or a principal that may be hard to try: %s', (_, change) => {
    const wide = policy(...statementsOf(before), { ...reads, ...change });
    const row = [{ may: 's3:GetObject', on: '*' }];
    expect(compareAccess(before, wide, [])).toMatchObject({ gained: row, broader: true });
    expect(compareAccess(wide, before, [])).toMatchObject({ gained: [], lostUnasked: row });
  });

  const { Action: _action, ...inaction } = reads;
  const { Resource: _resource, ...nowhere } = reads;
  const { Principal: _principal, ...nobody } = reads;
  const many = { 'aws:SourceOrgID': ['o-aaaaaaaaaa', 'o-bbbbbbbbbb'] };
  test.each<readonly [string, Statement, object]>([
    [
      'all actions but two',
      { ...inaction, NotAction: ['s3:A', 's3:B'] },
      { may: 'everything but s3:A s3:B' },
    ],
    [
      'all keys but some',
      { ...nowhere, NotResource: [pathOf(DEV), `arn:aws:s3:::${BUCKET}`] },
      { on: `everything but AWSLogs/${DEV}/*, the bucket` },
    ],
    [
      'all but two accounts',
      { ...nobody, NotPrincipal: { AWS: [DEV, PRD] } },
      { who: `anyone but ${DEV}, ${PRD}` },
    ],
    ['everybody', { ...reads, Principal: '*' }, { who: 'anyone' }],
    ['everybody of AWS', { ...reads, Principal: { AWS: '*' } }, { who: 'anyone' }],
    ['an odd resource', { ...reads, Resource: '*' }, { on: '*' }],
    [
      'accounts by their trails',
      { ...reads, Condition: { StringEquals: { 'aws:SourceAccount': PRD } } },
      { when: [`for trails of account ${PRD}`] },
    ],
    [
      'organizations, whose condition comes first',
      { ...reads, Condition: { Bool: { 'aws:SecureTransport': 'true' }, StringLike: many } },
      {
        when: [
          'for trails of organization o-aaaaaaaaaa, o-bbbbbbbbbb',
          'Bool aws:SecureTransport true',
        ],
      },
    ],
  ])('is told in words: %s', (_, statement, row) => {
    const { gained, broader } = compareAccess(
      before,
      policy(...statementsOf(before), statement),
      [],
    );
    expect(gained).toMatchObject([row]);
    expect(broader).toBe(true);
  });

  test('the Version under which a variable gets a value', () => {
    const path = `arn:aws:s3:::${BUCKET}/AWSLogs/\${aws:SourceAccount}/*`;
    const old = { ...policy({ ...write, Resource: path, Condition: {} }), Version: '2008-10-17' };
    const now = { ...old, Version: '2012-10-17' };
    expect(compareAccess(old, now, [])).toMatchObject({ broader: true });
    expect(compareAccess(now, old, []).lost.length).toBeGreaterThan(0);
  });

  test('members by account or by organization, for these admit more than the trails named', () => {
    for (const layout of ['compact', 'organization'] as const) {
      const request = onboard([dev], { layout, organizationId: 'o-exampleorgid' });
      const { document } = mergePolicy(before, request);
      expect(compareAccess(before, document, [dev])).toMatchObject({
        lost: [],
        broader: true,
      });
    }
  });

  test('while the members that are moved there have lost nothing', () => {
    const members = [dev, prd, delivery(CENTRAL)];
    const request = onboard(members, { layout: 'organization', organizationId: 'o-exampleorgid' });
    const { document } = mergePolicy(admitted(before, members), request);
    expect(compareAccess(admitted(before, members), document, members).lost).toEqual([]);
  });
});

describe('a loss', () => {
  test('of a foreign statement is a row', () => {
    const document = shape('foreign statements only');
    const { lost, notes } = compareAccess(document, policy(tlsDeny), [], []);
    expect(lost).toContainEqual({
      who: `arn:aws:iam::${PRD}:role/Auditor`,
      may: 's3:ListBucket',
      on: 'the bucket',
      when: [],
    });
    expect(notes.join()).toContain('not of a trail that is withdrawn');
  });

  test.each([
    [1, '1 of the rows lost is not of a trail that is withdrawn.'],
    [2, '2 of the rows lost are not of a trail that is withdrawn.'],
  ])('that nobody asked for is counted: %d', (count, note) => {
    const readers = [PRD, DEV].slice(0, count).map((account) => ({
      Effect: 'Allow' as const,
      Principal: { AWS: `arn:aws:iam::${account}:role/Reader` },
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${BUCKET}`,
    }));
    expect(compareAccess(policy(aclCheck, ...readers), policy(aclCheck), []).notes).toEqual([note]);
  });

  test('by a new Deny is a row', () => {
    const after = policy(aclCheck, write, tlsDeny, STOPPING['without any condition'] as Statement);
    expect(compareAccess(before, after, []).lost).toMatchObject([{ on: `AWSLogs/${CENTRAL}/*` }]);
  });

  test('by a new Deny is of what it hits alone', () => {
    const from = (network: string): Statement => ({
      Effect: 'Allow',
      Principal: { AWS: PRD },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${BUCKET}/*`,
      Condition: { StringEquals: { 'aws:SourceVpc': network } },
    });
    const old = policy(from('vpc-1'), from('vpc-2'));
    const after = policy(...statementsOf(old), { ...from('vpc-2'), Effect: 'Deny' });
    expect(compareAccess(old, after, []).lost).toMatchObject([
      { when: ['StringEquals aws:SourceVpc vpc-2'] },
    ]);
  });

  test('is none of a trail whose account was never listed beside it', () => {
    const { StringEquals = {} } = write.Condition ?? {};
    const trails = { 'aws:SourceArn': [trailOf(CENTRAL), trailOf(DEV)] };
    const old = policy({
      ...write,
      Resource: [pathOf(CENTRAL), pathOf(DEV)],
      Condition: { StringEquals: { ...StringEquals, ...trails, 'aws:SourceAccount': CENTRAL } },
    });
    const after = policy(...statementsOf(old), { ...tlsDeny, Action: 's3:DeleteObject' });
    expect(compareAccess(old, after, [])).toMatchObject({ gained: [], lost: [] });
  });

  test('is none of a trail where a Deny comes for requests without TLS, which CloudTrail never makes', () => {
    const old = policy(aclCheck, write);
    expect(compareAccess(old, before, [])).toMatchObject({ gained: [], lost: [] });
  });

  test('is one for a member that is admitted anew while a Deny comes that stops it', () => {
    const document = admitted(before, [dev]);
    const { document: moved } = mergePolicy(document, onboard([dev], { layout: 'isolated' }));
    const stop = STOPPING['of another trail than the one listed'] as Statement;
    const after = policy(...statementsOf(moved ?? policy()), stop);
    expect(compareAccess(document, after, [dev]).lostUnasked).toEqual(DEV_ROWS.slice(1));
  });

  test('is none, but noted, where a trail gets the path of another member alone', () => {
    const crossing = {
      ...write,
      Resource: pathOf(DEV),
      Condition: { StringEquals: { 'aws:SourceArn': trailOf(PRD) } },
    };
    const change = compareAccess(policy(aclCheck), policy(aclCheck, crossing), [dev, prd]);
    expect(change).toMatchObject({ gained: [], broader: false });
    expect(change.notes).toMatchObject([expect.stringContaining("AWS's documented layout")]);
  });

  test('is none, but noted, where trails only come to stand beside the paths of others', () => {
    const apart = mergePolicy(null, onboard([dev, prd], { layout: 'isolated' })).document;
    const together = policy(
      ...statementsOf(apart ?? policy()),
      ...statementsOf(admitted(null, [dev, prd])),
    );
    const joined = compareAccess(apart, together, [dev, prd]);
    expect(joined).toMatchObject({ gained: [], lost: [], broader: false });
    expect(joined.notes).toMatchObject([expect.stringContaining("AWS's documented layout")]);
    expect(compareAccess(together, apart, [dev, prd])).toMatchObject({
      gained: [],
      lost: [],
      notes: ["Trails that were listed together can no longer write to each other's paths."],
    });
  });

  test('there is none when members move to a statement of their own', () => {
    const document = admitted(before, [dev, prd]);
    const members = [dev, prd, delivery(CENTRAL)];
    const { document: isolated } = mergePolicy(document, onboard(members, { layout: 'isolated' }));
    const change = compareAccess(document, isolated, members);
    expect(change).toMatchObject({ gained: [], lost: [], broader: false });
    expect(change.notes.join()).toContain("can no longer write to each other's paths");
  });

  test.each<[string, Principals, string, string, readonly string[]]>([
    ['organization', '*', 'StringEquals', 'aws:PrincipalOrgID', ['o-aaaaaaaaaa', 'o-bbbbbbbbbb']],
    ['network', { AWS: DEV }, 'IpAddress', 'aws:SourceIp', ['192.0.2.0/24', '203.0.113.0/24']],
    [
      'Region of trails',
      { Service: 'cloudtrail.amazonaws.com' },
      'ArnLike',
      'aws:SourceArn',
      [`arn:aws:cloudtrail:us-*:${DEV}:trail/*`, `arn:aws:cloudtrail:eu-*:${DEV}:trail/*`],
    ],
  ])(
    'of one %s among several is a row, and its return is broader',
    (_, Principal, operator, key, values) => {
      const listing = (listed: readonly string[]) =>
        policy(aclCheck, {
          Effect: 'Allow',
          Principal,
          Action: 's3:PutObject',
          Resource: pathOf(DEV),
          Condition: { [operator]: { [key]: listed } },
        });
      for (const value of values) {
        const fewer = listing(values.filter((one) => one !== value));
        const row = { may: 's3:PutObject', on: `AWSLogs/${DEV}/*` };
        expect(compareAccess(listing(values), fewer, [])).toMatchObject({
          gained: [],
          lostUnasked: [row],
        });
        expect(compareAccess(fewer, listing(values), [])).toMatchObject({
          gained: [row],
          lost: [],
          broader: true,
        });
      }
    },
  );

  describe('of a trail that is listed with its account beside it is a row', () => {
    const listing = (trails: readonly string[], accounts: readonly string[]): PolicyDocument =>
      policy({
        ...write,
        Resource: trails.map((account) => pathOf(account)),
        Condition: {
          StringEquals: {
            'aws:SourceArn': trails.map((account) => trailOf(account)),
            'aws:SourceAccount': accounts,
          },
        },
      });
    const many = fleet(10).map(({ accountId }) => accountId);
    const lostBy = (old: PolicyDocument, now: PolicyDocument) =>
      compareAccess(old, now, []).lostUnasked.map(({ on }) => on);

    test.each([2, 10])('among %d, if it leaves the list of trails', (count) => {
      const all = [...many.slice(0, count - 1), DEV];
      const now = listing(many.slice(0, count - 1), all);
      expect(lostBy(listing(all, all), now)).toEqual([`AWSLogs/${DEV}/*`]);
    });

    test.each([2, 10])('among %d, if it leaves the list of accounts', (count) => {
      const all = [...many.slice(0, count - 1), DEV];
      const now = listing(all, many.slice(0, count - 1));
      expect(lostBy(listing(all, all), now)).toEqual([`AWSLogs/${DEV}/*`]);
    });

    test.each([2, 10])('among %d, if a Deny comes that knows the others alone', (count) => {
      const others = many.slice(0, count - 1);
      const old = listing([...others, DEV], [...others, DEV]);
      const deny: Statement = {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:PutObject',
        Resource: `arn:aws:s3:::${BUCKET}/*`,
        Condition: { StringNotEquals: { 'aws:SourceAccount': others } },
      };
      expect(lostBy(old, policy(...statementsOf(old), deny))).toEqual([`AWSLogs/${DEV}/*`]);
    });
  });
});
