// Asks the independent evaluator (@cloud-copilot/iam-simulate) whether something may be done, and words a refusal as AWS
// does. It decides nothing itself; which question to ask is the services' business.

import {
  allowedContextKeysForRequest,
  getDenialReasons,
  type RequestAnalysis,
  runSimulation,
  runUnsafeSimulation,
} from '@cloud-copilot/iam-simulate';
import type { PolicyDocument } from './state.js';

export type Caller = {
  readonly arn: string;
  readonly account: string;
  readonly userId: string;
  readonly kind: 'role' | 'user';
  readonly accessKeyId: string;
  /** ARN of the role or user itself. */
  readonly principal: string;
  readonly policy: PolicyDocument;
  readonly sessionPolicy?: PolicyDocument;
  /** Where the answers to questions about him are written down. */
  readonly decisions?: Decision[];
};

/** A question that was asked about a caller, and the answer: why not, or undefined where he may. */
export type Decision = {
  readonly caller: Caller;
  readonly question: Question;
  readonly refusal: string | undefined;
};

/** Condition keys and their values. */
export type Context = Readonly<Record<string, string | string[]>>;

export type Question = {
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly resourcePolicy?: PolicyDocument | undefined;
  readonly region?: string | undefined;
  readonly context?: Context;
};

const noOrganization = { serviceControlPolicies: [], resourceControlPolicies: [] };

/**
 * Whether a caller may act: role ∩ session policy, and the resource's policy as AWS combines them.
 *
 * @returns undefined when allowed, else AWS's message.
 */
export async function refusal(asked: Caller, question: Question): Promise<string | undefined> {
  const { decisions, ...caller } = asked;
  const answer = await judge(caller, question);
  decisions?.push({ caller, question, refusal: answer });
  return answer;
}

async function judge(caller: Caller, question: Question): Promise<string | undefined> {
  const answer = await runSimulation(
    {
      ...noOrganization,
      request: {
        principal: caller.arn,
        action: question.action,
        resource: { resource: question.resource, accountId: question.resourceAccount },
        contextVariables: { ...callerContext(caller, question), ...question.context },
      },
      identityPolicies: [{ name: 'identity', policy: checked(caller.policy) }],
      sessionPolicy: caller.sessionPolicy && checked(caller.sessionPolicy),
      resourcePolicy: question.resourcePolicy && checked(question.resourcePolicy),
    },
    {},
  );
  if (answer.resultType === 'error') {
    throw new Error(`the evaluator rejects ${question.action}: ${JSON.stringify(answer.errors)}`);
  }
  if (answer.overallResult === 'Allowed') return undefined;
  const analysis =
    answer.resultType === 'single' ? answer.result.analysis : answer.results[0]?.analysis;
  return denialMessage(caller.arn, question, analysis);
}

/** Whether a resource's policy alone admits a service or an identity provider. */
export function resourcePolicyAllows(
  principal: string,
  question: Omit<Question, 'region'>,
): boolean {
  // The synchronous entrance: it takes the context as it is, where the other drops the keys it has no data for, such as
  // token.actions.githubusercontent.com:sub.
  const result = runUnsafeSimulation(
    {
      ...noOrganization,
      request: {
        principal,
        action: question.action,
        resource: { resource: question.resource, accountId: question.resourceAccount },
        contextVariables: { ...question.context },
      },
      identityPolicies: [],
      resourcePolicy: question.resourcePolicy && checked(question.resourcePolicy),
    },
    {},
  );
  return question.resourcePolicy !== undefined && result === 'Allowed';
}

/** What is wrong with a policy's grammar, in the evaluator's words; empty when nothing is. */
export async function grammarErrors(
  policy: PolicyDocument,
  kind: 'identity' | 'resource',
): Promise<readonly string[]> {
  const answer = await runSimulation(
    {
      ...noOrganization,
      request: {
        principal: 'arn:aws:iam::111111111111:role/Grammar',
        action: 's3:GetBucketAcl',
        resource: { resource: 'arn:aws:s3:::grammar', accountId: '111111111111' },
        contextVariables: {},
      },
      identityPolicies: kind === 'identity' ? [{ name: 'identity', policy }] : [],
      resourcePolicy: kind === 'resource' ? policy : undefined,
    },
    {},
  );
  if (answer.resultType !== 'error') return [];
  const { identityPolicyErrors, resourcePolicyErrors } = answer.errors;
  return [...Object.values(identityPolicyErrors ?? {}).flat(), ...(resourcePolicyErrors ?? [])].map(
    (error) => `${error.path}: ${error.message}`,
  );
}

