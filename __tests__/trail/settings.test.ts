import { intendedSettings, type LiveTrail, settingChanges } from '../../src/trail/settings.js';

const LIVE: LiveTrail = {
  name: 'DEV-CLOUDTRAIL',
  arn: 'arn:aws:cloudtrail:ap-northeast-2:222222222222:trail/DEV-CLOUDTRAIL',
  homeRegion: 'ap-northeast-2',
  organization: false,
  bucket: 'sec-cloudtrail-log',
  prefix: 'old',
  multiRegion: false,
  globalServiceEvents: true,
  logFileValidation: false,
  kmsKeyArn: '',
  snsTopicArn: '',
  cloudWatchLogGroupArn: '',
  cloudWatchRoleArn: '',
  recursiveLogging: true,
};
const TARGET = 'sec-cloudtrail-log';

test('a new trail gets the recommended settings', () => {
  expect(intendedSettings({}, TARGET, null)).toEqual({
    bucket: 'sec-cloudtrail-log',
    prefix: '',
    multiRegion: true,
    globalServiceEvents: true,
    logFileValidation: true,
    kmsKeyArn: '',
    snsTopicArn: '',
    cloudWatchLogGroupArn: '',
    cloudWatchRoleArn: '',
    recursiveLogging: true,
  });
});

test('an existing trail keeps what is not mentioned', () => {
  const intended = intendedSettings({}, TARGET, LIVE);
  expect(settingChanges(LIVE, intended)).toEqual([]);
});

test('what is mentioned is changed, and only that', () => {
  const wish = { logFileValidation: true, multiRegion: true };
  expect(settingChanges(LIVE, intendedSettings(wish, TARGET, LIVE))).toEqual([
    { setting: 'multiRegion', from: 'false', to: 'true', loss: false },
    { setting: 'logFileValidation', from: 'false', to: 'true', loss: false },
  ]);
});

test('turning something off is a loss', () => {
  const wish = { globalServiceEvents: false };
  expect(settingChanges(LIVE, intendedSettings(wish, TARGET, LIVE))).toMatchObject([
    { setting: 'globalServiceEvents', loss: true },
  ]);
});

test('a trail that delivers elsewhere gives up its prefix with its bucket, which is a loss', () => {
  const elsewhere = { ...LIVE, bucket: 'another' };
  expect(settingChanges(elsewhere, intendedSettings({}, TARGET, elsewhere))).toEqual([
    { setting: 'bucket', from: 'another', to: 'sec-cloudtrail-log', loss: true },
    { setting: 'prefix', from: 'old', to: '', loss: false },
  ]);
});

test('clearing something is a loss', () => {
  const encrypted = { ...LIVE, kmsKeyArn: 'arn:aws:kms:ap-northeast-2:111111111111:key/1' };
  expect(settingChanges(encrypted, intendedSettings({ kmsKeyArn: '' }, TARGET, encrypted))).toEqual(
    [{ setting: 'kmsKeyArn', from: encrypted.kmsKeyArn, to: '', loss: true }],
  );
});

test("a log group's ARN is the same with and without :* behind it", () => {
  const arn = 'arn:aws:logs:ap-northeast-2:222222222222:log-group:trail';
  const live = { ...LIVE, cloudWatchLogGroupArn: `${arn}:*` };
  const intended = intendedSettings({ cloudWatchLogGroupArn: arn }, TARGET, live);
  expect(settingChanges(live, intended)).toEqual([]);
});
