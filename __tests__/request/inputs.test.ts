import type { Finding } from '../../src/policy/index.js';
import { UserError } from '../../src/problem.js';
import { type InputSource, readInputs, sessionName } from '../../src/request/inputs.js';
import type { Request } from '../../src/request/request.js';

const SMALLEST = {
  'central-account-id': '111111111111',
  'central-role-arn': 'arn:aws:iam::111111111111:role/Central',
  bucket: 'sec-cloudtrail-log',
  'member-account-id': '222222222222',
  'member-role-arn': 'arn:aws:iam::222222222222:role/Member',
  'trail-name': 'DEV-CLOUDTRAIL',
  region: 'ap-northeast-2',
};

type Given = { readonly [name: string]: string };

function source(inputs: Given, more: Partial<InputSource> = {}): InputSource {
  return {
    text: (name) => inputs[name] ?? '',
    names: Object.keys(inputs),
    environment: { RUNNER_TEMP: '/tmp', GITHUB_REPOSITORY: 'acme/landing-zone' },
    event: { name: 'push', fork: false },
    ...more,
  };
}

const read = (changes: Given = {}, more: Partial<InputSource> = {}): Request =>
  readInputs(source({ ...SMALLEST, ...changes }, more));

function faults(changes: Given, more: Partial<InputSource> = {}): readonly Finding[] {
  try {
    read(changes, more);
  } catch (error) {
    if (error instanceof UserError) return error.findings;
    throw error;
  }
  return [];
}

const messages = (changes: Given, more: Partial<InputSource> = {}): readonly string[] =>
  faults(changes, more).map(({ message }) => message);

test('the smallest use makes a request with the documented defaults', () => {
  expect(read()).toEqual({
    operation: 'onboard',
    mode: 'apply',
    central: {
      accountId: '111111111111',
      roleArn: 'arn:aws:iam::111111111111:role/Central',
      bucket: 'sec-cloudtrail-log',
      bucketRegion: 'ap-northeast-2',
    },
    members: [
      {
        accountId: '222222222222',
        state: 'present',
        roleArn: 'arn:aws:iam::222222222222:role/Member',
        region: 'ap-northeast-2',
        trail: { name: 'DEV-CLOUDTRAIL', settings: {}, extras: {} },
      },
    ],
    access: { audience: 'sts.amazonaws.com', sessionName: 'acme-landing-zone-0-1' },
    layout: 'documented',
    manageKeyPolicy: false,
    allowRepoint: false,
    allowBroadening: false,
    verifyDelivery: false,
    deliveryTimeoutMinutes: 15,
    comment: 'auto',
    settleSeconds: 2,
    maxParallel: 8,
    silentAfterHours: 24,
    failOn: 'error',
    outputDirectory: '/tmp/cloudtrail-onboarding',
  });
});

test('a setting that is not mentioned is absent, so that an existing trail keeps its own', () => {
  const [member] = read({ 'log-file-validation': 'false' }).members;
  expect(member?.trail.settings).toEqual({ logFileValidation: false });
});

test('all faults come out at once, each with the input, the problem and the remedy', () => {
  const found = faults({
    'central-account-id': '12345',
    bucket: 's3://Logs',
    'member-account-id': '',
    'trail-name': 'x',
    'dry-run': 'yes',
    'multi-region': '1',
  });
  expect(found.map(({ message }) => message)).toEqual([
    'Input central-account-id "12345" is not an AWS account ID.',
    'Input bucket "s3://Logs" is not a valid bucket name.',
    'Input member-account-id is missing.',
    'Input trail-name "x" is not a valid trail name.',
    'Input multi-region "1" is neither true nor false.',
    'Input dry-run "yes" is not one of auto, true, false.',
  ]);
  expect(found.every(({ remedy, code }) => remedy.length > 10 && code === 'input-invalid')).toBe(
    true,
  );
});

test('a list of accounts that names none is a fault', () => {
  expect(messages({ 'member-account-id': ',\r\n,' })).toEqual([
    'Input member-account-id ",\\r\\n," names no account.',
  ]);
});

test.each(['central-role-arn', 'hub-role-arn'])(
  '%s is one role: {account-id} in it stands for nothing',
  (name) => {
    expect(messages({ [name]: 'arn:aws:iam::111111111111:role/For-{account-id}' })).toEqual([
      `Input ${name} "arn:aws:iam::111111111111:role/For-{account-id}" is not the ARN of an IAM role.`,
    ]);
  },
);

