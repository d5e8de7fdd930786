// Whether S3 calls a bucket policy public: an Allow for anybody that no condition holds to fixed callers or sources.
// Source: S3 user guide, access-control-block-public-access, "The meaning of public".

import { asList, principalsOf, type Statement } from '../policies.js';
import type { PolicyDocument } from '../state.js';

/** Condition keys that make a statement non-public when they are held to fixed values. */
const limiting: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceip',
  'aws:sourceorgid',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
]);

export function isPublic(policy: PolicyDocument): boolean {
  return (asList(policy['Statement']) as readonly Statement[]).some(
    (statement) =>
      statement['Effect'] === 'Allow' && isForAnybody(statement) && !isLimited(statement),
  );
}

function isForAnybody({ Principal, NotPrincipal }: Statement): boolean {
  return (
    NotPrincipal !== undefined ||
    principalsOf(Principal).some(([type, name]) => type === 'AWS' && name === '*')
  );
}

function isLimited({ Condition }: Statement): boolean {
  return Object.entries((Condition ?? {}) as Record<string, Record<string, unknown>>).some(
    ([operator, keys]) =>
      !/not|ifexists|null/i.test(operator) &&
      Object.entries(keys).some(
        ([key, values]) =>
          limiting.has(key.toLowerCase()) &&
          asList(values).every((value) => !/[*?]|\$\{/.test(String(value))),
      ),
  );
}
