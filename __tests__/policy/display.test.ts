// Policies measured and compared: size against the limit, sameness up to S3's rewriting.

import { type PolicyDocument, statementsOf } from '../../src/policy/document.js';
import {
  type Delivery,
  diffPolicies,
  type Layout,
  measurePolicy,
  mergePolicy,
  type PolicySize,
  printPolicy,
  samePolicy,
  sizeFindings,
} from '../../src/policy/index.js';
import { CENTRAL, DEV, delivery, fleet, onboard, PRD } from './shapes/deliveries.js';
import { aclCheck, admitted, policy, tlsDeny, write } from './shapes/shapes.js';

const LIMIT = 20_480;

function named(Id: string): PolicyDocument {
  return { ...policy(aclCheck, write), Id };
}

/** A policy of exactly so many bytes. */
function ofSize(bytes: number): PolicyDocument {
  return named('x'.repeat(bytes - printPolicy(named('')).length));
}

/** A policy that admits a trail already, of the account whose ID comes first. */
function occupied(Id: string): PolicyDocument {
  return { ...admitted(policy(tlsDeny), [delivery('000000000000')]), Id };
}

describe('size', () => {
  test('counts UTF-8 bytes of the minified policy', () => {
    const document = policy({ ...tlsDeny, Sid: 'Übergröße' });
    const { bytes } = measurePolicy(document, 'documented', delivery(DEV));
    expect(bytes).toBe(Buffer.from(JSON.stringify(document)).length);
    expect(measurePolicy(null, 'documented', delivery(DEV)).bytes).toBe(0);
  });

  test.each(['documented', 'isolated', 'compact'] as const)(
    'as many members as it says fit in layout %s, and not one more',
    (layout) => {
      const document = policy(tlsDeny);
      const [example] = fleet(1);
      const membersLeft = measurePolicy(document, layout, example ?? delivery(DEV)).membersLeft();
      const bytesWith = (count: number) => {
        const merged = mergePolicy(document, onboard(fleet(count), { layout })).document;
        return printPolicy(merged ?? document).length;
      };
      expect(bytesWith(membersLeft ?? 0)).toBeLessThanOrEqual(LIMIT);
      expect(bytesWith((membersLeft ?? 0) + 1)).toBeGreaterThan(LIMIT);
    },
  );

  const ORGANIZED = { ...delivery(DEV), organizationId: `o-${'z'.repeat(32)}` };
  const ROOMS: readonly [Layout, number, Delivery, number | null, number | null][] = [
    ['documented', 1, delivery(DEV), 1, 0],
    ['documented', 2, delivery(DEV), 2, 1],
    ['documented', 3, delivery(DEV), 3, 2],
    ['isolated', 1, delivery(DEV), 1, 0],
    ['isolated', 2, delivery(DEV), 2, 1],
    ['organization', 1, delivery(DEV), null, 0],
    ['organization', 1, ORGANIZED, null, 0],
  ];

  test.each(ROOMS)(
    'in layout %s, where %d more make it exactly full, there is room for them; a byte more, and for one less',
    (layout, count, example, room, less) => {
      const organizationId = example.organizationId ?? 'o-0123456789';
      const likeIt = ['555555555555', '666666666666', '777777777777']
        .slice(0, count)
        .map((id) => ({ ...example, ...delivery(id) }));
      const bytesOf = (document: PolicyDocument) =>
        printPolicy(
          mergePolicy(document, {
            ...onboard(likeIt, { layout }),
            ...(layout === 'organization' && { organizationId }),
          }).document ?? document,
        ).length;
      const leftOf = (bytes: number) =>
        measurePolicy(occupied('x'.repeat(bytes)), layout, example).membersLeft();
      const pad = LIMIT - bytesOf(occupied(''));
      expect([leftOf(pad), leftOf(pad + 1)]).toEqual([room, less]);
    },
  );

  test('an organization takes any number', () => {
    const { membersLeft } = measurePolicy(null, 'organization', delivery(DEV));
    expect(membersLeft()).toBeNull();
  });

  test('a policy that is over the limit has room for nobody', () => {
    for (const layout of ['documented', 'organization'] as const) {
      expect(measurePolicy(ofSize(LIMIT + 1), layout, delivery(DEV)).membersLeft()).toBe(0);
    }
  });

  test.each([
    [LIMIT * 0.8, []],
    [LIMIT * 0.8 + 1, ['warning']],
    [LIMIT, ['warning']],
    [LIMIT + 1, ['error']],
  ])('%d bytes: %j', (bytes, severities) => {
    const size = measurePolicy(ofSize(bytes), 'documented', delivery(DEV));
    expect(size).toMatchObject({ bytes, limit: LIMIT, share: bytes / LIMIT });
    expect(sizeFindings(size, 'documented').map(({ severity }) => severity)).toEqual(severities);
  });

  test.each<[string, number, number | null, string]>([
    [
      'nearly full',
      18_000,
      7,
      'The policy takes 18000 of 20480 bytes (87 %). There is room for 7 more members in layout documented.',
    ],
    [
      'nearly full, and it matters not',
      18_000,
      null,
      'The policy takes 18000 of 20480 bytes (87 %).',
    ],
    [
      'too large',
      20_500,
      0,
      'The policy would take 20500 bytes, 20 more than the 20480 that S3 allows.',
    ],
  ])('a policy that is %s is told in numbers', (_, bytes, left, message) => {
    const size = { bytes, limit: LIMIT, share: bytes / LIMIT, membersLeft: () => left } as const;
    const code = bytes > LIMIT ? 'policy-too-large' : 'policy-nearly-full';
    expect(sizeFindings(size, 'documented')).toMatchObject([{ code, message }]);
  });

  test.each([
    ['isolated', 'documented'],
    ['documented', 'compact'],
    ['compact', 'organization'],
    ['organization', 'second bucket'],
  ] as const)('a full %s policy names the way out: %s', (layout, wayOut) => {
    const full: PolicySize = { bytes: LIMIT + 1, limit: LIMIT, share: 1.1, membersLeft: () => 0 };
    expect(sizeFindings(full, layout)[0]?.remedy).toContain(wayOut);
  });
});

