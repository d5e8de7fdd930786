// A landing zone of so many accounts on a sandbox that adds a latency to each answer, and runs of the bundle with an accounts
// file that lists them all. The sandbox has this process for itself while a run lasts: the bundle has one of its own.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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
import type { Layout } from '../src/policy/index.js';

/** As many as one bucket policy has room for in the layout `documented`, about; beyond it is `organization`. */
const DOCUMENTED_ROOM = 80;
export const ORGANIZATION = 'o-a1b2c3d4e5';
const TIMEOUT_MS = 15 * 60_000;

export type FleetStage = {
  readonly sandbox: Sandbox;
  readonly accounts: readonly string[];
  readonly bucket: string;
  /** Gone when it is closed. */
  readonly directory: string;
  /** With the accounts file, and these inputs beside it. */
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

export type FleetOptions = Pick<SandboxOptions, 'latencyMs' | 'throttle'> & {
  /** `documented` for few and `organization` for many, unless told. */
  readonly layout?: Layout;
  /** These have logged for more than an hour, with this bucket policy. */
  readonly onboarded?: { readonly accounts: number; readonly policy: PolicyJson | undefined };
};

/** Minutes in which a trail has delivered logs and a first digest. */
const DELIVERED = 70;

export async function fleetStage(size: number, options: FleetOptions): Promise<FleetStage> {
  const { layout, onboarded, ...sandboxOptions } = options;
  const back = onboarded === undefined ? 0 : DELIVERED;
  const now = new Date(Date.now() - back * 60_000);
  const sandbox = await startSandbox({ ...sandboxOptions, now });
  const directory = await mkdtemp(join(tmpdir(), 'bench-fleet-'));
  const accounts = accountIds(size);
  buildWorld(sandbox, accounts);
  if (onboarded !== undefined) onboard(sandbox, accounts, onboarded);
  sandbox.advance(back);
  const file = join(directory, 'accounts.yml');
  await writeFile(file, accountsFile(accounts, layout ?? layoutFor(size)));
  return {
    sandbox,
    accounts,
    bucket: tutorial.bucket,
    directory,
    run: async (inputs, more) => {
      const own = await mkdtemp(join(directory, 'run-'));
      return measured(sandbox, own, { 'accounts-file': file, ...inputs }, more);
    },
    close: async () => {
      await sandbox.close();
      await rm(directory, { recursive: true });
    },
  };
}

export const accountIds = (size: number): readonly string[] =>
  Array.from({ length: size }, (_, at) => String(200_000_000_000 + at * 7_919));

function onboard(
  sandbox: Sandbox,
  accounts: readonly string[],
  { accounts: count, policy }: NonNullable<FleetOptions['onboarded']>,
): void {
  const { bucket, region } = tutorial;
  sandbox.world.putBucketPolicy(bucket, policy);
  for (const [at, account] of accounts.slice(0, count).entries())
    sandbox.world.createTrail({ account, region, name: trailName(at), bucket });
}

export const trailName = (at: number): string => `ACC${at}-CLOUDTRAIL`;

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
    memory: true,
    with: inputs,
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

const layoutFor = (size: number): Layout =>
  size <= DOCUMENTED_ROOM ? 'documented' : 'organization';

function accountsFile(accounts: readonly string[], layout: Layout): string {
  const { ids, bucket, region } = tutorial;
  const organization = layout === 'organization' ? [`  organization-id: ${ORGANIZATION}`] : [];
  return [
    'central:',
    `  account-id: "${ids.SEC}"`,
    `  role-arn: arn:aws:iam::${ids.SEC}:role/FleetCentral`,
    `  bucket: ${bucket}`,
    `  region: ${region}`,
    `  policy-layout: ${layout}`,
    ...organization,
    'defaults:',
    '  role-arn: arn:aws:iam::{account-id}:role/CloudTrailOnboardingMember',
    '  trail-name: "{account-name}-CLOUDTRAIL"',
    'accounts:',
    ...accounts.map((id, at) => `  - { id: "${id}", name: ACC${at} }`),
    '',
  ].join('\n');
}
