import { newestLog, recentLog } from '../../src/delivery/newest.js';
import { bucketWith, type StoredLog } from './bucket.js';

const ACCOUNT = '222222222222';
const NOW = Date.parse('2026-11-24T00:20:00Z');
const place = { prefix: '', accountId: ACCOUNT };

/** A log of this UTC time, `2026-11-24T00:10`, stored 20 seconds after. */
function log(
  time: string,
  { region = 'ap-northeast-2', start = 'AWSLogs/', account = ACCOUNT } = {},
) {
  const day = time.slice(0, 10).replaceAll('-', '/');
  const minute = `${time.replaceAll(/[-:]/g, '')}Z`;
  const name = `${account}_CloudTrail_${region}_${minute}_0123456789abcdEF.json.gz`;
  return {
    key: `${start}${account}/CloudTrail/${region}/${day}/${name}`,
    lastModified: Date.parse(`${time}:20Z`),
  };
}

const newestOf = (objects: readonly StoredLog[], since: string, more: object = {}) =>
  newestLog(bucketWith(objects).reader, {
    ...place,
    since: Date.parse(since),
    now: NOW,
    ...more,
  });

const SINCE = '2026-11-23T23:40:00Z';

describe('the newest log', () => {
  test('is the one stored last, in whichever Region', async () => {
    const tokyo = log('2026-11-24T00:15', { region: 'ap-northeast-1' });
    const objects = [log('2026-11-24T00:05'), tokyo, log('2026-11-24T00:10')];
    expect(await newestOf(objects, SINCE)).toMatchObject(tokyo);
  });

  test('is found on the day before, when midnight lies between', async () => {
    const before = log('2026-11-23T23:55');
    expect(await newestOf([before], SINCE)).toMatchObject(before);
  });

  test('is found days ago, where somebody looks back that far', async () => {
    const old = log('2026-11-21T12:00');
    expect(await newestOf([old], '2026-11-21T00:00:00Z')).toMatchObject(old);
  });

  test('is the last of more than a page of them', async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => ({
      ...log('2026-11-24T00:10'),
      key: log('2026-11-24T00:10').key.replace('0123', String(index).padStart(4, '0')),
      lastModified: NOW - 100_000 + index,
    }));
    expect((await newestOf(many, SINCE))?.lastModified).toBe(NOW - 100_000 + 2_499);
  });

  test.each([
    ['below a prefix', 'org/trails/AWSLogs/', { prefix: 'org/trails' }],
    ['of an organization', 'AWSLogs/o-a1b2c3d4e5/', { organizationId: 'o-a1b2c3d4e5' }],
  ])('is looked for where logs %s lie', async (_, start, more) => {
    const object = log('2026-11-24T00:10', { start });
    expect(await newestOf([object], SINCE, more)).toMatchObject(object);
    expect(await newestOf([object], SINCE)).toBeNull();
  });

  test('may be stored later than its key says', async () => {
    const late = { ...log('2026-11-23T23:35'), lastModified: Date.parse('2026-11-23T23:41:00Z') };
    expect(await newestOf([late], SINCE)).toMatchObject(late);
  });
});

describe('no log is', () => {
  const real = log('2026-11-24T00:10');
  test.each<[string, StoredLog]>([
    ['the placeholder', { key: `AWSLogs/${ACCOUNT}/CloudTrail/`, size: 0 }],
    ["a Region's placeholder", { key: `AWSLogs/${ACCOUNT}/CloudTrail/ap-northeast-2/`, size: 0 }],
    ['an empty object', { ...real, size: 0 }],
    ['one stored before', { ...real, lastModified: Date.parse('2026-11-23T23:39:59Z') }],
    ["another account's", log('2026-11-24T00:10', { account: '333333333333' })],
    ['a digest', { key: real.key.replaceAll('CloudTrail', 'CloudTrail-Digest') }],
    ['an Insights file', { key: real.key.replaceAll('CloudTrail', 'CloudTrail-Insight') }],
    ['a file put there by hand', { key: real.key.replace('.json.gz', '-copy.json.gz') }],
    ['a file of another form', { key: real.key.replace(/[^/]*$/, 'notes.txt') }],
    [
      "a file of another Region's name",
      { key: real.key.replace(/_ap-northeast-2_/, '_eu-west-1_') },
    ],
  ])('%s', async (_, object) => {
    expect(await newestOf([{ lastModified: NOW, ...object }], SINCE)).toBeNull();
  });
});

test('a recent log costs one listing for the Regions and one for each Region', async () => {
  const regions = ['ap-northeast-1', 'ap-northeast-2', 'us-east-1'];
  const { reader, asked } = bucketWith(
    regions.map((region) => log('2026-11-24T00:10', { region })),
  );
  const [since, now] = ['2026-11-24T00:18:00Z', '2026-11-24T00:25:00Z'].map((t) => Date.parse(t));
  await newestLog(reader, { ...place, since: since ?? 0, now: now ?? 0 });
  expect(asked.filter((call) => call.startsWith('folders'))).toHaveLength(1);
  expect(asked.filter((call) => call.startsWith('list'))).toHaveLength(3);
  expect(asked[1]).toContain('after AWSLogs/222222222222/CloudTrail/ap-northeast-1/2026/11/24/');
});

describe('whether logs still arrive', () => {
  const REGIONS = ['ap-northeast-1', 'ap-northeast-2', 'us-east-1'];
  const since = Date.parse('2026-11-23T00:00:00Z');

  const recentIn = async (objects: readonly StoredLog[], now = NOW) => {
    const { reader, asked } = bucketWith(objects);
    const found = await recentLog(reader, { ...place, since, now }, 'ap-northeast-2');
    return { found, asked };
  };

  test("costs one listing where the trail's Region has a log of the last hour", async () => {
    const objects = REGIONS.map((region) => log('2026-11-24T00:55', { region }));
    const { found, asked } = await recentIn(objects, Date.parse('2026-11-24T01:20:00Z'));
    expect(found).toMatchObject(log('2026-11-24T00:55'));
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['an hour ago, across midnight', '2026-11-23T23:40', 'ap-northeast-2'],
    ['right before midnight', '2026-11-23T23:58', 'ap-northeast-2'],
    ['in another Region', '2026-11-24T00:10', 'us-east-1'],
    ['this morning', '2026-11-23T08:00', 'ap-northeast-2'],
    ['this morning in another Region', '2026-11-23T08:00', 'us-east-1'],
  ])('is seen where the last was stored %s', async (_, time, region) => {
    const last = log(time, { region });
    expect((await recentIn([last])).found).toMatchObject(last);
  });

  test('is denied where none is new enough', async () => {
    expect((await recentIn([log('2026-11-22T23:00')])).found).toBeNull();
  });
});