test('in member-role-arn {account-id} may stand in the name too, and no other braces', () => {
  const role = 'arn:aws:iam::{account-id}:role/For-{account-id}';
  expect(read({ 'member-role-arn': role }).members[0]?.roleArn).toBe(
    'arn:aws:iam::222222222222:role/For-222222222222',
  );
  expect(messages({ 'member-role-arn': 'arn:aws:iam::222222222222:role/For-{name}' })).toHaveLength(
    1,
  );
});

test('a runner that names no temporary folder gets its files where it works', () => {
  const more = { environment: { RUNNER_TEMP: '' } };
  expect(read({}, more).outputDirectory).toBe('./cloudtrail-onboarding');
});

describe('what two inputs say of each other', () => {
  test.each<[string, Given, string]>([
    [
      'a role of another account',
      { 'member-role-arn': 'arn:aws:iam::333333333333:role/Member' },
      'Input member-role-arn is a role of account 333333333333, but it is for account 222222222222.',
    ],
    [
      'the central account as its own member',
      {
        'member-account-id': '111111111111',
        'member-role-arn': 'arn:aws:iam::111111111111:role/M',
      },
      'Input member-account-id names 111111111111, the central account.',
    ],
    [
      'one account twice',
      { 'member-account-id': '222222222222, 222222222222' },
      'Input member-account-id names 222222222222 twice.',
    ],
    [
      'no role at all for two accounts',
      { 'central-role-arn': '', 'member-role-arn': '' },
      'Input central-role-arn and member-role-arn are both empty, but one set of credentials cannot be of two accounts.',
    ],
    [
      'an external ID without a hub role',
      { 'external-id': 'abc' },
      'Input external-id is given without hub-role-arn.',
    ],
    [
      'roles of two partitions',
      { 'member-role-arn': 'arn:aws-cn:iam::222222222222:role/Member' },
      'Input central-role-arn and the other roles are of different partitions (aws, aws-cn).',
    ],
    [
      'a Region of another partition',
      { region: 'cn-north-1' },
      "Input region is cn-north-1, which is not a Region of the roles' partition aws.",
    ],
    [
      'a bucket in a Region of another partition',
      { 'bucket-region': 'us-gov-west-1' },
      "Input bucket-region is us-gov-west-1, which is not a Region of the roles' partition aws.",
    ],
  ])('%s is a fault', (_name, changes, message) => {
    expect(messages(changes)).toContain(message);
  });
});

describe('a misspelt input must not apply what was meant as a dry run', () => {
  test.each([
    ['DRY_RUN', 'Write dry-run.'],
    ['dryrun', 'Write dry-run.'],
    ['dry-runn', 'Take it out, or mend its name.'],
  ])('%s', (name, remedy) => {
    const [fault] = faults({}, { names: [...Object.keys(SMALLEST), name] });
    expect(fault).toMatchObject({ remedy });
  });

  test('a variable of the environment that only begins with INPUT_ is let pass', () => {
    expect(faults({}, { names: [...Object.keys(SMALLEST), 'SOURCE', 'SOME_DIR'] })).toEqual([]);
  });
});

describe('dry-run', () => {
  test.each<[string, string, Request['mode']]>([
    ['push', 'auto', 'apply'],
    ['workflow_dispatch', '', 'apply'],
    ['schedule', '', 'apply'],
    ['repository_dispatch', '', 'apply'],
    ['pull_request', '', 'plan'],
    ['pull_request_target', '', 'plan'],
    ['merge_group', '', 'plan'],
    ['an event of next year', '', 'plan'],
    ['', '', 'plan'],
    ['push', 'true', 'plan'],
    ['pull_request', 'false', 'apply'],
  ])('on %s with "%s" the run is %s', (name, dryRun, mode) => {
    expect(read({ 'dry-run': dryRun }, { event: { name, fork: false } }).mode).toBe(mode);
  });

  test('false is refused on pull_request_target from a fork', () => {
    const event = { name: 'pull_request_target', fork: true };
    expect(messages({ 'dry-run': 'false' }, { event })).toHaveLength(1);
    expect(messages({}, { event })).toEqual([]);
  });
});

