// Which statements S3 calls public: an Allow for anybody that no condition holds to fixed callers or sources. Source: S3 user
// guide, access-control-block-public-access, "The meaning of public". In doubt a statement is not called public.

import {
  asList,
  conditionEntries,
  type PolicyDocument,
  type Statement,
  statementsOf,
} from './document.js';
import { nameOf } from './wording.js';

/** Their names, as findings speak of them: `statement 2 (Sid "Open")`. */
export function publicStatements(document: PolicyDocument | null): readonly string[] {
  if (document === null) return [];
  return statementsOf(document).flatMap((statement, index) =>
    isPublic(statement) ? nameOf(document, index) : [],
  );
}

function isPublic(statement: Statement): boolean {
  return (
    statement.Effect === 'Allow' &&
    isForAnybody(statement) &&
    !conditionEntries(statement).some(({ key }) => LIMITING.test(key))
  );
}

function isForAnybody({ Principal, NotPrincipal }: Statement): boolean {
  if (NotPrincipal !== undefined) return true;
  return typeof Principal === 'object'
    ? asList(Principal['AWS'] ?? []).includes('*')
    : Principal === '*';
}

/** Condition keys that may hold a statement to fixed callers or sources. Whether their values are fixed is not asked. */
const LIMITING =
  /^(?:aws:(?:principal|source|userid|username)|s3:(?:dataaccesspoint|x-amz-server-side-encryption-aws-kms-key-id))/i;
