// Where a new member is written in the documented layout, and what a merge does not touch.

import {
  asList,
  type PolicyDocument,
  type Statement,
  statementsOf,
} from '../../src/policy/document.js';
import { diagnose, mergePolicy } from '../../src/policy/index.js';
import { trailsNamedIn } from '../../src/policy/merge.js';
import {
  BUCKET,
  CENTRAL,
  DEV,
  delivery,
  offboard,
  onboard,
  PRD,
  pathOf,
  trailOf,
} from './shapes/deliveries.js';
import { aclCheck, admitted, policy, STOPPING, shape, tlsDeny, write } from './shapes/shapes.js';

const dev = delivery(DEV);

function isWrite({ Action }: Statement): boolean {
  return asList(Action ?? []).some((action) => /Put/.test(action));
}

describe('the documented layout', () => {
  test('a bucket without a policy gets the two statements AWS documents', () => {
    const merge = mergePolicy(null, onboard([dev]));
    expect(merge.document).toEqual(
      policy(
        {
          ...aclCheck,
          Condition: { StringEquals: { 'aws:SourceArn': trailOf(DEV) } },
        },
        {
          ...write,
          Resource: pathOf(DEV),
          Condition: {
            StringEquals: {
              's3:x-amz-acl': 'bucket-owner-full-control',
              'aws:SourceArn': trailOf(DEV),
            },
          },
        },
      ),
    );
    expect(merge).toMatchObject({
      changed: true,
      trails: { added: 1, removed: 0 },
      paths: { added: 1, removed: 0 },
      findings: [],
    });
  });

  test('the trail joins both aws:SourceArn lists and the account the resources, under the spelling they have', () => {
    const merged = admitted(shape('written by the console: own UUID in each Sid, upper-case key'));
    const arns = [trailOf(CENTRAL), trailOf(DEV)];
    expect(statementsOf(merged)).toMatchObject([
      { Condition: { StringEquals: { 'AWS:SourceArn': arns } } },
      {
        Resource: [pathOf(CENTRAL), pathOf(DEV)],
        Condition: { StringEquals: { 'AWS:SourceArn': arns } },
      },
    ]);
  });

  test('an exact ARN joins a list of patterns under the operator it has', () => {
    const [check] = statementsOf(admitted(shape('ArnLike with a pattern for each account')));
    expect(check?.Condition).toEqual({
      ArnLike: { 'aws:SourceArn': [`arn:aws:cloudtrail:*:${CENTRAL}:trail/*`, trailOf(DEV)] },
    });
  });

  test.each([
    'no aws:SourceArn',
    'a write shared with another service',
    'a write shared with an account',
    'organization trail alone, on every path',
    'aws:SourceAccount only',
    'a glob in place of the prefix',
    'event data stores (CloudTrail Lake)',
    'a path too narrow for digests',
    "CloudTrail's account numbers of 2013",
  ])('no write statement is extended, and one is added: %s', (name) => {
    const document = shape(name);
    const before = statementsOf(document);
    const after = statementsOf(admitted(document));
    expect(after.slice(0, before.length).filter(isWrite)).toEqual(before.filter(isWrite));
    expect(after.at(-1)).toMatchObject({ Action: 's3:PutObject', Resource: pathOf(DEV) });
  });

  test('an AclCheck that everybody may already do is not added to', () => {
    const document = shape('no aws:SourceArn');
    expect(statementsOf(admitted(document))[0]).toEqual(statementsOf(document)[0]);
  });

  test('statements for event data stores come out as they went in', () => {
    const document = shape('event data stores (CloudTrail Lake)');
    expect(statementsOf(admitted(document)).slice(0, 2)).toEqual(document.Statement);
  });

  test('a new statement takes a Sid that is free', () => {
    const merged = admitted(shape('one Sid for two statements'));
    expect(statementsOf(merged).at(-1)?.Sid).toBe('AWSCloudTrailWrite20150319-2');
    const taken = statementsOf(merged).map((statement) => ({ ...statement, Condition: {} }));
    const more = statementsOf(
      admitted(policy(...taken, tlsDeny), [delivery(DEV, { prefix: 'x' })]),
    );
    expect(more.at(-1)?.Sid).toBe('AWSCloudTrailWrite20150319-3');
  });

  test('a member joins the statement that names its account already, else the first', () => {
    const document = shape('one write statement for each account');
    const second = delivery(PRD, { trailArn: trailOf(PRD, 'second') });
    expect(statementsOf(admitted(document, [second]))[2]).toMatchObject({
      Condition: { StringEquals: { 'aws:SourceArn': [trailOf(PRD), trailOf(PRD, 'second')] } },
    });
    expect(statementsOf(admitted(document))[1]).toMatchObject({
      Resource: [pathOf(CENTRAL), pathOf(DEV)],
    });
  });

  test.each<[string, Statement['Condition']]>([
    ['trail', { ArnLike: { 'aws:SourceArn': [trailOf(PRD)] } }],
    [
      'account',
      {
        ArnLike: { 'aws:SourceArn': [`arn:aws:cloudtrail:us-west-2:${PRD}:trail/*`] },
        StringEquals: { 'aws:SourceAccount': PRD },
      },
    ],
  ])('an AclCheck that names the account by its %s is joined before the others', (_, Condition) => {
    const own = { ...aclCheck, ...(Condition !== undefined && { Condition }) };
    const second = delivery(PRD, { trailArn: trailOf(PRD, 'second') });
    const after = statementsOf(admitted(policy(aclCheck, own, write), [second]));
    expect(after[0]).toEqual(aclCheck);
    expect(JSON.stringify(after[1])).toContain(trailOf(PRD, 'second'));
  });

  test('a statement whose other conditions shut the member out is not taken', () => {
    const document = shape('aws:SourceAccount beside aws:SourceArn');
    const after = statementsOf(admitted(document));
    expect(after.slice(0, 2)).toEqual(document.Statement);
    expect(after).toHaveLength(4);
  });

  test.each([
    ['the first', DEV, PRD],
    ['the second', PRD, DEV],
  ])('of two members a statement takes the one that it has the account of: %s', (_, id, other) => {
    const guarded = (statement: Statement): Statement => ({
      ...statement,
      Condition: { ...statement.Condition, StringLike: { 'aws:SourceAccount': [CENTRAL, id] } },
    });
    const after = admitted(policy(guarded(aclCheck), guarded(write)), [dev, delivery(PRD)]);
    const namedIn = statementsOf(after).map((statement) =>
      [id, other].filter((one) => JSON.stringify(statement).includes(trailOf(one))),
    );
    expect(namedIn).toEqual([[id], [id], [other], [other]]);
  });

  test('the path carries the prefix of the trail, never one found in the policy', () => {
    const document = shape('a prefix for each account');
    const prefixed = delivery(DEV, { prefix: DEV });
    expect(statementsOf(admitted(document, [prefixed]))[1]).toMatchObject({
      Resource: [pathOf(CENTRAL, 'self/'), pathOf(PRD, `${PRD}/`), pathOf(DEV, `${DEV}/`)],
    });
  });

  test('whoever a broader statement admits already is left alone, with a warning about it', () => {
    const document = policy(
      { ...aclCheck, Condition: {} },
      { ...write, Resource: `arn:aws:s3:::${BUCKET}/*`, Condition: {} },
    );
    const merge = mergePolicy(document, onboard([dev]));
    expect(merge.document).toBe(document);
    expect(merge.changed).toBe(false);
    expect(merge.findings.map(({ severity, code }) => [severity, code])).toEqual([
      ['notice', 'policy-acl-check-without-source-arn'],
      ['warning', 'policy-write-without-source-arn'],
    ]);
  });

  test('a statement that is no list stays one while it is alone', () => {
    const lone = {
      Version: '2012-10-17',
      Statement: { ...write, Resource: [pathOf(CENTRAL), pathOf(DEV)] },
    };
    const { document } = mergePolicy(lone, offboard([dev]));
    expect(document).toEqual({ Version: '2012-10-17', Statement: write });
  });

  test.each([
    ['aws-cn', 'cloudtrail.amazonaws.com.cn'],
    ['aws-us-gov', 'cloudtrail.amazonaws.com'],
  ])('in partition %s the statement for %s is extended', (partition, service) => {
    const arn = (text: string) => text.replaceAll('arn:aws:', `arn:${partition}:`);
    const localized = JSON.parse(
      arn(JSON.stringify(policy(aclCheck, write))).replaceAll('cloudtrail.amazonaws.com', service),
    ) as PolicyDocument;
    const member = delivery(DEV, { trailArn: trailOf(DEV, 'audit', partition) });
    const after = statementsOf(admitted(localized, [member]));
    expect(after).toHaveLength(2);
    expect(after[1]).toMatchObject({ Resource: [arn(pathOf(CENTRAL)), arn(pathOf(DEV))] });
  });

  test('a new statement is written for cloudtrail.amazonaws.com in the partition of the trail', () => {
    const member = delivery(DEV, { trailArn: trailOf(DEV, 'audit', 'aws-cn') });
    expect(statementsOf(admitted(null, [member]))[1]).toMatchObject({
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Resource: pathOf(DEV).replace('arn:aws:', 'arn:aws-cn:'),
    });
  });

  test('a trail that a pattern in the list admits already adds its path only', () => {
    const pattern = `arn:aws:cloudtrail:*:${DEV}:trail/*`;
    const document = policy(
      { ...aclCheck, Condition: {} },
      {
        ...write,
        Condition: { ArnLike: { 'aws:SourceArn': [trailOf(CENTRAL), pattern] } },
      },
    );
    expect(statementsOf(admitted(document))[1]).toEqual({
      ...write,
      Resource: [pathOf(CENTRAL), pathOf(DEV)],
      Condition: { ArnLike: { 'aws:SourceArn': [trailOf(CENTRAL), pattern] } },
    });
  });

  test('two trails of one account share its path', () => {
    const second = delivery(DEV, { trailArn: trailOf(DEV, 'second') });
    expect(mergePolicy(null, onboard([second, dev]))).toMatchObject({
      trails: { added: 2 },
      paths: { added: 1 },
    });
  });
});

