// One account's questions, put to the part of a policy that can be about it: the answer is the whole policy's, whatever the
// statements look like.

import type { PolicyDocument, Statement } from '../../src/policy/document.js';
import { type AccessRequest, evaluate } from '../../src/policy/evaluate.js';
import { judgeOf } from '../../src/policy/narrow.js';
import { fleet, pathOf, trailOf } from './shapes/deliveries.js';
import { BUCKET_ARN, CLOUDTRAIL, policy } from './shapes/statements.js';

const IDS = fleet(9).map(({ accountId }) => accountId);
const [FIRST = '', SECOND = ''] = IDS;
const LAST = IDS.at(-1) ?? '';
const OUTSIDER = '999999999999';
const ASKING = [FIRST, SECOND, LAST, OUTSIDER];

const paths = IDS.map((id) => pathOf(id));
const trails = IDS.map((id) => trailOf(id));

/** All that the accounts may ask, each for itself. */
const REQUESTS: readonly (readonly [string, AccessRequest])[] = ASKING.flatMap((id) =>
  [
    { service: 'cloudtrail.amazonaws.com' },
    { service: 'cloudtrail.amazonaws.com.cn' },
    { arn: `arn:aws:iam::${id}:root` },
  ].flatMap((caller) =>
    [
      BUCKET_ARN,
      `${BUCKET_ARN}/AWSLogs/${id}/CloudTrail/x`,
      `${BUCKET_ARN}/AWSLogs/${FIRST}/AWSLogs/${id}/CloudTrail/x`,
      `${BUCKET_ARN}/AWSLogs/${id}/AWSLogs/${FIRST}/CloudTrail/x`,
    ].map((resource) => {
      const context = { 'aws:sourcearn': trailOf(id), 'aws:sourceaccount': id };
      return [id, { caller, action: 's3:PutObject', resource, context }] as const;
    }),
  ),
);

const base: Statement = { Effect: 'Allow', Principal: CLOUDTRAIL, Action: 's3:*', Resource: '*' };
const { Principal: _principal, ...nobody } = base;
const { Resource: _resource, ...nowhere } = base;

const when = (operator: string, key: string, values: readonly string[]): Partial<Statement> => ({
  Condition: { [operator]: { [key]: values } },
});

const STATEMENTS: readonly (readonly [string, Statement])[] = [
  ['everything', base],
  ["one account's path", { ...base, Resource: pathOf(FIRST) }],
  ["one account's path in a list", { ...base, Resource: [pathOf(LAST)] }],
  ['two paths of one account', { ...base, Resource: [pathOf(LAST), pathOf(LAST, 'logs/')] }],
  ['the paths of two', { ...base, Resource: [pathOf(FIRST), pathOf(LAST)] }],
  ['a path and the bucket', { ...base, Resource: [pathOf(LAST), BUCKET_ARN] }],
  ['the bucket and a path', { ...base, Resource: [BUCKET_ARN, pathOf(LAST)] }],
  ["an account's path below another's", { ...base, Resource: pathOf(LAST, `AWSLogs/${FIRST}/`) }],
  ["an account's path below any", { ...base, Resource: `${BUCKET_ARN}/*/AWSLogs/${FIRST}/*` }],
  ['a path without a slash behind it', { ...base, Resource: `${BUCKET_ARN}/AWSLogs/${FIRST}*` }],
  ['a number that is no account', { ...base, Resource: `${BUCKET_ARN}/${FIRST}/AWSLogs/*` }],
  ['all but some paths', { ...nowhere, NotResource: paths.slice(0, 2) }],
  ['many paths', { ...base, Resource: paths }],
  ['few paths', { ...base, Resource: paths.slice(0, 7) }],
  [
    'many paths, the bucket and a pattern',
    { ...base, Resource: [...paths, BUCKET_ARN, `${BUCKET_ARN}/AWSLogs/9*`] },
  ],
  ['many trails', { ...base, ...when('StringEquals', 'aws:SourceArn', trails) }],
  ['many trails but for these', { ...base, ...when('ArnNotEquals', 'AWS:SOURCEARN', trails) }],
  [
    'many trails and a pattern',
    { ...base, ...when('ArnLike', 'aws:SourceArn', [...trails, 'arn:aws:cloudtrail:*:999*:*']) },
  ],
  ['many accounts', { ...base, ...when('StringEquals', 'aws:SourceAccount', IDS) }],
  ['all but many accounts', { ...base, ...when('StringNotLike', 'aws:sourceAccount', IDS) }],
  ...['*ID', 'ID*', '?ID'].map((pattern): readonly [string, Statement] => [
    `many patterns of accounts, ${pattern}`,
    {
      ...base,
      ...when(
        'StringLike',
        'aws:SourceAccount',
        IDS.map((id) => pattern.replace('?ID', `?${id.slice(1)}`).replace('ID', id)),
      ),
    },
  ]),
  [
    'many values of something else',
    { ...base, ...when('StringNotEquals', 'aws:PrincipalAccount', IDS) },
  ],
  [
    'many paths, trails and accounts',
    {
      ...base,
      Resource: paths,
      Condition: {
        ArnLike: { 'aws:SourceArn': trails },
        StringEquals: { 'aws:SourceAccount': IDS, 's3:x-amz-acl': 'private' },
      },
    },
  ],
  [
    'many trails and accounts under one operator',
    {
      ...base,
      Condition: { StringEquals: { 'aws:SourceArn': trails, 'aws:SourceAccount': IDS } },
    },
  ],
  ['everybody', { ...base, Principal: '*' }],
  ['everybody of AWS', { ...base, Principal: { AWS: [OUTSIDER, '*'] } }],
  ['an account', { ...base, Principal: { AWS: LAST } }],
  [
    'several services',
    { ...base, Principal: { Service: ['config.amazonaws.com', 'cloudtrail.amazonaws.com'] } },
  ],
  ['a service and an account', { ...base, Principal: { AWS: LAST, ...CLOUDTRAIL } }],
  ['the service in China', { ...base, Principal: { Service: 'cloudtrail.amazonaws.com.cn' } }],
  ['a canonical user', { ...base, Principal: { CanonicalUser: 'x' } }],
  ['a kind of principal that nobody knows', { ...base, Principal: { Odd: 'x' } }],
  ['all but a service', { ...nobody, NotPrincipal: CLOUDTRAIL }],
  ['nobody at all', nobody],
];

