// The inline session policies: what each role may do while this run holds it. They mirror the calls that this operation with
// these inputs can come to, and no more; IAM grants the intersection with the role's own policy, so in a dry run a write is
// refused by IAM even if the code tried one. STS takes at most 2,048 characters.

import { mayKeepKey, namedKeys } from '../plan/observe-keys.js';
import type { Member, Mode, Request } from '../request/request.js';
import { trailArn } from '../trail/settings.js';

export type Permission = {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition?: object;
};

export function policy(statements: readonly Permission[]): string {
  const allowed = statements
    .filter(({ actions, resources }) => actions.length > 0 && resources.length > 0)
    .map(({ actions, resources, condition }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
      ...(condition === undefined ? {} : { Condition: condition }),
    }));
  return JSON.stringify({ Version: '2012-10-17', Statement: allowed });
}

type Asked = Pick<Request, 'operation' | 'mode' | 'central' | 'members' | 'manageKeyPolicy'>;

/** What the roles of a run may do, as session policies. */
export type RolePermissions = {
  readonly central: (request: Request, partition: string) => string;
  readonly member: (request: Request, member: Member, partition: string) => string;
};

/** For planning and applying. */
export const OPERATION: RolePermissions = {
  central: (request, partition) => centralPermissions(request, partition),
  member: (request, member, partition) => memberPermissions(purposeOf(request), member, partition),
};

export function centralPermissions(asked: Asked, partition: string): string {
  const { operation, mode, central, members } = asked;
  const leaves = members.some(({ state }) => state !== 'present');
  const own = members.filter(({ accountId }) => accountId === central.accountId);
  const readsSettings = own.length > 0 || operation === 'audit';
  const read = ['s3:GetBucketPolicy', ...(readsSettings ? READ_SETTINGS : [])];
  const write = [
    's3:PutBucketPolicy',
    ...(leaves ? ['s3:DeleteBucketPolicy'] : []),
    ...(own.length > 0 ? WRITE_SETTINGS : []),
  ];
  return policy([
    {
      actions: [...read, ...(mode === 'apply' ? write : [])],
      resources: [`arn:${partition}:s3:::${central.bucket}`],
    },
    ...(operation === 'audit' ? [listing(central, partition)] : []),
    ...own.flatMap((member) => trailStatements(purposeOf(asked), member, partition)),
    ...keyStatements(asked, partition),
  ]);
}

/** The keys that the inputs name; all of the bucket's Region only where a trail may have one that they do not name. */
function keyStatements(asked: Asked, partition: string): readonly Permission[] {
  const { mode, central, members, manageKeyPolicy } = asked;
  const own = `arn:${partition}:kms:${central.bucketRegion}:${central.accountId}:key/`;
  const named = namedKeys(asked).filter((arn) => arn.startsWith(own));
  const looked = members.some((member) => mayKeepKey(asked, member)) ? [`${own}*`] : named;
  const write = mode === 'apply' && manageKeyPolicy ? ['kms:PutKeyPolicy'] : [];
  return [
    { actions: ['kms:DescribeKey', 'kms:GetKeyPolicy'], resources: looked },
    { actions: write, resources: named },
  ];
}

/** The keys of logs. Where no prefix is mentioned, trails may have their own. */
function listing({ bucket, prefix }: Asked['central'], partition: string): Permission {
  const logs = prefix === undefined ? ['AWSLogs/*', '*/AWSLogs/*'] : [prefixed(prefix)];
  return {
    actions: ['s3:ListBucket'],
    resources: [`arn:${partition}:s3:::${bucket}`],
    condition: { StringLike: { 's3:prefix': logs } },
  };
}

const prefixed = (prefix: string): string => `${prefix === '' ? '' : `${prefix}/`}AWSLogs/*`;

/** For an audit, and for a bootstrap, which is told by the central account being a member of its own. */
const READ_SETTINGS = [
  's3:GetBucketOwnershipControls',
  's3:GetBucketPublicAccessBlock',
  's3:GetBucketVersioning',
  's3:GetEncryptionConfiguration',
];
const WRITE_SETTINGS = [
  's3:CreateBucket',
  's3:PutBucketOwnershipControls',
  's3:PutBucketPublicAccessBlock',
  's3:PutBucketVersioning',
  's3:PutEncryptionConfiguration',
];

/** An audit looks at less than a plan: it takes no step that another tool's tags or a topic's policy could matter for. */
type Purpose = Mode | 'audit';

