// Which settings of the central bucket are set, which are told, and which are left alone without a word.

import {
  type BucketSettings,
  planBucket,
  publicPolicyFindings,
} from '../../src/plan/bucket-plan.js';

const central = {
  accountId: '111111111111',
  bucket: 'sec-cloudtrail-log',
  bucketRegion: 'ap-northeast-2',
};

/** As the console makes it, with versioning. */
const GOOD: BucketSettings = {
  publicAccessBlock: {
    blockPublicAcls: true,
    ignorePublicAcls: true,
    blockPublicPolicy: true,
    restrictPublicBuckets: true,
  },
  ownership: 'BucketOwnerEnforced',
  encryption: { algorithm: 'AES256', blocked: ['SSE-C'] },
  versioning: 'Enabled',
};

const EVERY_SETTING = [
  'put-public-access-block',
  'put-ownership-controls',
  'put-encryption',
  'put-versioning',
];

function planned(change: Partial<BucketSettings> | null) {
  const { steps, findings } = planBucket(change && { ...GOOD, ...change }, central);
  return {
    steps: steps.map(({ kind }) => kind),
    codes: findings.map(({ code }) => code),
    findings,
  };
}

test('a bucket that is not there is created, and given every setting whatever S3 makes of a new one', () => {
  expect(planned(null)).toMatchObject({ steps: ['create-bucket', ...EVERY_SETTING], codes: [] });
});

test('a bucket with nothing set is given every setting, in this order', () => {
  const nothing = { publicAccessBlock: null, ownership: null, encryption: null, versioning: null };
  expect(planned(nothing)).toMatchObject({ steps: EVERY_SETTING, codes: [] });
});

test.each<[string, Partial<BucketSettings>]>([
  ['as recommended', {}],
  [
    'encrypted with a key, which is stronger',
    { encryption: { algorithm: 'aws:kms', blocked: ['SSE-C'] } },
  ],
])('a bucket %s is left alone', (_, settings) => {
  expect(planned(settings)).toMatchObject({ steps: [], codes: [] });
});

test.each<[string, Partial<BucketSettings>, string]>([
  ['no Block Public Access', { publicAccessBlock: null }, 'put-public-access-block'],
  ['no ownership controls, as before 2023', { ownership: null }, 'put-ownership-controls'],
  [
    'no word on SSE-C, as before April 2026',
    { encryption: { algorithm: 'AES256', blocked: null } },
    'put-encryption',
  ],
  ['no versioning', { versioning: null }, 'put-versioning'],
])('what was never set is set: %s', (_, settings, step) => {
  expect(planned(settings)).toMatchObject({ steps: [step], codes: [] });
});

test.each<[string, Partial<BucketSettings>, string, string, string]>([
  [
    'one flag of Block Public Access off',
    {
      publicAccessBlock: {
        blockPublicAcls: true,
        ignorePublicAcls: true,
        blockPublicPolicy: false,
        restrictPublicBuckets: true,
      },
    },
    'bucket-public-access-not-blocked',
    'BlockPublicPolicy is off',
    'Turn all four settings on',
  ],
  [
    'ACLs on',
    { ownership: 'ObjectWriter' },
    'bucket-acls-enabled',
    'Object ownership is ObjectWriter',
    'Set object ownership to BucketOwnerEnforced',
  ],
  [
    'ACLs preferred',
    { ownership: 'BucketOwnerPreferred' },
    'bucket-acls-enabled',
    'Object ownership is BucketOwnerPreferred',
    'Set object ownership to BucketOwnerEnforced',
  ],
  [
    'SSE-C allowed by name',
    { encryption: { algorithm: 'AES256', blocked: ['NONE'] } },
    'bucket-sse-c-allowed',
    'SSE-C',
    'Block SSE-C',
  ],
  [
    'a key, and no word on SSE-C: writing would replace a rule that somebody chose',
    { encryption: { algorithm: 'aws:kms', blocked: null } },
    'bucket-sse-c-allowed',
    'SSE-C',
    'Block SSE-C',
  ],
  [
    'versioning suspended',
    { versioning: 'Suspended' },
    'bucket-versioning-suspended',
    'Versioning is suspended',
    'Enable versioning',
  ],
])('what somebody set weaker is told and not changed: %s', (_, settings, code, what, remedy) => {
  const { steps, codes, findings } = planned(settings);
  expect({ steps, codes }).toEqual({ steps: [], codes: [code] });
  expect(findings[0]).toMatchObject({
    severity: 'warning',
    account: '111111111111',
    message: expect.stringMatching(
      new RegExp(`^Bucket sec-cloudtrail-log .*${what}.* It is left as it is\\.$`),
    ),
    remedy: expect.stringContaining(remedy),
  });
});

test('the finding names the flags that are off', () => {
  const flags = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: false };
  const { findings } = planned({ publicAccessBlock: { ...flags, restrictPublicBuckets: false } });
  expect(findings[0]?.message).toContain('BlockPublicPolicy, RestrictPublicBuckets are off');
});

describe('a policy that lets anybody in', () => {
  const document = {
    Statement: { Effect: 'Allow', Principal: '*', Action: 's3:GetObject' },
  } as const;
  const { publicAccessBlock: on } = GOOD;
  const off = on && { ...on, blockPublicPolicy: false };

  test.each([
    ['Block Public Access is about to be turned on', null, false, 'would end that access'],
    ['S3 would refuse it', on, true, 'S3 refuses every new policy'],
  ])('blocks the plan where %s', (_, publicAccessBlock, changed, why) => {
    const settings = { ...GOOD, publicAccessBlock };
    expect(publicPolicyFindings(settings, { document, changed }, central)).toMatchObject([
      {
        severity: 'error',
        code: 'bucket-policy-public',
        account: '111111111111',
        message: expect.stringMatching(
          new RegExp(`^The policy of bucket sec-cloudtrail-log lets anybody in.*${why}`),
        ),
        remedy: expect.stringContaining('Narrow the statement by hand'),
      },
    ]);
  });

  test.each([
    ['it is there already and stays', on, false],
    ['somebody has allowed it', off, true],
  ])('is left alone where %s', (_, publicAccessBlock, changed) => {
    const settings = { ...GOOD, publicAccessBlock };
    expect(publicPolicyFindings(settings, { document, changed }, central)).toEqual([]);
  });

  test('of a bucket that is not there, or that lets nobody in, is no finding', () => {
    const closed = { document: null, changed: true };
    expect(publicPolicyFindings(null, { document, changed: true }, central)).toEqual([]);
    expect(publicPolicyFindings({ ...GOOD, publicAccessBlock: null }, closed, central)).toEqual([]);
  });
});
