import { gzipSync } from 'node:zlib';
import { inspectLog } from '../../src/delivery/inspect.js';

const ACCOUNT = '222222222222';

async function* stream(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* await Promise.resolve(pieces);
}
const zipped = (log: unknown): Uint8Array => gzipSync(JSON.stringify(log));
const inspected = (body: Uint8Array) =>
  inspectLog(stream(body.subarray(0, 7), body.subarray(7)), ACCOUNT);

const record = (eventTime: string, recipientAccountId = ACCOUNT) => ({
  eventTime,
  recipientAccountId,
});

test('a log of the account tells how many records it has and how old the newest event is', async () => {
  const Records = [record('2026-11-24T00:03:00Z'), record('2026-11-24T00:05:00Z'), {}];
  expect(await inspected(zipped({ Records }))).toEqual({
    kind: 'records',
    count: 3,
    newestEvent: Date.parse('2026-11-24T00:05:00Z'),
  });
});

test('a log without a record is one, too', async () => {
  expect(await inspected(zipped({ Records: [] }))).toEqual({
    kind: 'records',
    count: 0,
    newestEvent: null,
  });
});

const truncated = zipped({ Records: [record('2026-11-24T00:03:00Z')] }).subarray(0, 40);

test.each<[string, Uint8Array, RegExp]>([
  ['plain text', Buffer.from('{"Records":[]}'), /^is not gzip/],
  ['nothing', Buffer.alloc(0), /^is not gzip/],
  ['half a log', truncated, /^is not gzip \(unexpected end of file\)/],
  ['no JSON', gzipSync('hello'), /^is not JSON$/],
  ['no records', zipped({ records: [] }), /^has no list of records$/],
  ['a list', zipped([{ Records: [] }]), /^has no list of records$/],
  ['records that are none', zipped({ Records: ['a', null] }), /^has no list of records$/],
  [
    'records of another account',
    zipped({ Records: [record('', ACCOUNT), record('', '333333333333')] }),
    /^holds records of another account \(333333333333\)$/,
  ],
])('%s is no log of the account, and it is said why', async (_, body, problem) => {
  expect(await inspected(body)).toEqual({
    kind: 'malformed',
    problem: expect.stringMatching(problem),
  });
});

test('what is too large is not taken into memory', async () => {
  let given = 0;
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      given += 1;
      yield await Promise.resolve(new Uint8Array(1024 * 1024));
    }
  };
  expect(await inspectLog(endless(), ACCOUNT)).toEqual({ kind: 'too-large' });
  expect(given).toBe(17);
});

test('neither is what unpacks to too much', async () => {
  const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024));
  expect(bomb.length).toBeLessThan(100_000);
  expect(await inspected(bomb)).toEqual({ kind: 'too-large' });
});
