// A landing zone of so many accounts on a sandbox that adds a latency to each answer, and runs of the bundle with an accounts
// file that lists them all. The sandbox has this process for itself while a run lasts: the bundle has one of its own.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type PolicyJson,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../sandbox/index.js';
import { type RunOptions, type RunResult, runAction } from '../sandbox/runner.js';
import { addMember, githubTrust, tutorial, tutorialWorld } from '../sandbox/worlds.js';

/** As many as one bucket policy has room for in the layout `documented`, about; beyond it is `organization`. */
const DOCUMENTED_ROOM = 80;
const ORGANIZATION = 'o-a1b2c3d4e5';
const TIMEOUT_MS = 15 * 60_000;

export type FleetStage = {
  readonly sandbox: Sandbox;
  readonly accounts: readonly string[];
  readonly bucket: string;
  readonly run: (inputs: Inputs, more?: Partial<RunOptions>) => Promise<FleetRun>;
  readonly close: () => Promise<void>;
};

type Inputs = { readonly [name: string]: string };

/** A run, and what it cost the process that the sandbox is in. */
export type FleetRun = RunResult & {
  /** Milliseconds of processor time. */
  readonly sandboxCpuMs: number;
  /** Share of the time in which the sandbox's only thread was busy. */
  readonly sandboxBusy: number;
};

/** The accounts before any of them is onboarded. */
export function fleetStage(size: number, options: SandboxOptions): Promise<FleetStage> {
  return openStage(size, options, () => {});
}

/** Minutes in which the trails of an onboarded fleet have delivered: logs, and the first digest. */
const DELIVERED = 70;

/** The same accounts onboarded, with this bucket policy. */
export function onboardedStage(
  size: number,
  options: SandboxOptions,
  policy: PolicyJson | undefined,
): Promise<FleetStage> {
  const now = new Date(Date.now() - DELIVERED * 60_000);
  return openStage(size, { ...options, now }, (sandbox, accounts) => {
    const { bucket, region } = tutorial;
    sandbox.world.putBucketPolicy(bucket, policy);
    for (const [at, account] of accounts.entries())
      sandbox.world.createTrail({ account, region, name: trailName(at), bucket });
    sandbox.advance(DELIVERED);
  });
}

const trailName = (at: number): string => `ACC${at}-CLOUDTRAIL`;

async function openStage(
  size: number,
  options: SandboxOptions,
  prepare: (sandbox: Sandbox, accounts: readonly string[]) => void,
): Promise<FleetStage> {
  const sandbox = await startSandbox(options);
  const directory = await mkdtemp(join(tmpdir(), 'bench-fleet-'));
  const accounts = Array.from({ length: size }, (_, at) => String(200_000_000_000 + at * 7_919));
  buildWorld(sandbox, accounts);
  prepare(sandbox, accounts);
  await mkdir(join(directory, 'workspace'));
  await writeFile(join(directory, 'workspace', 'accounts.yml'), accountsFile(accounts));
  return {
    sandbox,
    accounts,
    bucket: tutorial.bucket,
    run: (inputs, more) => measured(sandbox, directory, inputs, more),
    close: async () => {
      await sandbox.close();
      await rm(directory, { recursive: true });
    },
  };
}

async function measured(
  sandbox: Sandbox,
  directory: string,
  inputs: Inputs,
  more?: Partial<RunOptions>,
): Promise<FleetRun> {
  sandbox.clearRequests();
  const cpu = process.cpuUsage();
  const loop = performance.eventLoopUtilization();
  const run = await runAction({
    sandbox,
    directory,
    timeoutMs: TIMEOUT_MS,
    with: { 'accounts-file': 'accounts.yml', ...inputs },
    ...more,
  });
  const { user, system } = process.cpuUsage(cpu);
  const { utilization } = performance.eventLoopUtilization(loop);
  return { ...run, sandboxCpuMs: (user + system) / 1000, sandboxBusy: utilization };
}

function buildWorld(sandbox: Sandbox, accounts: readonly string[]): void {
  const { ids, bucket } = tutorialWorld(sandbox);
  const { world } = sandbox;
  world.createAccount({ id: ids.SEC, name: 'SEC', organization: ORGANIZATION });
  const provider = world.createOidcProvider({ account: ids.SEC });
  const reads = ['cloudtrail:*', 's3:Get*', 's3:List*'];
  world.createRole({
    account: ids.SEC,
    name: 'FleetCentral',
    trust: githubTrust(provider, tutorial.repository),
    policy: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: reads, Resource: '*' },
        { Effect: 'Allow', Action: 's3:PutBucketPolicy', Resource: `arn:aws:s3:::${bucket}` },
      ],
    },
  });
  for (const id of accounts) {
    world.createAccount({ id, name: id, organization: ORGANIZATION });
    addMember(sandbox, id);
  }
}

function accountsFile(accounts: readonly string[]): string {
  const { ids, bucket, region } = tutorial;
  const layout =
    accounts.length <= DOCUMENTED_ROOM
      ? []
      : ['  policy-layout: organization', `  organization-id: ${ORGANIZATION}`];
  return [
    'central:',
    `  account-id: "${ids.SEC}"`,
    `  role-arn: arn:aws:iam::${ids.SEC}:role/FleetCentral`,
    `  bucket: ${bucket}`,
    `  region: ${region}`,
    ...layout,
    'defaults:',
    '  role-arn: arn:aws:iam::{account-id}:role/CloudTrailOnboardingMember',
    '  trail-name: "{account-name}-CLOUDTRAIL"',
    'accounts:',
    ...accounts.map((id, at) => `  - { id: "${id}", name: ACC${at} }`),
    '',
  ].join('\n');
}
