// What a policy's grants depend on that cannot be known from here, and who is still admitted though he was to leave.

import type { PolicyDocument, Statement } from '../../src/policy/document.js';
import { type Delivery, mergePolicy } from '../../src/policy/index.js';
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
import { aclCheck, admitted, policy, tlsDeny, write } from './shapes/shapes.js';

const ALL_KEYS = `arn:aws:s3:::${BUCKET}/*`;
const central = delivery(CENTRAL);
const dev = delivery(DEV);
const MAY_STOP = 'policy-deny-may-stop-cloudtrail';
const DEPENDS = 'policy-grant-depends';

const deny = (Condition: Statement['Condition'], more: Partial<Statement> = {}): Statement => ({
  Sid: 'Perimeter',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:PutObject',
  Resource: ALL_KEYS,
  ...(Condition && { Condition }),
  ...more,
});

/** An element that IAM does not know: nobody can say what the statement means. */
const unclear = { action: 's3:PutObject' } as Partial<Statement>;

const writeIf = (Condition: NonNullable<Statement['Condition']>): Statement => ({
  ...write,
  Resource: `arn:aws:s3:::${BUCKET}/AWSLogs/*`,
  Condition,
});

const found = (document: PolicyDocument, ...members: readonly Delivery[]) =>
  mergePolicy(document, onboard(members)).findings;
const codes = (document: PolicyDocument, ...members: readonly Delivery[]) =>
  found(document, ...members).map(({ code }) => code);

describe('whether a Deny stops CloudTrail is told as unknown', () => {
  const OTHERS = 'o-exampleorgid';
  test.each<readonly [string, NonNullable<Statement['Condition']>]>([
    [
      'for whoever is in no organization or in another',
      { StringNotEquals: { 'aws:SourceOrgID': OTHERS } },
    ],
    [
      'for whoever is in another',
      { StringNotEquals: { 'aws:SourceOrgID': OTHERS }, Null: { 'aws:SourceOrgID': 'false' } },
    ],
    [
      "for whoever is in another than the bucket's",
      {
        StringNotEquals: { 'aws:SourceOrgID': '${aws:ResourceOrgID}' },
        Null: { 'aws:SourceOrgID': 'false' },
      },
    ],
    ['for whoever is in one', { Null: { 'aws:SourceOrgID': 'false' } }],
    ['for whoever is in none', { Null: { 'aws:SourceOrgID': 'true' } }],
    [
      'for whoever is in another part of one',
      { 'ForAnyValue:StringNotLike': { 'aws:SourceOrgPaths': `${OTHERS}/*` } },
    ],
    ['for a bucket in one organization', { StringEquals: { 'aws:ResourceOrgID': OTHERS } }],
    ['for a bucket in another organization', { StringNotEquals: { 'aws:ResourceOrgID': OTHERS } }],
    ['with several values of one key', { StringEquals: { 'aws:SourceOrgID': ['o-a', 'o-b'] } }],
    ['outside a Region', { StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } }],
    ['in a Region', { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }],
    ['until a day', { DateLessThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } }],
    ['without a header of encryption', { Null: { 's3:x-amz-server-side-encryption': 'true' } }],
    ['that nobody knows how to read', { StringSounds: { 'aws:SourceArn': 'x' } }],
  ])('%s', (_, condition) => {
    expect(codes(policy(aclCheck, write, deny(condition)), central)).toStrictEqual([MAY_STOP]);
  });

  test('where an element of it is not known, whatever its condition, if it may hold', () => {
    const absent = deny({ BoolIfExists: { 'aws:MultiFactorAuthPresent': [] } }, unclear);
    expect(codes(policy(aclCheck, write, absent), central)).toStrictEqual([MAY_STOP]);
  });
});

test('a Deny that stops CloudTrail for certain is told elsewhere', () => {
  expect(codes(policy(aclCheck, write, deny(undefined)), central)).toStrictEqual([]);
});

test('an Allow that may not apply is told once for both grants, and nothing else', () => {
  const condition = { StringEquals: { 'aws:SourceOrgID': 'o-exampleorgid' } };
  const document = policy({ ...aclCheck, Condition: condition }, writeIf(condition));
  expect(codes(document, dev)).toStrictEqual([DEPENDS]);
});

