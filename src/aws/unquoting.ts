// AWS's refusals may quote what they refuse: "The Canonical String for this request should have been …", with the session's
// token in it. What a request proved itself with is taken out of its answer before anybody reads it, for such messages go
// into files and outputs, which the runner does not mask.

import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { unquoted } from '../problem.js';

type Handle = NodeHttpHandler['handle'];
type HttpRequest = Parameters<Handle>[0];

/** Sends requests as the given handler does. */
export function unquoting(handler: NodeHttpHandler): NodeHttpHandler {
  const handle: Handle = async (request, options) => {
    const answer = await handler.handle(request, options);
    if (answer.response.statusCode < 400) return answer;
    const said = await buffer(answer.response.body as Readable);
    const text = unquoted(said.toString('utf8'), proofsOf(request));
    answer.response.body = Readable.from(Buffer.from(text));
    return answer;
  };
  return Object.create(handler, { handle: { value: handle } }) as NodeHttpHandler;
}

/** Key ID and signature, the session's token, the token that a role is taken with. */
function proofsOf({ headers, body }: HttpRequest): readonly string[] {
  const [, keyId = '', signature = ''] =
    /Credential=([^/]+)\/.*Signature=(\w+)/.exec(headers['authorization'] ?? '') ?? [];
  const form = new URLSearchParams(typeof body === 'string' ? body : '');
  const tokens = [headers['x-amz-security-token'] ?? '', form.get('WebIdentityToken') ?? ''];
  return [keyId, signature, ...tokens];
}
