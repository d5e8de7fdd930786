import {
  callCounts,
  repeatedCalls,
  sharedCalls,
  tripsPerAccount,
} from '../../bench/request-log.js';
import type { RecordedRequest } from '../../sandbox/index.js';

const call = (operation: string, at: number, more: Partial<RecordedRequest> = {}) => ({
  operation,
  at,
  endedAt: at + 50,
  service: 'cloudtrail' as const,
  write: false,
  status: 200,
  ...more,
});
const [ONE, TWO] = ['222222222222', '333333333333'];
const LOG = [
  call('GetIdToken', 0),
  call('DescribeTrails', 60, { account: ONE }),
  call('GetTrailStatus', 61, { account: ONE, resource: 'trail' }),
  call('DescribeTrails', 60, { account: TWO }),
  call('DescribeTrails', 120, { account: TWO }),
];

describe("a fleet's request log", () => {
  test('counts calls by kind, and apart those of no account', () => {
    expect([...callCounts(LOG)]).toEqual([
      ['GetIdToken', 1],
      ['DescribeTrails', 3],
      ['GetTrailStatus', 1],
    ]);
    expect([...sharedCalls(LOG, [ONE, TWO])]).toEqual([['GetIdToken', 1]]);
  });

  test('names a call that was made twice in one account, not one that each account makes', () => {
    expect(repeatedCalls(LOG, [ONE, TWO])).toEqual([`DescribeTrails ${TWO} `]);
  });

  test('tells the round trips of the account that took the fewest', () => {
    expect(tripsPerAccount(LOG, [ONE, TWO])).toBe(1);
    expect(tripsPerAccount(LOG, [TWO])).toBe(2);
  });
});
