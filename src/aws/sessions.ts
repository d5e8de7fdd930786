// Takes the roles: one OIDC token, all roles at the same time, each with its own session policy, straight or by way of the
// hub role. A session whose account is not the one it is for is refused before anything else is asked of AWS.

import {
  AssumeRoleCommand,
  type AssumeRoleCommandOutput,
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandOutput,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import { inParallel } from '../plan/in-parallel.js';
import type { Session } from '../plan/ports.js';
import { UserError, userError } from '../problem.js';
import type { Member, Request } from '../request/request.js';
import { type AwsClientOptions, asked } from './call.js';
import { hubPermissions, type RolePermissions } from './permissions.js';
import { tokenRefused } from './trust.js';

/** A session with what signs its calls; no `credentials` means those in the environment. */
export type TakenSession = Session & { readonly credentials?: AwsCredentialIdentity };

export type Sessions = {
  readonly central: TakenSession;
  /** By account ID. One account's failure is its own; the others are not held back by it. */
  readonly members: ReadonlyMap<string, TakenSession | UserError>;
};

/** What STS is reached with, and where the job's OIDC token comes from. */
export type SessionSource = {
  readonly client: Omit<AwsClientOptions, 'region' | 'credentials'>;
  readonly idToken: (audience: string) => Promise<string>;
  /** Keeps a secret out of the log. */
  readonly mask: (secret: string) => void;
};

type Wanted = {
  readonly accountId: string;
  readonly roleArn: string | undefined;
  readonly region: string;
  readonly permissions: (partition: string) => string;
};

// The shortest that STS gives; a run lasts seconds, and a stolen session should not last longer than it must.
const SESSION_SECONDS = 900;

/** @throws UserError where the token, the hub role or the central role cannot be had. */
export async function takeRoles(
  request: Request,
  source: SessionSource,
  permissions: RolePermissions,
): Promise<Sessions> {
  const { central, members, maxParallel } = request;
  const take = await roleTaker(request, source);
  const centralSession = take({
    accountId: central.accountId,
    roleArn: central.roleArn,
    region: central.bucketRegion,
    permissions: (partition) => permissions.central(request, partition),
  });
  const memberSessions = inParallel(maxParallel, enteredMembers(request), async (member) => {
    const { accountId, roleArn, region } = member;
    const own = (partition: string): string => permissions.member(request, member, partition);
    const session = take({ accountId, roleArn, region, permissions: own });
    return [accountId, await session.catch(ownFailure)] as const;
  });
  const [taken, entries] = await Promise.all([centralSession.catch(ownFailure), memberSessions]);
  if (taken instanceof UserError) throw together(taken, entries);
  const own = members.some(({ accountId }) => accountId === central.accountId);
  return {
    central: taken,
    members: new Map(own ? [[central.accountId, taken], ...entries] : entries),
  };
}

/** Those that need a session of their own: the central account's own trail is reached with the central one. */
function enteredMembers({ central, members }: Request): readonly Member[] {
  return members.filter(
    ({ state, accountId }) => state !== 'closed' && accountId !== central.accountId,
  );
}

/** The central account's failure ends the run; the others' are told with it, to be mended in one go. */
function together(
  central: UserError,
  members: readonly (readonly [string, TakenSession | UserError])[],
): UserError {
  const others = members.flatMap(([, taken]) => (taken instanceof UserError ? [taken] : []));
  return new UserError(
    [central, ...others].flatMap(({ findings }) => findings),
    { cause: central },
  );
}

function ownFailure(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}

type Take = (wanted: Wanted) => Promise<TakenSession>;

/** The client of a Region's STS, one for all roles that are taken there. */
type Sts = (region: string) => STSClient;

function stsClients(options: Omit<AwsClientOptions, 'region'>): Sts {
  const clients = new Map<string, STSClient>();
  return (region) => {
    const client = clients.get(region) ?? new STSClient({ ...options, region });
    clients.set(region, client);
    return client;
  };
}

/** Decides once how roles are taken: not at all, with the token, or from the hub. */
async function roleTaker(request: Request, source: SessionSource): Promise<Take> {
  const { access, central } = request;
  const roleArns = [central.roleArn, ...enteredMembers(request).map((m) => m.roleArn)].filter(
    (arn) => arn !== undefined,
  );
  const sts = stsClients(source.client);
  const ambient: Take = (wanted) => environmentSession(wanted, sts);
  if (roleArns.length === 0) return ambient;
  const token = await source.idToken(access.audience);
  const withToken = (wanted: Wanted & { readonly roleArn: string }): Promise<TakenSession> =>
    assumeWithToken(wanted, token, access.sessionName, source, sts);
  if (access.hubRoleArn === undefined)
    return (wanted) =>
      wanted.roleArn === undefined
        ? ambient(wanted)
        : withToken({ ...wanted, roleArn: wanted.roleArn });
  const hub = await withToken({
    accountId: access.hubRoleArn.split(':')[4] ?? '',
    roleArn: access.hubRoleArn,
    region: central.bucketRegion,
    permissions: () => hubPermissions(roleArns),
  });
  const hubSts = stsClients({ ...source.client, ...credentialsOf(hub) });
  return (wanted) =>
    wanted.roleArn === undefined
      ? ambient(wanted)
      : assumeFromHub({ ...wanted, roleArn: wanted.roleArn }, request, source, hubSts);
}

const partitionOf = (arn: string): string => arn.split(':')[1] ?? 'aws';

async function assumeWithToken(
  wanted: Wanted & { readonly roleArn: string },
  token: string,
  sessionName: string,
  source: SessionSource,
  sts: Sts,
): Promise<TakenSession> {
  const { roleArn, accountId, region, permissions } = wanted;
  const command = new AssumeRoleWithWebIdentityCommand({
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    WebIdentityToken: token,
    Policy: permissions(partitionOf(roleArn)),
    DurationSeconds: SESSION_SECONDS,
  });
  const call = { action: 'sts:AssumeRoleWithWebIdentity', accountId, resource: roleArn };
  const answer = await asked(call, () => sts(region).send(command)).catch((error: unknown) => {
    throw tokenRefused(error, roleArn, accountId, token);
  });
  return sessionOf(accountId, answer, source);
}

async function assumeFromHub(
  wanted: Wanted & { readonly roleArn: string },
  { access }: Request,
  source: SessionSource,
  sts: Sts,
): Promise<TakenSession> {
  const { roleArn, accountId, region, permissions } = wanted;
  const command = new AssumeRoleCommand({
    RoleArn: roleArn,
    RoleSessionName: access.sessionName,
    Policy: permissions(partitionOf(roleArn)),
    DurationSeconds: SESSION_SECONDS,
    ExternalId: access.externalId,
  });
  const call = { action: 'sts:AssumeRole', accountId, resource: roleArn };
  const answer = await asked(call, () => sts(region).send(command));
  return sessionOf(accountId, answer, source);
}

async function environmentSession({ accountId, region }: Wanted, sts: Sts): Promise<TakenSession> {
  const call = { action: 'sts:GetCallerIdentity', accountId, resource: 'the environment' };
  const answer = await asked(call, () => sts(region).send(new GetCallerIdentityCommand({})));
  checkAccount(accountId, answer.Arn);
  return { accountId, partition: partitionOf(answer.Arn ?? ''), limited: false };
}

function sessionOf(
  accountId: string,
  answer: AssumeRoleCommandOutput | AssumeRoleWithWebIdentityCommandOutput,
  { mask }: SessionSource,
): TakenSession {
  const arn = answer.AssumedRoleUser?.Arn;
  checkAccount(accountId, arn);
  const secretAccessKey = answer.Credentials?.SecretAccessKey ?? '';
  const sessionToken = answer.Credentials?.SessionToken ?? '';
  mask(secretAccessKey);
  mask(sessionToken);
  const accessKeyId = answer.Credentials?.AccessKeyId ?? '';
  return {
    accountId,
    partition: partitionOf(arn ?? ''),
    limited: true,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
  };
}

/** STS's own answer tells whose session it is, so no further call is needed to know. */
function checkAccount(expected: string, arn: string | undefined): void {
  const actual = arn?.split(':')[4];
  if (actual === expected) return;
  throw userError({
    code: 'wrong-account',
    account: expected,
    message: `The credentials belong to account ${actual ?? '(unknown)'}; account ${expected} is expected.`,
    remedy:
      'Check the account IDs and roles. Where a role input is empty, the credentials in the environment are used: they must belong to that account.',
  });
}

/** Client options that sign with this session; nothing, where the environment's credentials are to be used. */
export function credentialsOf({ credentials }: TakenSession): {
  readonly credentials?: AwsCredentialIdentity;
} {
  return credentials === undefined ? {} : { credentials };
}
