import type { ObservedMember } from '../../src/plan/observe.js';
import { planTrail } from '../../src/plan/trail-plan.js';
import type { Member } from '../../src/request/request.js';
import type { LiveTrail } from '../../src/trail/settings.js';
import { live, observed } from './members.js';

const ARN = 'arn:aws:cloudtrail:ap-northeast-2:222222222222:trail/DEV-CLOUDTRAIL';
const LIVE = live('DEV-CLOUDTRAIL');
const central = {
  accountId: '111111111111',
  bucket: 'sec-cloudtrail-log',
  bucketRegion: 'ap-northeast-2',
};
type More = Partial<ObservedMember> & { readonly allowRepoint?: boolean };
const plan = (trails: readonly LiveTrail[], { allowRepoint = false, ...more }: More = {}) =>
  planTrail(observed(trails, more), { central, allowRepoint, mode: 'apply' });
const kinds = (trails: readonly LiveTrail[], more: More = {}): readonly string[] =>
  plan(trails, more).steps.map(({ kind, trail }) =>
    trail === LIVE.name ? kind : `${kind} ${trail}`,
  );
const codes = (trails: readonly LiveTrail[], more: More = {}): readonly string[] =>
  plan(trails, { logging: true, ...more }).findings.map(({ code }) => code);
const wishing = (trail: Partial<Member['trail']>, state: Member['state'] = 'present'): More => {
  const { member } = observed([]);
  return { member: { ...member, state, trail: { ...member.trail, ...trail } } };
};

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

  test('what ends with a change is told', () => {
    const wish = wishing({ settings: { logFileValidation: false }, extras: { tags: {} } });
    expect(codes([LIVE], { ...wish, extras: { tags: { team: 'audit', 'aws:x': 'y' } } })).toEqual([
      'trail-loss',
      'trail-loss',
    ]);
  });
});

describe('replacing a trail', () => {
  const OLD = {
    ...LIVE,
    name: 'OLD',
    arn: ARN.replace('DEV-CLOUDTRAIL', 'OLD'),
    multiRegion: false,
  };
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
    const replacedExtras = { tags: { team: 'audit' }, insightSelectors: ['ApiErrorRateInsight'] };
    const { steps, intended } = plan([OLD], { ...rename, replacedExtras });
    expect(intended?.multiRegion).toBe(false);
    expect(steps).toMatchObject([
      { kind: 'create', tags: { team: 'audit' } },
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

  test('an old trail that delivers elsewhere is not deleted', () => {
    expect(codes([{ ...OLD, bucket: 'another' }], rename)).toEqual([
      'replaced-trail-delivers-elsewhere',
    ]);
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
    expect(codes([{ ...LIVE, bucket: 'another' }], leave)).toEqual(['trail-delivers-elsewhere']);
  });

  test.each([
    ["the organization's", { organization: true }, 'trail-of-organization'],
    ["another Region's", { arn: ARN.replace('ap-northeast-2', 'us-east-1') }, 'trail-home-region'],
  ])('%s is never deleted', (_whose, change, code) => {
    expect(kinds([{ ...LIVE, ...change }], leave)).toEqual([]);
    expect(codes([{ ...LIVE, ...change }], leave)).toEqual([code]);
  });

  test('another trail of the account that delivers here is named', () => {
    const other = { ...LIVE, name: 'OTHER', arn: ARN.replace('DEV-CLOUDTRAIL', 'OTHER') };
    expect(codes([LIVE, other], leave)).toEqual(['account-still-delivers']);
  });

  test('a closed account is not entered, and the plan says what that leaves behind', () => {
    const closed = wishing({}, 'closed');
    expect(kinds([], closed)).toEqual([]);
    expect(codes([], closed)).toEqual(['closed-account-trail']);
  });
});

describe('a trail that must be left alone', () => {
  test('delivers to another bucket', () => {
    expect(codes([{ ...LIVE, bucket: 'another' }])).toEqual(['trail-delivers-elsewhere']);
  });
  test('unless re-pointing it is allowed, which is told as a loss', () => {
    expect(codes([{ ...LIVE, bucket: 'another' }], { allowRepoint: true })).toEqual(['trail-loss']);
  });
  test("is the organization's", () => {
    expect(codes([{ ...LIVE, organization: true }])).toEqual(['trail-of-organization']);
  });
  test('has its home in another Region', () => {
    const arn = ARN.replace('ap-northeast-2', 'us-east-1');
    expect(codes([{ ...LIVE, arn, homeRegion: 'us-east-1' }])).toEqual(['trail-home-region']);
  });
});

test("the trail with the wished ARN counts before another Region's of the same name", () => {
  const shadow = {
    ...LIVE,
    arn: ARN.replace('ap-northeast-2', 'us-east-1'),
    homeRegion: 'us-east-1',
  };
  expect(codes([shadow, LIVE])).toEqual([]);
});

test('five trails already, and a sixth is wished: told before anything is written, with their names', () => {
  const five = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ ...LIVE, name, arn: name }));
  expect(plan(five).findings).toMatchObject([
    { code: 'trail-slots-full', severity: 'error', account: '222222222222' },
  ]);
  expect(plan(five).findings[0]?.message).toContain('a (ap-northeast-2), b (ap-northeast-2)');
});

test('five trails already, one of them the wished one: nothing is missing', () => {
  const five = ['a', 'b', 'c', 'd'].map((name) => ({ ...LIVE, name, arn: name }));
  expect(codes([...five, LIVE])).toEqual([]);
});
