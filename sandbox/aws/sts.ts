// STS: takes roles with an OIDC token or from another principal, and says who a caller is. Whether a token is genuine is
// decided in oidc-token.ts; whether a trust policy admits its holder, by the evaluator.
// Codes and messages: STS API reference, and what GitHub workflows print in public threads.

import { type HttpRequest, Refusal, type XmlValue } from '../wire.js';
import { scopeOf } from './authentication.js';
import type { Aws, Named, Service } from './aws.js';
import { type Caller, grammarErrors, refusal, resourcePolicyAllows } from './iam.js';
import { verifyToken } from './oidc-token.js';
import { formOf, queryRefusal, queryReply, signedCaller } from './query-protocol.js';
import { openSession } from './sessions.js';
import type { PolicyDocument, Role } from './state.js';
import { STS_RATE } from './throttle.js';

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

export const sts: Service = {
  name: (request) => {
    const form = formOf(request);
    const role = form.get('RoleArn');
    return {
      operation: form.get('Action') ?? 'Unknown',
      write: false,
      ...(role !== null && { resource: role, account: role.split(':')[4] ?? '' }),
    };
  },
  answer: async (aws, request, named) =>
    queryReply(named.operation, await perform(aws, request, named), namespace),
  refuse: (error) => queryRefusal(error, namespace),
};

function perform(aws: Aws, request: HttpRequest, named: Named): Promise<XmlValue> | XmlValue {
  const form = formOf(request);
  requireRate(aws, request, named);
  switch (named.operation) {
    case 'AssumeRoleWithWebIdentity':
      return assumeRoleWithWebIdentity(aws, form);
    case 'AssumeRole':
      return assumeRole(aws, signedCaller(aws, request), form);
    case 'GetCallerIdentity':
      return callerIdentity(signedCaller(aws, request));
    default:
      throw new Refusal(400, 'InvalidAction', `Could not find operation ${named.operation}`);
  }
}

/** A role taken with a token counts in its own account, every other call in the caller's. */
function requireRate(aws: Aws, request: HttpRequest, named: Named): void {
  const withToken = named.operation === 'AssumeRoleWithWebIdentity';
  const account = withToken ? (named.account ?? '') : signedCaller(aws, request).account;
  const region = scopeOf(request)?.region ?? '';
  if (!aws.throttle({ account, region, counter: 'sts', perSecond: STS_RATE }))
    throw new Refusal(400, 'Throttling', 'Rate exceeded');
}

async function assumeRoleWithWebIdentity(aws: Aws, form: URLSearchParams): Promise<XmlValue> {
  const asked = await readSessionRequest(form);
  const claims = await verifyToken(aws, asked.account, form.get('WebIdentityToken') ?? '');
  const role = aws.state.roles.get(asked.roleArn);
  const denied = new Refusal(
    403,
    'AccessDenied',
    'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  );
  if (role === undefined) throw denied;
  const allowed = resourcePolicyAllows(claims.provider, {
    action: 'sts:AssumeRoleWithWebIdentity',
    resource: role.arn,
    resourceAccount: role.account,
    resourcePolicy: role.trust,
    context: { ...claims.context, 'sts:RoleSessionName': asked.sessionName },
  });
  if (!allowed) throw denied;
  return {
    ...sessionResult(aws, role, asked, role.maxSessionSeconds),
    SubjectFromWebIdentityToken: claims.subject,
    Audience: claims.audience,
    Provider: claims.provider,
  };
}

async function assumeRole(aws: Aws, caller: Caller, form: URLSearchParams): Promise<XmlValue> {
  const asked = await readSessionRequest(form);
  const externalId = form.get('ExternalId');
  if (externalId !== null) requireForm('externalId', externalId, /^[\w+=,.@:/-]{2,1224}$/);
  const role = aws.state.roles.get(asked.roleArn);
  const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${asked.roleArn}`;
  if (role === undefined) throw new Refusal(403, 'AccessDenied', message);
  const denied = await refusal(caller, {
    action: 'sts:AssumeRole',
    resource: role.arn,
    resourceAccount: role.account,
    resourcePolicy: role.trust,
    context: {
      'sts:RoleSessionName': asked.sessionName,
      ...(externalId !== null && { 'sts:ExternalId': externalId }),
    },
  });
  if (denied !== undefined) throw new Refusal(403, 'AccessDenied', message);
  const chained = caller.kind === 'role';
  if (chained && asked.seconds > 3600) {
    throw invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  return sessionResult(aws, role, asked, role.maxSessionSeconds);
}

/** Needs no permission and answers even under an explicit Deny (STS API reference, GetCallerIdentity). */
function callerIdentity(caller: Caller): XmlValue {
  return { Arn: caller.arn, UserId: caller.userId, Account: caller.account };
}

type Asked = {
  readonly roleArn: string;
  readonly account: string;
  readonly sessionName: string;
  readonly seconds: number;
  readonly policy: PolicyDocument | undefined;
};

async function readSessionRequest(form: URLSearchParams): Promise<Asked> {
  const roleArn = form.get('RoleArn') ?? '';
  const sessionName = form.get('RoleSessionName') ?? '';
  const seconds = Number(form.get('DurationSeconds') ?? 3600);
  const account = /^arn:aws[\w-]*:iam::(\d{12}):role\/[\w+=,.@/-]+$/.exec(roleArn)?.[1];
  if (account === undefined) throw invalid(`${roleArn} is invalid`);
  requireForm('roleSessionName', sessionName, /^[\w+=,.@-]*$/);
  requireForm('roleSessionName', sessionName, /^.{2,64}$/);
  if (!Number.isInteger(seconds) || seconds < 900 || seconds > 43_200) {
    throw invalid(
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: ` +
        `Member must have value ${seconds < 900 ? 'greater than or equal to 900' : 'less than or equal to 43200'}`,
    );
  }
  return { roleArn, account, sessionName, seconds, policy: await readSessionPolicy(form) };
}

/** An inline session policy has at most 2,048 characters (service model). */
async function readSessionPolicy(form: URLSearchParams): Promise<PolicyDocument | undefined> {
  const text = form.get('Policy');
  if (text === null) return undefined;
  if (text.length > 2048) {
    throw invalid(
      `1 validation error detected: Value '${text}' at 'policy' failed to satisfy constraint: ` +
        'Member must have length less than or equal to 2048',
    );
  }
  let policy: PolicyDocument;
  try {
    policy = JSON.parse(text) as PolicyDocument;
  } catch {
    throw malformed('This policy contains invalid Json');
  }
  const [fault] = await grammarErrors(policy, 'identity');
  if (fault !== undefined) throw malformed(`Syntax errors in policy. (${fault})`);
  return policy;
}

function sessionResult(aws: Aws, role: Role, asked: Asked, maxSeconds: number) {
  if (asked.seconds > maxSeconds) {
    throw invalid(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  const session = openSession(aws.state, {
    role,
    sessionName: asked.sessionName,
    expiration: new Date(aws.clock.now().getTime() + asked.seconds * 1000),
    policy: asked.policy,
  });
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: session.expiration.toISOString(),
    },
    AssumedRoleUser: { Arn: session.callerArn, AssumedRoleId: session.userId },
  };
}

function requireForm(member: string, value: string, form: RegExp): void {
  if (form.test(value)) return;
  throw invalid(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ` +
      `Member must satisfy regular expression pattern: ${form.source}`,
  );
}

function malformed(message: string): Refusal {
  return new Refusal(400, 'MalformedPolicyDocument', message);
}

function invalid(message: string): Refusal {
  return new Refusal(400, 'ValidationError', message);
}
