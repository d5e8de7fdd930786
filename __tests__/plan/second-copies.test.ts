// Which other trails are named when a trail begins to log, and in which words.

import type { ObservedMember } from '../../src/plan/observe.js';
import { secondCopies } from '../../src/plan/second-copies.js';
import { aboutAccount } from '../../src/plan/trail-guards.js';
import type { LiveTrail } from '../../src/trail/settings.js';
import { BUCKET, DEV, live, observed } from './members.js';

const own = live('DEV-CLOUDTRAIL');
const baseline = live('aws-controltower-BaselineCloudTrail', {
  arn: 'arn:aws:cloudtrail:us-east-1:999999999999:trail/aws-controltower-BaselineCloudTrail',
  homeRegion: 'us-east-1',
  organization: true,
  bucket: 'aws-controltower-logs-888888888888-us-east-1',
  ownSelectors: false,
});

const START = [{ kind: 'start-logging', trail: own.name }] as const;

const found = (trails: readonly LiveTrail[], more: Partial<ObservedMember> = {}) =>
  secondCopies(observed(trails, more), START, BUCKET, aboutAccount(DEV));

const ADVANCED = (category: string) =>
  ({
    kind: 'advanced',
    selectors: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: [category] }] }],
  }) as const;

test('a trail that logs already, or is to end, is not spoken of', () => {
  const stop = { kind: 'stop-logging', trail: own.name } as const;
  const about = aboutAccount(DEV);
  expect(secondCopies(observed([own, baseline]), [], BUCKET, about)).toEqual([]);
  expect(secondCopies(observed([own, baseline]), [stop], BUCKET, about)).toEqual([]);
});

test('the trail that this one replaces is no other', () => {
  const old = live('OLD', { ownSelectors: false });
  const steps = [...START, { kind: 'delete', trail: 'OLD' } as const];
  expect(secondCopies(observed([old]), steps, BUCKET, aboutAccount(DEV))).toEqual([]);
});

test("the organization's trail is named with its bucket, its price and what to do instead", () => {
  expect(found([own, baseline])).toMatchObject([
    {
      severity: 'warning',
      code: 'second-copy-of-organization-trail',
      account: DEV,
      message: expect.stringMatching(
        /^The organization's trail aws-controltower-BaselineCloudTrail .*Control Tower.* to bucket aws-controltower-logs-888888888888-us-east-1\. .*\$2\.00 for every 100,000/,
      ),
      remedy: expect.stringContaining('landing zone settings'),
    },
  ]);
});

test('of a trail that no landing zone made none is named', () => {
  const shared = { ...baseline, name: 'shared' };
  const [finding] = found([shared]);
  expect(finding?.message).toMatch(/^The organization's trail shared \([^)]*\) already delivers/);
  expect(finding?.remedy).not.toContain('landing zone');
  const account = found([live('OLDER', { ownSelectors: false })]);
  expect(account[0]?.message).toMatch(/^The account's trail OLDER /);
});

test('another trail of the account can be replaced where it delivers to the same bucket', () => {
  const older = live('OLDER', { ownSelectors: false });
  const [here] = found([older]);
  const [elsewhere] = found([{ ...older, bucket: 'another' }]);
  expect(here).toMatchObject({ code: 'second-copy-of-account-trail', severity: 'warning' });
  expect(here?.remedy).toContain('set replaces-trail to OLDER');
  expect(elsewhere?.remedy).toContain('Delete OLDER');
});

test.each([true, undefined])(
  'what a trail with selectors (%s) records is not claimed',
  (chosen) => {
    const { ownSelectors: _, ...rest } = baseline;
    const trail = chosen === undefined ? rest : { ...rest, ownSelectors: chosen };
    expect(found([trail])).toMatchObject([
      { severity: 'notice', message: expect.stringContaining('are not read') },
    ]);
  },
);

test.each([
  ['advanced selectors for data events', ADVANCED('Data'), 0],
  ['advanced selectors for management events', ADVANCED('Management'), 1],
  [
    'a basic selector without management events',
    { kind: 'basic', selectors: [{ IncludeManagementEvents: false }] } as const,
    0,
  ],
])('a trail with %s copies %s', (_, eventSelectors, count) => {
  const { member } = observed([]);
  const trail = { ...member.trail, extras: { eventSelectors } };
  expect(found([baseline], { member: { ...member, trail } })).toHaveLength(count);
});
