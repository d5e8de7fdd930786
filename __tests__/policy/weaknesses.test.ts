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
        message: expect.stringContaining('statement 3 (Sid "OrgOnly")') as string,
      },
    ]);
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
        message: expect.stringContaining('statement 3 (Sid "Unclear")') as string,
      },
    ]);
  });

  test('an Allow with an element that nobody knows casts no doubt on one that is clear', () => {
    const allow: Statement = { ...unclear, Effect: 'Allow' };
    const { findings } = mergePolicy(policy(allow, aclCheck, write), onboard([delivery(CENTRAL)]));
    expect(findings).toEqual([]);
  });
});
