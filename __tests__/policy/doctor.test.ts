// The doctor's errors: which statement, which clause, and a remedy that heals when it is followed to the letter.

import { type PolicyDocument, type Statement, statementsOf } from '../../src/policy/document.js';
import { diagnose, missingGrants } from '../../src/policy/index.js';
import { isAdmitted } from './oracle.js';
import {
  BUCKET,
  CENTRAL,
  DEV,
  delivery,
  fleet,
  PRD,
  pathOf,
  trailOf,
} from './shapes/deliveries.js';
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
  const remedy = () => diagnose(document, [dev])[0]?.remedy ?? '';

  test('is named by number and Sid, once', () => {
    const name = deny.Sid === undefined ? 'Statement 4 denies' : `Statement 4 (Sid "${deny.Sid}")`;
    expect(diagnose(document, [dev])).toMatchObject([
      {
        severity: 'error',
        code: 'policy-deny-stops-cloudtrail',
        account: DEV,
        message: expect.stringContaining(name) as string,
      },
    ]);
  });

  test('no longer stops the member once it is changed as the remedy says', async () => {
    const healed = heal(document, 3, remedy());
    expect(diagnose(healed, [dev])).toEqual([]);
    expect(await isAdmitted(healed, dev)).toBe(true);
  });

  test('still stops everybody else', () => {
    const healed = heal(document, 3, remedy());
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
    const digests = `${pathOf(DEV).slice(0, -1)}CloudTrail-Digest/*`;
    const forDigests = { ...(writing as Statement), Resource: digests };
    const document = policy(acl as Statement, forDigests, allow, deny);
    const errors = diagnose(document, [dev]);
    expect(errors.map(({ code }) => code)).toEqual(['policy-deny-stops-cloudtrail']);
    expect(missingGrants(heal(document, 3, errors[0]?.remedy ?? ''), [dev])).toEqual([]);
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

describe('what keeps the nearest statement from it', () => {
  const open = { ...write, Condition: {}, Resource: pathOf(DEV) };
  const { Resource: _resource, ...onAll } = open;
  const without = (what: string) => `comes nearest: ${what}.`;

  test.each<[string, Statement, string]>([
    [
      'its principal of another partition',
      { ...open, Principal: { Service: 'cloudtrail.amazonaws.com.cn' } },
      without('its principals do not include CloudTrail'),
    ],
    [
      'a path too narrow, by the first key that it leaves out',
      { ...open, Resource: `${pathOf(DEV).slice(0, -1)}CloudTrail/*` },
      `its Resource does not cover ${pathOf(DEV).slice(0, -1)}CloudTrail-Insight/`,
    ],
    [
      'what it excepts',
      { ...onAll, NotResource: pathOf(DEV) },
      `its NotResource excepts ${pathOf(DEV).slice(0, -1)}CloudTrail/.`,
    ],
    [
      'an element that nobody knows',
      { ...open, Odd: 1 } as Statement,
      without('what its element "Odd" means is not documented'),
    ],
  ])('%s', (_, statement, told) => {
    const errors = diagnose(policy(...statementsOf(admitted(null, [dev])).slice(0, 1), statement), [
      dev,
    ]);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain(told);
  });

  test('the one with the fewest faults is named, and none that denies or is for something else', () => {
    const far = { ...write, Resource: pathOf(CENTRAL) };
    const [error] = diagnose(
      policy(
        far,
        { ...open, Sid: 'Reads', Action: 's3:GetObject' },
        { ...open, Sid: 'Denies', Effect: 'Deny', Resource: pathOf(PRD) },
        { ...open, Sid: 'Another', Principal: { Service: 'config.amazonaws.com' } },
        { ...open, Sid: 'Near', Resource: pathOf(PRD) },
      ),
      [dev],
    ).slice(1);
    expect(error?.message).toContain('Statement 5 (Sid "Near") comes nearest');
  });

  test('no statement is, where only a Deny speaks of it', () => {
    const deny: Statement = { ...open, Effect: 'Deny', Principal: '*', Resource: '*', Action: '*' };
    const reads = { ...open, Action: 's3:GetObject', Resource: pathOf(PRD) };
    const messages = diagnose(policy(deny, reads), [dev]).map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringContaining('Statement 1'),
      `The policy does not let CloudTrail s3:GetBucketAcl on arn:aws:s3:::${BUCKET} for trail ${dev.trailArn}. No statement admits CloudTrail to this action.`,
      `The policy does not let CloudTrail s3:PutObject on ${pathOf(DEV)} for trail ${dev.trailArn}. No statement admits CloudTrail to this action.`,
    ]);
  });
});

test.each([
  ['no policy', null],
  ['a policy', policy(aclCheck, write)],
])(
  'of %s ten findings hold the statement to write, the others say how it is done',
  (_, document) => {
    const remedies = diagnose(document, fleet(6)).map(({ remedy }) => remedy);
    expect(remedies.map((remedy) => /[{[]\n/.test(remedy))).toEqual([
      ...Array<boolean>(10).fill(true),
      false,
      false,
    ]);
    expect(remedies.at(-1)).toBe('Onboard the account.');
  },
);

test('a thousand missing accounts are each told, and the statement to write is not printed for each of them', () => {
  const thousand = Array.from({ length: 1_000 }, (_, index) =>
    delivery(String(300_000_000_000 + index)),
  );
  const [half, others] = [thousand.slice(0, 500), thousand.slice(500)];
  const errors = diagnose(admitted(null, half), others);
  expect(new Set(errors.map(({ account }) => account)).size).toBe(500);
  expect(errors.filter(({ remedy }) => /[{[]\n/.test(remedy))).toHaveLength(10);
  expect(JSON.stringify(errors).length).toBeLessThan(2_000_000);
});