const others: readonly Statement[] = [
  { ...base, Resource: pathOf(SECOND) },
  { ...base, Action: 's3:GetBucketAcl', Resource: BUCKET_ARN },
  { ...base, Resource: pathOf(LAST) },
];

describe.each(['Allow', 'Deny'] as const)('%s for', (Effect) => {
  test.each(STATEMENTS)('%s', (_name, statement) => {
    const [before, ...after] = others;
    const Statement = [before ?? base, { ...statement, Effect }, ...after, base];
    for (const Version of ['2012-10-17', '2008-10-17']) {
      const document: PolicyDocument = { Version, Statement };
      for (const [account, request] of REQUESTS) {
        expect([request, judgeOf(document)(account, request)]).toEqual([
          request,
          evaluate(document, request),
        ]);
      }
    }
  });
});

test('a policy that has no list is asked alike', () => {
  const document = { Version: '2012-10-17', Statement: { ...base, Resource: paths } };
  for (const [account, request] of REQUESTS)
    expect(judgeOf(document)(account, request)).toEqual(evaluate(document, request));
});

describe("another account's question", () => {
  const ask = (document: PolicyDocument, account: string) =>
    judgeOf(document)(account, {
      caller: { service: 'cloudtrail.amazonaws.com' },
      action: 's3:PutObject',
      resource: `${BUCKET_ARN}/AWSLogs/${account}/CloudTrail/x`,
      context: { 'aws:sourcearn': trailOf(account), 'aws:sourceaccount': account },
    });

  /** How often such a list is read for one account, when it was read for another one before. */
  function readsOf(list: readonly string[], statement: (list: readonly string[]) => Statement) {
    let reads = 0;
    const counted = new Proxy(list, {
      get: (target, key, receiver): unknown => {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
        return Reflect.get(target, key, receiver);
      },
    });
    const document = policy(statement(counted), base);
    ask(document, FIRST);
    reads = 0;
    ask(document, SECOND);
    return reads;
  }

  const LISTS: readonly (readonly [
    string,
    readonly string[],
    (list: readonly string[]) => Statement,
  ])[] = [
    ['paths', paths, (Resource) => ({ ...base, Resource })],
    ['trails', trails, (list) => ({ ...base, ...when('ArnLike', 'AWS:SourceArn', list) })],
    ['accounts', IDS, (list) => ({ ...base, ...when('StringEquals', 'aws:SourceAccount', list) })],
  ];

  test.each(LISTS)('does not read a long list of %s again', (_, list, statement) => {
    expect(readsOf(list, statement)).toBe(0);
    expect(readsOf(list.slice(0, 8), statement)).toBe(0);
    expect(readsOf(list.slice(0, 7), statement)).toBeGreaterThan(0);
  });

  const nor: typeof LISTS = [
    ['of a third account', [pathOf(LAST), pathOf(LAST)], (Resource) => ({ ...base, Resource })],
    ['for services', ['config.amazonaws.com'], (Service) => ({ ...base, Principal: { Service } })],
    ['for accounts', [OUTSIDER], (AWS) => ({ ...base, Principal: { AWS } })],
  ];

  test.each(nor)('does not read a statement %s again', (_, list, statement) => {
    expect(readsOf(list, statement)).toBe(0);
  });
});