describe('the same policy', () => {
  const document = admitted(policy(aclCheck, write, { ...tlsDeny, Sid: '' }), [
    delivery(DEV),
    delivery(PRD),
  ]);

  test.each<readonly [string, (text: string) => string]>([
    [
      'a list of one for a lone value',
      (text) => text.replace('"s3:GetBucketAcl"', '["s3:GetBucketAcl"]'),
    ],
    [
      'another case of a condition key',
      (text) => text.replaceAll('aws:SourceArn', 'AWS:SourceArn'),
    ],
    ['no Sid for an empty one', (text) => text.replace('"Sid":"",', '')],
    ['a string for a boolean', (text) => text.replace('"false"', 'false')],
    ['a number given twice', (text) => text.replace('["s3:GetBucketAcl"]', '["s3:GetBucketAcl"]')],
  ])('%s', (_, rewrite) => {
    const rewritten = JSON.parse(rewrite(printPolicy(document))) as PolicyDocument;
    expect(samePolicy(document, rewritten)).toBe(true);
    expect(diffPolicies(document, rewritten)).toBe('');
  });

  test('other orders of lists, of statements and of keys', () => {
    const turned = {
      Statement: statementsOf(document)
        .map((statement) => ({
          ...Object.fromEntries(Object.entries(statement).toReversed()),
          Resource: [statement.Resource ?? []].flat().toReversed(),
        }))
        .toReversed(),
      Version: '2012-10-17',
    } as unknown as PolicyDocument;
    expect(samePolicy(document, turned)).toBe(true);
    expect(diffPolicies(document, turned)).toBe('');
  });

  test("an account's number and its root's ARN", () => {
    const number = policy({ ...tlsDeny, Principal: { AWS: CENTRAL } });
    const root = policy({ ...tlsDeny, Principal: { AWS: `arn:aws:iam::${CENTRAL}:root` } });
    expect(samePolicy(number, root)).toBe(true);
  });

  test.each([
    ['another account', DEV],
    ["another account's root", `arn:aws:iam::${DEV}:root`],
    ['what only begins like its root', `arn:aws:iam::${CENTRAL}:rootless`],
    ['what only ends like its root', `x-arn:aws:iam::${CENTRAL}:root`],
  ])("an account's number is not %s", (_, other) => {
    const of = (AWS: string) => policy({ ...tlsDeny, Principal: { AWS } });
    expect(samePolicy(of(CENTRAL), of(other))).toBe(false);
  });

  test('an element of no known shape is compared too', () => {
    const odd = (Odd: unknown) => policy({ ...tlsDeny, Odd } as typeof tlsDeny);
    expect(samePolicy(odd(null), odd(null))).toBe(true);
    expect(samePolicy(odd(null), odd(0))).toBe(false);
  });

  test.each<readonly [string, PolicyDocument | null]>([
    ['a value more', admitted(document, [delivery('444444444444')])],
    ['another Version', { ...document, Version: '2008-10-17' }],
    ['an Id', { ...document, Id: 'x' }],
    [
      'another service',
      JSON.parse(
        printPolicy(document).replaceAll('cloudtrail.amazonaws.com', 'config.amazonaws.com'),
      ) as PolicyDocument,
    ],
    ['a statement twice', policy(...statementsOf(document), tlsDeny)],
    [
      'another operator',
      JSON.parse(printPolicy(document).replace('StringEquals', 'StringLike')) as PolicyDocument,
    ],
    [
      'twin keys for one list',
      policy({
        ...aclCheck,
        Condition: { StringEquals: { 'aws:SourceArn': 'a', 'AWS:SourceArn': 'b' } },
      }),
    ],
    ['none', null],
  ])('is not one with %s', (_, other) => {
    expect(samePolicy(document, other)).toBe(false);
    expect(diffPolicies(document, other)).not.toBe('');
  });
});
