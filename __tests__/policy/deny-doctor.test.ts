// What is told of a Deny that keeps CloudTrail out: which one, whom it stops and why, and an exception for these trails alone.

import type { Statement } from '../../src/policy/document.js';
import { diagnose, missingGrants, type PolicyDocument } from '../../src/policy/index.js';
import { BUCKET, CENTRAL, DEV, delivery, PRD, pathOf, trailOf } from './shapes/deliveries.js';
import { admitted, policy } from './shapes/shapes.js';

const dev = delivery(DEV);
const prd = delivery(PRD);
const LOGS = `arn:aws:s3:::${BUCKET}/*`;

const deny: Statement = { Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: LOGS };
const denied = (...denies: readonly Statement[]) => admitted(policy(...denies), [dev, prd]);
const { Resource: _resource, ...denyOn } = deny;

/** The text that a remedy puts in place of an element. */
function exceptionIn(document: PolicyDocument, deliveries = [dev]): Partial<Statement> {
  const { remedy = '' } = diagnose(document, deliveries)[0] ?? {};
  const element = /put this in place of "(\w+)"/.exec(remedy)?.[1] ?? 'none';
  return { [element]: JSON.parse(remedy.slice(remedy.search(/[{["]\n|"[^"]*"$/))) };
}

test('a Deny of some of the objects is told alone, not the statement that allows the others', () => {
  const document = denied({ ...deny, Resource: `arn:aws:s3:::${BUCKET}/*Digest*` });
  expect(diagnose(document, [dev])).toMatchObject([
    { message: expect.stringMatching(/^Statement 1 denies CloudTrail s3:PutObject/) as string },
  ]);
});

test('several are told in the order in which they stand', () => {
  const messages = diagnose(denied(deny, { ...deny, Action: 's3:Get*', Resource: '*' }), [dev]);
  expect(messages.map(({ message }) => message.slice(0, 11))).toEqual([
    'Statement 1',
    'Statement 2',
  ]);
});

test('it is told whom it stops, and that nothing is asked', () => {
  const [one] = diagnose(denied(deny), [dev]);
  expect(one).toMatchObject({
    severity: 'error',
    account: DEV,
    message: `Statement 1 denies CloudTrail s3:PutObject for ${trailOf(DEV)}, without any condition.`,
    remedy: expect.stringMatching(
      /^A Deny is never changed by this tool\. In statement 1/,
    ) as string,
  });
  const [both] = diagnose(denied(deny), [dev, prd]);
  expect(both).not.toHaveProperty('account');
  expect(both?.message).toContain(`${trailOf(DEV)}, ${trailOf(PRD)}`);
});

test('it is told what each of its conditions asks, and what CloudTrail sends', () => {
  const document = denied({
    ...deny,
    Condition: {
      StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' },
      StringNotEqualsIfExists: { 'AWS:PrincipalOrgID': 'o-a' },
    },
  });
  const [error] = diagnose(document, [dev]);
  expect(error?.message).toContain(
    ': StringNotEquals s3:x-amz-server-side-encryption [aws:kms], and CloudTrail sends AES256; StringNotEqualsIfExists AWS:PrincipalOrgID [o-a], and CloudTrail sends nothing.',
  );
  expect(error?.remedy).toMatch(/^Give the trail the encryption that it asks for \(kms-key-arn\)/);
});

describe('the exception', () => {
  test.each<[string, Statement, Partial<Statement>]>([
    [
      'by the trail, where there is none yet',
      deny,
      when('ArnNotEquals', 'aws:SourceArn', trailOf(DEV)),
    ],
    [
      'in the list of trails',
      { ...deny, ...when('ArnNotLike', 'AWS:SourceArn', trailOf(CENTRAL)) },
      when('ArnNotLike', 'AWS:SourceArn', [trailOf(CENTRAL), trailOf(DEV)]),
    ],
    [
      'in the list of accounts',
      { ...deny, ...when('StringNotEqualsIfExists', 'aws:SourceAccount', CENTRAL) },
      when('StringNotEqualsIfExists', 'aws:SourceAccount', [CENTRAL, DEV]),
    ],
    [
      'in the list of folders',
      { ...denyOn, NotResource: pathOf(CENTRAL) },
      { NotResource: [pathOf(CENTRAL), pathOf(DEV)] },
    ],
    [
      'by the trail, where the lists are of something else',
      { ...deny, ...when('StringNotEquals', 'aws:PrincipalOrgID', 'o-a') },
      {
        Condition: {
          StringNotEquals: { 'aws:PrincipalOrgID': 'o-a' },
          ArnNotEquals: { 'aws:SourceArn': [trailOf(DEV)] },
        },
      },
    ],
    [
      'by the trail, where a list says whom the Deny is for',
      { ...deny, ...when('StringLike', 'aws:SourceAccount', ['2*', '4*']) },
      {
        Condition: {
          StringLike: { 'aws:SourceAccount': ['2*', '4*'] },
          ArnNotEquals: { 'aws:SourceArn': [trailOf(DEV)] },
        },
      },
    ],
    [
      'by the trail, where a list keeps it out as long as another holds',
      {
        ...deny,
        Condition: {
          'ForAllValues:StringNotEquals': { 'aws:SourceAccount': [CENTRAL] },
          StringEquals: { 'aws:SecureTransport': 'true' },
        },
      },
      {
        Condition: {
          'ForAllValues:StringNotEquals': { 'aws:SourceAccount': [CENTRAL] },
          StringEquals: { 'aws:SecureTransport': 'true' },
          ArnNotEquals: { 'aws:SourceArn': [trailOf(DEV)] },
        },
      },
    ],
  ])('is made %s', (_, statement, exception) => {
    const document = denied(statement);
    expect(listed(exceptionIn(document))).toEqual(listed(exception));
    const [, ...others] = [document.Statement].flat();
    const healed = policy({ ...statement, ...exceptionIn(document) }, ...others);
    expect(missingGrants(healed, [dev])).toEqual([]);
    expect(missingGrants(healed, [prd]).length).toBe(missingGrants(document, [prd]).length);
  });

  test('is for all whom the Deny stops', () => {
    expect(exceptionIn(denied(deny), [prd, dev])).toEqual(
      when('ArnNotEquals', 'aws:SourceArn', [trailOf(DEV), trailOf(PRD)]),
    );
  });
});

function when(
  operator: string,
  key: string,
  values: string | readonly string[],
): Pick<Statement, 'Condition'> & object {
  return { Condition: { [operator]: { [key]: values } } };
}

/** A lone value and a list of one alike. */
function listed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
    Array.isArray(inner) && inner.length === 1 ? (inner[0] as unknown) : inner,
  );
}
