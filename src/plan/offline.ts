// What can be said of a pull request from a fork, whose run GitHub gives no OIDC token: nothing of what is there, but all
// that is asked for. Pure.

import type { AccessRow, Finding } from '../policy/index.js';
import type { RunEvent } from '../request/event.js';
import type { Request } from '../request/request.js';
import { unentered } from './observe.js';
import { makePlan } from './plan.js';

/** `pull_request_target` runs in the name of the base repository: without a token there, a permission is missing. */
export function isForkWithoutToken(
  { name, fork }: RunEvent,
  findings: readonly Finding[],
): boolean {
  const missing = findings.some(({ code }) => code === 'oidc-permission-missing');
  return missing && fork && name !== 'pull_request_target';
}

const FORK_NOTICE: Finding = {
  severity: 'notice',
  code: 'fork-without-token',
  message:
    'A pull request from a fork gets no OIDC token, so no role could be taken and AWS was not asked. The inputs are in order.',
  remedy:
    'Nothing is to be done here. To see the plan before the merge, push the branch to this repository and open the pull request from there.',
};

/** What such a run reports. */
export function withoutToken(request: Request) {
  return {
    result: 'planned',
    offline: desiredGrants(request),
    findings: [FORK_NOTICE],
  } as const;
}

/** The grants that are asked for: what an empty policy would gain by them. */
function desiredGrants(request: Request): readonly AccessRow[] {
  const members = request.members.map((member) => unentered(member, partitionOf(request)));
  const policy = { text: null, document: null, readAt: 0 };
  return makePlan(request, { policy, members, keys: [], unlimitedAccounts: [] }).policy.access
    .gained;
}

/** Where a token is needed there is a role. */
function partitionOf({ central, access, members }: Request): string {
  const roles = [central.roleArn, access.hubRoleArn, ...members.map(({ roleArn }) => roleArn)];
  return roles.find((arn) => arn !== undefined)?.split(':')[1] ?? 'aws';
}
