import type { ObservedMember } from '../../src/plan/observe.js';
import { planTrail } from '../../src/plan/trail-plan.js';
import type { LiveTrail } from '../../src/trail/settings.js';

const ARN = 'arn:aws:cloudtrail:ap-northeast-2:222222222222:trail/DEV-CLOUDTRAIL';
const LIVE: LiveTrail = {
  name: 'DEV-CLOUDTRAIL',
  arn: ARN,
  homeRegion: 'ap-northeast-2',
  organization: false,
  bucket: 'sec-cloudtrail-log',
  prefix: '',
  multiRegion: true,
  globalServiceEvents: true,
  logFileValidation: true,
};
const central = {
  accountId: '111111111111',
  bucket: 'sec-cloudtrail-log',
  bucketRegion: 'ap-northeast-2',
};

function observed(trails: readonly LiveTrail[], logging = false): ObservedMember {
  const trail = { name: 'DEV-CLOUDTRAIL' };
  const member = { accountId: '222222222222', region: 'ap-northeast-2', trail };
  return { member, trailArn: ARN, trails, logging };
}
const plan = (trails: readonly LiveTrail[], logging = false, allowRepoint = false) =>
  planTrail(observed(trails, logging), { central, allowRepoint });
const codes = (trails: readonly LiveTrail[], allowRepoint = false): readonly string[] =>
  plan(trails, true, allowRepoint).findings.map(({ code }) => code);

test('where there is no such trail it is created and started', () => {
  expect(plan([])).toMatchObject({ action: { kind: 'create' }, startLogging: true, findings: [] });
});

test('a trail that is as wished and logs needs nothing', () => {
  expect(plan([LIVE], true)).toMatchObject({ action: { kind: 'keep' }, startLogging: false });
});

test('a trail that is as wished and does not log is started', () => {
  expect(plan([LIVE], false)).toMatchObject({ action: { kind: 'keep' }, startLogging: true });
});

describe('a trail that must be left alone', () => {
  test('delivers to another bucket', () => {
    expect(codes([{ ...LIVE, bucket: 'another' }])).toEqual(['trail-delivers-elsewhere']);
  });
  test('unless re-pointing it is allowed', () => {
    expect(codes([{ ...LIVE, bucket: 'another' }], true)).toEqual([]);
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
