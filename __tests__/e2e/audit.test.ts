// An audit against a whole landing zone: where all is well it says so and costs little, and each thing that is amiss is found
// for what it is. It never writes, on whatever event and with whatever role.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../sandbox/index.js';
import { tutorial } from '../../sandbox/worlds.js';
import { OWN_CODES, SHARED_CODES } from '../../src/audit/codes.js';
import {
  addTrail,
  arnIn,
  BUCKET,
  DEV,
  openLandingZone,
  type Planted,
  PRD,
  policyFor,
  REGION,
  SEC,
  TRAIL,
} from './landing-zone.js';
import { calls, closeStages, findings } from './stage.js';

afterEach(closeStages);

const STRANGER = '444444444444';

describe('where all is well', () => {
  test('there is nothing to say', async () => {
    const { audit } = await openLandingZone();
    const run = await audit({ 'fail-on': 'drift' });
    expect(findings(run)).toEqual([]);
    expect(run).toMatchObject({
      exitCode: 0,
      outputs: { result: 'no-changes', changed: 'false', 'plan-digest': '' },
    });
    expect(run.summary).toContain('### CloudTrail onboarding · audit · all well');
    expect(run.summary).toContain('<details><summary>2 accounts in order</summary>');
    expect(JSON.parse(run.outputs['trail-arns'] ?? '')).toEqual({
      [DEV]: arnIn(DEV),
      [PRD]: arnIn(PRD),
    });
  });

  test('the plan file holds what was seen of each account', async () => {
    const { audit } = await openLandingZone({ members: [DEV] });
    const run = await audit();
    const file = JSON.parse(readFileSync(run.outputs['plan-file'] ?? '', 'utf8')) as object;
    expect(file).toMatchObject({
      operation: 'audit',
      result: 'no-changes',
      members: [
        {
          accountId: DEV,
          state: 'present',
          trailArn: arnIn(DEV),
          logging: true,
          newestLog: expect.stringMatching(/^20\d\d-.*Z$/),
        },
      ],
      findings: [],
    });
  });

  test('a trail that has only just been created is not silent', async () => {
    const { audit, sandbox } = await openLandingZone();
    sandbox.world.deleteTrail(arnIn(DEV));
    sandbox.world.putBucketPolicy(BUCKET, policyFor([DEV, PRD]));
    addTrail(sandbox, DEV);
    expect(findings(await audit({ 'silent-after-hours': '1' }))).toEqual([]);
  });

  test('fifty accounts cost two calls and a listing each, and the bucket what one costs', async () => {
    const members = Array.from({ length: 50 }, (_, index) => String(300_000_000_000 + index));
    const { audit } = await openLandingZone({ members });
    const run = await audit();
    expect(findings(run).filter(({ code }) => code !== 'policy-nearly-full')).toEqual([]);
    const counts: Record<string, number> = {};
    for (const name of calls(run)) counts[name] = (counts[name] ?? 0) + 1;
    expect(counts).toEqual({
      GetIdToken: 1,
      AssumeRoleWithWebIdentity: 51,
      GetBucketPolicy: 1,
      GetPublicAccessBlock: 1,
      GetBucketOwnershipControls: 1,
      GetBucketEncryption: 1,
      GetBucketVersioning: 1,
      DescribeTrails: 50,
      GetTrailStatus: 50,
      ListObjectsV2: expect.any(Number) as number,
    });
    // One for all folders; for each account the last hour of its trail's own Region, which may begin yesterday.
    expect(counts['ListObjectsV2']).toBeGreaterThanOrEqual(1 + 50);
    expect(counts['ListObjectsV2']).toBeLessThanOrEqual(1 + 2 * 50);
  }, 300_000);
});

type Case = Planted & {
  readonly name: string;
  readonly inputs?: { readonly [name: string]: string };
  /** Code and account, in the order of the output. */
  readonly found: readonly (readonly [code: string, account: string])[];
  readonly says?: string;
};

