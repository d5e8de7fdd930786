// What is done about one trail, and in which order. What must be left alone is in trail-guards.test.ts.

import type { TrailExtras } from '../../src/trail/extras.js';
import type { LiveTrail } from '../../src/trail/settings.js';
import { live } from './members.js';
import { ALL, ARN, codes, LIVE, type More, plan, WRITES, wishing } from './trail-stage.js';

const kinds = (trails: readonly LiveTrail[], more: More = {}): readonly string[] =>
  plan(trails, more).steps.map(({ kind, trail }) =>
    trail === LIVE.name ? kind : `${kind} ${trail}`,
  );

describe('onboarding', () => {
  test('where there is no such trail it is created and started', () => {
    expect(kinds([])).toEqual(['create', 'start-logging']);
  });

  test('a trail that is as wished and logs needs nothing', () => {
    expect(kinds([LIVE], { logging: true })).toEqual([]);
  });

  test('a trail that is as wished and does not log is started', () => {
    expect(kinds([LIVE])).toEqual(['start-logging']);
  });

  test('selectors and tags are set where they differ, and left alone where nobody mentions them', () => {
    const tags = { team: 'audit' };
    const insightSelectors = ['ApiCallRateInsight'];
    const wish = wishing({ extras: { tags, insightSelectors } });
    expect(kinds([LIVE], { ...wish, logging: true })).toEqual([
      'put-insight-selectors',
      'add-tags',
    ]);
    const same = {
      ...wish,
      logging: true,
      extras: { tags: { ...tags, other: 'x' }, insightSelectors },
    };
    expect(kinds([LIVE], same)).toEqual([]);
  });

  test('a trail that is not shown is created and started, whatever its status says', () => {
    expect(kinds([], { logging: true })).toEqual(['create', 'start-logging']);
  });

  test.each<[string, TrailExtras, TrailExtras, readonly string[]]>([
    ['others are set', { eventSelectors: ALL }, { eventSelectors: WRITES }, ['event']],
    ['those that were not read are set', {}, { eventSelectors: WRITES }, ['event']],
    ['the same are not', { eventSelectors: WRITES }, { eventSelectors: WRITES }, []],
    ['others stay where none are wished', { eventSelectors: WRITES }, {}, []],
    ['insights stay, too', { insightSelectors: ['ApiCallRateInsight'] }, {}, []],
    ['no insights are none', {}, { insightSelectors: [] }, []],
  ])('event and insight selectors: %s', (_, extras, wish, expected) => {
    const steps = kinds([LIVE], { ...wishing({ extras: wish }), extras, logging: true });
    expect(steps).toEqual(expected.map((kind) => `put-${kind}-selectors`));
  });

  test.each<[string, TrailExtras, readonly string[]]>([
    ['wished ones are set', { eventSelectors: WRITES }, ['event']],
    ['what every trail records anyway is not', { eventSelectors: ALL }, []],
    ['insights are set', { insightSelectors: ['ApiCallRateInsight'] }, ['insight']],
    ['no insights are none', { insightSelectors: [] }, []],
  ])('of a new trail: %s', (_, extras, expected) => {
    expect(kinds([], wishing({ extras }))).toEqual([
      'create',
      ...expected.map((kind) => `put-${kind}-selectors`),
      'start-logging',
    ]);
  });

  test.each<[string, string | undefined, string | undefined, string]>([
    ["the bucket's prefix is for all trails", 'org', undefined, 'org'],
    ['but for one that has its own', 'org', 'own', 'own'],
    ['where nobody mentions one, a trail keeps what it has', undefined, undefined, 'old'],
  ])('%s', (_, ofBucket, own, expected) => {
    const wish = wishing({ settings: own === undefined ? {} : { prefix: own } });
    const more = { ...wish, ...(ofBucket !== undefined && { prefix: ofBucket }) };
    expect(plan([{ ...LIVE, prefix: 'old' }], more).intended?.prefix).toBe(expected);
  });
});

