// The table of operations: which switches of the templates each one needs, and the runs that between them need all that these
// switches allow. An operation is added here when the action learns it. The runs themselves are in runs.ts.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decision, SessionView } from '../../sandbox/index.js';
import type { RunOptions, RunResult } from '../../sandbox/runner.js';
import { tutorial } from '../../sandbox/worlds.js';
import { openStage, type Stage } from '../e2e/stage.js';
import type { Parameters } from './cloudformation.js';
import * as reading from './reading-runs.js';
import { arnOf, install, KEY, type Kind, type Role, rolesOf, SIDES, type Side } from './roles.js';
import * as runs from './runs.js';
import { hoursLater, LOGS_ROLE } from './scenes.js';

export type Operation = {
  readonly name: string;
  /** What is set besides the parameters that every deployment sets; a side that is left out is not deployed. */
  readonly parameters: { readonly [S in Side]?: Parameters };
  readonly runs: readonly runs.Run[];
};

const on = (...switches: readonly string[]): Parameters =>
  Object.fromEntries(switches.map((name) => [name, 'true']));

const DESTINATIONS = { SnsTopicName: 'trails', CloudWatchLogsRole: LOGS_ROLE };
const { ONBOARDING } = runs;

export const OPERATIONS: readonly Operation[] = [
  { name: 'onboard', parameters: { central: {}, member: {} }, runs: ONBOARDING },
  {
    name: 'trail settings',
    parameters: { central: {}, member: on('AllowTrailSettings') },
    runs: [...ONBOARDING, ...runs.SETTINGS],
  },
  {
    name: 'topic and log group',
    parameters: { central: {}, member: DESTINATIONS },
    runs: [...ONBOARDING, ...runs.ANNOUNCING],
  },
  {
    name: 'offboard',
    parameters: { central: on('AllowOffboard'), member: on('AllowOffboard') },
    runs: [...ONBOARDING, ...runs.LEAVING, ...runs.FLEET],
  },
  {
    name: 'a new name',
    parameters: {
      central: on('AllowOffboard'),
      member: on('AllowOffboard', 'AllowTrailSettings'),
    },
    runs: [...ONBOARDING, ...runs.SETTINGS, ...runs.LEAVING, ...runs.NEW_NAME],
  },
  {
    name: 'a new name of a trail with topic and log group',
    parameters: {
      central: {},
      member: { ...on('AllowOffboard', 'AllowTrailSettings'), ...DESTINATIONS },
    },
    runs: [...ONBOARDING, ...runs.SETTINGS, ...runs.RICH_NEW_NAME],
  },
  {
    name: 'a key that is looked at',
    parameters: { central: { KmsKeyArn: KEY }, member: {} },
    runs: [...ONBOARDING, ...runs.LOOKING_AT_A_KEY],
  },
  {
    name: 'a key whose policy is managed',
    parameters: { central: { ...on('AllowKeyPolicy'), KmsKeyArn: KEY }, member: {} },
    runs: [...ONBOARDING, ...runs.LOOKING_AT_A_KEY, ...runs.NEW_KEY],
  },
  {
    name: 'bootstrap',
    parameters: { central: on('AllowBootstrap') },
    runs: runs.BOOTSTRAPPING,
  },
  {
    name: 'bootstrap of a trail with everything',
    parameters: { central: { ...on('AllowBootstrap', 'AllowTrailSettings'), ...DESTINATIONS } },
    runs: [...runs.BOOTSTRAPPING, ...runs.RICH_BOOTSTRAP],
  },
  {
    name: 'bootstrap of a trail that has a key',
    parameters: { central: { ...on('AllowBootstrap'), KmsKeyArn: KEY } },
    runs: [...runs.BOOTSTRAPPING, ...runs.KEEPING_A_KEY],
  },
  {
    name: 'bootstrap of a trail with a key whose policy is managed',
    parameters: { central: { ...on('AllowBootstrap', 'AllowKeyPolicy'), KmsKeyArn: KEY } },
    runs: [...runs.BOOTSTRAPPING, ...runs.OWN_KEY],
  },
  {
    name: 'offboard of trails with everything',
    parameters: {
      central: on('AllowOffboard'),
      member: { ...on('AllowOffboard', 'AllowTrailSettings'), ...DESTINATIONS },
    },
    runs: [
      ...ONBOARDING,
      ...runs.SETTINGS,
      ...runs.ANNOUNCING,
      ...runs.LEAVING,
      ...runs.LEAVING_WITH_SETTINGS,
    ],
  },
  {
    name: 'offboard of trails with a key',
    parameters: {
      central: { ...on('AllowOffboard', 'AllowKeyPolicy'), KmsKeyArn: KEY },
      member: on('AllowOffboard'),
    },
    runs: [...ONBOARDING, ...runs.LEAVING, ...runs.LEAVING_A_KEY],
  },
  {
    name: 'audit of trails with everything',
    parameters: {
      central: { ...on('AllowAudit'), AllowApply: 'false' },
      member: { ...on('AllowTrailSettings'), AllowApply: 'false' },
    },
    runs: [...reading.auditing('PlanRole'), ...reading.AUDITING_SETTINGS],
  },
  {
    name: 'audit, with roles that can plan and nothing else',
    parameters: {
      central: { ...on('AllowAudit'), AllowApply: 'false' },
      member: { AllowApply: 'false' },
    },
    runs: [...reading.auditing('PlanRole'), ...runs.PLANNED_CHANGE],
  },
  {
    name: 'verify and verify-delivery, with the role that applies',
    parameters: { central: on('AllowVerify'), member: {} },
    runs: [...ONBOARDING, ...reading.verifying('ApplyRole'), ...reading.PROVING],
  },
  {
    name: 'verify-delivery, where a key encrypts the logs',
    parameters: {
      central: {
        ...on('AllowVerify'),
        KmsKeyArn: KEY,
        LogsPath: `${reading.PREFIX}/AWSLogs`,
      },
      member: {},
    },
    runs: [...ONBOARDING, ...runs.LOOKING_AT_A_KEY, ...reading.PROVING_ENCRYPTED],
  },
  {
    name: 'verify and audit, with a role that does nothing else',
    parameters: {
      central: { ...on('AllowVerifyRole'), AllowApply: 'false' },
      member: { AllowApply: 'false' },
    },
    runs: [
      ...runs.PLANNED_CHANGE,
      ...reading.verifying('VerifyRole'),
      ...reading.auditing('VerifyRole'),
    ],
  },
  {
    name: 'verify, where a key encrypts the logs',
    parameters: {
      central: { ...on('AllowVerifyRole'), AllowApply: 'false', KmsKeyArn: KEY },
      member: { AllowApply: 'false' },
    },
    runs: [
      ...runs.PLANNED_CHANGE,
      ...runs.LOOKING_AT_A_KEY.filter(({ role }) => role === 'PlanRole'),
      ...reading.VERIFYING_ENCRYPTED,
      ...reading.auditing('VerifyRole'),
    ],
  },
  {
    name: 'verify and audit below a prefix',
    parameters: {
      central: {
        ...on('AllowVerifyRole'),
        AllowApply: 'false',
        LogsPath: `${reading.PREFIX}/AWSLogs`,
      },
      member: { AllowApply: 'false' },
    },
    runs: [...runs.PLANNED_CHANGE, ...reading.BELOW_A_PREFIX],
  },
];

