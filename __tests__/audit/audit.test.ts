import fc from 'fast-check';
import { type Audit, auditOf, auditResult, unwantedDrift } from '../../src/audit/audit.js';
import type { AuditedMember, ObservedAudit } from '../../src/audit/observe.js';
import type { ObservedMember } from '../../src/plan/observe.js';
import { parsePolicy } from '../../src/policy/index.js';
import { userError } from '../../src/problem.js';
import type { Member, Request } from '../../src/request/request.js';
import type { LiveTrail, TrailStatus } from '../../src/trail/settings.js';
import { live } from '../plan/members.js';

const [SEC, DEV, PRD, STRANGER] = ['111111111111', '222222222222', '333333333333', '444444444444'];
const BUCKET = 'sec-cloudtrail-log';
const REGION = 'ap-northeast-2';
const SINCE = Date.parse('2026-11-22T12:00:00Z');
const central = { accountId: SEC, bucket: BUCKET, bucketRegion: REGION };

const memberOf = (accountId: string, more: Partial<Member> = {}): Member => ({
  accountId,
  state: 'present',
  region: REGION,
  trail: { name: 'TRAIL', settings: {}, extras: {} },
  ...more,
});
const arnOf = (account: string, name = 'TRAIL', region = REGION): string =>
  `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;

const liveTrail = (account: string, more: Partial<LiveTrail> = {}): LiveTrail =>
  live('TRAIL', { arn: arnOf(account, more.name), ...more });

type Seen = Partial<ObservedMember> & Pick<Partial<AuditedMember>, 'newestLog'>;

/** A member whose trail has logged for long, and last within the time; what is given here is otherwise. */
function seen({ newestLog = SINCE + 1, member = memberOf(DEV), ...more }: Seen = {}) {
  const observed: ObservedMember = {
    member,
    trailArn: arnOf(member.accountId),
    trails: [liveTrail(member.accountId)],
    logging: true,
    status: { ...STATUS, startedAt: SINCE - 1, deliveredAt: SINCE - 2 },
    extras: {},
    replacedLogging: false,
    replacedExtras: {},
    ...more,
  };
  return { observed, since: SINCE, newestLog };
}

function policyOf(accounts: readonly string[], arns = accounts.map((id) => arnOf(id))) {
  const Principal = { Service: 'cloudtrail.amazonaws.com' };
  const arn = `arn:aws:s3:::${BUCKET}`;
  const acl = { 's3:x-amz-acl': 'bucket-owner-full-control' };
  const StringEquals = { 'aws:SourceArn': arns };
  const folders = accounts.map((id) => `${arn}/AWSLogs/${id}/*`);
  return [
    {
      Effect: 'Allow',
      Principal,
      Action: 's3:GetBucketAcl',
      Resource: arn,
      Condition: { StringEquals },
    },
    {
      Effect: 'Allow',
      Principal,
      Action: 's3:PutObject',
      Resource: folders,
      Condition: { StringEquals: { ...StringEquals, ...acl } },
    },
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ];
}

const GOOD_BUCKET: ObservedAudit['bucket'] = {
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

const STATUS: TrailStatus = {
  logging: true,
  startedAt: null,
  stoppedAt: null,
  deliveredAt: null,
  error: '',
  triedAt: null,
};

type Scene = {
  readonly members?: ObservedAudit['members'];
  readonly statements?: readonly object[];
  readonly bucket?: ObservedAudit['bucket'];
  readonly writers?: ObservedAudit['writers'];
  readonly request?: Partial<Request>;
};

function requestFor(members: readonly Member[], more: Partial<Request> = {}): Request {
  return {
    operation: 'audit',
    mode: 'plan',
    manageKeyPolicy: false,
    central,
    members,
    access: { audience: 'sts.amazonaws.com', sessionName: 'test' },
    layout: 'documented',
    allowRepoint: false,
    allowBroadening: false,
    settleSeconds: 2,
    maxParallel: 8,
    silentAfterHours: 24,
    verifyDelivery: false,
    deliveryTimeoutMinutes: 15,
    failOn: 'error',
    comment: 'never',
    outputDirectory: '/tmp',
    ...more,
  };
}

const memberIn = (one: ObservedAudit['members'][number]): Member =>
  'failure' in one ? one.member : one.observed.member;

function audit({
  members = [seen()],
  statements = policyOf([SEC, DEV]),
  bucket = GOOD_BUCKET,
  writers = [],
  request = {},
}: Scene = {}): Audit {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return auditOf(requestFor(members.map(memberIn), request), {
    policy: { text, document: parsePolicy(text), readAt: 0 },
    bucket,
    partition: 'aws',
    members,
    writers,
    unlimitedAccounts: [],
  });
}

const summary = (scene: Scene): readonly string[] =>
  audit(scene).findings.map(({ code, account }) => `${code} ${account}`);
const message = (scene: Scene): string =>
  audit(scene)
    .findings.map((finding) => finding.message)
    .join('\n');

const trailWish = (trail: Partial<Member['trail']>): Member => {
  const member = memberOf(DEV);
  return { ...member, trail: { ...member.trail, ...trail } };
};

test('where all is well there is no finding', () => {
  expect(audit()).toMatchObject({
    findings: [],
    accounts: [{ accountId: DEV, trailArn: arnOf(DEV), logging: true, newestLog: SINCE + 1 }],
  });
});

describe('a listed account', () => {
  test.each<[string, Scene, readonly string[]]>([
    [
      'without trail and grant is not onboarded',
      { members: [seen({ trails: [] })], statements: policyOf([SEC]) },
      [`account-not-onboarded ${DEV}`],
    ],
    [
      'without trail, but with its grants, has lost it',
      { members: [seen({ trails: [] })] },
      [`grant-of-missing-trail ${DEV}`],
    ],
    [
      'without a free place for its trail is told so too',
      {
        members: [seen({ trails: [1, 2, 3, 4, 5].map((n) => liveTrail(DEV, { name: `T${n}` })) })],
        statements: policyOf([SEC]),
      },
      [`account-not-onboarded ${DEV}`, `trail-slots-full ${DEV}`],
    ],
    [
      'whose grants are gone is told by the doctor, once for each',
      { statements: policyOf([SEC]) },
      [`policy-grant-missing ${DEV}`, `policy-grant-missing ${DEV}`],
    ],
    [
      'with a grant of another trail that is gone is told which',
      { statements: policyOf([SEC, DEV], [arnOf(SEC), arnOf(DEV), arnOf(DEV, 'OLD')]) },
      [`grant-of-missing-trail ${DEV}`],
    ],
    [
      'may have a granted trail in another Region, which cannot be seen from here',
      {
        statements: policyOf([SEC, DEV], [arnOf(SEC), arnOf(DEV), arnOf(DEV, 'OLD', 'us-east-1')]),
      },
      [],
    ],
    [
      'whose trail is stopped',
      {
        members: [
          seen({ logging: false, status: { ...STATUS, logging: false, stoppedAt: SINCE } }),
        ],
      },
      [`logging-stopped ${DEV}`],
    ],
    [
      'whose trail delivers elsewhere is told so once',
      { members: [seen({ trails: [liveTrail(DEV, { bucket: 'other', prefix: 'p' })] })] },
      [`trail-delivers-elsewhere ${DEV}`],
    ],
    [
      'whose trail has another home Region',
      {
        members: [
          seen({
            trails: [
              liveTrail(DEV, { arn: arnOf(DEV, 'TRAIL', 'us-east-1'), homeRegion: 'us-east-1' }),
            ],
          }),
        ],
        statements: policyOf([SEC]),
      },
      [`trail-home-region ${DEV}`],
    ],
    [
      "whose trail is the organization's",
      {
        members: [seen({ trails: [liveTrail(DEV, { arn: arnOf(STRANGER), organization: true })] })],
        statements: policyOf([SEC]),
      },
      [`trail-of-organization ${DEV}`],
    ],
    [
      'whose replaced trail is still there',
      {
        members: [
          seen({
            member: trailWish({ replaces: 'OLD' }),
            trails: [liveTrail(DEV), liveTrail(DEV, { name: 'OLD' })],
            replacedArn: arnOf(DEV, 'OLD'),
            replacedLogging: true,
          }),
        ],
      },
      [`trail-not-replaced ${DEV}`],
    ],
    [
      'without a new log is silent',
      { members: [seen({ newestLog: null })] },
      [`prefix-silent ${DEV}`],
    ],
    [
      'whose trail is young is not silent yet',
      {
        members: [seen({ newestLog: null, status: { ...STATUS, startedAt: SINCE + 1 } })],
      },
      [],
    ],
    [
      'whose trail is stopped is not silent besides',
      {
        members: [seen({ newestLog: null, logging: false, status: { ...STATUS, logging: false } })],
      },
      [`logging-stopped ${DEV}`],
    ],
  ])('%s', (_name, scene, expected) => {
    expect(summary(scene)).toEqual(expected);
  });

  test('that is silent is told with what CloudTrail says', () => {
    const status = { ...STATUS, startedAt: 0, deliveredAt: SINCE - 60_000 };
    expect(
      message({
        members: [seen({ newestLog: null, status: { ...status, error: 'NoSuchBucket' } })],
      }),
    ).toBe(
      `No log has arrived in AWSLogs/${DEV}/ for more than 24 hours, though trail TRAIL is logging. CloudTrail delivered last at 2026-11-22T11:59:00.000Z; its error is NoSuchBucket.`,
    );
    expect(message({ members: [seen({ newestLog: null, status: STATUS })] })).toContain(
      'CloudTrail knows of no delivery.',
    );
  });

  test('that could not be read is told as an error, and the others are audited', () => {
    const failure = userError({
      code: 'role-not-taken',
      account: PRD,
      message: 'No.',
      remedy: 'Mend.',
    });
    const members = [seen({ logging: false }), { member: memberOf(PRD), failure }];
    const result = audit({ members });
    expect(result.findings).toMatchObject([
      { severity: 'warning', code: 'logging-stopped' },
      { severity: 'error', code: 'role-not-taken' },
    ]);
    expect(auditResult(result, [])).toBe('partial');
    expect(auditResult(audit({ members: members.slice(1), statements: policyOf([SEC]) }), [])).toBe(
      'failed',
    );
  });
});

describe('a setting that drifted is told with both values', () => {
  const drifted = (trail: Partial<Member['trail']>, found: Seen = {}): string =>
    message({ members: [seen({ member: trailWish(trail), ...found })] });

  test.each<[string, Partial<Member['trail']>, Seen, string]>([
    [
      'a switch',
      { settings: { logFileValidation: true } },
      { trails: [liveTrail(DEV, { logFileValidation: false })] },
      'Trail TRAIL: log file validation is false, and true is asked for.',
    ],
    [
      'a topic that is to be none',
      { settings: { snsTopicArn: '' } },
      { trails: [liveTrail(DEV, { snsTopicArn: 'arn:aws:sns:x:1:t' })] },
      'Trail TRAIL: SNS topic is arn:aws:sns:x:1:t, and (none) is asked for.',
    ],
    [
      'insights',
      { extras: { insightSelectors: ['ApiCallRateInsight'] } },
      { extras: { insightSelectors: [] } },
      'Trail TRAIL: insight selectors are (none), and ["ApiCallRateInsight"] is asked for.',
    ],
    [
      'a tag',
      { extras: { tags: { team: 'audit' } } },
      { extras: { tags: { team: 'dev', other: 'stays' } } },
      'Trail TRAIL: tag team is "dev", and "audit" is asked for.',
    ],
    [
      'a tag that is to go',
      { extras: { tags: {} } },
      { extras: { tags: { team: 'dev' } } },
      'Trail TRAIL: tag team is "dev", and (none) is asked for.',
    ],
    [
      'event selectors',
      {
        extras: {
          eventSelectors: { kind: 'basic', selectors: [{ ReadWriteType: 'WriteOnly' }] },
        },
      },
      { extras: { eventSelectors: { kind: 'basic', selectors: [{ ReadWriteType: 'All' }] } } },
      'Trail TRAIL: event selectors are [{"ReadWriteType":"All"}], and [{"ReadWriteType":"WriteOnly"}] is asked for.',
    ],
  ])('%s', (_name, trail, found, expected) => {
    expect(drifted(trail, found)).toBe(expected);
  });

  test('and what nobody mentions is as it is', () => {
    const odd = {
      logFileValidation: false,
      multiRegion: false,
      kmsKeyArn: 'arn:aws:kms:x:1:key/k',
    };
    expect(drifted({}, { trails: [liveTrail(DEV, odd)] })).toBe('');
  });

  test('each setting is a finding of its own', () => {
    const settings = { logFileValidation: true, recursiveLogging: false };
    const trails = [liveTrail(DEV, { logFileValidation: false })];
    expect(summary({ members: [seen({ member: trailWish({ settings }), trails })] })).toEqual([
      `setting-drifted ${DEV}`,
      `setting-drifted ${DEV}`,
    ]);
  });
});

describe('an account that is to be gone', () => {
  const leaving = (state: Member['state'], more: Seen = {}) =>
    seen({ member: memberOf(DEV, { state }), trails: [], logging: false, ...more });

  test.each<[string, Scene, readonly string[]]>([
    ['is as asked for', { members: [leaving('absent')], statements: policyOf([SEC]) }, []],
    ['closed, is as asked for', { members: [leaving('closed')], statements: policyOf([SEC]) }, []],
    ['absent, with grants', { members: [leaving('absent')] }, [`account-still-granted ${DEV}`]],
    ['closed, with grants', { members: [leaving('closed')] }, [`account-still-granted ${DEV}`]],
    [
      'absent, with any trail that delivers here',
      {
        members: [leaving('absent', { trails: [liveTrail(DEV, { name: 'OTHER' })] })],
        statements: policyOf([SEC]),
      },
      [`account-still-has-trail ${DEV}`],
    ],
    [
      'absent, with a trail that delivers elsewhere',
      {
        members: [leaving('absent', { trails: [liveTrail(DEV, { bucket: 'other' })] })],
        statements: policyOf([SEC]),
      },
      [],
    ],
  ])('%s', (_name, scene, expected) => {
    expect(summary(scene)).toEqual(expected);
  });
});

describe('an account that nobody listed', () => {
  test('is told with its grants and where they stand', () => {
    const scene = { statements: policyOf([SEC, DEV, STRANGER]) };
    expect(summary(scene)).toEqual([`grant-without-account ${STRANGER}`]);
    expect(message(scene)).toBe(
      `The bucket policy admits account ${STRANGER}, which nobody listed (${arnOf(STRANGER)}, arn:aws:s3:::${BUCKET}/AWSLogs/${STRANGER}/*; statement 1, statement 2).`,
    );
  });

  test('is told by its logs; those of an organization are told as one', () => {
    const organizationId = 'o-a1b2c3d4e5';
    const writers = [
      { place: { prefix: '', accountId: STRANGER } },
      { place: { prefix: '', accountId: PRD, organizationId } },
      { place: { prefix: '', accountId: STRANGER, organizationId } },
    ];
    expect(summary({ writers })).toEqual([
      `logs-without-account ${STRANGER}`,
      `logs-without-account ${SEC}`,
    ]);
    expect(message({ writers })).toContain(
      `Logs arrived in AWSLogs/${organizationId}/ within 24 hours, of 2 accounts that nobody listed: ${PRD}, ${STRANGER}.`,
    );
  });
});

describe('the bucket and its policy', () => {
  const more = (statement: object): Scene => ({
    statements: [...policyOf([SEC, DEV]), statement],
  });
  const write = (Condition?: object, Resource = `arn:aws:s3:::${BUCKET}/*`) =>
    more({
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:PutObject',
      Resource,
      ...(Condition && { Condition }),
    });

  test.each<[string, Scene, readonly string[]]>([
    ['a write by any trail', write(), ['policy-write-without-source-arn']],
    [
      'wildcards that come to the same',
      write({ ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/*' } }),
      ['policy-admits-any-account'],
    ],
    [
      'an organization, whose accounts are not any accounts',
      write({ StringEquals: { 'aws:SourceOrgID': 'o-a1b2c3d4e5' } }),
      [],
    ],
    [
      'a wildcard that matches nothing',
      write({ StringEquals: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/*' } }),
      ['policy-source-arn-never-matches'],
    ],
    [
      'the principal of a deleted role',
      more({
        Effect: 'Allow',
        Principal: { AWS: 'AROAEXAMPLEEXAMPLEEX' },
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${BUCKET}/*`,
      }),
      ['policy-dead-principal'],
    ],
    [
      'no refusal of requests without TLS',
      { statements: policyOf([SEC, DEV]).slice(0, 2) },
      ['bucket-tls-not-enforced'],
    ],
    [
      'settings that were never made, in one finding',
      { bucket: { ...GOOD_BUCKET, versioning: null, publicAccessBlock: null } },
      ['bucket-settings-missing'],
    ],
    [
      'settings that somebody made weaker, each by itself',
      { bucket: { ...GOOD_BUCKET, versioning: 'Suspended', ownership: 'ObjectWriter' } },
      ['bucket-acls-enabled', 'bucket-versioning-suspended'],
    ],
  ])('%s', (_name, scene, expected) => {
    expect(summary(scene)).toEqual(expected.map((code) => `${code} ${SEC}`));
  });

  test('a policy that is nearly full', () => {
    const ids = Array.from({ length: 100 }, (_, index) => String(300_000_000_000 + index));
    const members = ids.map((id) => seen({ member: memberOf(id) }));
    expect(summary({ members, statements: policyOf([SEC, ...ids]) })).toEqual([
      `policy-nearly-full ${SEC}`,
    ]);
  });

  test('a bucket without any policy admits nobody', () => {
    const result = auditOf(requestFor([memberOf(DEV)]), {
      policy: { text: null, document: null, readAt: 0 },
      bucket: GOOD_BUCKET,
      partition: 'aws',
      members: [seen()],
      writers: [],
      unlimitedAccounts: [],
    });
    expect(result.findings.map(({ code }) => code)).toEqual([
      'policy-grant-missing',
      'policy-grant-missing',
      'bucket-tls-not-enforced',
    ]);
  });
});

describe('fail-on: drift', () => {
  const request = requestFor([], { failOn: 'drift' });

  test('counts warnings, not notices', () => {
    const stopped = audit({ members: [seen({ logging: false })] });
    expect(unwantedDrift(request, stopped)).toMatchObject([
      { severity: 'error', code: 'drift-found' },
    ]);
    expect(unwantedDrift(request, audit())).toEqual([]);
    const notice = { severity: 'notice', code: 'x', message: '', remedy: '' } as const;
    expect(unwantedDrift(request, { ...audit(), findings: [notice] })).toEqual([]);
  });

  test('is asked for, or drift fails nothing', () => {
    const stopped = audit({ members: [seen({ logging: false })] });
    expect(unwantedDrift(requestFor([]), stopped)).toEqual([]);
    expect(auditResult(stopped, [])).toBe('no-changes');
    expect(auditResult(stopped, unwantedDrift(request, stopped))).toBe('failed');
  });
});

test('whatever is amiss, only what could not be looked at is an error', () => {
  const state = fc.constantFrom('present' as const, 'absent' as const, 'closed' as const);
  const granted = fc.subarray([SEC, DEV, PRD, STRANGER]);
  const trail = fc.record({
    bucket: fc.constantFrom(BUCKET, 'other'),
    prefix: fc.constantFrom('', 'p'),
    organization: fc.boolean(),
    multiRegion: fc.boolean(),
  });
  fc.assert(
    fc.property(
      state,
      granted,
      fc.option(trail),
      fc.boolean(),
      (which, accounts, found, logging) => {
        const member = memberOf(DEV, { state: which });
        const trails = found === null ? [] : [liveTrail(DEV, found)];
        const { findings } = audit({
          members: [seen({ member, trails, logging, newestLog: null })],
          statements: policyOf(accounts.length > 0 ? accounts : [SEC]),
        });
        expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      },
    ),
  );
});