const purposeOf = ({ operation, mode }: Pick<Request, 'operation' | 'mode'>): Purpose =>
  operation === 'audit' ? operation : mode;

export function memberPermissions(purpose: Purpose, member: Member, partition: string): string {
  return policy(trailStatements(purpose, member, partition));
}

/** `DescribeTrails` has no resource level; the others are held to the trails that the inputs name. */
function trailStatements(
  purpose: Purpose,
  member: Member,
  partition: string,
): readonly Permission[] {
  const { name, replaces } = member.trail;
  const arn = (trail: string): string =>
    trailArn(partition, member.region, member.accountId, trail);
  return [
    { actions: ['cloudtrail:DescribeTrails'], resources: ['*'] },
    {
      actions: [
        ...reads(member, false),
        ...(purpose === 'audit' && !member.trail.extras.tags ? [] : ['cloudtrail:ListTags']),
        ...(purpose === 'apply' ? writes(member) : []),
      ],
      resources: [arn(name)],
    },
    ...(replaces === undefined
      ? []
      : [
          {
            actions: [
              ...reads(member, true),
              'cloudtrail:ListTags',
              ...(purpose === 'apply' ? RETIREMENT : []),
            ],
            resources: [arn(replaces)],
          },
        ]),
    ...(purpose === 'audit' ? [] : readTopic(member, partition)),
    ...(purpose === 'apply' ? passRole(member, partition) : []),
  ];
}

const RETIREMENT = ['cloudtrail:StopLogging', 'cloudtrail:DeleteTrail'];

function reads({ trail: { extras } }: Member, all: boolean): readonly string[] {
  return [
    'cloudtrail:GetTrailStatus',
    ...(all || extras.eventSelectors ? ['cloudtrail:GetEventSelectors'] : []),
    ...(all || extras.insightSelectors ? ['cloudtrail:GetInsightSelectors'] : []),
  ];
}

function writes({ state, trail: { extras, replaces } }: Member): readonly string[] {
  if (state !== 'present') return RETIREMENT;
  // A trail that takes another's place gets whatever the other has.
  const all = replaces !== undefined;
  return [
    'cloudtrail:CreateTrail',
    'cloudtrail:UpdateTrail',
    'cloudtrail:StartLogging',
    ...(all || extras.eventSelectors ? ['cloudtrail:PutEventSelectors'] : []),
    ...(all || extras.insightSelectors ? ['cloudtrail:PutInsightSelectors'] : []),
    ...(all || extras.tags ? ['cloudtrail:AddTags'] : []),
    ...(extras.tags ? ['cloudtrail:RemoveTags'] : []),
  ];
}

/** The policy of the topic that a trail is to announce its logs on, or of one that it takes over. */
function readTopic({ state, trail }: Member, partition: string): readonly Permission[] {
  const { snsTopicArn: topic } = trail.settings;
  const inherited = trail.replaces === undefined ? undefined : `arn:${partition}:sns:*:*:*`;
  const resource = topic ?? inherited;
  if (state !== 'present' || resource === undefined || resource === '') return [];
  return [{ actions: ['sns:GetTopicAttributes'], resources: [resource] }];
}

/** CloudTrail is handed the role that writes to CloudWatch Logs; nobody else may be. */
function passRole({ state, accountId, trail }: Member, partition: string): readonly Permission[] {
  const { cloudWatchRoleArn: role } = trail.settings;
  const inherited =
    trail.replaces === undefined ? undefined : `arn:${partition}:iam::${accountId}:role/*`;
  const resource = role === undefined ? inherited : role;
  if (state !== 'present' || resource === undefined || resource === '') return [];
  const condition = { StringEquals: { 'iam:PassedToService': 'cloudtrail.amazonaws.com' } };
  return [{ actions: ['iam:PassRole'], resources: [resource], condition }];
}

// Leaves room for the frame below 2,048 characters.
const ROLE_LIST_LIMIT = 1_800;

/** What the hub role is for: taking these roles. Many become one pattern, with `*` for the account's ID, for STS's limit. */
export function hubPermissions(roleArns: readonly string[]): string {
  const fits = JSON.stringify(roleArns).length <= ROLE_LIST_LIMIT;
  const resources = fits
    ? roleArns
    : [...new Set(roleArns.map((arn) => arn.replaceAll(arn.split(':')[4] ?? '', '*')))];
  return policy([{ actions: ['sts:AssumeRole'], resources }]);
}