/** Switches that no operation of the table needs yet: what they allow was never seen to be enough, nor to be needed. */
export const UNTRIED: { readonly [S in Side]: readonly string[] } = {
  central: [],
  member: [],
};

/** All roles that an operation's deployments make. */
export function rolesFor({ parameters }: Pick<Operation, 'parameters'>): readonly Role[] {
  return SIDES.flatMap((side) => {
    const given = parameters[side];
    return given === undefined ? [] : rolesOf(side, given);
  });
}

export type Played = {
  readonly stage: Stage;
  readonly outcome: RunResult;
  /** What IAM was asked while it ran. */
  readonly decisions: readonly Decision[];
  /** The sessions that it took. */
  readonly sessions: readonly SessionView[];
};

/** The run with roles of the given kind, in a fresh world that has no other. */
export async function play(
  run: Omit<runs.Run, 'name' | 'result'>,
  roles: readonly Role[],
): Promise<Played> {
  let stage: Stage | undefined = undefined;
  stage = await openStage({
    onWrite: () => {
      const last = stage?.sandbox.requests.at(-1)?.operation;
      if (stage !== undefined && last === run.pausesAfter) hoursLater(stage);
    },
  });
  const { sandbox, scene, plan, apply } = stage;
  const { world } = sandbox;
  for (const arn of Object.values(scene.roles)) world.deletePrincipal(arn);
  if (run.accounts !== undefined) world.createAccount({ id: SECOND_MEMBER, name: 'PRD' });
  for (const role of roles) {
    install(sandbox, role);
    if (run.accounts !== undefined && role.side === 'member')
      install(sandbox, inAccount(role, SECOND_MEMBER));
  }
  run.prepare?.(stage);
  const inputs = { ...roleInputs(roles, run.role), ...run.inputs };
  const act = run.role === 'PlanRole' ? plan : apply;
  const { accounts } = run;
  const outcome =
    accounts === undefined ? await act(inputs) : await withFile(act, inputs, accounts);
  return { stage, outcome, decisions: [...sandbox.decisions], sessions: world.sessions() };
}

const SECOND_MEMBER = '333333333333';

export const inAccount = (role: Role, account: string): Role =>
  JSON.parse(JSON.stringify(role).replaceAll(role.account, account)) as Role;

/** The accounts come from a file; the bucket, the roles and all else from the inputs. */
async function withFile(
  act: Stage['apply'],
  inputs: { readonly [name: string]: string },
  accounts: readonly string[],
): Promise<RunResult> {
  const directory = mkdtempSync(join(tmpdir(), 'accounts-'));
  const role = (inputs['member-role-arn'] ?? '').replace(tutorial.ids.DEV, '{account-id}');
  const entries = accounts.map((account) => `  - ${account}\n`).join('');
  mkdirSync(join(directory, 'workspace'));
  writeFileSync(
    join(directory, 'workspace', 'accounts.yml'),
    `defaults: { role-arn: "${role}", trail-name: "{account-name}-CLOUDTRAIL" }\naccounts:\n${entries}`,
  );
  const named = { 'member-account-id': '', 'member-role-arn': '', 'trail-name': '' };
  const options: Partial<RunOptions> = { directory };
  try {
    return await act({ ...inputs, ...named, 'accounts-file': 'accounts.yml' }, options);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The two inputs that name the roles of one kind. A member has no role of its own for verifying: the planning one will do. */
export function roleInputs(
  roles: readonly Role[],
  kind: Kind,
): { readonly [name: string]: string } {
  const wanted = (side: Side): Kind =>
    side === 'member' && kind === 'VerifyRole' ? 'PlanRole' : kind;
  const named = roles.filter((role) => role.kind === wanted(role.side));
  return Object.fromEntries(named.map((role) => [`${role.side}-role-arn`, arnOf(role)]));
}
