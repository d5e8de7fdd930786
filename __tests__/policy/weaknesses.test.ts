// What a merge reports about the policy it found.

import { type Statement } from '../../src/policy/document.js';
import { type Layout, mergePolicy } from '../../src/policy/index.js';
import { BUCKET, CENTRAL, DEV, delivery, onboard, PRD, trailOf } from './shapes/deliveries.js';
import { aclCheck, policy, shape, write } from './shapes/shapes.js';

const dev = delivery(DEV);
const prd = delivery(PRD);

describe('weaknesses are reported and left as they are', () => {
  test.each([
    ['no aws:SourceArn', 'policy-write-without-source-arn'],
    ["CloudTrail's account numbers of 2013", 'policy-legacy-principals'],
    ['StringEquals with a wildcard, which matches nothing', 'policy-source-arn-never-matches'],
    ['aws:SourceArn twice, under two operators', 'policy-source-arn-twice'],
  ])('%s: %s', (name, code) => {
    const { findings } = mergePolicy(shape(name), onboard([dev]));
    expect(findings.map((finding) => finding.code)).toContain(code);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('a member of a bucket for one organization is admitted if it is in it, which nobody can know', () => {
    const document = policy(
      { ...aclCheck, Condition: {} },
      {
        ...write,
        Resource: `arn:aws:s3:::${BUCKET}/AWSLogs/*`,
        Condition: { StringEquals: { 'aws:SourceOrgID': 'o-exampleorgid' } },
      },
    );
    const merge = mergePolicy(document, onboard([dev]));
    expect(merge.changed).toBe(false);
    expect(merge.findings.at(-1)).toMatchObject({
      severity: 'warning',
      code: 'policy-grant-depends',
      account: DEV,
      message: expect.stringContaining('aws:sourceorgid') as string,
      remedy: expect.stringContaining('organization') as string,
    });
    const outsider = { ...dev, organizationId: 'o-another' };
    expect(mergePolicy(document, onboard([outsider])).changed).toBe(true);
  });

  test('a Deny that may stop CloudTrail is named, once for all members', () => {
    const deny: Statement = {
      Sid: 'OrgOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${BUCKET}/*`,
      Condition: { StringNotEqualsIfExists: { 'aws:SourceOrgID': 'o-exampleorgid' } },
    };
    const { findings } = mergePolicy(policy(aclCheck, write, deny), onboard([dev, prd]));
    expect(findings).toMatchObject([
      {
        severity: 'warning',
        code: 'policy-deny-may-stop-cloudtrail',
        message: expect.stringContaining(
          'statement 3 (Sid "OrgOnly") denies CloudTrail\'s deliveries depends on aws:sourceorgid,',
        ) as string,
        remedy: expect.stringContaining('"ArnNotEquals"') as string,
      },
    ]);
    expect(findings[0]?.message).toMatch(new RegExp(`${DEV}.*${PRD}`));
    expect(findings[0]).not.toHaveProperty('account');
  });

  const misspelt = { action: 's3:PutObject' } as Partial<Statement>;
  const unclear: Statement = {
    Sid: 'Unclear',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::${BUCKET}/*`,
    ...misspelt,
  };

  test('a Deny with an element that nobody knows is named, and nothing is added for it', () => {
    const merge = mergePolicy(policy(aclCheck, write, unclear), onboard([delivery(CENTRAL)]));
    expect(merge.changed).toBe(false);
    expect(merge.findings).toMatchObject([
      {
        severity: 'warning',
        code: 'policy-deny-may-stop-cloudtrail',
        account: CENTRAL,
        message: expect.stringMatching(
          /statement 3 \(Sid "Unclear"\).*no documented meaning/,
        ) as string,
      },
    ]);
  });

  test('an Allow with an element that nobody knows casts no doubt on one that is clear', () => {
    const allow: Statement = { ...unclear, Effect: 'Allow' };
    const { findings } = mergePolicy(policy(allow, aclCheck, write), onboard([delivery(CENTRAL)]));
    expect(findings).toEqual([]);
  });

  test('of several Denies those that may stop CloudTrail are named, and no Allow', () => {
    const documents = policy(aclCheck, { ...unclear, Effect: 'Allow' }, write, unclear, {
      ...unclear,
      Sid: 'AsUnclear',
    });
    const { findings } = mergePolicy(documents, onboard([delivery(CENTRAL)]));
    expect(findings.map(({ message }) => message)).toMatchObject([
      expect.stringContaining('Whether statement 4 (Sid "Unclear"), statement 5 (Sid "AsUnclear")'),
    ]);
  });

  const { Principal: _everybody, ...nobody } = unclear;
  const unlessTls = (value: string | string[], operator = 'Bool', key = 'aws:SecureTransport') => ({
    ...unclear,
    Condition: { [operator]: { [key]: value } },
  });
  test.each<readonly [string, boolean, Statement]>([
    ['everybody', true, unclear],
    ['everybody of AWS', true, { ...unclear, Principal: { AWS: [PRD, '*'] } }],
    ['CloudTrail', true, { ...unclear, Principal: { Service: 'cloudtrail.amazonaws.com' } }],
    [
      'CloudTrail and an account',
      true,
      { ...unclear, Principal: { AWS: PRD, Service: 'cloudtrail.amazonaws.com' } },
    ],
    ['all but an account', true, { ...nobody, NotPrincipal: { AWS: PRD } }],
    ['an account', false, { ...unclear, Principal: { AWS: PRD } }],
    ['whoever uses TLS', true, unlessTls('true')],
    ['whoever uses TLS or not', true, unlessTls(['false', 'true'])],
    ['whoever uses no TLS', false, unlessTls('false')],
    ['whoever uses no TLS, if it is told', false, unlessTls('false', 'BoolIfExists')],
    ['who is no service', false, unlessTls('false', 'Bool', 'aws:PrincipalIsAWSService')],
    ['whoever comes not through a service', true, unlessTls('false', 'Bool', 'aws:ViaAWSService')],
    ['whoever has TLS that is not called false', true, unlessTls('false', 'StringNotEquals')],
  ])('a Deny that is unclear, for %s: a finding, %j', (_, isTold, deny) => {
    const { findings } = mergePolicy(policy(aclCheck, write, deny), onboard([delivery(CENTRAL)]));
    const told = findings.map(({ code }) => code);
    expect(told.includes('policy-deny-may-stop-cloudtrail')).toBe(isTold);
  });
});

describe('what is told of a statement', () => {
  const NAMED = `statement 1 (Sid "${write.Sid}")`;
  const open: Statement = { ...write, Condition: {} };
  const when = (operator: string, key: string, value: string): Statement => ({
    ...open,
    Condition: { [operator]: { [key]: value } },
  });
  const told = (statement: Statement) =>
    mergePolicy(policy(statement), { ...onboard([]), withdraw: [] }).findings;
  const text = (part: string) => expect.stringContaining(part) as string;

  test.each<[string, Statement, string, string, string, string]>([
    [
      'that it is open to any trail',
      open,
      'warning',
      'policy-write-without-source-arn',
      `CloudTrail may write by ${NAMED} for any trail of any AWS account: it has no condition on aws:SourceArn.`,
      `take CloudTrail out of ${NAMED}`,
    ],
    [
      'that others are named in it too, and that it allows more',
      {
        ...open,
        Principal: { Service: ['cloudtrail.amazonaws.com', 'config.amazonaws.com'] },
        Action: ['s3:PutObject', 's3:GetBucketAcl'],
      },
      'warning',
      'policy-write-without-source-arn',
      'It also names other principals.',
      `take CloudTrail out of ${NAMED}`,
    ],
    [
      "that any trail may read the bucket's ACL by it",
      { ...open, Action: ['s3:GetBucketAcl', 's3:ListBucket'] },
      'notice',
      'policy-acl-check-without-source-arn',
      `ACL by ${NAMED} for any trail`,
      'Add aws:SourceArn',
    ],
    [
      'that a pattern stands where none is known',
      when('StringEqualsIfExists', 'AWS:SourceArn', `${trailOf(DEV)}*`),
      'warning',
      'policy-source-arn-never-matches',
      `In ${NAMED}, "${trailOf(DEV)}*" stands under StringEqualsIfExists`,
      'ArnLike',
    ],
    [
      "that it asks for the trail's ARN twice",
      {
        ...open,
        Condition: {
          ArnLike: { 'aws:SourceArn': trailOf(DEV) },
          StringEquals: { 'AWS:SourceArn': trailOf(DEV) },
        },
      },
      'warning',
      'policy-source-arn-twice',
      `The conditions of ${NAMED} ask for the trail's ARN more than once (aws:SourceArn under ArnLike and AWS:SourceArn under StringEquals).`,
      'Keep one of them',
    ],
    [
      'that it names CloudTrail by an account number',
      { ...open, Principal: { AWS: '035351147821' } },
      'notice',
      'policy-legacy-principals',
      `Statement 1 (Sid "${write.Sid}") admits CloudTrail by the account numbers`,
      'service principal',
    ],
  ])('%s', (_, statement, severity, code, message, remedy) => {
    expect(told(statement)).toMatchObject([
      { severity, code, message: text(message), remedy: text(remedy) },
    ]);
  });

  test('nothing of other principals, where there are none', () => {
    expect(told(open)[0]?.message).toMatch(/on aws:SourceArn\.$/);
  });

  test.each<[string, Statement]>([
    ['that is held to a trail', when('StringEquals', 'AWS:SourceArn', trailOf(DEV))],
    ['that is held to an account', when('StringEquals', 'aws:SourceAccount', DEV)],
    ['that denies', { ...open, Effect: 'Deny' }],
    ['for something else', { ...open, Action: 's3:GetObject' }],
    ['for all but something', notDoing(open)],
    ['with a pattern where one is known', when('ArnEquals', 'aws:SourceArn', `${trailOf(DEV)}*`)],
    ['with a variable', when('StringEquals', 'aws:SourceArn', '${aws:PrincipalTag/trails*}')],
    ['for anybody', { ...open, Principal: '*' }],
    ['for all but some', notFor(open)],
  ])('nothing of one %s', (_, statement) => {
    expect(told(statement)).toStrictEqual([]);
  });

  test.each([
    ['the number', '903692715234', true],
    ['the root', 'arn:aws:iam::903692715234:root', true],
    ['a number that begins alike', '9036927152340', false],
    ['a number that ends alike', '0903692715234', false],
    ['a user', 'arn:aws:iam::903692715234:user/x', false],
    ['another account', DEV, false],
  ])('of the old accounts: %s', (_, AWS, expected) => {
    expect(told({ ...open, Principal: { AWS } })).toHaveLength(expected ? 1 : 0);
  });
});

describe('what is told of a layout that is asked for', () => {
  const told = (layout: Layout, ...deliveries: readonly ReturnType<typeof delivery>[]) =>
    mergePolicy(null, onboard(deliveries, { layout })).findings;
  const inside = { ...dev, organizationId: 'o-exampleorgid' };

  test.each([
    ['compact', [dev], 'aws:SourceAccount'],
    ['organization', [inside], 'aws:SourceOrgID'],
  ] as const)('%s: that it is not proven', (layout, deliveries, key) => {
    expect(told(layout, ...deliveries)).toMatchObject([
      {
        severity: 'notice',
        code: 'policy-layout-unproven',
        message: expect.stringContaining(
          `Layout ${layout} relies on CloudTrail sending ${key}`,
        ) as string,
        remedy: expect.stringContaining('Onboard one account first') as string,
      },
    ]);
  });

  test('organization: that one account is not known to be in one', () => {
    expect(told('organization', inside, prd)).toMatchObject([
      { severity: 'error', code: 'policy-organization-unknown' },
    ]);
  });

  test.each(['documented', 'isolated'] as const)('%s: nothing', (layout) => {
    expect(told(layout, dev)).toStrictEqual([]);
  });

  test.each(['compact', 'organization'] as const)('%s: nothing, where nobody comes', (layout) => {
    expect(told(layout)).toStrictEqual([]);
  });
});

function notDoing({ Action: _action, ...statement }: Statement): Statement {
  return { ...statement, NotAction: 's3:PutObject' };
}

function notFor({ Principal: _principal, ...statement }: Statement): Statement {
  return { ...statement, NotPrincipal: { Service: 'cloudtrail.amazonaws.com' } };
}