/** The condition keys an action has on a resource, in lower case; none for an action that does not exist. */
export async function conditionKeysOf(
  action: string,
  resource: string,
): Promise<readonly string[]> {
  const [service = '', name = ''] = action.split(':');
  return allowedContextKeysForRequest(service, name, resource, false, undefined).catch(() => []);
}

/** Loads what the evaluator reads on the first question of each service, so that no measured call pays for it. */
export async function warmEvaluator(): Promise<void> {
  const policy = { Version: '2012-10-17', Statement: [] };
  const caller: Caller = {
    arn: 'arn:aws:sts::111111111111:assumed-role/Warm/up',
    account: '111111111111',
    userId: 'AROA:up',
    kind: 'role',
    accessKeyId: '',
    principal: 'arn:aws:iam::111111111111:role/Warm',
    policy,
  };
  const resourceAccount = caller.account;
  const questions = [
    { action: 's3:GetBucketPolicy', resource: 'arn:aws:s3:::warm', resourceAccount },
    { action: 'cloudtrail:DescribeTrails', resource: '*', resourceAccount },
    {
      action: 'kms:GetKeyPolicy',
      resource: 'arn:aws:kms:us-east-1:111111111111:key/warm',
      resourceAccount,
    },
    { action: 'sts:AssumeRole', resource: 'arn:aws:iam::111111111111:role/x', resourceAccount },
  ];
  await Promise.all(questions.map((question) => refusal(caller, question)));
}

/** Marks a policy as validated, which spares the evaluator doing so on every request: it was when it was stored. */
function checked(policyDocument: PolicyDocument): object {
  return { __validated: true, policyDocument, metadata: { name: 'policy' }, errors: [] };
}

/** The condition keys every signed request carries. It travels over TLS, as far as IAM is told. */
function callerContext(caller: Caller, question: Question): Record<string, string> {
  return {
    'aws:PrincipalArn': caller.principal,
    'aws:PrincipalAccount': caller.account,
    'aws:PrincipalType': caller.kind === 'role' ? 'AssumedRole' : 'User',
    'aws:PrincipalIsAWSService': 'false',
    'aws:userid': caller.userId,
    'aws:ResourceAccount': question.resourceAccount,
    's3:ResourceAccount': question.resourceAccount,
    'aws:SecureTransport': 'true',
    'aws:ViaAWSService': 'false',
    ...(question.region !== undefined && { 'aws:RequestedRegion': question.region }),
  };
}

/** The wording in use since 2021 names the kind of policy that is to blame. */
function denialMessage(
  arn: string,
  question: Question,
  analysis: RequestAnalysis | undefined,
): string {
  const reason = analysis === undefined ? undefined : denialReason(analysis);
  const because =
    reason?.startsWith('with') === true
      ? reason
      : `because no ${reason ?? 'identity-based'} policy allows the ${question.action} action`;
  return `User: ${arn} is not authorized to perform: ${question.action} on resource: ${question.resource} ${because}`;
}

/** `with an explicit deny in …`, or the kind of policy that lacks an Allow. */
function denialReason(analysis: RequestAnalysis): string {
  const explicit = getDenialReasons(analysis).find((denial) => denial.denialType === 'Explicit');
  if (analysis.sessionAnalysis?.result === 'ExplicitlyDenied') {
    return 'with an explicit deny in a session policy';
  }
  if (explicit?.policyType === 'resource')
    return 'with an explicit deny in a resource-based policy';
  if (explicit !== undefined) return 'with an explicit deny in an identity-based policy';
  if (analysis.identityAnalysis?.result !== 'Allowed') return 'identity-based';
  if (analysis.sessionAnalysis?.result === 'ImplicitlyDenied') return 'session';
  return 'resource-based';
}
