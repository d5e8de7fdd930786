// Takes the roles, each with its own session policy, straight with the job's OIDC token or by way of the hub role. A session
// is taken when it is first needed and anew before it ends, with a fresh token. One whose account is not the one it is for is
// refused before anything else is asked of AWS.

import {
  AssumeRoleCommand,
  type AssumeRoleCommandOutput,
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandOutput,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import type { Session } from '../plan/ports.js';
import { CallFailure, UserError, userError } from '../problem.js';
import type { Member, Request } from '../request/request.js';
import { asked, unreadable } from './call.js';
import { type AwsClientOptions, clientOf, isExpired, type TakenRole } from './client.js';
import { type Kept, kept } from './kept.js';
import { hubPermissions, type RolePermissions } from './permissions.js';
import { tokenRefused } from './trust.js';

/** A session that is taken when somebody asks for it. */
export type OpenSession = {
  readonly accountId: string;
  /** Whose it is. @throws UserError where it cannot be had */
  readonly identity: () => Promise<Session>;
  /** What signs its calls; left out for the credentials in the environment. */
  readonly role?: Kept<TakenRole>;
};

export type Sessions = {
  readonly central: OpenSession & Session;
  /** By account ID. One account's failure is its own; the others are not held back by it. */
  readonly members: ReadonlyMap<string, OpenSession>;
};

/** What STS is reached with, and where the job's OIDC token comes from. */
export type SessionSource = {
  readonly client: Omit<AwsClientOptions, 'region' | 'session'>;
  readonly idToken: (audience: string) => Promise<string>;
  /** Keeps a secret out of the log. */
  readonly mask: (secret: string) => void;
  /** Milliseconds that only grow. */
  readonly now: () => number;
};

type Wanted = {
  readonly accountId: string;
  readonly region: string;
  readonly permissions: (partition: string) => string;
};

type WantedRole = Wanted & { readonly roleArn: string };

/** The shortest that STS gives: a stolen session should not last longer than it must. */
const SESSION_SECONDS = 900;
/** Milliseconds. A call that is begun right before the next one is taken, with all its retries, ends in time. */
const SESSION_KEPT = 600_000;
/** Milliseconds. GitHub's tokens can be used for five minutes. */
const TOKEN_KEPT = 120_000;

/**
 * Takes the central role and, beside it, the first of the members' roles, which are needed next. The others are taken when
 * their turn comes.
 *
 * @throws UserError where the token, the hub role or the central role cannot be had.
 */
export async function takeRoles(
  request: Request,
  source: SessionSource,
  permissions: RolePermissions,
): Promise<Sessions> {
  const { central, members, maxParallel } = request;
  const open = opener(request, source);
  const session = open(central.roleArn, {
    accountId: central.accountId,
    region: central.bucketRegion,
    permissions: (partition) => permissions.central(request, partition),
  });
  const others = enteredMembers(request).map((member) => {
    const own = (partition: string): string => permissions.member(request, member, partition);
    return open(member.roleArn, { ...member, permissions: own });
  });
  const first = Promise.allSettled(others.slice(0, maxParallel).map((one) => one.identity()));
  const identity = await session.identity().catch(async (error: unknown) => {
    throw together(error, await first);
  });
  const known = { ...session, ...identity };
  const isMember = members.some(({ accountId }) => accountId === central.accountId);
  const entered: readonly OpenSession[] = isMember ? [known, ...others] : others;
  return { central: known, members: new Map(entered.map((one) => [one.accountId, one])) };
}

/** Those that need a session of their own: the central account's own trail is reached with the central one. */
function enteredMembers({ central, members }: Request): readonly Member[] {
  return members.filter(
    ({ state, accountId }) => state !== 'closed' && accountId !== central.accountId,
  );
}

/** The central account's failure ends the run; those that are known by then are told with it, to be mended in one go. */
function together(central: unknown, others: readonly PromiseSettledResult<unknown>[]): unknown {
  if (!(central instanceof UserError)) return central;
  const reasons = others.map((taken): unknown => taken.status === 'rejected' && taken.reason);
  // What all of them need, the token or the hub, fails them all with the same error.
  const failures = new Set([central, ...reasons.filter((reason) => reason instanceof UserError)]);
  return new UserError(
    [...failures].flatMap(({ findings }) => findings),
    { cause: central },
  );
}

type Open = (roleArn: string | undefined, wanted: Wanted) => OpenSession;

/** Decides once how roles are taken: not at all, with the token, or from the hub. */
function opener(request: Request, source: SessionSource): Open {
  const { access } = request;
  const token = kept(() => source.idToken(access.audience), TOKEN_KEPT, source.now);
  const sts = stsClients(source);
  const withToken = (wanted: WantedRole): OpenSession =>
    roleSession(wanted, source, () => assumeWithToken(wanted, token, request, sts));
  const hub = access.hubRoleArn === undefined ? null : withToken(hubOf(access.hubRoleArn, request));
  return (roleArn, wanted) => {
    if (roleArn === undefined) return environmentSession(wanted, source);
    const role = { ...wanted, roleArn };
    if (hub === null) return withToken(role);
    return roleSession(role, source, () => assumeFromHub(role, hub, request, source));
  };
}

function hubOf(roleArn: string, request: Request): WantedRole {
  const { central } = request;
  const roles = [central.roleArn, ...enteredMembers(request).map((member) => member.roleArn)];
  return {
    accountId: roleArn.split(':')[4] ?? '',
    roleArn,
    region: central.bucketRegion,
    permissions: () => hubPermissions(roles.filter((role) => role !== undefined)),
  };
}

const partitionOf = (arn: string): string => arn.split(':')[1] ?? 'aws';

type Assumed = AssumeRoleCommandOutput | AssumeRoleWithWebIdentityCommandOutput;

function roleSession(
  { accountId }: Wanted,
  { mask, now }: SessionSource,
  assume: () => Promise<Assumed>,
): OpenSession {
  const take = async (): Promise<TakenRole> => takenRole(accountId, await assume(), mask);
  const role = kept(take, SESSION_KEPT, now);
  return { accountId, identity: role.get, role };
}

/** The client of a Region's STS. */
type Sts = (region: string) => STSClient;

/** One for all roles that are taken there with the token: what goes unsigned needs no client of its own. */
function stsClients({ client }: SessionSource): Sts {
  const clients = new Map<string, STSClient>();
  return (region) => {
    const sts = clients.get(region) ?? clientOf(STSClient, { ...client, region });
    clients.set(region, sts);
    return sts;
  };
}

/** A token that STS finds too old is replaced, once. */
async function assumeWithToken(
  wanted: WantedRole,
  token: Kept<string>,
  request: Request,
  sts: Sts,
): Promise<Assumed> {
  const { roleArn, accountId, region, permissions } = wanted;
  const call = { action: 'sts:AssumeRoleWithWebIdentity', accountId, resource: roleArn };
  const assume = (WebIdentityToken: string): Promise<Assumed> => {
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn,
      RoleSessionName: request.access.sessionName,
      WebIdentityToken,
      Policy: permissions(partitionOf(roleArn)),
      DurationSeconds: SESSION_SECONDS,
    });
    return asked(call, async () => usable(await sts(region).send(command)));
  };
  const used = await token.get();
  try {
    return await assume(used);
  } catch (error) {
    if (!(error instanceof CallFailure && isExpired(error.awsCode)))
      throw tokenRefused(error, roleArn, accountId, used);
  }
  token.drop(used);
  const fresh = await token.get();
  return assume(fresh).catch((error: unknown) => {
    throw tokenRefused(error, roleArn, accountId, fresh);
  });
}

