// The doctor's errors: which statement, which clause, and a remedy that heals when it is followed to the letter.

import { type PolicyDocument, type Statement, statementsOf } from '../../src/policy/document.js';
import { diagnose, missingGrants } from '../../src/policy/index.js';
import { isAdmitted } from './oracle.js';
import { BUCKET, CENTRAL, DEV, delivery, PRD, pathOf, trailOf } from './shapes/deliveries.js';
import { aclCheck, admitted, policy, SHAPES, STOPPING, tlsDeny, write } from './shapes/shapes.js';

const dev = delivery(DEV);
const prd = delivery(PRD);

/** The JSON at the end of a remedy. */
function textIn(remedy: string): unknown {
  return JSON.parse(remedy.slice(remedy.search(/[{[]\n/)));
}

/** Follows the remedy for a Deny: one element of one statement is put in place of the old one. */
function heal(document: PolicyDocument, index: number, remedy: string): PolicyDocument {
  const element = /put this in place of "(\w+)"/.exec(remedy)?.[1] ?? 'none';
  const healed = statementsOf(document).map((statement, at) =>
    at === index ? { ...statement, [element]: textIn(remedy) } : statement,
  );
  return { ...document, Statement: healed };
}

describe('nothing is wrong', () => {
  test.each(Object.entries(SHAPES))('after onboarding: %s', (_, document) => {
    expect(diagnose(admitted(document), [dev])).toEqual([]);
  });
});

describe.each(Object.entries(STOPPING))('a Deny %s', (_, deny) => {
  const document = admitted(policy(aclCheck, write, tlsDeny, deny), [dev, prd]);
  const errors = diagnose(document, [dev]);
  const [error] = errors;

  test('is named by number and Sid, once', () => {
    const name = deny.Sid === undefined ? 'Statement 4 denies' : `Statement 4 (Sid "${deny.Sid}")`;
    expect(errors).toHaveLength(1);
    expect(error).toMatchObject({
      severity: 'error',
      code: 'policy-deny-stops-cloudtrail',
      account: DEV,
      message: expect.stringContaining(name) as string,
    });
  });

  test('no longer stops the member once it is changed as the remedy says', async () => {
    const healed = heal(document, 3, error?.remedy ?? '');
    expect(diagnose(healed, [dev])).toEqual([]);
    expect(await isAdmitted(healed, dev)).toBe(true);
  });

  test('still stops everybody else', () => {
    const healed = heal(document, 3, error?.remedy ?? '');
    const stranger = delivery('999999999999');
    const open = policy(...statementsOf(admitted(healed, [stranger])));
    expect(missingGrants(open, [stranger])).not.toEqual([]);
  });
});

describe('a Deny of the very requests that the statement asks for', () => {
  const alike: readonly [string, NonNullable<Statement['Condition']>][] = [
    ['encryption left out', { Null: { 's3:x-amz-server-side-encryption': 'true' } }],
    ['one Region', { StringLike: { 'aws:RequestedRegion': 'us-east-1' } }],
    ['an old TLS', { NumericLessThan: { 's3:TlsVersion': '1.3' } }],
  ];

  test.each(alike)('is named, and once changed admits: %s', (_, condition) => {
    const [acl, writing] = statementsOf(admitted(null, [dev]));
    const allow = { ...(writing as Statement), Condition: { ...writing?.Condition, ...condition } };
    const deny: Statement = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: '*',
      Condition: condition,
    };
    const document = policy(acl as Statement, allow, deny);
    const errors = diagnose(document, [dev]);
    expect(errors.map(({ code }) => code)).toEqual(['policy-deny-stops-cloudtrail']);
    expect(missingGrants(heal(document, 2, errors[0]?.remedy ?? ''), [dev])).toEqual([]);
  });
});

describe('what the message says', () => {
  test('the conditions of the Deny, and what CloudTrail sends for each', () => {
    const deny = STOPPING['of another account than those listed'] as Statement;
    const [error] = diagnose(admitted(policy(aclCheck, write, deny)), [dev]);
    expect(error?.message).toContain(
      `StringNotEqualsIfExists aws:SourceAccount [${CENTRAL}, ${PRD}], and CloudTrail sends ${DEV}`,
    );
    expect(error?.message).toContain('s3:GetBucketAcl and s3:PutObject');
  });

  test('one finding for all members whom the same Deny stops, with all of them in the remedy', () => {
    const deny = STOPPING['without any condition'] as Statement;
    const errors = diagnose(admitted(policy(aclCheck, write, deny), [dev, prd]), [dev, prd]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).not.toHaveProperty('account');
    expect(errors[0]?.remedy).toContain(trailOf(DEV));
    expect(errors[0]?.remedy).toContain(trailOf(PRD));
  });

  test('a trail with the key that the Deny asks for is let through', () => {
    const key = 'arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const deny: Statement = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${BUCKET}/*`,
      Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption-aws-kms-key-id': key } },
    };
    const document = admitted(policy(aclCheck, write, deny));
    expect(diagnose(document, [dev])[0]?.remedy).toContain('kms-key-arn');
    expect(diagnose(document, [{ ...dev, kmsKeyArn: key }])).toEqual([]);
    expect(diagnose(document, [{ ...dev, kmsKeyArn: `${key}0` }])).toHaveLength(1);
  });
});