describe('replacing a trail', () => {
  const OLD = live('OLD', { multiRegion: false });
  const rename: More = {
    ...wishing({ replaces: 'OLD' }),
    replacedArn: OLD.arn,
    replacedLogging: true,
  };

  test('the new one logs before the old one stops', () => {
    expect(kinds([OLD], rename)).toEqual([
      'create',
      'start-logging',
      'stop-logging OLD',
      'delete OLD',
    ]);
  });

  test('the new one gets what the old one has and nobody mentions', () => {
    const replacedExtras = {
      tags: { team: 'audit', 'aws:cloudformation:stack-name': 'old' },
      insightSelectors: ['ApiErrorRateInsight'],
      eventSelectors: WRITES,
    };
    const { steps, intended } = plan([OLD], { ...rename, replacedExtras });
    expect(intended?.multiRegion).toBe(false);
    expect(steps[0]).toMatchObject({ kind: 'create', tags: { team: 'audit' } });
    expect(steps[0]).not.toHaveProperty(['tags', 'aws:cloudformation:stack-name']);
    expect(steps.slice(1)).toMatchObject([
      { kind: 'put-event-selectors', selectors: WRITES },
      { kind: 'put-insight-selectors', types: ['ApiErrorRateInsight'] },
      { kind: 'start-logging' },
      { kind: 'stop-logging' },
      { kind: 'delete' },
    ]);
  });

  test('half done, the rest is done', () => {
    expect(kinds([LIVE, OLD], { ...rename, logging: true, replacedLogging: false })).toEqual([
      'delete OLD',
    ]);
    expect(kinds([LIVE], { ...rename, logging: true })).toEqual([]);
  });

  test('the old grants are taken back even when the old trail is gone', () => {
    expect(plan([LIVE], rename).leaving).toEqual([{ trailArn: OLD.arn, prefix: '' }]);
  });

  test("the old grants are taken back where the old trail's own prefix had them", () => {
    const old = { ...OLD, prefix: 'old' };
    const renamed = { ...rename, ...wishing({ replaces: 'OLD', settings: { prefix: 'new' } }) };
    expect(plan([old], renamed).leaving).toEqual([{ trailArn: OLD.arn, prefix: 'old' }]);
  });

  test.each<[string, Partial<LiveTrail>, object]>([
    [
      'delivers elsewhere',
      { bucket: 'another' },
      {
        code: 'replaced-trail-delivers-elsewhere',
        message: expect.stringMatching(/^OLD, .* to bucket another, not to sec-cloudtrail-log/),
        remedy: expect.stringContaining('replaces-trail'),
      },
    ],
    ["is the organization's", { organization: true }, { code: 'trail-of-organization' }],
    [
      "is the organization's and delivers elsewhere",
      { organization: true, bucket: 'another' },
      { code: 'trail-of-organization' },
    ],
  ])('an old trail that %s holds everything back', (_, change, expected) => {
    const { findings } = plan([{ ...OLD, ...change }], rename);
    expect(findings).toMatchObject([{ severity: 'error', account: '222222222222', ...expected }]);
  });
});

describe('offboarding', () => {
  const leave = wishing({}, 'absent');

  test('stops, then deletes; the grants go with it', () => {
    expect(kinds([LIVE], { ...leave, logging: true })).toEqual(['stop-logging', 'delete']);
    expect(plan([LIVE], leave)).toMatchObject({
      intended: null,
      leaving: [{ trailArn: ARN, prefix: '' }],
    });
  });

  test('a trail that is gone already leaves only its grants to take back', () => {
    expect(kinds([], leave)).toEqual([]);
    expect(plan([], leave).leaving).toHaveLength(1);
  });

  test('a trail that delivers to another bucket is never deleted', () => {
    expect(kinds([{ ...LIVE, bucket: 'another' }], leave)).toEqual([]);
    expect(plan([{ ...LIVE, bucket: 'another' }], leave).findings).toMatchObject([
      {
        severity: 'warning',
        code: 'trail-delivers-elsewhere',
        message: expect.stringContaining('delivers to bucket another, not to sec-cloudtrail-log'),
        remedy: expect.stringContaining('grants'),
      },
    ]);
  });

  test.each([
    ["the organization's", { organization: true }, 'trail-of-organization'],
    ["another Region's", { arn: ARN.replace('ap-northeast-2', 'us-east-1') }, 'trail-home-region'],
  ])('%s is never deleted', (_whose, change, code) => {
    expect(kinds([{ ...LIVE, ...change }], leave)).toEqual([]);
    expect(codes([{ ...LIVE, ...change }], leave)).toEqual([code]);
  });

  test('another trail of the account that delivers here is named, and no other', () => {
    const other = { ...LIVE, name: 'OTHER', arn: ARN.replace('DEV-CLOUDTRAIL', 'OTHER') };
    const elsewhere = { ...other, name: 'ELSEWHERE', bucket: 'another' };
    const shared = { ...other, name: 'SHARED', organization: true };
    expect(plan([LIVE, other, elsewhere, shared], leave).findings).toMatchObject([
      {
        severity: 'warning',
        code: 'account-still-delivers',
        account: '222222222222',
        message: expect.stringContaining(`OTHER (${other.arn})`),
        remedy: expect.stringContaining('Run again with its name'),
      },
    ]);
  });

  test.each<[string, readonly LiveTrail[], string]>([
    ['the prefix that the trail has', [{ ...LIVE, prefix: 'own' }], 'own'],
    ["the bucket's where the trail is gone", [], 'org'],
    [
      "the bucket's where the trail delivers elsewhere",
      [{ ...LIVE, bucket: 'x', prefix: 'own' }],
      'org',
    ],
  ])('takes back the grants below %s', (_, trails, prefix) => {
    const { leaving } = plan(trails, { ...leave, prefix: 'org' });
    expect(leaving).toEqual([{ trailArn: ARN, prefix }]);
  });

  test('a closed account is not entered, and the plan says what that leaves behind', () => {
    const closed = wishing({}, 'closed');
    expect(kinds([], closed)).toEqual([]);
    expect(plan([], closed).findings).toMatchObject([
      {
        severity: 'warning',
        code: 'closed-account-trail',
        account: '222222222222',
        message: expect.stringContaining('if trail DEV-CLOUDTRAIL still exists'),
        remedy: expect.stringContaining('AWS Support'),
      },
    ]);
  });
});
