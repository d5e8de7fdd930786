import { type Circumstances, judge } from '../../src/delivery/judge.js';
import type { TrailStatus } from '../../src/trail/settings.js';

const MINUTE = 60_000;
const CHANGE = Date.parse('2026-11-24T00:00:00Z');
const at = (minutes: number): number => CHANGE + minutes * MINUTE;

const status: TrailStatus = {
  logging: true,
  stoppedAt: null,
  startedAt: at(-600),
  deliveredAt: null,
  error: '',
  triedAt: null,
};
const judged = (given: Partial<TrailStatus>, circumstances: Partial<Circumstances> = {}) =>
  judge({ ...status, ...given }, { since: CHANGE, now: at(3), errorAtFirst: '', ...circumstances });

test('a delivery after the change counts, one before does not', () => {
  expect(judged({ deliveredAt: at(2) })).toEqual({ kind: 'delivers' });
  expect(judged({ deliveredAt: at(-1) })).toEqual({ kind: 'waits', oldError: '' });
  expect(judged({})).toEqual({ kind: 'waits', oldError: '' });
});

test('a trail that does not log is stopped, whatever it delivered', () => {
  expect(judged({ logging: false, deliveredAt: at(2) })).toEqual({ kind: 'stopped' });
});

describe('an error', () => {
  const error = 'AccessDenied';

  test('that was there at the first look is an old one, for as long as CloudTrail needs for two tries', () => {
    const old = { errorAtFirst: error };
    expect(judged({ error }, old)).toEqual({ kind: 'waits', oldError: error });
    expect(judged({ error }, { ...old, now: at(10) })).toEqual({ kind: 'waits', oldError: error });
    expect(judged({ error }, { ...old, now: at(10.1) })).toEqual({ kind: 'fails', error });
  });

  test('that was not, or was another one, is new', () => {
    expect(judged({ error })).toEqual({ kind: 'fails', error });
    expect(judged({ error }, { errorAtFirst: 'NoSuchBucket' })).toEqual({ kind: 'fails', error });
  });

  test('of a trail that is new itself is new', () => {
    expect(judged({ error }, { errorAtFirst: undefined })).toEqual({ kind: 'fails', error });
  });

  test('is new where CloudTrail says that it has tried since, and old-looking times say nothing', () => {
    const old = { errorAtFirst: error };
    expect(judged({ error, triedAt: at(2) }, old)).toEqual({ kind: 'fails', error });
    expect(judged({ error, triedAt: at(-2) }, old)).toEqual({ kind: 'waits', oldError: error });
  });

  test('beside a delivery after the change is from before it, until the delivery is two tries ago', () => {
    const delivery = { error, deliveredAt: at(2) };
    const old = { errorAtFirst: error };
    expect(judged(delivery, old)).toEqual({ kind: 'delivers' });
    expect(judged(delivery, { ...old, now: at(13) })).toEqual({ kind: 'fails', error });
    expect(judged({ ...delivery, triedAt: at(3) }, old)).toEqual({ kind: 'fails', error });
  });
});
