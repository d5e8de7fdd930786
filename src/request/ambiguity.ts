// What inputs say of each other. Each value is well-formed by now; here it is asked whether together they can mean only one
// thing. What could be meant in two ways is a fault, for a wrong guess would be written into an audit bucket's policy.

import type { Finding } from '../policy/index.js';
import type { RunEvent } from './event.js';
import { inputFault } from './fault.js';
import type { InputName } from './names.js';
import type { Request } from './request.js';
import type { Complaint } from './said.js';

/** How a fault of what is said is told: of the run as a whole, or of one account. */
export type About = (input: InputName, accountId?: string) => Complaint;

/** One finding for each contradiction, in the order a reader meets the inputs. */
export function checkTogether(request: Request, event: RunEvent, about: About): readonly Finding[] {
  return [
    ...roleAccounts(request, about),
    ...(request.operation === 'bootstrap' ? [] : memberAccounts(request, about)),
    ...credentials(request),
    ...partitions(request),
    ...organization(request),
    ...cloudWatch(request, about),
    ...keyPolicy(request),
    ...operations(request),
    ...replacements(request, about),
    ...forks(request, event),
  ];
}

const accountOf = (roleArn: string): string => roleArn.split(':')[4] ?? '';
const partitionOf = (roleArn: string): string => roleArn.split(':')[1] ?? '';

function roleAccounts({ central, members }: Request, about: About): readonly Finding[] {
  const roles = [
    { input: 'central-role-arn' as const, arn: central.roleArn, accountId: central.accountId },
    ...members.map(({ roleArn: arn, accountId }) => ({
      input: 'member-role-arn' as const,
      arn,
      accountId,
    })),
  ];
  return roles.flatMap(({ input, arn, accountId }) =>
    arn === undefined || accountOf(arn) === accountId
      ? []
      : [
          about(input, accountId)(
            `is a role of account ${accountOf(arn)}, but it is for account ${accountId}`,
            `Give a role of ${accountId}${input === 'member-role-arn' ? "; with several accounts write {account-id} where the account's ID stands" : ''}.`,
          ),
        ],
  );
}

function memberAccounts({ central, members }: Request, about: About): readonly Finding[] {
  const ids = members.map((member) => member.accountId);
  const twice = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  const faults = twice.map((id) =>
    inputFault('member-account-id', `names ${id} twice`, 'Name each account once.'),
  );
  if (!ids.includes(central.accountId)) return faults;
  return [
    ...faults,
    about('member-account-id', central.accountId)(
      `names ${central.accountId}, the central account`,
      'A member is an account other than the one that owns the bucket. Check which of the two IDs is wrong.',
    ),
  ];
}

function credentials({ central, members, access }: Request): readonly Finding[] {
  const faults: Finding[] = [];
  const bare = members.find(
    ({ roleArn, state, accountId }) =>
      roleArn === undefined && state !== 'closed' && accountId !== central.accountId,
  );
  if (central.roleArn === undefined && bare !== undefined)
    faults.push(
      inputFault(
        'central-role-arn',
        'and member-role-arn are both empty, but one set of credentials cannot be of two accounts',
        'Give at least one of the two roles.',
      ),
    );
  if (members.length > 1 && bare !== undefined)
    faults.push(
      inputFault(
        'member-role-arn',
        'is empty, but several member accounts are named',
        'Give a role with {account-id} where the account stands.',
      ),
    );
  if (access.externalId !== undefined && access.hubRoleArn === undefined)
    faults.push(
      inputFault(
        'external-id',
        'is given without hub-role-arn',
        'A role taken with an OIDC token has no external ID. Give hub-role-arn too, or leave external-id out.',
      ),
    );
  return faults;
}

/** ARNs of several partitions cannot work together: one bucket policy, one Region's endpoints. */
function partitions({ central, members, access }: Request): readonly Finding[] {
  const arns = [central.roleArn, access.hubRoleArn, ...members.map((m) => m.roleArn)];
  const found = new Set(arns.filter((arn) => arn !== undefined).map(partitionOf));
  // A Region that both inputs mean is told once, as the trails'.
  const regions = new Map([
    [central.bucketRegion, 'bucket-region'],
    ...members.map(({ region }) => [region, 'region'] as const),
  ]);
  if (found.size > 1)
    return [
      inputFault(
        'central-role-arn',
        `and the other roles are of different partitions (${[...found].toSorted().join(', ')})`,
        'Roles, bucket and trails must be of one partition.',
      ),
    ];
  const [only] = found;
  if (only === undefined) return [];
  const foreign = [...regions].filter(([region]) => isolatedPartition(region) !== isolated(only));
  return foreign.map(([region, input]) =>
    inputFault(
      input,
      `is ${region}, which is not a Region of the roles' partition ${only}`,
      'Give a Region of that partition, or roles of the other.',
    ),
  );
}