async function assumeFromHub(
  { roleArn, accountId, region, permissions }: WantedRole,
  hub: OpenSession,
  { access }: Request,
  source: SessionSource,
): Promise<Assumed> {
  // Its failure is told as its own.
  await hub.identity();
  const sts = clientOf(STSClient, { ...source.client, region, ...signedBy(hub) });
  const command = new AssumeRoleCommand({
    RoleArn: roleArn,
    RoleSessionName: access.sessionName,
    Policy: permissions(partitionOf(roleArn)),
    DurationSeconds: SESSION_SECONDS,
    ExternalId: access.externalId,
  });
  const call = { action: 'sts:AssumeRole', accountId, resource: roleArn };
  return asked(call, async () => usable(await sts.send(command)));
}

/** The environment's credentials are renewed, if at all, by whatever put them there. */
function environmentSession({ accountId, region }: Wanted, source: SessionSource): OpenSession {
  const ask = async (): Promise<Session> => {
    const sts = clientOf(STSClient, { ...source.client, region });
    const call = { action: 'sts:GetCallerIdentity', accountId, resource: 'the environment' };
    const { Arn } = await asked(call, () => sts.send(new GetCallerIdentityCommand({})));
    checkAccount(accountId, Arn);
    return { accountId, partition: partitionOf(Arn ?? '') };
  };
  return { accountId, identity: kept(ask, Number.POSITIVE_INFINITY, source.now).get };
}

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * Nothing else can sign a call: no header holds it. Nor could it be kept out of the log, where a secret is one line.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html
 */
function usable(answer: Assumed): Assumed {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {};
  const parts = [AccessKeyId, SecretAccessKey, SessionToken];
  if (!parts.every((part) => VISIBLE_ASCII.test(part))) throw unreadable(answer);
  return answer;
}

function takenRole(
  accountId: string,
  { AssumedRoleUser, Credentials = {} as never }: Assumed,
  mask: SessionSource['mask'],
): TakenRole {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials;
  for (const secret of [SecretAccessKey, SessionToken, AccessKeyId]) mask(secret);
  checkAccount(accountId, AssumedRoleUser?.Arn);
  return {
    accountId,
    partition: partitionOf(AssumedRoleUser?.Arn ?? ''),
    credentials: {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    },
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

/** Client options that sign with this session. */
export const signedBy = ({ role }: OpenSession): Pick<AwsClientOptions, 'session'> =>
  role === undefined ? {} : { session: role };
