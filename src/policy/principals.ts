// Who a statement speaks of: whether a caller is among its principals, and which principals are those of deleted IAM
// users and roles. A resource policy alone is asked: whether the caller's own account delegates the access is not.

import { asList, type PolicyDocument, type Principals, statementsOf } from './document.js';
import type { Caller } from './evaluate.js';
import { all, any, type Verdict, verdict } from './verdict.js';

export type DeadPrincipal = {
  /** Zero-based. */
  readonly statement: number;
  readonly sid?: string;
  /** The unique ID as the policy has it. */
  readonly principal: string;
};

/** Prefixes of IAM's unique IDs: user, role, group, managed policy, instance profile, certificate. */
const UNIQUE_ID = /^(AIDA|AROA|AGPA|ANPA|AIPA|ASCA)[A-Z0-9]+(:|$)/;

/**
 * Every unique ID that stands as principal, also in `NotPrincipal`, Allow or Deny. S3 shows them in place of deleted IAM
 * principals and refuses a policy that still names them (`MalformedPolicy`, "Invalid principal in policy").
 * Source: S3 user guide, "Principals for bucket policies"; S3 API reference, "Error responses".
 */
export function deadPrincipals(document: PolicyDocument): readonly DeadPrincipal[] {
  return statementsOf(document).flatMap(({ Sid, Principal, NotPrincipal }, statement) =>
    [...namesOf(Principal), ...namesOf(NotPrincipal)]
      .filter(([, name]) => UNIQUE_ID.test(name))
      .map(([, principal]) => ({ statement, ...(Sid !== undefined && { sid: Sid }), principal })),
  );
}

/**
 * Whether `Principal` admits the caller. `"*"` and `{"AWS":"*"}` are alike and include AWS services. An account (its
 * number or its root's ARN) stands for every principal of that account, a role for all its sessions. A canonical user ID
 * or an identity provider cannot be told from an ARN: `unknown`, but never a service.
 * Source: IAM user guide, "AWS JSON policy elements: Principal".
 */
export function isPrincipal(principals: Principals, caller: Caller): Verdict {
  const facets = facetsOf(caller);
  return any(namesOf(principals), ([type, name]) =>
    any(facets, (facet) => isNamed(type, name, facet)),
  );
}

/**
 * Whether `NotPrincipal` excepts the caller. AWS checks the account, then the role, then the session, and each must be
 * named: with the caller itself named but not all of them, what happens depends on the service: `unknown`.
 * Source: IAM user guide, "AWS JSON policy elements: NotPrincipal".
 */
export function isExcepted(principals: Principals, caller: Caller): Verdict {
  const named = (facet: Facet): Verdict =>
    any(namesOf(principals), ([type, name]) => isNamed(type, name, facet));
  const [self, ...others] = facetsOf(caller);
  const itself = named(self);
  return itself === 'yes' && all(others, named) !== 'yes' ? 'unknown' : itself;
}

/** One of the principals a caller is: a service; or an ARN, its role, its account. */
type Facet = { readonly isService: boolean; readonly isCalled: (name: string) => boolean };

/**
 * First the caller itself, then what AWS knows it as besides. A session's ARN has lost its role's path, but role names are
 * unique in an account.
 */
function facetsOf(caller: Caller): readonly [Facet, ...Facet[]] {
  if ('service' in caller) {
    return [{ isService: true, isCalled: (name) => name === caller.service }];
  }
  const self = arnFacet((name) => name === caller.arn);
  const parts = /^arn:([^:]+):(?:iam|sts)::(\d{12}):(.+)$/.exec(caller.arn);
  if (parts === null) return [self];
  const [, partition = '', id = '', resource = ''] = parts;
  const iam = `arn:${partition}:iam::${id}:`;
  const account = arnFacet((name) => name === id || name === `${iam}root`);
  const [type, role] = resource.split('/');
  if (type === 'root') return [account];
  if (type !== 'assumed-role') return [self, account];
  const isRole = (name: string) =>
    name.startsWith(`${iam}role/`) && name.split('/').at(-1) === role;
  return [self, arnFacet(isRole), account];
}

function arnFacet(isCalled: Facet['isCalled']): Facet {
  return { isService: false, isCalled };
}

function isNamed(type: string, name: string, { isService, isCalled }: Facet): Verdict {
  switch (type) {
    case 'AWS':
      return verdict(name === '*' || (!isService && isCalled(name)));
    case 'Service':
      return verdict(isService && isCalled(name));
    case 'CanonicalUser':
    case 'Federated':
      return isService ? 'no' : 'unknown';
    default:
      return 'unknown';
  }
}

function namesOf(principals: Principals | undefined): readonly (readonly [string, string])[] {
  if (typeof principals === 'string') return [[principals === '*' ? 'AWS' : '', principals]];
  return Object.entries(principals ?? {}).flatMap(([type, names]) =>
    asList(names).map((name) => [type, name] as const),
  );
}