// Only partitions whose Regions have a prefix of their own are told apart; a new partition passes.
const isolated = (partition: string): string | null =>
  ({ 'aws-cn': 'cn', 'aws-us-gov': 'us-gov' })[partition] ?? null;
const isolatedPartition = (region: string): string | null =>
  /^(?:cn|us-gov)(?=-)/.exec(region)?.[0] ?? null;

function organization({ layout, organizationId }: Request): readonly Finding[] {
  if (layout !== 'organization' || organizationId !== undefined) return [];
  return [
    inputFault(
      'organization-id',
      'is missing',
      'policy-layout: organization admits every account of one organization. Give its ID, or choose another layout.',
    ),
  ];
}

/** CloudTrail takes both or neither, and only of the trail's own account. */
function cloudWatch({ members }: Request, about: About): readonly Finding[] {
  return members.flatMap(({ accountId, trail: { settings } }) => {
    const { cloudWatchLogGroupArn: group, cloudWatchRoleArn: role } = settings;
    if (group === undefined && role === undefined) return [];
    const given = [group, role].flatMap((arn) => (arn === undefined || arn === '' ? [] : [arn]));
    if (given.length === 1 || (group === undefined) !== (role === undefined))
      return [
        about('cloudwatch-role-arn', accountId)(
          'and cloudwatch-log-group-arn go together',
          "Give both, or 'none' for both.",
        ),
      ];
    return given
      .filter((arn) => accountOf(arn) !== accountId)
      .map((arn) =>
        about('cloudwatch-log-group-arn', accountId)(
          `or its role is of account ${accountOf(arn)}, but the trail is of ${accountId}`,
          'Log group and role must be of the member account; {account-id} stands for it.',
        ),
      );
  });
}

/** Only a key that is named can be written, and KMS lets nobody outside a key's account write its policy. */
function keyPolicy(request: Request): readonly Finding[] {
  const { operation, manageKeyPolicy, members, central } = request;
  // What an audit makes of it is told by itself.
  if (!manageKeyPolicy || operation === 'audit') return [];
  const named = members.map(({ trail }) => trail.settings.kmsKeyArn ?? '');
  const keys = [...new Set(named)].filter((arn) => arn !== '');
  if (keys.length === 0)
    return [
      inputFault(
        'manage-kms-key-policy',
        'is given without kms-key-arn',
        'Name the key whose policy is to be merged, or leave manage-kms-key-policy out.',
      ),
    ];
  return keys
    .filter((arn) => accountOf(arn) !== central.accountId)
    .map((arn) =>
      inputFault(
        'manage-kms-key-policy',
        `is given, but ${arn} is a key of account ${accountOf(arn)}`,
        'Only a key of the central account can be managed. Leave it out: the run then shows what the key policy must grant.',
      ),
    );
}

/** Inputs that say something only of one operation. */
function operations({ operation, failOn }: Request): readonly Finding[] {
  const faults: Finding[] = [];
  const isAudit = operation === 'audit';
  if (failOn === 'drift' && !isAudit)
    faults.push(
      inputFault(
        'fail-on',
        "is 'drift', which only an audit finds",
        "Set operation to 'audit', or fail-on to 'changes'.",
      ),
    );
  if (failOn === 'changes' && isAudit)
    faults.push(
      inputFault(
        'fail-on',
        "is 'changes', but an audit has no plan",
        "Set fail-on to 'drift': the step then fails on any finding of the audit.",
      ),
    );
  return faults;
}

function replacements({ members }: Request, about: About): readonly Finding[] {
  return members
    .filter(({ trail }) => trail.replaces === trail.name)
    .map(({ accountId }) =>
      about('replaces-trail', accountId)(
        'and trail-name are the same',
        'Give the name of the older trail.',
      ),
    );
}

function forks(request: Request, event: RunEvent): readonly Finding[] {
  if (event.name !== 'pull_request_target' || !event.fork || request.mode !== 'apply') return [];
  return [
    inputFault(
      'dry-run',
      'is false on pull_request_target from a fork, where anybody could make this job write',
      'Leave dry-run out, or apply on push.',
    ),
  ];
}
