// A landing zone in which all is well, for audits: a hardened bucket, accounts that have logged to it for two days, and roles
// that may read and nothing else, as the templates make them. Tests plant in it what is to be found.

import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import type { PolicyJson, Sandbox } from '../../sandbox/index.js';
import type { RunOptions, RunResult } from '../../sandbox/runner.js';
import { tutorial } from '../../sandbox/worlds.js';
import { administrator, s3 } from '../sandbox/sdk.js';
import { arnOf, install, type Role, rolesOf } from '../templates/roles.js';
import { openStage, type Stage } from './stage.js';

export const { SEC, DEV } = tutorial.ids;
export const PRD = '333333333333';
export const BUCKET = tutorial.bucket;
export const REGION = tutorial.region;
export const TRAIL = 'ORG-CLOUDTRAIL';

const HOURS = 48;
const HOUR = 60;

export type LandingZone = Stage & {
  /** An audit on a schedule; inputs given here win. */
  readonly audit: (inputs?: Inputs, more?: Partial<RunOptions>) => Promise<RunResult>;
};

type Inputs = { readonly [name: string]: string };

export type Planted = {
  /** The accounts that are listed and log; DEV and PRD unless told. */
  readonly members?: readonly string[];
  /** Before the two days. */
  readonly early?: (sandbox: Sandbox) => void;
  /** Changes the policy that fits these members, for all of the time. */
  readonly policy?: (fitting: Policy) => PolicyJson | undefined;
  /** What AWS's clock shows when the two days are over; now unless told. */
  readonly until?: Date;
  /** Requests are refused that are not signed for that clock, which is so much ahead of the machine's. */
  readonly minutesAhead?: number;
};

type Policy = { readonly Version: string; readonly Statement: readonly object[] };

export async function openLandingZone(planted: Planted = {}): Promise<LandingZone> {
  const { members = [DEV, PRD], early, policy = (fitting: Policy) => fitting } = planted;
  const { until = new Date(), minutesAhead = 0 } = planted;
  const past = HOURS * HOUR - minutesAhead;
  const stage = await openStage({
    now: new Date(until.getTime() - past * 60_000),
    checksTime: planted.minutesAhead !== undefined,
  });
  const { sandbox } = stage;
  const central = await prepareCentral(sandbox);
  const [member] = rolesOf('member').filter(({ kind }) => kind === 'PlanRole');
  if (member === undefined) throw new Error('no planning role');
  for (const id of members) addMember(sandbox, inAccount(member, id), id);
  sandbox.world.putBucketPolicy(BUCKET, policy(policyFor(members)));
  early?.(sandbox);
  sandbox.advance(HOURS * HOUR);
  const inputs = {
    operation: 'audit',
    'central-role-arn': central,
    'member-account-id': members.join(' '),
    'member-role-arn': arnOf(member).replace(member.account, '{account-id}'),
    'trail-name': TRAIL,
  };
  const audit: LandingZone['audit'] = (given = {}, more = {}) =>
    stage.plan({ ...inputs, ...given }, { event: { name: 'schedule' }, ...more });
  return { ...stage, audit };
}

async function prepareCentral(sandbox: Sandbox): Promise<string> {
  const settings = s3(sandbox, { credentials: administrator(sandbox, SEC) });
  const VersioningConfiguration = { Status: 'Enabled' as const };
  await settings.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration }));
  const [role] = rolesOf('central', { AllowAudit: 'true', AllowApply: 'false' });
  if (role === undefined) throw new Error('no planning role');
  return install(sandbox, role);
}

/** The role as the member template makes it in that account. */
function inAccount(role: Role, account: string): Role {
  return JSON.parse(JSON.stringify(role).replaceAll(role.account, account)) as Role;
}

function addMember(sandbox: Sandbox, role: Role, id: string): void {
  sandbox.world.createAccount({ id, name: id });
  install(sandbox, role);
  addTrail(sandbox, id);
}

/** A trail of that account which logs to the bucket. Returns its ARN. */
export function addTrail({ world }: Sandbox, account: string, more: object = {}): string {
  return world.createTrail({ account, region: REGION, name: TRAIL, bucket: BUCKET, ...more });
}

export const arnIn = (account: string, name = TRAIL): string =>
  `arn:aws:cloudtrail:${REGION}:${account}:trail/${name}`;

/** AWS's layout for several accounts, with a statement that asks for TLS. */
export function policyFor(members: readonly string[]): Policy {
  const arns = [arnIn(SEC, tutorial.trailName), ...members.map((id) => arnIn(id))];
  const Principal = { Service: 'cloudtrail.amazonaws.com' };
  const arn = `arn:aws:s3:::${BUCKET}`;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AWSCloudTrailAclCheck20131101',
        Effect: 'Allow',
        Principal,
        Action: 's3:GetBucketAcl',
        Resource: arn,
        Condition: { StringEquals: { 'aws:SourceArn': arns } },
      },
      {
        Sid: 'AWSCloudTrailWrite20131101',
        Effect: 'Allow',
        Principal,
        Action: 's3:PutObject',
        Resource: [SEC, ...members].map((id) => `${arn}/AWSLogs/${id}/*`),
        Condition: {
          StringEquals: { 'aws:SourceArn': arns, 's3:x-amz-acl': 'bucket-owner-full-control' },
        },
      },
      {
        Sid: 'DenyInsecureTransport',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  };
}