const withDevTrail =
  (more: object): NonNullable<Planted['early']> =>
  (sandbox) => {
    sandbox.world.deleteTrail(arnIn(DEV));
    addTrail(sandbox, DEV, more);
  };

const PLANTED: readonly Case[] = [
  {
    name: 'a listed account that was never onboarded',
    early: ({ world }) => world.deleteTrail(arnIn(PRD)),
    policy: () => policyFor([DEV]),
    found: [['account-not-onboarded', PRD]],
  },
  {
    name: 'a trail that was deleted, and its grants',
    early: ({ world }) => world.deleteTrail(arnIn(PRD)),
    found: [['grant-of-missing-trail', PRD]],
    says: `admits trail ${TRAIL} of account ${PRD}, and there is no such trail`,
  },
  {
    name: 'grants that another writer undid, and the silence that follows',
    policy: () => policyFor([DEV]),
    found: [
      ['prefix-silent', PRD],
      ['policy-grant-missing', PRD],
      ['policy-grant-missing', PRD],
    ],
    says: 'its error is AccessDenied',
  },
  {
    name: 'a Deny that stops CloudTrail',
    policy: (fitting) => ({
      ...fitting,
      Statement: [
        ...fitting.Statement,
        {
          Sid: 'Stop',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:PutObject',
          Resource: `arn:aws:s3:::${BUCKET}/AWSLogs/${DEV}/*`,
        },
      ],
    }),
    found: [
      ['prefix-silent', DEV],
      ['policy-deny-stops-cloudtrail', DEV],
    ],
  },
  {
    name: 'a grant of an account that nobody listed',
    policy: () => policyFor([DEV, PRD, STRANGER]),
    found: [['grant-without-account', STRANGER]],
    says: `arn:aws:s3:::${BUCKET}/AWSLogs/${STRANGER}/*`,
  },
  {
    name: 'an account that nobody listed, and its logs',
    policy: () => policyFor([DEV, PRD, STRANGER]),
    early: (sandbox) => addTrail(sandbox, STRANGER),
    found: [
      ['grant-without-account', STRANGER],
      ['logs-without-account', STRANGER],
    ],
  },
  {
    name: "an organization's trail of another account",
    early: ({ world, now }) => {
      for (const [id, ago] of [
        ['555555555555', 47],
        [DEV, 0],
        ['666666666666', 0],
        ['777777777777', 0],
      ] as const) {
        const at = new Date(now().getTime() + (48 - ago) * 3_600_000 - 600_000).toISOString();
        const name = `${id}_CloudTrail_${REGION}_${at.slice(0, 16).replaceAll(/[-:]/g, '')}Z_0123456789abcdEF.json.gz`;
        const day = at.slice(0, 10).replaceAll('-', '/');
        world.putObject(
          BUCKET,
          `AWSLogs/o-a1b2c3d4e5/${id}/CloudTrail/${REGION}/${day}/${name}`,
          'x',
        );
      }
    },
    inputs: { 'silent-after-hours': '72' },
    found: [['logs-without-account', SEC]],
    says: '555555555555, 666666666666, 777777777777',
  },
  {
    name: 'a trail that was stopped',
    early: withDevTrail({ logging: false }),
    found: [['logging-stopped', DEV]],
  },
  {
    name: 'settings that drifted, each with both values',
    early: withDevTrail({
      LogFileValidationEnabled: false,
      SnsTopicARN: `arn:aws:sns:${REGION}:${DEV}:old`,
    }),
    inputs: { 'log-file-validation': 'true', 'sns-topic-arn': 'none' },
    found: [
      ['setting-drifted', DEV],
      ['setting-drifted', DEV],
    ],
    says: 'log file validation is false, and true is asked for',
  },
  {
    name: 'a trail that delivers to another bucket, once',
    early: (sandbox) => {
      sandbox.world.createBucket({ account: DEV, name: 'elsewhere-logs', region: REGION });
      withDevTrail({ bucket: 'elsewhere-logs' })(sandbox);
    },
    found: [['trail-delivers-elsewhere', DEV]],
  },
  {
    name: 'a statement by which any trail may write',
    policy: (fitting) => ({
      ...fitting,
      Statement: [
        ...fitting.Statement,
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: 's3:PutObject',
          Resource: `arn:aws:s3:::${BUCKET}/*`,
        },
      ],
    }),
    found: [['policy-write-without-source-arn', SEC]],
  },
  {
    name: 'wildcards by which any trail may write',
    policy: (fitting) => ({
      ...fitting,
      Statement: [
        ...fitting.Statement,
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: 's3:PutObject',
          Resource: `arn:aws:s3:::${BUCKET}/AWSLogs/*`,
          Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/*' } },
        },
      ],
    }),
    found: [['policy-admits-any-account', SEC]],
  },
  {
    name: 'a policy that lets requests without TLS pass',
    policy: (fitting) => ({ ...fitting, Statement: fitting.Statement.slice(0, 2) }),
    found: [['bucket-tls-not-enforced', SEC]],
  },
];

test.each(PLANTED)(
  '$name is found, and nothing else',
  async ({ inputs, found, says = '', ...planted }) => {
    const { audit } = await openLandingZone(planted);
    const run = await audit(inputs);
    expect(findings(run).map(({ code, account }) => [code, account])).toEqual(found);
    const messages = findings(run).map(({ message }) => message);
    expect(messages.join('\n')).toContain(says);
    const known: readonly string[] = [...OWN_CODES, ...SHARED_CODES];
    expect(findings(run).filter(({ code }) => !known.includes(code))).toEqual([]);
    expect(run).toMatchObject({ exitCode: 0, outputs: { result: 'no-changes', changed: 'false' } });
    expect(run.summary).toContain(
      `audit · ${found.length === 1 ? '1 finding' : `${found.length} findings`}`,
    );
    expect(calls(run, 'writes')).toEqual([]);
  },
);

describe("the central account's own trail", () => {
  const named = { 'central-trail-name': tutorial.trailName };

  test('is audited with the others where it is named, and costs no role more', async () => {
    const { audit } = await openLandingZone();
    const run = await audit(named);
    expect(findings(run)).toEqual([]);
    expect(run.summary).toContain('<details><summary>3 accounts in order</summary>');
    expect(calls(run).filter((name) => name === 'AssumeRoleWithWebIdentity')).toHaveLength(3);
  });

  test.each([
    ['was deleted', 'grant-of-missing-trail', () => {}],
    [
      'was stopped',
      'logging-stopped',
      ({ world }: Sandbox) =>
        world.createTrail({
          account: SEC,
          region: REGION,
          name: tutorial.trailName,
          bucket: BUCKET,
          logging: false,
        }),
    ],
  ])('that %s is found', async (_, code, afterwards) => {
    const { audit } = await openLandingZone({
      early: (sandbox) => {
        sandbox.world.deleteTrail(arnIn(SEC, tutorial.trailName));
        afterwards(sandbox);
      },
    });
    const run = await audit(named);
    expect(findings(run)).toMatchObject([{ severity: 'warning', code, account: SEC }]);
  });
});

describe('an accounts file', () => {
  const file = `central: { account-id: "${SEC}", bucket: ${BUCKET}, region: ${REGION} }
defaults: { trail-name: ${TRAIL} }
accounts:
  - { id: "${DEV}", name: DEV }
  - { id: "${PRD}", name: PRD, state: absent }
  - { id: "${STRANGER}", name: GONE, state: closed }
`;
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  const path = join(folder, 'accounts.yml');
  beforeAll(() => writeFileSync(path, file));
  afterAll(() => rmSync(folder, { recursive: true }));
  const fileOnly = { 'accounts-file': path, 'member-account-id': '', 'trail-name': '' };

  test('of which one account left and one was closed: what is still there of them is found', async () => {
    const { audit } = await openLandingZone({ policy: () => policyFor([DEV, PRD, STRANGER]) });
    const run = await audit(fileOnly);
    expect(findings(run).map(({ code, account }) => [code, account])).toEqual([
      ['account-still-granted', PRD],
      ['account-still-has-trail', PRD],
      ['account-still-granted', STRANGER],
    ]);
    // A closed account is not entered.
    expect(calls(run).filter((name) => name === 'AssumeRoleWithWebIdentity')).toHaveLength(3);
    expect(calls(run, 'writes')).toEqual([]);
  });

  test('whose leaving accounts are gone has nothing to say of them', async () => {
    const { audit } = await openLandingZone({
      policy: () => policyFor([DEV]),
      early: ({ world }) => world.deleteTrail(arnIn(PRD)),
    });
    expect(findings(await audit(fileOnly))).toEqual([]);
  });
});

describe('an account whose role cannot be taken', () => {
  test('is one finding, and the others are audited', async () => {
    const { audit, sandbox } = await openLandingZone({ early: withDevTrail({ logging: false }) });
    sandbox.world.deletePrincipal(`arn:aws:iam::${PRD}:role/CloudTrailOnboardingMemberPlan`);
    const run = await audit();
    expect(findings(run)).toMatchObject([
      { severity: 'warning', code: 'logging-stopped', account: DEV },
      { severity: 'error', code: 'role-not-taken', account: PRD },
    ]);
    expect(run).toMatchObject({ exitCode: 1, outputs: { result: 'partial' } });
    expect(run.summary).toContain(`| ❌ | \`${PRD}\` | trail \`${TRAIL}\` in \`${REGION}\` |`);
  });
});

describe('fail-on: drift', () => {
  test('fails the step on any warning', async () => {
    const { audit } = await openLandingZone({ early: withDevTrail({ logging: false }) });
    const run = await audit({ 'fail-on': 'drift' });
    expect(run).toMatchObject({ exitCode: 1, outputs: { result: 'failed' } });
    expect(findings(run)).toMatchObject([{ code: 'logging-stopped' }, { code: 'drift-found' }]);
    expect(run.summary).toContain('audit · 1 finding\n');
  });

  test('does not fail it on a notice', async () => {
    const { audit } = await openLandingZone({
      policy: (fitting) => ({
        ...fitting,
        Statement: [
          ...fitting.Statement,
          {
            Effect: 'Allow',
            Principal: { Service: 'cloudtrail.amazonaws.com' },
            Action: 's3:GetBucketAcl',
            Resource: `arn:aws:s3:::${BUCKET}`,
          },
        ],
      }),
    });
    const run = await audit({ 'fail-on': 'drift' });
    expect(findings(run)).toMatchObject([
      { severity: 'notice', code: 'policy-acl-check-without-source-arn' },
    ]);
    expect(run.exitCode).toBe(0);
  });
});

test('a push, dry-run false and roles that may write: still not a single write', async () => {
  const { audit, scene, sandbox } = await openLandingZone({
    early: ({ world }) => world.deleteTrail(arnIn(DEV)),
  });
  const run = await audit(
    { 'dry-run': 'false', 'member-account-id': DEV, 'member-role-arn': scene.roles.member },
    { event: { name: 'push' } },
  );
  expect(findings(run).map(({ code }) => code)).toEqual([
    'grant-of-missing-trail',
    'grant-without-account',
    'logs-without-account',
  ]);
  expect(calls(run, 'writes')).toEqual([]);
  expect(sandbox.world.trails(DEV)).toEqual([]);
});

test('without the permission to list, the audit says which one is missing', async () => {
  const { audit, scene } = await openLandingZone();
  const run = await audit({ 'central-role-arn': scene.roles.central });
  expect(run).toMatchObject({ exitCode: 1, outputs: { result: 'failed' } });
  expect(findings(run)[0]).toMatchObject({
    severity: 'error',
    account: SEC,
    message: expect.stringContaining('not authorized to perform: s3:Get'),
  });
  expect(run.summary).toContain('audit · failed');
});
