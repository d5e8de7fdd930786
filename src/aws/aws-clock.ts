// What time it is for AWS: the runner's clock, put right by the `Date` of each answer. What AWS dates (log objects, a trail's
// status) can only be compared with that, and requests must be signed for it.

import type { NodeHttpHandler } from '@smithy/node-http-handler';

export type AwsClock = {
  /** Milliseconds since the epoch; at most a second behind. */
  readonly now: () => number;
  /** Milliseconds by which AWS's clock is ahead of the runner's; 0 before the first answer. */
  readonly ahead: () => number;
  /** Sends requests as the given handler does, and notes the time of each answer. */
  readonly handler: NodeHttpHandler;
};

export function awsClock(handler: NodeHttpHandler, runner: () => number = Date.now): AwsClock {
  let ahead = 0;
  const handle: NodeHttpHandler['handle'] = async (request, options) => {
    const answer = await handler.handle(request, options);
    const date = Date.parse(answer.response.headers['date'] ?? '');
    if (!Number.isNaN(date)) ahead = date - runner();
    return answer;
  };
  return {
    now: () => runner() + ahead,
    ahead: () => ahead,
    // All else of the handler is its own, as the SDK expects.
    handler: Object.create(handler, { handle: { value: handle } }) as NodeHttpHandler,
  };
}
