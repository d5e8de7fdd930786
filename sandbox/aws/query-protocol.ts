// The protocol that STS and SNS speak (AWS Query): the operation and its input come as a form, the answer is XML, and an error
// is known by its code. What the operations do is the services' business.

import { type HttpReply, type HttpRequest, Refusal, type XmlValue, xml } from '../wire.js';
import { type AuthenticationProblem, authenticate } from './authentication.js';
import { type Aws, slackOf } from './aws.js';
import type { Caller } from './iam.js';

const headers = { 'content-type': 'text/xml' };

export function formOf(request: HttpRequest): URLSearchParams {
  return new URLSearchParams(request.body.toString());
}

export function queryReply(operation: string, result: XmlValue, namespace: string): HttpReply {
  const content = {
    [`${operation}Result`]: result,
    ResponseMetadata: { RequestId: crypto.randomUUID() },
  };
  return { status: 200, headers, body: xml(`${operation}Response`, content, namespace) };
}

export function queryRefusal({ status, code, message }: Refusal, namespace: string): HttpReply {
  const content = {
    Error: { Type: 'Sender', Code: code, Message: message },
    RequestId: crypto.randomUUID(),
  };
  return { status, headers, body: xml('ErrorResponse', content, namespace) };
}

const badToken = [
  403,
  'InvalidClientTokenId',
  'The security token included in the request is invalid.',
] as const;

/** How far a request's time may be from AWS's (IAM user guide, "Elements of an AWS API request signature"). */
const SLACK_MS = 5 * 60_000;

const problems: Readonly<Record<AuthenticationProblem, readonly [number, string, string]>> = {
  unsigned: [403, 'MissingAuthenticationToken', 'Request is missing Authentication Token'],
  'unknown-key': badToken,
  'bad-token': badToken,
  expired: [403, 'ExpiredToken', 'The security token included in the request is expired'],
  'bad-signature': [
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  ],
  'too-old': [403, 'SignatureDoesNotMatch', 'Signature expired: it is of more than 5 min. ago.'],
  'too-new': [403, 'SignatureDoesNotMatch', 'Signature not yet current: it is of 5 min. ahead.'],
};

export function signedCaller(aws: Aws, request: HttpRequest): Caller {
  const caller = authenticate(request, aws.state, aws.clock.now(), slackOf(aws, SLACK_MS));
  if (typeof caller === 'string') throw new Refusal(...problems[caller]);
  return caller;
}
