// What the policies of buckets and keys have in common: from when on a write is visible, how a document is read, and
// which principals may be named in one. Which documents a service takes, it says itself.

import type { PolicyDocument, PolicyVersion, State } from './state.js';

export type Statement = { readonly [element: string]: unknown };

/** The policy as written at the latest `delayMs` real milliseconds ago. */
export function visiblePolicy(
  { policies }: { readonly policies: readonly PolicyVersion[] },
  delayMs = 0,
): PolicyDocument | undefined {
  const text = visibleText({ policies }, delayMs);
  return text === undefined ? undefined : (JSON.parse(text) as PolicyDocument);
}

/** Which version that is, counted from 0. */
export function visibleVersion(
  { policies }: { readonly policies: readonly PolicyVersion[] },
  delayMs: number,
): number {
  return Math.max(
    0,
    policies.findLastIndex(({ at }) => at <= Date.now() - delayMs),
  );
}

export function visibleText(
  { policies }: { readonly policies: readonly PolicyVersion[] },
  delayMs = 0,
): string | undefined {
  return policies[visibleVersion({ policies }, delayMs)]?.text;
}

/** The principals of a `Principal` or `NotPrincipal` element; `*` is anybody of AWS. */
export function principalsOf(
  principal: unknown,
): readonly (readonly [type: string, name: string])[] {
  if (typeof principal === 'string') return [['AWS', principal]];
  return Object.entries(principal ?? {}).flatMap(([type, names]) =>
    asList(names).map((name) => [type, String(name)] as const),
  );
}

/**
 * A principal must exist when the policy is written. The unique ID that a deleted one leaves behind (`AROA…`) does not,
 * nor does a role or user missing from an account the sandbox holds; other accounts are taken at their word.
 */
export function isKnown(state: State, [type, name]: readonly [string, string]): boolean {
  switch (type) {
    case 'AWS': {
      if (name === '*' || /^\d{12}$/.test(name)) return true;
      const match =
        /^arn:aws[\w-]*:(iam|sts)::(\d{12}):(root|(?:user|role|assumed-role|federated-user)\/[^*?]+)$/.exec(
          name,
        );
      if (match === null) return false;
      const [, service, account = ''] = match;
      if (service === 'sts' || match[3] === 'root' || !state.accounts.has(account)) return true;
      return state.roles.has(name) || state.users.has(name);
    }
    case 'Service':
      return /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(name);
    case 'Federated':
    case 'CanonicalUser':
      return name !== '';
    default:
      return false;
  }
}

export function asList(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value].flat();
}