describe('a grant that no statement gives', () => {
  test('the nearest statement is named with what keeps it from giving it', () => {
    const errors = diagnose(policy(aclCheck, write), [dev]);
    expect(errors.map(({ code }) => code)).toEqual([
      'policy-grant-missing',
      'policy-grant-missing',
    ]);
    expect(errors[0]?.message).toContain(
      `Statement 1 (Sid "AWSCloudTrailAclCheck20150319") comes nearest: StringEquals aws:SourceArn [${trailOf(CENTRAL)}] does not hold, CloudTrail sends ${trailOf(DEV)}`,
    );
    expect(errors[1]?.message).toContain('its Resource does not cover');
  });

  test('the remedy is the statement as it should be', () => {
    const [, error] = diagnose(policy(aclCheck, write), [dev]);
    expect(error?.remedy).toContain('in place of statement 2');
    expect(textIn(error?.remedy ?? '')).toMatchObject({
      Resource: [pathOf(CENTRAL), pathOf(DEV)],
    });
  });

  test('or a statement to add, where none can be extended', () => {
    const errors = diagnose(null, [dev]);
    const statements = errors.map(({ remedy }) => textIn(remedy) as Statement);
    expect(missingGrants(policy(...statements), [dev])).toEqual([]);
  });

  test.each([
    [
      'twin keys of two spellings',
      { 'aws:SourceArn': trailOf(DEV), 'AWS:SourceArn': trailOf(PRD) },
    ],
    ['StringEquals with a wildcard', { 'aws:SourceArn': `arn:aws:cloudtrail:*:${DEV}:trail/*` }],
  ])('%s', (_, keys) => {
    const broken = policy({ ...aclCheck, Condition: { StringEquals: keys } });
    const [error] = diagnose(broken, [dev]);
    expect(error?.message).toContain('comes nearest: StringEquals');
  });
});

test('a thousand missing accounts are each told, and the statement to write is not printed for each of them', () => {
  const fleet = Array.from({ length: 1_000 }, (_, index) =>
    delivery(String(300_000_000_000 + index)),
  );
  const [half, others] = [fleet.slice(0, 500), fleet.slice(500)];
  const errors = diagnose(admitted(null, half), others);
  expect(new Set(errors.map(({ account }) => account)).size).toBe(500);
  expect(errors.filter(({ remedy }) => /[{[]\n/.test(remedy))).toHaveLength(10);
  expect(JSON.stringify(errors).length).toBeLessThan(2_000_000);
});
