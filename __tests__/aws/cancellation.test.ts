import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { readingUntil, writingUntil } from '../../src/aws/cancellation.js';

type Handle = NodeHttpHandler['handle'];

/** A handler that answers after so many milliseconds, and counts. */
function slow(ms: number) {
  const seen = { sent: 0 };
  const handle = async () => {
    seen.sent += 1;
    await sleep(ms);
    return 'answer';
  };
  return { seen, handler: { handle } as unknown as NodeHttpHandler };
}

const request = (attempt: number) =>
  ({
    headers: { 'amz-sdk-request': `attempt=${attempt}; max=3` },
  }) as unknown as Parameters<Handle>[0];

test.each([readingUntil, writingUntil])(
  'once the run is cancelled nothing is sent',
  async (until) => {
    const { seen, handler } = slow(0);
    const sending = until(AbortSignal.abort(), handler).handle(request(1));
    await expect(sending).rejects.toMatchObject({ name: 'Cancelled', begun: false });
    expect(seen.sent).toBe(0);
  },
);

test('a read is not waited for', async () => {
  const cancel = new AbortController();
  const reading = readingUntil(cancel.signal, slow(5_000).handler).handle(request(1));
  cancel.abort();
  await expect(reading).rejects.toMatchObject({ name: 'Cancelled', begun: false });
});

test('a write that is on its way is waited for, but not for long', async () => {
  const cancel = new AbortController();
  const finishes = writingUntil(cancel.signal, slow(50).handler, 2_000).handle(request(1));
  const hangs = writingUntil(cancel.signal, slow(5_000).handler, 100).handle(request(1));
  cancel.abort();
  await expect(finishes).resolves.toBe('answer');
  await expect(hangs).rejects.toMatchObject({ name: 'Cancelled', begun: true });
});

test('of a write that was to be sent again nobody knows whether the first try was carried out', async () => {
  const sending = writingUntil(AbortSignal.abort(), slow(0).handler).handle(request(2));
  await expect(sending).rejects.toMatchObject({ name: 'Cancelled', begun: true });
});