describe('of a member whose organization is known', () => {
  const member = { ...central, organizationId: 'o-exampleorgid' };
  const inUnit = (unit: string) => ({ 'aws:SourceOrgPaths': unit });
  test.each<readonly [string, NonNullable<Statement['Condition']>, readonly string[]]>([
    ['it is no matter', { StringNotEquals: { 'aws:SourceOrgID': 'o-exampleorgid' } }, []],
    ['another is no matter', { StringEquals: { 'aws:SourceOrgID': 'o-another0000' } }, []],
    ["nor another's unit", { 'ForAnyValue:StringLike': inUnit('o-another0000/r-ab12/*') }, []],
    [
      'its unit is not',
      { 'ForAnyValue:StringLike': inUnit('o-exampleorgid/r-ab12/ou-ab12-1/*') },
      [MAY_STOP],
    ],
    [
      'nor in any organization',
      { 'ForAnyValue:StringLike': inUnit('o-*/r-*/ou-ab12-1/*') },
      [MAY_STOP],
    ],
    [
      "nor in the bucket's",
      { 'ForAnyValue:StringLike': inUnit('${aws:ResourceOrgID}/r-ab12/ou-ab12-1/*') },
      [MAY_STOP],
    ],
    [
      'nor the units that it must be in',
      { 'ForAllValues:StringNotLike': inUnit('o-exampleorgid/r-ab12/ou-ab12-1/*') },
      [MAY_STOP],
    ],
  ])('%s', (_, condition, expected) => {
    expect(codes(policy(aclCheck, write, deny(condition)), member)).toStrictEqual(expected);
  });
});

describe('what a finding names', () => {
  const org = { StringNotEqualsIfExists: { 'aws:SourceOrgID': 'o-exampleorgid' } };
  const inOrg = { StringEquals: { 'aws:SourceOrgID': 'o-exampleorgid' } };
  const region = { StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } };

  test('is what the Deny asks for, and nothing that another statement does', () => {
    const foreign: Statement = { ...write, Principal: { AWS: PRD }, Condition: region };
    const [finding] = found(policy(aclCheck, write, deny(org), foreign), central);
    expect(finding?.message).toContain('depends on aws:sourceorgid, which');
  });

  test('is no key, where it is the Deny itself that nobody can read', () => {
    const foreign: Statement = { ...write, Principal: { AWS: PRD }, Condition: region };
    const [finding] = found(policy(aclCheck, write, deny(undefined, unclear), foreign), central);
    expect(finding?.message).toContain('depends on an element that has no documented meaning');
  });

  test('is nothing that is known', () => {
    const both = { Bool: { 'aws:SecureTransport': 'true' }, ...org, ...region };
    const [finding] = found(policy(aclCheck, write, deny(both)), central);
    expect(finding?.message).toContain('depends on aws:sourceorgid, aws:requestedregion, which');
  });

  test('is a header, where digests may come with another than logs', () => {
    const header = 's3:x-amz-server-side-encryption';
    const kms = { ...central, kmsKeyArn: `arn:aws:kms:us-east-1:${CENTRAL}:key/1` };
    const document = policy(aclCheck, write, deny({ StringNotEquals: { [header]: 'aws:kms' } }));
    expect(found(document, kms)).toMatchObject([
      { code: MAY_STOP, message: expect.stringContaining(`depends on ${header}, which`) as string },
    ]);
  });

  test('is the Deny and the Allow, where both depend', () => {
    const document = policy({ ...aclCheck, Condition: {} }, writeIf(inOrg), deny(region));
    const message = (text: string) => expect.stringContaining(text) as string;
    expect(found(document, dev)).toMatchObject([
      {},
      { code: MAY_STOP, message: message('statement 3 (Sid "Perimeter") denies') },
      {
        code: DEPENDS,
        message: message(
          `The policy admits ${DEV} only for certain values of aws:sourceorgid, which`,
        ),
      },
    ]);
  });

  test('is each of several Denies, in the order of the policy', () => {
    const denies = Array.from({ length: 11 }, (_, at) => deny(at === 0 ? region : org));
    const [finding, ...others] = found(policy(aclCheck, write, ...denies), central);
    const places = [...(finding?.message ?? '').matchAll(/statement (\d+)/g)].map(([, at]) =>
      Number(at),
    );
    expect([places, others]).toEqual([[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], []]);
  });

  test('is each cause apart, with the members that it is one for', () => {
    const forDev = deny(region, { Resource: pathOf(DEV) });
    const document = policy(
      ...[admitted(policy(aclCheck, write)).Statement].flat(),
      forDev,
      deny(org),
    );
    expect(found(document, central, dev)).toMatchObject([
      { code: MAY_STOP, account: CENTRAL },
      { code: MAY_STOP, account: DEV },
    ]);
  });
});

