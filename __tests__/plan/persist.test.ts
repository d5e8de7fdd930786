import { Cancelled } from '../../src/cancel.js';
import { type Patience, persist } from '../../src/plan/persist.js';
import type { Clock } from '../../src/plan/ports.js';
import { CallFailure } from '../../src/problem.js';

const BEGUN = 1_000_000;

/** Time that has run for long, and passes only by waiting. */
function testClock(): Clock & { readonly pauses: number[] } {
  let time = BEGUN;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => time,
    sleep: async (ms) => {
      pauses.push(ms);
      time += ms;
    },
  };
}

const PATIENCE: Patience = { first: 100, longest: 1_000, total: 10_000 };

test('the first answer that is no error is given back', async () => {
  const clock = testClock();
  let calls = 0;
  const action = async (): Promise<string> => {
    calls += 1;
    if (calls < 4) throw new Error('not yet');
    return 'done';
  };
  await expect(persist(action, () => PATIENCE, clock)).resolves.toBe('done');
  expect(clock.pauses).toHaveLength(3);
});

test('an error that is not worth waiting for is thrown at once', async () => {
  const clock = testClock();
  const action = (): Promise<never> => Promise.reject(new Error('denied'));
  await expect(persist(action, () => null, clock)).rejects.toThrow('denied');
  expect(clock.pauses).toEqual([]);
});

test('pauses grow, stay under the longest, and all of them under the total', async () => {
  const clock = testClock();
  const action = (): Promise<never> => Promise.reject(new Error('still not'));
  await expect(persist(action, () => PATIENCE, clock)).rejects.toThrow('still not');
  const [first = 0, ...rest] = clock.pauses;
  expect(first).toBeLessThanOrEqual(PATIENCE.first);
  expect(Math.max(...rest)).toBeLessThanOrEqual(PATIENCE.longest);
  for (const [tries, pause] of clock.pauses.entries())
    expect(pause).toBeGreaterThanOrEqual(Math.min(1_000, 100 * 2 ** tries) / 2);
  expect(clock.now() - BEGUN).toBeLessThanOrEqual(PATIENCE.total);
  expect(clock.now() - BEGUN).toBeGreaterThan(PATIENCE.total / 2);
});

test('the patience may change with the error', async () => {
  const clock = testClock();
  const errors = ['later', 'later', 'never'];
  const action = (): Promise<never> => Promise.reject(new Error(errors.shift()));
  const patience = (error: unknown): Patience | null =>
    (error as Error).message === 'later' ? PATIENCE : null;
  await expect(persist(action, patience, clock)).rejects.toThrow('never');
  expect(clock.pauses).toHaveLength(2);
});

describe('a run that is cancelled', () => {
  const cancelledClock: Clock = { now: () => 0, sleep: () => Promise.reject(new Cancelled()) };
  const failing = (code: string) => (): Promise<never> =>
    Promise.reject(new CallFailure(code, { code, message: code, remedy: 'none' }));

  test.each([
    ['was refused: not done', 'ThrottlingException', false],
    ['was not answered: nobody knows', 'network', true],
  ])('in the pause after a try that %s', async (_, code, begun) => {
    await expect(persist(failing(code), () => PATIENCE, cancelledClock)).rejects.toMatchObject({
      name: 'Cancelled',
      begun,
    });
  });
});