describe('region', () => {
  test.each<[Given, string]>([
    [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-1'],
    [{ AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-2'],
  ])('falls back to the environment', (environment, region) => {
    expect(read({ region: '' }, { environment }).members[0]?.region).toBe(region);
  });

  test('the bucket may be in another one', () => {
    expect(read({ 'bucket-region': 'us-east-1' }).central.bucketRegion).toBe('us-east-1');
  });

  test.each([[{}], [{ AWS_REGION: 'http://evil' }]])('missing or odd is a fault', (environment) => {
    expect(messages({ region: '' }, { environment })).toHaveLength(1);
  });
});

test('several members share one role and trail name by way of {account-id}, in order of account ID', () => {
  const { members } = read({
    'member-account-id': '333333333333\n222222222222',
    'member-role-arn': 'arn:aws:iam::{account-id}:role/Member',
    'trail-name': 'trail-{account-id}',
  });
  expect(members.map(({ roleArn, trail }) => [roleArn, trail.name])).toEqual([
    ['arn:aws:iam::222222222222:role/Member', 'trail-222222222222'],
    ['arn:aws:iam::333333333333:role/Member', 'trail-333333333333'],
  ]);
});

describe('bucket-prefix', () => {
  test.each([
    'AWSLogs',
    'org/AWSLogs/x',
    '/org',
    'org/',
    'a//b',
    'a*b',
    '${aws:username}',
    'a?b',
    'x'.repeat(201),
  ])('%s is refused: it would point elsewhere or match more than itself', (prefix) => {
    expect(messages({ 'bucket-prefix': prefix })).toHaveLength(1);
  });

  test.each(['org', 'o-abc123/trails', "a b'c(d)"])('%s is taken', (prefix) => {
    expect(read({ 'bucket-prefix': prefix }).central.prefix).toBe(prefix);
  });
});

describe('trail-name', () => {
  test.each([
    'ab',
    '-abc',
    'abc-',
    'a..b',
    'a._b',
    '192.168.1.1',
    'a b',
    'x'.repeat(129),
    '{account-name}',
  ])('%s is refused', (name) => expect(messages({ 'trail-name': name })).toHaveLength(1));
  test.each(['abc', 'DEV-CLOUDTRAIL', 'a.b_c-d', '1a1'])('%s is taken', (name) =>
    expect(read({ 'trail-name': name }).members[0]?.trail.name).toBe(name),
  );
});

test.each(['1', '1.5', '-2', 'x', '1000'])('settle-seconds %s is refused', (text) => {
  expect(messages({ 'settle-seconds': text })).toHaveLength(1);
});

test('a hostile value is shown escaped and cut', () => {
  const [message] = messages({ bucket: `x\n::set-env name=A::${'y'.repeat(500)}` });
  expect(message).toContain(String.raw`x\n::set-env`);
  expect(message?.length).toBeLessThan(250);
});

describe('the session name leads from a CloudTrail record to the workflow run', () => {
  test.each([
    ['acme/landing-zone', '77', '2', 'acme-landing-zone-77-2'],
    [`acme/${'x'.repeat(90)}`, '1234567890123', '1', `acme-${'x'.repeat(43)}-1234567890123-1`],
    ['', '', '', 'cloudtrail-onboarding-0-1'],
    ['ac me/ü$', '1', '1', 'ac-me----1-1'],
  ])('%s', (GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, expected) => {
    const name = sessionName({ GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT });
    expect(name).toBe(expected);
    expect(name).toMatch(/^[\w+=,.@-]{2,64}$/);
  });
});

describe('bootstrap', () => {
  const BOOTSTRAP = {
    operation: 'bootstrap',
    'member-account-id': '',
    'member-role-arn': '',
    'trail-name': '',
    'central-trail-name': 'SEC-CLOUDTRAIL',
  };

  test('is about the central account alone, and the trail inputs count for its trail', () => {
    expect(
      read({ ...BOOTSTRAP, 'log-file-validation': 'false', tags: 'team=audit' }),
    ).toMatchObject({
      operation: 'bootstrap',
      members: [
        {
          accountId: '111111111111',
          state: 'present',
          region: 'ap-northeast-2',
          trail: {
            name: 'SEC-CLOUDTRAIL',
            settings: { logFileValidation: false },
            extras: { tags: { team: 'audit' } },
          },
        },
      ],
    });
  });

  test("runs with the environment's credentials alone", () => {
    expect(messages({ ...BOOTSTRAP, 'central-role-arn': '' })).toEqual([]);
  });

  test('needs the name of the trail', () => {
    expect(messages({ ...BOOTSTRAP, 'central-trail-name': '' })).toEqual([
      'Input central-trail-name is missing.',
    ]);
  });

  test.each(['member-account-id', 'member-role-arn', 'trail-name', 'replaces-trail'])(
    'takes no %s',
    (name) => {
      expect(messages({ ...BOOTSTRAP, [name]: 'x' })).toEqual([
        `Input ${name} "x" names a member, but bootstrap is about the central account.`,
      ]);
    },
  );

  test('takes no other account to write to CloudWatch Logs', () => {
    const arns = {
      'cloudwatch-log-group-arn': 'arn:aws:logs:ap-northeast-2:222222222222:log-group:trail',
      'cloudwatch-role-arn': 'arn:aws:iam::111111111111:role/ToLogs',
    };
    expect(messages({ ...BOOTSTRAP, ...arns })).toHaveLength(1);
  });
});

describe('the policy of a key is managed', () => {
  const key = 'arn:aws:kms:ap-northeast-2:111111111111:key/1234';

  test('where one of the central account is named', () => {
    const managed = read({ 'manage-kms-key-policy': 'true', 'kms-key-arn': key });
    expect(managed.manageKeyPolicy).toBe(true);
  });

  test.each([
    [
      'of another account',
      key.replace('111111111111', '222222222222'),
      /a key of account 222222222222/,
    ],
    ['that is not named', '', /is given without kms-key-arn/],
    ['that is taken away', 'none', /is given without kms-key-arn/],
  ])('but not of one %s', (_, arn, problem) => {
    const inputs = { 'manage-kms-key-policy': 'true', 'kms-key-arn': arn };
    expect(messages(inputs)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('audit', () => {
  const AUDIT = { operation: 'audit' };

  test.each(['auto', 'true', 'false'])('reads only, also with dry-run %s on a push', (dryRun) => {
    expect(read({ ...AUDIT, 'dry-run': dryRun })).toMatchObject({
      operation: 'audit',
      mode: 'plan',
      silentAfterHours: 24,
      failOn: 'error',
    });
  });

  test('takes its own inputs', () => {
    const given = { ...AUDIT, 'silent-after-hours': '48', 'fail-on': 'drift' };
    expect(read(given)).toMatchObject({ silentAfterHours: 48, failOn: 'drift' });
  });

  test.each(['0', '1.5', '-2', 'x', '8785'])('silent-after-hours %s is refused', (text) => {
    expect(messages({ ...AUDIT, 'silent-after-hours': text })).toHaveLength(1);
  });

  test.each([
    ['expected-plan', `sha256:${'0'.repeat(64)}`],
    ['allow-broadening', 'true'],
    ['allow-repoint', 'true'],
    ['manage-kms-key-policy', 'true'],
  ])('takes no %s, which is about a change', (name, value) => {
    expect(messages({ ...AUDIT, [name]: value })).toEqual([
      `Input ${name} ${JSON.stringify(value)} is about a change, but an audit changes nothing.`,
    ]);
  });

  test("looks at the central account's own trail too, where it is named", () => {
    expect(read({ ...AUDIT, 'central-trail-name': 'SEC-CLOUDTRAIL' }).members).toMatchObject([
      { accountId: '111111111111', trail: { name: 'SEC-CLOUDTRAIL', settings: {}, extras: {} } },
      { accountId: '222222222222' },
    ]);
    expect(read(AUDIT).members).toMatchObject([{ accountId: '222222222222' }]);
    expect(messages({ ...AUDIT, 'central-trail-name': 'x' })).toHaveLength(1);
  });

  test('takes what is off anyway', () => {
    expect(messages({ ...AUDIT, 'allow-broadening': 'false', 'allow-repoint': 'false' })).toEqual(
      [],
    );
  });

  test.each<[Given, string]>([
    [{ ...AUDIT, 'fail-on': 'changes' }, "Input fail-on is 'changes', but an audit has no plan."],
    [{ 'fail-on': 'drift' }, "Input fail-on is 'drift', which only an audit finds."],
    [{ 'silent-after-hours': '48' }, 'Input silent-after-hours "48" is given without audit.'],
    [{ ...AUDIT, 'grants-only': 'true' }, 'Input grants-only is given without offboard.'],
  ])('%j is a contradiction', (given, expected) => {
    expect(messages(given)).toEqual([expected]);
  });
});

test.each(['0', '745', '-1', '1.5', 'all'])('validate-digests: %s hours are none', (hours) => {
  expect(messages({ 'validate-digests': hours })).toEqual([
    `Input validate-digests "${hours}" is no whole number of hours from 1 to 744.`,
  ]);
});

test('digests are validated for as many hours as are given, and not at all without', () => {
  expect(read({ 'validate-digests': '24' }).validateDigestHours).toBe(24);
  expect(read()).not.toHaveProperty('validateDigestHours');
});
