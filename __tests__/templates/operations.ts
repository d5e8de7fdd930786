// The table of operations: which switches of the templates each one needs, and the runs that between them need all that these
// switches allow. An operation is added here when the action learns it.

import type { RunResult } from '../../sandbox/runner.js';
import { tutorial } from '../../sandbox/worlds.js';
import { openStage, type Stage } from '../e2e/stage.js';
import type { Parameters } from './cloudformation.js';
import { arnOf, install, type Kind, type Role, rolesOf, SIDES, type Side } from './roles.js';

export type Operation = {
  readonly name: string;
  /** What is set besides the parameters that every deployment sets; a side that is left out is not deployed. */
  readonly parameters: { readonly [S in Side]?: Parameters };
  readonly runs: readonly Run[];
};

/** A run that succeeds with the operation's roles. */
export type Run = {
  readonly name: string;
  readonly role: Kind;
  readonly result: 'planned' | 'applied';
  readonly prepare?: (stage: Stage) => void;
  readonly inputs?: { readonly [name: string]: string };
};

const BOOTSTRAP = {
  operation: 'bootstrap',
  'member-account-id': '',
  'member-role-arn': '',
  'trail-name': '',
  'central-trail-name': tutorial.trailName,
};

const centralTrail = ({ region, ids, trailName }: Stage['scene']): string =>
  `arn:aws:cloudtrail:${region}:${ids.SEC}:trail/${trailName}`;

export const OPERATIONS: readonly Operation[] = [
  {
    name: 'onboard',
    parameters: { central: {}, member: {} },
    runs: [
      { name: 'a new trail is planned', role: 'PlanRole', result: 'planned' },
      { name: 'a new trail is created', role: 'ApplyRole', result: 'applied' },
      {
        name: 'a trail that is there is changed',
        role: 'ApplyRole',
        result: 'applied',
        prepare: ({ sandbox, scene }) =>
          sandbox.world.createTrail({
            account: scene.ids.DEV,
            region: scene.region,
            name: 'DEV-CLOUDTRAIL',
            bucket: scene.bucket,
            LogFileValidationEnabled: false,
          }),
        inputs: { 'log-file-validation': 'true' },
      },
    ],
  },
  {
    name: 'bootstrap',
    parameters: { central: { AllowBootstrap: 'true' } },
    runs: [
      {
        name: 'what is there is looked at',
        role: 'PlanRole',
        result: 'planned',
        inputs: BOOTSTRAP,
      },
      {
        name: 'bucket and trail are created',
        role: 'ApplyRole',
        result: 'applied',
        prepare: ({ sandbox, scene }) => {
          sandbox.world.deleteBucket(scene.bucket);
          sandbox.world.deleteTrail(centralTrail(scene));
        },
        inputs: BOOTSTRAP,
      },
      {
        name: 'what is there is changed',
        role: 'ApplyRole',
        result: 'applied',
        inputs: { ...BOOTSTRAP, 'recursive-logging': 'false' },
      },
    ],
  },
];

/** Switches that no operation of the table needs yet: what they allow was never seen to be enough, nor to be needed. */
export const UNTRIED: { readonly [S in Side]: readonly string[] } = {
  central: ['AllowAudit', 'AllowKeyPolicy', 'AllowOffboard', 'AllowVerify', 'KmsKeyArn'],
  member: ['AllowOffboard', 'AllowTrailSettings', 'CloudWatchLogsRole'],
};

/** All roles that an operation's deployments make. */
export function rolesFor({ parameters }: Pick<Operation, 'parameters'>): readonly Role[] {
  return SIDES.flatMap((side) => {
    const given = parameters[side];
    return given === undefined ? [] : rolesOf(side, given);
  });
}

/** The run with roles of the given kind, in a fresh world that has no other. */
export async function play(
  run: Omit<Run, 'name' | 'result'>,
  roles: readonly Role[],
): Promise<{ readonly stage: Stage; readonly outcome: RunResult }> {
  const stage = await openStage();
  const { sandbox, scene, plan, apply } = stage;
  for (const arn of Object.values(scene.roles)) sandbox.world.deletePrincipal(arn);
  for (const role of roles) install(sandbox, role);
  run.prepare?.(stage);
  const inputs = { ...roleInputs(roles, run.role), ...run.inputs };
  const outcome = await (run.role === 'PlanRole' ? plan : apply)(inputs);
  return { stage, outcome };
}

/** The two inputs that name the roles of one kind. */
export function roleInputs(
  roles: readonly Role[],
  kind: Kind,
): { readonly [name: string]: string } {
  const named = roles.filter((role) => role.kind === kind);
  return Object.fromEntries(named.map((role) => [`${role.side}-role-arn`, arnOf(role)]));
}