describe('in China, where CloudTrail may go by either of two names', () => {
  const CN = 'cloudtrail.amazonaws.com.cn';
  const chinese = delivery(DEV, { trailArn: trailOf(DEV, 'audit', 'aws-cn') });
  const arn = `arn:aws-cn:s3:::${BUCKET}`;
  const check: Statement = {
    ...aclCheck,
    Principal: { Service: CN },
    Resource: arn,
    Condition: {},
  };
  const writing = { ...writeIf({}), Principal: { Service: CN }, Resource: `${arn}/AWSLogs/*` };

  test('a Deny of the one that is admitted is told', () => {
    const org = { StringNotEquals: { 'aws:SourceOrgID': 'o-exampleorgid' } };
    const stop = deny(org, { Principal: { Service: CN }, Resource: `${arn}/*` });
    expect(codes(policy(check, writing, stop), chinese)).toContain(MAY_STOP);
    expect(codes(policy(check, writing, stop), chinese)).not.toContain(DEPENDS);
  });

  test('a statement that still admits is told by its name', () => {
    const { findings } = mergePolicy(policy(check, writing), offboard([chinese]));
    expect(findings.at(-1)?.message).toContain(
      'statement 2 (Sid "AWSCloudTrailWrite20150319") admits',
    );
  });
});

describe('a trail that leaves', () => {
  const told = (document: PolicyDocument, member = dev) =>
    mergePolicy(document, offboard([member])).findings.filter(
      ({ code }) => code === 'policy-withdrawn-still-admitted',
    );
  const unguarded = { ...write, Condition: {} };

  test('is told, where a part of its path stays open, by what opens it', () => {
    const logs = { ...unguarded, Resource: pathOf(DEV).replace('*', 'CloudTrail/us-east-1/*') };
    expect(told(policy(aclCheck, write, logs))).toMatchObject([
      {
        severity: 'warning',
        account: DEV,
        message: expect.stringContaining(
          `Trail ${trailOf(DEV)} can still write into the bucket: statement 3`,
        ) as string,
      },
    ]);
  });

  test('is told with every statement that opens a part', () => {
    const part = (name: string) => ({
      ...unguarded,
      Sid: name,
      Resource: pathOf(DEV).replace('*', `${name}/*`),
    });
    const [finding] = told(policy(part('CloudTrail-Digest'), aclCheck, part('CloudTrail')));
    const names = 'statement 1 (Sid "CloudTrail-Digest"), statement 3 (Sid "CloudTrail")';
    expect(finding).toMatchObject({
      message: expect.stringContaining(`: ${names} admits`) as string,
      remedy: expect.stringContaining(`Narrow ${names} by hand`) as string,
    });
  });

  test.each<readonly [string, NonNullable<Statement['Condition']>]>([
    ['in one organization', { StringEquals: { 'aws:SourceOrgID': 'o-exampleorgid' } }],
    ['in a Region', { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }],
    ['from a day on', { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }],
    ['outside an organization', { Null: { 'aws:SourceOrgID': 'true' } }],
  ])('is told, where it can write %s alone, by what lets it', (_, condition) => {
    expect(told(policy(aclCheck, writeIf(condition)))).toMatchObject([
      { message: expect.stringContaining('statement 2 (Sid') as string },
    ]);
  });

  test.each<readonly [string, PolicyDocument]>([
    ['is gone', admitted(policy(aclCheck, write))],
    ['was never there', policy(aclCheck, write, tlsDeny)],
    ['may read the ACL alone', policy({ ...aclCheck, Condition: {} }, write)],
    ['may write what is not its own', policy(aclCheck, { ...unguarded, Resource: pathOf(PRD) })],
    ['is denied', policy(aclCheck, unguarded, deny(undefined))],
  ])('is not told, where it %s', (_, document) => {
    expect(told(document)).toStrictEqual([]);
  });

  test('is told once for each', () => {
    const open = policy({ ...unguarded, Resource: ALL_KEYS });
    const { findings } = mergePolicy(open, offboard([dev, delivery(PRD)]));
    expect(findings.map(({ account }) => account)).toEqual([undefined, DEV, PRD]);
  });
});
