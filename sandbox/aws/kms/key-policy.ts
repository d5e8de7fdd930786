// Which key policies KMS takes, and who may ask what of a key: the key policy alone decides, and IAM only where the key
// policy hands the decision to the account (KMS developer guide, "Key policies").

import type { Refusal } from '../../wire.js';
import { type Caller, grammarErrors, type Question, refusal } from '../iam.js';
import { exception } from '../json-protocol.js';
import { asList, isKnown, principalsOf, type Statement, visiblePolicy } from '../policies.js';
import type { Key, PolicyDocument, State } from '../state.js';

/** KMS developer guide, "Resource quotas": key policy document size. */
const maximumBytes = 32_768;

/**
 * Reads a policy as PutKeyPolicy does.
 *
 * @throws `Refusal` MalformedPolicyDocumentException or LimitExceededException
 */
export async function parseKeyPolicy(state: State, text: string): Promise<PolicyDocument> {
  // API reference, PutKeyPolicy: printable Latin-1, tab and line ends.
  if (!/^[\t\n\r\u0020-\u007e\u00a0-\u00ff]+$/.test(text)) {
    throw malformed('Policy contains characters that are not allowed');
  }
  if (Buffer.byteLength(text) > maximumBytes) {
    throw exception('LimitExceeded', `Key policies are limited to ${maximumBytes} bytes.`);
  }
  const policy = parseJson(text);
  for (const statement of asList(policy['Statement']) as readonly Statement[]) {
    requireSoundStatement(state, statement);
  }
  const [fault] = await grammarErrors(withoutSids(policy), 'resource');
  if (fault !== undefined) throw malformed(`Policy has invalid syntax (${fault})`);
  return policy;
}

function parseJson(text: string): PolicyDocument {
  try {
    return JSON.parse(text) as PolicyDocument;
  } catch {
    throw malformed('This policy contains invalid Json');
  }
}

/** Without Action or Resource a statement is refused since August 2025 (AWS Health notice quoted in public issues). */
function requireSoundStatement(state: State, statement: Statement): void {
  for (const element of ['Principal', 'Action', 'Resource']) {
    if (statement[element] === undefined && statement[`Not${element}`] === undefined) {
      throw malformed(`Policy contains a statement without a valid ${element}.`);
    }
  }
  const principals = principalsOf(statement['Principal'] ?? statement['NotPrincipal']);
  if (!principals.every((principal) => isKnown(state, principal))) {
    throw malformed('Policy contains a statement with one or more invalid principals.');
  }
}

/** KMS takes spaces in a Sid (`Enable IAM User Permissions`), where the evaluator's grammar would not. */
function withoutSids(policy: PolicyDocument): PolicyDocument {
  const statements = asList(policy['Statement']) as readonly Statement[];
  const sidless = statements.map((statement) =>
    Object.fromEntries(Object.entries(statement).filter(([element]) => element !== 'Sid')),
  );
  return { ...policy, Statement: sidless };
}

/** What the caller asks, put to the key policy as it stands or to another one. */
export function questionAbout(
  key: Key,
  caller: Caller,
  action: string,
  policy = visiblePolicy(key),
): Question {
  return {
    action: `kms:${action}`,
    resource: key.arn,
    resourceAccount: key.account,
    resourcePolicy: policy,
    region: key.region,
    context: { 'kms:CallerAccount': caller.account },
  };
}

/** API reference, PutKeyPolicy: the policy must leave the caller able to put the next one. */
export async function requireNoLockout(
  key: Key,
  caller: Caller,
  policy: PolicyDocument,
): Promise<void> {
  const question = questionAbout(key, caller, 'PutKeyPolicy', policy);
  if ((await refusal(caller, question)) === undefined) return;
  throw malformed('The new key policy will not allow you to update the key policy in the future.');
}

function malformed(message: string): Refusal {
  return exception('MalformedPolicyDocument', message);
}
