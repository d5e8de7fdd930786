// What becomes of calls to AWS when the run is cancelled: none is begun any more, retries included; a read is not waited for; a
// write that is on its way may finish, for a while, for its answer tells what was done.

import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { Cancelled, unlessCancelled } from '../cancel.js';

/** Milliseconds. The runner sends SIGINT, after 7.5 s SIGTERM, after 2.5 s more SIGKILL; the report needs the rest. */
const GRACE = 4_000;

export function readingUntil(signal: AbortSignal, handler: NodeHttpHandler): NodeHttpHandler {
  return wrapped(handler, async (send) => {
    if (signal.aborted) throw new Cancelled();
    return unlessCancelled(send(), signal);
  });
}

/** @throws Cancelled `begun` where this request, or an earlier try of it, may have been carried out */
export function writingUntil(
  signal: AbortSignal,
  handler: NodeHttpHandler,
  grace = GRACE,
): NodeHttpHandler {
  return wrapped(handler, async (send, request) => {
    if (signal.aborted) throw new Cancelled(isRetry(request));
    const patience = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const start = (): void => {
      timer = setTimeout(() => patience.abort(), grace);
    };
    signal.addEventListener('abort', start, { once: true });
    try {
      return await unlessCancelled(send(), patience.signal);
    } catch (error) {
      throw error instanceof Cancelled ? new Cancelled(true) : error;
    } finally {
      signal.removeEventListener('abort', start);
      clearTimeout(timer);
    }
  });
}

type Handle = NodeHttpHandler['handle'];
type Request = Parameters<Handle>[0];

/** All else of the handler is its own, as the SDK expects. */
function wrapped(
  handler: NodeHttpHandler,
  around: (send: () => ReturnType<Handle>, request: Request) => ReturnType<Handle>,
): NodeHttpHandler {
  const handle: Handle = (request, options) =>
    around(() => handler.handle(request, options), request);
  return Object.create(handler, { handle: { value: handle } }) as NodeHttpHandler;
}

/** As the SDK counts its tries, `attempt=2; max=3`. */
const isRetry = ({ headers }: Request): boolean =>
  !(headers['amz-sdk-request'] ?? 'attempt=1;').startsWith('attempt=1;');
