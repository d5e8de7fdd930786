// How S3 keeps a bucket policy: which documents it takes and in which form it hands them back. From when on a write is
// visible is decided in policies.ts, who may write it in s3.ts.
// Messages: what S3 answers in public issue threads; the 20,480 bytes: S3 user guide, "Bucket policies are limited to
// 20 KB in size".

import { createHash } from 'node:crypto';
import { Refusal } from '../../wire.js';
import { conditionKeysOf, grammarErrors } from '../iam.js';
import { asList, isKnown, principalsOf, type Statement } from '../policies.js';
import type { Bucket, PolicyDocument, State } from '../state.js';

const maximumBytes = 20_480;

/**
 * Reads a policy as PutBucketPolicy does.
 *
 * @throws `Refusal` MalformedPolicy
 */
export async function parseBucketPolicy(
  state: State,
  bucket: Bucket,
  text: string,
): Promise<PolicyDocument> {
  const policy = parseJson(text);
  if (Buffer.byteLength(JSON.stringify(policy)) > maximumBytes) {
    throw malformed(
      `Normalized policy document exceeds the maximum allowed size of ${maximumBytes} bytes.`,
    );
  }
  for (const statement of statementsOf(policy)) {
    requireSoundStatement(state, bucket, statement);
    await requireActionsFit(statement);
  }
  const [fault] = await grammarErrors(policy, 'resource');
  if (fault !== undefined) throw malformed(`Policy has invalid syntax (${fault})`);
  return policy;
}

function parseJson(text: string): PolicyDocument {
  if (!text.startsWith('{')) {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  try {
    return JSON.parse(text) as PolicyDocument;
  } catch {
    throw malformed('This policy contains invalid Json');
  }
}

function statementsOf(policy: PolicyDocument): readonly Statement[] {
  const statements = asList(policy['Statement']) as readonly Statement[];
  if (statements.length === 0) throw malformed('Missing required field Statement');
  return statements;
}

function requireSoundStatement(state: State, bucket: Bucket, statement: Statement): void {
  for (const element of ['Principal', 'Action', 'Resource']) {
    if (statement[element] === undefined && statement[`Not${element}`] === undefined) {
      throw malformed(`Missing required field ${element}`);
    }
  }
  const principals = statement['Principal'] ?? statement['NotPrincipal'];
  if (!principalsOf(principals).every((principal) => isKnown(state, principal))) {
    throw malformed('Invalid principal in policy');
  }
  const resources = asList(statement['Resource'] ?? statement['NotResource']);
  if (!resources.every((resource) => belongsTo(bucket, String(resource)))) {
    throw malformed('Policy has invalid resource');
  }
}

function belongsTo(bucket: Bucket, resource: string): boolean {
  const match = /^arn:aws[\w-]*:s3:::([^/]*)(\/.*)?$/.exec(resource);
  if (match === null) return resource === '*';
  const pattern = (match[1] ?? '')
    .split(/(\$\{[^}]*\}|\*|\?)/)
    .map(wildcard)
    .join('');
  return new RegExp(`^${pattern}$`).test(bucket.name);
}

function wildcard(part: string, index: number): string {
  if (index % 2 === 0) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return part === '?' ? '.' : '.*';
}

/**
 * S3 refuses a statement in which an action fits none of the resources (object actions need `bucket/…`, others not), and
 * one with a condition on a key of S3's own that none of its actions has, such as an ACL on GetBucketAcl.
 */
async function requireActionsFit(statement: Statement): Promise<void> {
  const actions = asList(statement['Action']).map(String);
  const resources = asList(statement['Resource']).map(String);
  const kinds = [...new Set(resources.flatMap(kindsOf))];
  if (kinds.length === 0 || actions.some((action) => /[*?]/.test(action))) return;
  const keys = await Promise.all(actions.map((action) => keysOnResources(action, kinds)));
  if (keys.some((found) => found.length === 0)) {
    throw malformed('Action does not apply to any resource(s) in statement');
  }
  if (actions.length > 0 && ownKeys(statement).some((key) => !keys.flat().some(means(key)))) {
    throw malformed('Conditions do not apply to combination of actions and resources in statement');
  }
}

/** Stand-ins for what a resource pattern can mean: a bucket, an object, or with a wildcard in the name either. */
function kindsOf(resource: string): readonly string[] {
  const object = 'arn:aws:s3:::bucket/key';
  if (resource.includes('/')) return [object];
  return resource.includes('*') ? ['arn:aws:s3:::bucket', object] : ['arn:aws:s3:::bucket'];
}

async function keysOnResources(
  action: string,
  resources: readonly string[],
): Promise<readonly string[]> {
  const keys = await Promise.all(resources.map((resource) => conditionKeysOf(action, resource)));
  return keys.flat();
}

function ownKeys(statement: Statement): readonly string[] {
  const operators = Object.values((statement['Condition'] ?? {}) as Record<string, object>);
  const keys = operators.flatMap((operator) => Object.keys(operator));
  return keys.map((key) => key.toLowerCase()).filter((key) => key.startsWith('s3:'));
}

/** Whether a key's name in the evaluator's data means this key; `s3:existingobjecttag/<key>` stands for all its keys. */
function means(key: string): (name: string) => boolean {
  const [before = '', after] = key.split('/');
  return (name) => (after === undefined ? name === key : name.startsWith(`${before}/`));
}

/**
 * The document as S3 hands it back: the same meaning, but a list of one is a scalar, an account number is its root ARN,
 * and the order in a list may be another one (here always the same other one).
 */
export function normalised(policy: PolicyDocument): PolicyDocument {
  const statements = asList(policy['Statement']) as readonly Statement[];
  return { ...policy, Statement: statements.map(normalisedStatement) };
}

function normalisedStatement(statement: Statement): Statement {
  return Object.fromEntries(
    Object.entries(statement).map(([element, value]) => {
      switch (element) {
        case 'Principal':
        case 'NotPrincipal':
          return [element, typeof value === 'string' ? value : mapValues(value, principalList)];
        case 'Action':
        case 'NotAction':
        case 'Resource':
        case 'NotResource':
          return [element, list(value)];
        case 'Condition':
          return [element, mapValues(value, (keys) => mapValues(keys, list))];
        default:
          return [element, value];
      }
    }),
  );
}

function principalList(names: unknown): unknown {
  return list(
    asList(names).map((name) =>
      /^\d{12}$/.test(String(name)) ? `arn:aws:iam::${String(name)}:root` : name,
    ),
  );
}

function list(value: unknown): unknown {
  const items = asList(value)
    .map((item) => ({ item, place: disorder(item) }))
    .toSorted((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ item }) => item);
  return items.length === 1 ? items[0] : items;
}

function disorder(value: unknown): string {
  return createHash('md5').update(String(value)).digest('hex');
}

function mapValues(value: unknown, change: (item: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value ?? {}).map(([key, item]) => [key, change(item)]));
}

function malformed(message: string): Refusal {
  return new Refusal(400, 'MalformedPolicy', message);
}
