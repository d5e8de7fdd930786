// The protocol that CloudTrail and KMS speak (AWS JSON 1.1): the operation is named in a header, input and answer are JSON,
// and an error is known by its name alone. What the operations do is the services' business.

import { type HttpReply, type HttpRequest, jsonReply, Refusal } from '../wire.js';
import { type AuthenticationProblem, authenticate } from './authentication.js';
import { type Aws, slackOf } from './aws.js';
import type { Caller } from './iam.js';

const contentType = 'application/x-amz-json-1.1';

export type Input = { readonly [member: string]: unknown };

/** @param name without the word Exception */
export function exception(name: string, message: string): Refusal {
  return new Refusal(400, `${name}Exception`, message);
}

/** `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.GetTrail` and the short form mean the same. */
export function operationName(request: HttpRequest): string {
  return request.headers['x-amz-target']?.split('.').at(-1) ?? 'Unknown';
}

export function inputOf(request: HttpRequest): Input {
  const body = request.body.toString();
  try {
    return (body === '' ? {} : JSON.parse(body)) as Input;
  } catch {
    throw exception('Serialization', 'The request body is not JSON');
  }
}

export function answerOf(value: unknown): HttpReply {
  return jsonReply(200, value, contentType);
}

export function refusalReply({ status, code, message }: Refusal): HttpReply {
  return jsonReply(status, { __type: code, message }, contentType);
}

/** As for the Query protocol. */
const SLACK_MS = 5 * 60_000;

const problems: Readonly<Record<AuthenticationProblem, readonly [name: string, message: string]>> =
  {
    unsigned: ['MissingAuthenticationToken', 'Request is missing Authentication Token'],
    'unknown-key': ['UnrecognizedClient', 'The security token included in the request is invalid.'],
    'bad-token': ['UnrecognizedClient', 'The security token included in the request is invalid.'],
    expired: ['ExpiredToken', 'The security token included in the request is expired'],
    'bad-signature': [
      'InvalidSignature',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    ],
    'too-old': ['InvalidSignature', 'Signature expired: it is of more than 5 min. ago.'],
    'too-new': ['InvalidSignature', 'Signature not yet current: it is of 5 min. ahead.'],
  };

export function signedCaller(aws: Aws, request: HttpRequest): Caller {
  const caller = authenticate(request, aws.state, aws.clock.now(), slackOf(aws, SLACK_MS));
  if (typeof caller === 'string') throw exception(...problems[caller]);
  return caller;
}

export function text(input: Input, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw exception('Serialization', `${member} is not a string`);
}

export function flag(input: Input, member: string): boolean | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw exception('Serialization', `${member} is not a boolean`);
}

export function list(input: Input, member: string): readonly unknown[] | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value as readonly unknown[];
  throw exception('Serialization', `${member} is not a list`);
}
