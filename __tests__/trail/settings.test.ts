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
};
const TARGET = { bucket: 'sec-cloudtrail-log' };

test('a new trail gets the recommended settings', () => {
  expect(intendedSettings({ name: 'X' }, TARGET, null)).toEqual({
    bucket: 'sec-cloudtrail-log',
    prefix: '',
    multiRegion: true,
    globalServiceEvents: true,
    logFileValidation: true,
  });
});

test('an existing trail keeps what is not mentioned', () => {
  const intended = intendedSettings({ name: LIVE.name }, TARGET, LIVE);
  expect(settingChanges(LIVE, intended)).toEqual([]);
});

test('what is mentioned is changed, and only that', () => {
  const wish = { name: LIVE.name, logFileValidation: true, multiRegion: true };
  expect(settingChanges(LIVE, intendedSettings(wish, TARGET, LIVE))).toEqual([
    { setting: 'multiRegion', from: 'false', to: 'true', loss: false },
    { setting: 'logFileValidation', from: 'false', to: 'true', loss: false },
  ]);
});

test('turning something off is a loss', () => {
  const wish = { name: LIVE.name, globalServiceEvents: false };
  expect(settingChanges(LIVE, intendedSettings(wish, TARGET, LIVE))).toMatchObject([
    { setting: 'globalServiceEvents', loss: true },
  ]);
});

test('a trail that delivers elsewhere gives up its prefix with its bucket, which is a loss', () => {
  const elsewhere = { ...LIVE, bucket: 'another' };
  expect(settingChanges(elsewhere, intendedSettings({ name: 'X' }, TARGET, elsewhere))).toEqual([
    { setting: 'bucket', from: 'another', to: 'sec-cloudtrail-log', loss: true },
    { setting: 'prefix', from: 'old', to: '', loss: false },
  ]);
});
