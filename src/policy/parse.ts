// From a policy's text to a `PolicyDocument` and back. Decides whether the text is a resource policy at all, never what it
// means; whatever S3 stores comes out as it went in, and what it cannot have stored is refused with a reason.

import type { PolicyDocument } from './document.js';
import { JsonError, readJson } from './json.js';

/** The text is no policy that can be read without guessing. The message says what and where, the remedy what to do. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/**
 * Reads a resource policy as S3 or KMS returns it. Key order, unknown keys, scalars and lists, empty or repeated Sids stay
 * as they are. Throws a PolicyError for anything that is no policy, naming the statement by its 1-based number and Sid.
 */
export function parsePolicy(text: string): PolicyDocument {
  const value = readText(text);
  if (!isObject(value)) throw malformed('The policy', `is ${kindOf(value)}, not a JSON object`);
  checkOptional(value, 'Version', 'The policy', isVersion, 'is no version of the policy language');
  checkOptional(value, 'Id', 'The policy', isString, 'is not a string');
  const { Statement } = value;
  if (!isObject(Statement) && !Array.isArray(Statement)) {
    throw malformed(
      'The policy',
      `has ${kindOf(Statement)} as "Statement", not a statement or a list of them`,
    );
  }
  const statements: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  statements.forEach(checkStatement);
  return value as PolicyDocument;
}

/** The minified JSON that is sent and that counts against the size limit. */
export function printPolicy(document: PolicyDocument): string {
  return JSON.stringify(document);
}

/** In UTF-16 code units: far beyond S3's 20 KB and KMS's 32 KB. */
const LONGEST = 1_000_000;

function readText(text: string): unknown {
  if (text.length > LONGEST) throw malformed('The text', 'is far longer than any policy');
  try {
    return readJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new PolicyError(`The policy cannot be read: ${cause.message}.`, REMEDY, { cause });
  }
}

const REMEDY = 'Look at the policy where it is stored and correct it by hand; then run this again.';

function malformed(where: string, what: string): PolicyError {
  return new PolicyError(`${where} ${what}.`, REMEDY);
}

type JsonObject = { readonly [key: string]: unknown };
type Check = (value: unknown) => boolean;

function checkStatement(value: unknown, index: number): void {
  const number = `Statement ${index + 1}`;
  if (!isObject(value)) throw malformed(number, `is ${kindOf(value)}, not a JSON object`);
  checkOptional(value, 'Sid', number, isString, 'is not a string');
  const where = value['Sid'] ? `${number} (Sid ${show(value['Sid'])})` : number;
  const { Effect } = value;
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    throw malformed(where, `has ${show(Effect)} as "Effect", neither "Allow" nor "Deny"`);
  }
  checkPair(
    value,
    'Principal',
    where,
    isPrincipals,
    'is neither a string nor names by principal type',
  );
  checkPair(value, 'Action', where, isStrings, 'is neither a string nor a list of strings');
  checkPair(value, 'Resource', where, isStrings, 'is neither a string nor a list of strings');
  checkOptional(value, 'Condition', where, isConditions, 'is not operator → key → values');
}

/** A statement has either the element or its `Not…` form; services refuse both and neither. */
function checkPair(
  owner: JsonObject,
  name: string,
  where: string,
  check: Check,
  fault: string,
): void {
  const opposite = `Not${name}`;
  const [has, hasOpposite] = [Object.hasOwn(owner, name), Object.hasOwn(owner, opposite)];
  if (has && hasOpposite) throw malformed(where, `has both "${name}" and "${opposite}"`);
  if (!has && !hasOpposite) throw malformed(where, `has neither "${name}" nor "${opposite}"`);
  checkOptional(owner, has ? name : opposite, where, check, fault);
}

function checkOptional(
  owner: JsonObject,
  name: string,
  where: string,
  check: Check,
  fault: string,
): void {
  if (!Object.hasOwn(owner, name) || check(owner[name])) return;
  throw malformed(where, `has ${show(owner[name])} as "${name}", which ${fault}`);
}

function isVersion(value: unknown): boolean {
  return value === '2012-10-17' || value === '2008-10-17';
}

function isPrincipals(value: unknown): boolean {
  return isString(value) || (isObject(value) && Object.values(value).every(isStrings));
}

function isConditions(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isConditionKeys);
}

function isConditionKeys(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((values) => isOneOrMany(values, isScalar));
}

function isStrings(value: unknown): boolean {
  return isOneOrMany(value, isString);
}

function isOneOrMany(value: unknown, check: Check): boolean {
  return Array.isArray(value) ? value.every(check) : check(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isScalar(value: unknown): boolean {
  return isString(value) || typeof value === 'number' || typeof value === 'boolean';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of what is no JSON object. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

/** A value as the policy has it, cut to what fits in a sentence. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
