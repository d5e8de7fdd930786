// What a person should know of a key policy beside what is missing in it: how full it is, and whom it lets use the key who
// was not listed. Warnings; none of it is mended unasked.

import type { Delivery } from './delivery.js';
import {
  asList,
  conditionEntries,
  type PolicyDocument,
  type Statement,
  statementsOf,
} from './document.js';
import { evaluate } from './evaluate.js';
import type { Finding } from './finding.js';
import { CONTEXT_ARN, KEY_ACTION, keyExaminerOf, keyRequestsFor } from './key-grants.js';
import { namesCloudTrail, SOURCE_ACCOUNT, SOURCE_ARN, SOURCE_ORGANIZATION } from './locate.js';
import { fitsAnyCase } from './match.js';
import { printPolicy } from './parse.js';
import { nameOf } from './wording.js';
import { askedBy, worldsOf } from './worlds.js';

/** Bytes of the text as it is sent. Source: KMS developer guide, "Resource quotas": key policy document size. */
const KEY_POLICY_LIMIT = 32_768;

/** From here on a policy is worth a warning. */
const NEARLY_FULL = 0.8;

const WAY_OUT = 'Remove what is no longer needed from the key policy, or use a second key.';

/** A warning above 80 % of the limit, an error above the limit itself. */
export function keySizeFindings(document: PolicyDocument): readonly Finding[] {
  const bytes = Buffer.byteLength(printPolicy(document));
  const share = bytes / KEY_POLICY_LIMIT;
  if (share <= NEARLY_FULL) return [];
  if (share > 1) {
    return [
      {
        severity: 'error',
        code: 'key-policy-too-large',
        message: `The key policy would take ${bytes} bytes, ${bytes - KEY_POLICY_LIMIT} more than the ${KEY_POLICY_LIMIT} that KMS allows.`,
        remedy: WAY_OUT,
      },
    ];
  }
  return [
    {
      severity: 'warning',
      code: 'key-policy-nearly-full',
      message: `The key policy takes ${bytes} of ${KEY_POLICY_LIMIT} bytes (${Math.floor(share * 100)} %).`,
      remedy: WAY_OUT,
    },
  ];
}

/** Of the policy as it will be. */
export function keyWeaknesses(
  document: PolicyDocument,
  leaving: readonly Delivery[],
): readonly Finding[] {
  return [
    ...statementsOf(document).flatMap((statement, index) =>
      isOpenToAnyTrail(statement) ? [openFinding(nameOf(document, index))] : [],
    ),
    ...stillAdmitted(document, leaving),
  ];
}

/** Logs that nobody can decrypt are no logs. Where the account itself is admitted, IAM decides who may. */
export function keyReaderFindings(document: PolicyDocument): readonly Finding[] {
  if (statementsOf(document).some(admitsReaders)) return [];
  return [
    {
      severity: 'warning',
      code: 'key-without-readers',
      message: 'The key policy lets nobody decrypt, so nobody can read the logs.',
      remedy:
        'Allow kms:Decrypt to those who read the logs, with the condition "Null": {"kms:EncryptionContext:aws:cloudtrail:arn": "false"}.',
    },
  ];
}

function admitsReaders({ Effect, Principal, NotPrincipal, Action, NotAction }: Statement): boolean {
  const people =
    NotPrincipal !== undefined ||
    typeof Principal === 'string' ||
    Object.keys(Principal ?? {}).some((type) => type !== 'Service');
  const decrypts =
    NotAction !== undefined ||
    asList(Action ?? []).some((action) => fitsAnyCase(action, 'kms:Decrypt'));
  return Effect === 'Allow' && people && decrypts;
}

const GUARDS: ReadonlySet<string> = new Set([
  SOURCE_ARN,
  SOURCE_ACCOUNT,
  SOURCE_ORGANIZATION,
  'aws:sourceorgpaths',
  CONTEXT_ARN,
]);

function isOpenToAnyTrail(statement: Statement): boolean {
  return (
    statement.Effect === 'Allow' &&
    namesCloudTrail(statement) &&
    asList(statement.Action ?? []).some((action) => fitsAnyCase(action, KEY_ACTION.encrypt)) &&
    !conditionEntries(statement).some(({ key }) => GUARDS.has(key.toLowerCase()))
  );
}

function openFinding(name: string): Finding {
  return {
    severity: 'warning',
    code: 'key-policy-without-source-arn',
    message: `CloudTrail may use the key by ${name} for any trail of any AWS account: it has no condition on aws:SourceArn and none on the encryption context.`,
    remedy: `Once every trail that uses the key is listed in a statement with aws:SourceArn, take CloudTrail out of ${name}.`,
  };
}

/** Withdrawn, and yet admitted: by a statement that admits more than single trails. */
function stillAdmitted(document: PolicyDocument, leaving: readonly Delivery[]): readonly Finding[] {
  const standing = keyExaminerOf(document);
  const asked = askedBy(document);
  return leaving
    .filter((delivery) => standing('encrypt', delivery) !== 'missing')
    .map((delivery) => {
      const requests = worldsOf(delivery, asked).flatMap((world) =>
        keyRequestsFor('encrypt', delivery, world),
      );
      const by = new Set(requests.flatMap((request) => evaluate(document, request).statements));
      const names = [...by].map((index) => nameOf(document, index)).join(', ');
      return {
        severity: 'warning' as const,
        code: 'key-policy-withdrawn-still-admitted',
        account: delivery.accountId,
        message: `Trail ${delivery.trailArn} can still encrypt with the key: ${names} admits more than single trails.`,
        remedy: `Narrow ${names} by hand if no other trail needs it as it is.`,
      };
    });
}
