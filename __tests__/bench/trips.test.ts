import { roundTrips } from '../../bench/trips.js';

const span = (at: number, endedAt: number) => ({ at, endedAt });

describe('sequential round trips', () => {
  test('no request is no trip', () => {
    expect(roundTrips([])).toBe(0);
  });

  test('requests one after the other count each', () => {
    expect(roundTrips([span(0, 50), span(50, 100), span(120, 170)])).toBe(3);
  });

  test('requests under way at the same time count once', () => {
    expect(roundTrips([span(0, 50), span(1, 51), span(2, 60)])).toBe(1);
  });

  test('a chain beside one slow request counts in full', () => {
    expect(roundTrips([span(0, 500), span(10, 60), span(70, 120), span(130, 180)])).toBe(3);
  });

  test('the order in the log does not matter', () => {
    expect(roundTrips([span(100, 150), span(0, 50), span(50, 100)])).toBe(3);
  });
});
