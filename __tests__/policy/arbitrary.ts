// Bucket policies and requests from a small alphabet, so that matches do occur: the raw material of the property tests.

import * as fc from 'fast-check';
import type {
  Conditions,
  PolicyDocument,
  Principals,
  Statement,
} from '../../src/policy/document.js';
import type { AccessRequest } from '../../src/policy/evaluate.js';

const CLOUDTRAIL = 'cloudtrail.amazonaws.com';
const ACCOUNT = '111111111111';
const USER = `arn:aws:iam::${ACCOUNT}:user/alice`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/Reader/session`;
const TRAIL = 'arn:aws:cloudtrail:us-east-1:222222222222:trail/DEV';

/** A value, or a list of one to three. */
function oneOrMany<T>(item: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> {
  return fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 3 }));
}

const serviceNames = fc.constantFrom(CLOUDTRAIL, CLOUDTRAIL, 'config.amazonaws.com');
const iamNames = fc.constantFrom(
  '*',
  ACCOUNT,
  `arn:aws:iam::${ACCOUNT}:root`,
  '222222222222',
  USER,
  `arn:aws:iam::${ACCOUNT}:user/bob`,
  SESSION,
  `arn:aws:iam::${ACCOUNT}:role/Reader`,
  `arn:aws:iam::${ACCOUNT}:role/Writer`,
);

const principals: fc.Arbitrary<Principals> = fc.oneof(
  fc.constant('*'),
  fc.record({ Service: oneOrMany(serviceNames) }),
  fc.record({ AWS: oneOrMany(iamNames) }),
  fc.record({ Service: oneOrMany(serviceNames), AWS: oneOrMany(iamNames) }),
);

/** Services only: what `NotPrincipal` means for an IAM principal depends on more than the policy. */
const exceptions: fc.Arbitrary<Principals> = fc.record({ Service: oneOrMany(serviceNames) });

const actions = oneOrMany(
  fc.constantFrom(
    's3:PutObject',
    's3:PutObject',
    'S3:putobject',
    's3:Put*',
    's3:*',
    '*',
    's3:?utObject',
    's3:*A*c*l*',
    's3:GetBucketAcl',
    's3:PutObjectAcl',
  ),
);

const resources = oneOrMany(
  fc.constantFrom(
    'arn:aws:s3:::logs',
    'arn:aws:s3:::logs/*',
    'arn:aws:s3:::logs/*',
    'arn:aws:s3:::logs*',
    'arn:aws:s3:::logs/AWSLogs/222222222222/*',
    'arn:aws:s3:::logs/AWSLogs/333333333333/*',
    'arn:aws:s3:::logs/AWSLogs/??????222222/*',
    'arn:aws:s3:::logs/*/222222222222/*.gz',
    'arn:aws:s3:::LOGS/*',
    'arn:aws:s3:::logs/AWSLogs/${aws:SourceAccount}/*',
    "arn:aws:s3:::logs/AWSLogs/${aws:sourceaccount, '333333333333'}/*",
    'arn:aws:s3:::logs/${*}',
    '*',
  ),
);

type KeyKind = {
  readonly key: fc.Arbitrary<string>;
  readonly operators: readonly string[];
  readonly values: fc.Arbitrary<string>;
};

const STRING_OPERATORS = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
];
const COMPARISONS = [
  'Equals',
  'NotEquals',
  'LessThan',
  'LessThanEquals',
  'GreaterThan',
  'GreaterThanEquals',
];

const KEY_KINDS: readonly KeyKind[] = [
  {
    key: fc.constantFrom('aws:SourceAccount', 'AWS:SourceAccount', 'aws:sourceaccount'),
    operators: STRING_OPERATORS,
    values: fc.constantFrom('222222222222', '333333333333', '2*', '22222222222?'),
  },
  {
    key: fc.constantFrom('aws:SourceArn', 'AWS:SourceArn'),
    operators: ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike', ...STRING_OPERATORS],
    values: fc.constantFrom(
      TRAIL,
      TRAIL.toUpperCase(),
      'arn:aws:cloudtrail:*:222222222222:trail/*',
      'arn:aws:cloudtrail:*:222222222222:trail/D?V',
      'arn:aws:cloudtrail:*:333333333333:trail/*',
      "arn:aws:cloudtrail:*:*:${aws:username, 'trail'}/*",
      'arn:aws:*:trail/DEV:*:*:*',
    ),
  },
  {
    key: fc.constantFrom('s3:x-amz-acl', 'S3:X-Amz-Acl'),
    operators: STRING_OPERATORS,
    values: fc.constantFrom(
      'bucket-owner-full-control',
      'BUCKET-owner-full-control',
      '*-*',
      'private',
    ),
  },
  {
    key: fc.constant('aws:SecureTransport'),
    operators: ['Bool'],
    values: fc.constantFrom('true', 'false', 'True'),
  },
  {
    key: fc.constant('aws:SourceIp'),
    operators: ['IpAddress', 'NotIpAddress'],
    values: fc.constantFrom('203.0.113.0/24', '203.0.113.7/32', '2001:db8::/32', '10.0.0.0/8'),
  },
  {
    key: fc.constant('aws:MultiFactorAuthAge'),
    operators: COMPARISONS.map((name) => `Numeric${name}`),
    values: fc.constantFrom('5', '5.0', '10', '2.5', '-1'),
  },
  {
    key: fc.constant('aws:CurrentTime'),
    operators: COMPARISONS.map((name) => `Date${name}`),
    values: fc.constantFrom(
      '2026-01-01T00:00:00Z',
      '2026-11-23T00:00:00Z',
      '2026-01-01',
      '2027-01-01T00:00:00Z',
    ),
  },
  {
    key: fc.constantFrom('aws:TagKeys', 'aws:SourceOrgPaths'),
    operators: STRING_OPERATORS,
    values: fc.constantFrom('o-1/r-1/ou-1/', 'o-1/*', 'o-2/r-2/', 'Owner'),
  },
  {
    key: fc.constantFrom('aws:SourceArn', 'aws:SourceOrgID', 'aws:TagKeys'),
    operators: ['Null'],
    values: fc.constantFrom('true', 'false'),
  },
];

const MULTIVALUED = ['aws:tagkeys', 'aws:sourceorgpaths'];

const conditionLine = fc.constantFrom(...KEY_KINDS).chain((kind) =>
  fc
    .record({
      key: kind.key,
      base: fc.constantFrom(...kind.operators),
      set: fc.constantFrom('ForAllValues:', 'ForAnyValue:'),
      ifExists: fc.constantFrom('', '', 'IfExists'),
      values: oneOrMany(kind.values),
    })
    .map(({ key, base, set, ifExists, values }) => {
      const prefix = MULTIVALUED.includes(key.toLowerCase()) ? set : '';
      return { operator: base === 'Null' ? base : `${prefix}${base}${ifExists}`, key, values };
    }),
);

const conditions: fc.Arbitrary<Conditions> = fc
  .array(conditionLine, { minLength: 1, maxLength: 2 })
  .map((lines) => {
    const block: Record<string, Record<string, string | string[]>> = {};
    for (const { operator, key, values } of lines) (block[operator] ??= {})[key] = values;
    return block;
  });

const effects = fc.constantFrom('Allow' as const, 'Allow' as const, 'Deny' as const);

const who = fc.oneof(
  { weight: 8, arbitrary: fc.record({ Effect: effects, Principal: principals }) },
  fc.record({ Effect: fc.constant('Deny' as const), NotPrincipal: exceptions }),
);
const does = fc.oneof(
  { weight: 5, arbitrary: fc.record({ Action: actions }) },
  fc.record({ NotAction: actions }),
);
const where = fc.oneof(
  { weight: 5, arbitrary: fc.record({ Resource: resources }) },
  fc.record({ NotResource: resources }),
);
const when = fc.oneof(fc.constant({}), fc.record({ Condition: conditions }));

const statement: fc.Arbitrary<Statement> = fc
  .tuple(who, does, where, when)
  .map(([a, b, c, d]) => ({ ...a, ...b, ...c, ...d }));

/**
 * One to five statements, their Sids their positions. With `${…}` in them always of Version 2012-10-17.
 */
export const documents: fc.Arbitrary<PolicyDocument> = fc
  .record({
    Version: fc.constantFrom('2012-10-17', '2012-10-17', '2012-10-17', '2008-10-17'),
    Statement: fc
      .array(statement, { minLength: 1, maxLength: 5 })
      .map((list) => list.map((one, index) => ({ Sid: `S${index}`, ...one }))),
  })
  .map(({ Version, ...rest }) => ({
    Version: JSON.stringify(rest).includes('${') ? '2012-10-17' : Version,
    ...rest,
  }));

const contexts = fc.record(
  {
    'aws:SourceAccount': fc.constantFrom('222222222222', '333333333333'),
    'aws:SourceArn': fc.constantFrom(
      TRAIL,
      TRAIL.replace('DEV', 'PRD'),
      TRAIL.replaceAll('2', '3'),
    ),
    's3:x-amz-acl': fc.constantFrom('bucket-owner-full-control', 'private', '$'),
    'aws:SecureTransport': fc.constantFrom('true', 'false'),
    'aws:SourceIp': fc.constantFrom('203.0.113.7', '10.1.2.3', '2001:db8::1'),
    'aws:MultiFactorAuthAge': fc.constantFrom('5', '7', '2.5'),
    'aws:CurrentTime': fc.constantFrom('2026-01-01T00:00:00Z', '2026-11-23T12:00:00Z'),
    'aws:TagKeys': fc.subarray(['Owner', 'o-1/x', 'Team'], { minLength: 1 }),
    'aws:SourceOrgPaths': fc.subarray(['o-1/r-1/ou-1/', 'o-2/r-2/'], { minLength: 1 }),
  },
  { requiredKeys: [] },
);

const KEY = 'AWSLogs/222222222222/CloudTrail/us-east-1/log.gz';

export const requests: fc.Arbitrary<AccessRequest> = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant({ service: CLOUDTRAIL }) },
      fc.constantFrom({ arn: USER }, { arn: SESSION }),
    ),
    fc.constantFrom(
      { action: 's3:PutObject', resource: `arn:aws:s3:::logs/${KEY}` },
      { action: 's3:PutObject', resource: `arn:aws:s3:::logs/${KEY}` },
      { action: 's3:GetBucketAcl', resource: 'arn:aws:s3:::logs' },
    ),
    contexts,
  )
  .map(([caller, what, { 's3:x-amz-acl': acl, ...context }]) => ({
    caller,
    ...what,
    context: {
      ...context,
      ...(acl !== undefined && what.action === 's3:PutObject' && { 's3:x-amz-acl': acl }),
    },
  }));