test('layout organization is for those whose organization is known: with one other nothing is done', () => {
  const known = { ...dev, organizationId: 'o-exampleorgid' };
  const document = policy(aclCheck, write);
  const request = onboard([known, delivery(PRD)], { layout: 'organization' });
  expect(mergePolicy(document, request)).toMatchObject({ document, changed: false });
});

test('where nobody is to be admitted, TLS is not asked for either', () => {
  const document = policy(aclCheck, write);
  const request = { ...onboard([]), tlsOnly: true };
  expect(mergePolicy(document, request)).toMatchObject({ document, changed: false });
});

test('the trails that a policy names are those of statements for CloudTrail alone, under aws:SourceArn', () => {
  const named = (change: Partial<Statement>) => [...trailsNamedIn(policy({ ...write, ...change }))];
  const Condition = {
    ArnLike: { 'AWS:SourceARN': [trailOf(DEV), 'arn:aws:cloudtrail:*:*:trail/*'] },
  };
  expect(named({ Condition })).toEqual([trailOf(DEV)]);
  expect(named({ Condition: { StringEquals: { 'aws:PrincipalArn': trailOf(DEV) } } })).toEqual([]);
  expect(named({ Condition, Principal: '*' })).toEqual([]);
  expect([...trailsNamedIn(null)]).toEqual([]);
});

describe('a Deny', () => {
  test.each(Object.entries(STOPPING))('%s is never changed by a merge', (_, deny) => {
    const document = policy(aclCheck, write, deny);
    expect(statementsOf(admitted(document))[2]).toEqual(deny);
    expect(diagnose(admitted(document), [dev])).not.toEqual([]);
  });

  test('does not make an admitted member be admitted once more', () => {
    for (const deny of Object.values(STOPPING)) {
      const document = admitted(policy(aclCheck, write, deny));
      expect(mergePolicy(document, onboard([dev])).changed).toBe(false);
    }
  });

  test('is no reason to admit once more whom a broader statement admits', () => {
    const open = { ...write, Resource: `arn:aws:s3:::${BUCKET}/*`, Condition: {} };
    for (const deny of Object.values(STOPPING)) {
      const document = policy({ ...aclCheck, Condition: {} }, open, deny);
      expect(mergePolicy(document, onboard([dev])).changed).toBe(false);
    }
  });
});
