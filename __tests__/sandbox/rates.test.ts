// A rate that no test can reach over HTTP, on a clock of its own.

import { createThrottle, STS_RATE } from '../../sandbox/aws/throttle.js';

test("STS lets 600 calls a second through, an account's and Region's own", () => {
  let now = 0;
  const throttle = createThrottle(() => now);
  const call = (account: string, at = 'eu-west-1') =>
    throttle({ account, region: at, counter: 'sts', perSecond: STS_RATE });
  const passed = Array.from({ length: 700 }, () => call('111111111111')).filter(Boolean);
  expect(passed).toHaveLength(600);
  expect([call('222222222222'), call('111111111111', 'us-east-1')]).toEqual([true, true]);
  now = 1_000;
  expect(call('111111111111')).toBe(true);
});
