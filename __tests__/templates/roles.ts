// The roles that the templates make, as a test wants them: by side and kind, with their permissions to be counted, taken away
// one at a time, and put into a sandbox. What the roles are for is in operations.ts.

import type { PolicyDocument } from '../../sandbox/aws/state.js';
import type { Sandbox } from '../../sandbox/index.js';
import { tutorial } from '../../sandbox/worlds.js';
import {
  deploy,
  type Parameters,
  type Resource,
  readTemplate,
  type Stack,
} from './cloudformation.js';

export type Side = 'central' | 'member';
export const KINDS = ['PlanRole', 'ApplyRole', 'VerifyRole'] as const;
export type Kind = (typeof KINDS)[number];

export type Role = {
  readonly side: Side;
  readonly kind: Kind;
  readonly account: string;
  readonly name: string;
  readonly trust: PolicyDocument;
  readonly statements: readonly Statement[];
};

export type Statement = {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string;
};

/** One action that one statement of a role allows. */
export type Permission = Pick<Role, 'side' | 'kind'> & {
  readonly sid: string;
  readonly action: string;
};

export const SIDES = ['central', 'member'] as const;

export const TEMPLATES = {
  provider: readTemplate('templates/oidc-provider.yaml'),
  central: readTemplate('templates/central-role.yaml'),
  member: readTemplate('templates/member-role.yaml'),
} as const;

const ACCOUNTS = { central: tutorial.ids.SEC, member: tutorial.ids.DEV } as const;

const [RepositoryOwner = '', RepositoryName = ''] = tutorial.repository.fullName.split('/');
const REPOSITORY = {
  RepositoryOwner,
  RepositoryOwnerId: tutorial.repository.ownerId,
  RepositoryName,
  RepositoryId: tutorial.repository.id,
};
const NEEDED = {
  central: { ...REPOSITORY, BucketName: tutorial.bucket },
  member: REPOSITORY,
} as const;

/** The stack of one side in the tutorial's account, with the parameters that it must have and those given. */
export function stackOf(side: Side, given: Parameters = {}, partition = 'aws'): Stack {
  const place = { account: ACCOUNTS[side], partition };
  return deploy(TEMPLATES[side], place, { ...NEEDED[side], ...given });
}

/** The roles of one side's stack. */
export function rolesOf(side: Side, given: Parameters = {}): readonly Role[] {
  const { resources } = stackOf(side, given);
  return KINDS.flatMap((kind) => {
    const properties = resources[kind]?.Properties;
    if (properties === undefined) return [];
    return {
      side,
      kind,
      account: ACCOUNTS[side],
      name: String(properties['RoleName']),
      trust: properties['AssumeRolePolicyDocument'] as PolicyDocument,
      statements: statementsOf(properties, resources),
    };
  });
}

/** Those of the managed policies it names, then those of its own. */
function statementsOf(
  properties: Resource['Properties'],
  resources: Stack['resources'],
): readonly Statement[] {
  const managed = (properties['ManagedPolicyArns'] ?? []) as readonly string[];
  const own = (properties['Policies'] ?? []) as readonly Resource['Properties'][];
  const holders = [...managed.map((id) => resources[id]?.Properties ?? {}), ...own];
  return holders.flatMap((holder) => {
    const { Statement } = holder['PolicyDocument'] as { readonly Statement: readonly Statement[] };
    return Statement;
  });
}

export const arnOf = ({ account, name }: Role): string => `arn:aws:iam::${account}:role/${name}`;

/** Registers GitHub's tokens in the role's account and creates the role there. Returns its ARN. */
export function install({ world }: Pick<Sandbox, 'world'>, role: Role): string {
  const { account, name, trust, statements } = role;
  world.createOidcProvider({ account });
  const policy = { Version: '2012-10-17', Statement: statements };
  return world.createRole({ account, name, trust, policy });
}

const actionsOf = ({ Action }: Statement): readonly string[] => [Action].flat();

export function permissionsOf(role: Role): readonly Permission[] {
  const { side, kind, statements } = role;
  return statements.flatMap((statement) =>
    actionsOf(statement).map((action) => ({ side, kind, sid: statement.Sid, action })),
  );
}

/** The same roles, of which one has one permission less. */
export function without(roles: readonly Role[], less: Permission): readonly Role[] {
  return roles.map((role) => {
    if (role.side !== less.side || role.kind !== less.kind) return role;
    const statements = role.statements.flatMap((statement) => {
      if (statement.Sid !== less.sid) return statement;
      const Action = actionsOf(statement).filter((action) => action !== less.action);
      return Action.length === 0 ? [] : { ...statement, Action };
    });
    return { ...role, statements };
  });
}

/** Of the central account, in the bucket's Region. */
export const KEY =
  'arn:aws:kms:ap-northeast-2:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** What turns a switch on: a parameter by which the roles get permissions that onboarding does not need. */
export const SWITCHES: { readonly [S in Side]: { readonly [name: string]: Parameters } } = {
  central: {
    AllowOffboard: { AllowOffboard: 'true' },
    AllowBootstrap: { AllowBootstrap: 'true' },
    AllowTrailSettings: { AllowBootstrap: 'true', AllowTrailSettings: 'true' },
    SnsTopicName: { AllowBootstrap: 'true', SnsTopicName: 'trails' },
    CloudWatchLogsRole: {
      AllowBootstrap: 'true',
      CloudWatchLogsRole: 'CloudTrailToCloudWatchLogs',
    },
    KmsKeyArn: { KmsKeyArn: KEY },
    AllowKeyPolicy: { AllowKeyPolicy: 'true', KmsKeyArn: KEY },
    AllowVerify: { AllowVerify: 'true' },
    AllowVerifyRole: { AllowVerifyRole: 'true' },
    AllowAudit: { AllowAudit: 'true' },
  },
  member: {
    AllowTrailSettings: { AllowTrailSettings: 'true' },
    SnsTopicName: { SnsTopicName: 'trails' },
    CloudWatchLogsRole: { CloudWatchLogsRole: 'CloudTrailToCloudWatchLogs' },
    AllowOffboard: { AllowOffboard: 'true' },
  },
};

/** Parameters with every switch of a side on. */
export function everySwitch(side: Side): Parameters {
  return Object.assign({}, ...Object.values(SWITCHES[side])) as Parameters;
}
