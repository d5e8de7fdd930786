// Which trails must be left alone and why, what a change costs, and what is told of the trails around.

import type { TrailExtras } from '../../src/trail/extras.js';
import type { LiveTrail } from '../../src/trail/settings.js';
import { ALL, ARN, codes, LIVE, OLD, plan, WRITES, wishing } from './trail-stage.js';

describe('a trail that must be left alone', () => {
  const elsewhere = (arn: string): Partial<LiveTrail> => ({ arn, homeRegion: 'us-east-1' });

  test.each<[string, Partial<LiveTrail>, string, string, string]>([
    [
      'delivers to another bucket',
      { bucket: 'another' },
      'trail-delivers-elsewhere',
      'to bucket another, not to sec-cloudtrail-log',
      'allow-repoint',
    ],
    [
      "is the organization's",
      { organization: true },
      'trail-of-organization',
      ARN,
      'another trail name',
    ],
    [
      'has its home in another Region',
      elsewhere(ARN.replace('ap-northeast-2', 'us-east-1')),
      'trail-home-region',
      'us-east-1 as its home Region',
      'Set region to us-east-1',
    ],
    [
      'is of another account, which CloudTrail never answers',
      { arn: ARN.replace('222222222222', '333333333333') },
      'trail-of-another-account',
      'Account 222222222222 .* account 333333333333',
      'Run again',
    ],
  ])('%s', (_, change, code, message, remedy) => {
    const { findings } = plan([{ ...LIVE, ...change }], { logging: true });
    expect(findings).toMatchObject([
      {
        severity: 'error',
        code,
        account: '222222222222',
        message: expect.stringMatching(message),
        remedy: expect.stringContaining(remedy),
      },
    ]);
  });

  test('unless re-pointing it is allowed, which is told as a loss', () => {
    expect(codes([{ ...LIVE, bucket: 'another' }], { allowRepoint: true })).toEqual(['trail-loss']);
  });
});

test.each([
  [true, false, ['trail-global-events']],
  [true, true, []],
  [false, false, []],
])(
  'multi-Region %s with global service events %s: %j',
  (multiRegion, globalServiceEvents, expected) => {
    const settings = { multiRegion, globalServiceEvents };
    const { findings } = plan([], wishing({ settings }));
    expect(findings.map(({ code }) => code)).toEqual(expected);
    for (const finding of findings)
      expect(finding).toMatchObject({
        severity: 'error',
        account: '222222222222',
        message: expect.stringContaining('multi-Region trail always records'),
        remedy: expect.stringContaining('Set global-service-events'),
      });
  },
);

describe('what is about the steps', () => {
  const terraform = { tags: { terraform: 'true' } };
  const plain = { tags: { team: 'audit' } };

  test.each<[string, TrailExtras, TrailExtras, readonly string[]]>([
    ['of the trail itself', terraform, plain, ['DEV-CLOUDTRAIL']],
    ['of the one that it replaces', plain, terraform, ['OLD']],
  ])('another tool is told by the tags %s', (_, extras, replacedExtras, names) => {
    const rename = { ...wishing({ replaces: 'OLD' }), replacedArn: OLD.arn };
    const { findings } = plan([LIVE, OLD], { ...rename, extras, replacedExtras });
    expect(findings).toMatchObject(
      names.map((name) => ({
        code: 'trail-managed-elsewhere',
        message: expect.stringContaining(`Trail ${name} `),
      })),
    );
  });

  test('tags that could not be read are told, with why', () => {
    const { findings } = plan([LIVE], { tagsUnread: 'AccessDenied' });
    expect(findings).toMatchObject([
      {
        severity: 'notice',
        code: 'trail-tags-not-read',
        account: '222222222222',
        message: expect.stringMatching(/trail DEV-CLOUDTRAIL .*AccessDenied/),
        remedy: expect.stringContaining('cloudtrail:ListTags'),
      },
    ]);
  });

  test('a topic that is to be set is judged, and the second copy of a trail that begins to log', () => {
    const snsTopicArn = 'arn:aws:sns:ap-northeast-2:222222222222:trails';
    const wish = wishing({ settings: { snsTopicArn } });
    const { findings } = plan([OLD], { ...wish, topic: { document: null } });
    expect(findings.map(({ code }) => code)).toEqual([
      'second-copy-of-account-trail',
      'topic-missing',
    ]);
  });

  test('is left unsaid where an error holds the trail back, and not where a warning does not', () => {
    const seen = { extras: terraform, ...wishing({ settings: { logFileValidation: false } }) };
    expect(codes([{ ...LIVE, bucket: 'another' }], seen)).toEqual(['trail-delivers-elsewhere']);
    expect(codes([LIVE], seen)).toEqual(['trail-loss', 'trail-managed-elsewhere']);
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
  expect(plan(five).findings[0]?.remedy).toContain('Delete a trail that is not needed');
  expect(codes(five.slice(1))).not.toContain('trail-slots-full');
});

test('five trails already, one of them the wished one: nothing is missing', () => {
  const five = ['a', 'b', 'c', 'd'].map((name) => ({ ...LIVE, name, arn: name }));
  expect(codes([...five, LIVE])).toEqual([]);
});

describe('what ends with a change', () => {
  test('each thing that ends is told by its name, and what only changes is not', () => {
    const settings = { kmsKeyArn: '', logFileValidation: false, prefix: 'new' };
    const extras = { tags: {}, insightSelectors: [], eventSelectors: ALL };
    const seen = {
      tags: { team: 'audit' },
      insightSelectors: ['ApiCallRateInsight'],
      eventSelectors: WRITES,
    };
    const trail = { ...LIVE, kmsKeyArn: 'arn:aws:kms:ap-northeast-2:1:key/1' };
    const { findings } = plan([trail], {
      ...wishing({ settings, extras }),
      extras: seen,
      logging: true,
    });
    const what = [
      'log file validation',
      'KMS key',
      'event selectors',
      'ApiCallRateInsight',
      'tag team',
    ];
    expect(findings).toMatchObject(
      what.map((one) => ({
        severity: 'warning',
        code: 'trail-loss',
        account: '222222222222',
        message: expect.stringMatching(new RegExp(`^DEV-CLOUDTRAIL loses something: .*${one}`)),
        remedy: expect.stringContaining('only if that is meant'),
      })),
    );
  });

  test.each<[string, TrailExtras, TrailExtras]>([
    [
      'what stays',
      { insightSelectors: ['A', 'B'], eventSelectors: WRITES },
      { insightSelectors: ['B', 'A'], eventSelectors: WRITES },
    ],
    [
      'what nobody mentions',
      { insightSelectors: ['A'], eventSelectors: WRITES, tags: { a: 'b' } },
      {},
    ],
    ['the selectors that every trail has', { eventSelectors: ALL }, { eventSelectors: WRITES }],
    ['what was not there', {}, { insightSelectors: [], eventSelectors: WRITES, tags: {} }],
  ])('no loss is %s', (_, extras, wish) => {
    expect(codes([LIVE], { ...wishing({ extras: wish }), extras })).toEqual([]);
  });

  test('is told once for each, and not of tags that AWS has set', () => {
    const wish = wishing({ settings: { logFileValidation: false }, extras: { tags: {} } });
    expect(codes([LIVE], { ...wish, extras: { tags: { team: 'audit', 'aws:x': 'y' } } })).toEqual([
      'trail-loss',
      'trail-loss',
    ]);
  });
});
