// What a merge reports about the policy it found.

import { type Statement } from '../../src/policy/document.js';
import { mergePolicy } from '../../src/policy/index.js';
import { BUCKET, CENTRAL, DEV, delivery, onboard, PRD } from './shapes/deliveries.js';
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
