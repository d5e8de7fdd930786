// What a moved clock makes CloudTrail deliver, and what a closed bucket makes it say.

import { gunzipSync } from 'node:zlib';
import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { tutorialWorld } from '../../sandbox/worlds.js';
import { bucket, SEC, secTrailArn } from './sdk.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ now: new Date('2026-11-23T23:52:00Z') });
  tutorialWorld(sandbox);
});

afterEach(() => sandbox.close());

const logs = () => sandbox.world.objects(bucket).filter(({ key }) => key.endsWith('.json.gz'));
const secTrail = () => sandbox.world.trails(SEC)[0];

test('a logging trail delivers every five minutes', () => {
  sandbox.advance(4);
  expect(logs()).toHaveLength(0);
  expect(secTrail()?.latestDelivery).toBeUndefined();
  sandbox.advance(2);
  expect(logs()).toHaveLength(1);
  sandbox.advance(30);
  expect(logs()).toHaveLength(7);
});

test('a try can be asked for at any time, and changes nothing about what is due', () => {
  sandbox.world.tryDeliveries();
  expect(logs()).toHaveLength(1);
  expect(sandbox.world.deliveries(secTrailArn)).toHaveLength(1);
  sandbox.world.putBucketPolicy(bucket, undefined);
  sandbox.world.tryDeliveries();
  expect(logs()).toHaveLength(1);
  expect(sandbox.world.deliveries(secTrailArn).at(-1)).toMatchObject({ error: 'AccessDenied' });
  sandbox.advance(6);
  expect(sandbox.world.deliveries(secTrailArn)).toHaveLength(3);
});

test('a log lies under account, Region and day of delivery', () => {
  sandbox.advance(12);
  const folder = `AWSLogs/${SEC}/CloudTrail/ap-northeast-2`;
  const file = `${SEC}_CloudTrail_ap-northeast-2_\\d{8}T\\d{4}Z_[A-Za-z0-9]{16}\\.json\\.gz`;
  expect(logs().map(({ key }) => key)).toEqual([
    expect.stringMatching(`^${folder}/2026/11/23/${file}$`),
    expect.stringMatching(`^${folder}/2026/11/24/${file}$`),
  ]);
});

test('a log is gzipped JSON with records of the account', () => {
  sandbox.advance(5);
  const log = JSON.parse(gunzipSync(logs()[0]?.body ?? '').toString()) as { Records: object[] };
  expect(log.Records).toMatchObject([
    { recipientAccountId: SEC, requestParameters: { name: secTrailArn } },
  ]);
});

test('a bucket that no longer admits the trail gets nothing, and the status says why', () => {
  sandbox.advance(5);
  const policy = sandbox.world.bucketPolicy(bucket);
  const delivered = secTrail()?.latestDelivery;

  sandbox.world.putBucketPolicy(bucket, undefined);
  sandbox.advance(10);
  expect(logs()).toHaveLength(1);
  expect(secTrail()).toMatchObject({
    latestDelivery: delivered,
    latestDeliveryError: 'AccessDenied',
  });

  sandbox.world.putBucketPolicy(bucket, policy);
  sandbox.advance(5);
  expect(logs()).toHaveLength(2);
  expect(secTrail()).not.toHaveProperty('latestDeliveryError');
});

test('a bucket that is gone is named as such', () => {
  sandbox.world.deleteBucket(bucket);
  sandbox.advance(5);
  expect(secTrail()?.latestDeliveryError).toBe('NoSuchBucket');
});

test('the clock does not go back', () => {
  expect(() => sandbox.advance(-1)).toThrow(RangeError);
});

test('a fast clock delivers by itself', async () => {
  const fast = await startSandbox({ clockRate: 3000 });
  tutorialWorld(fast);
  await new Promise((done) => {
    setTimeout(done, 250);
  });
  fast.advance(0);
  expect(fast.world.trails(SEC)[0]?.latestDelivery).toBeInstanceOf(Date);
  await fast.close();
});

describe('the delivery log', () => {
  test('tells of each trail when it delivered and when it could not', () => {
    sandbox.advance(10);
    const policy = sandbox.world.bucketPolicy(bucket);
    sandbox.world.putBucketPolicy(bucket, undefined);
    sandbox.advance(5);
    sandbox.world.putBucketPolicy(bucket, policy);
    sandbox.advance(5);
    const attempts = sandbox.world.deliveries(secTrailArn);
    expect(attempts.map(({ error }) => error)).toEqual([
      undefined,
      undefined,
      'AccessDenied',
      undefined,
    ]);
    const gaps = attempts.slice(1).map(({ at }, index) => {
      const before = attempts[index]?.at.getTime() ?? 0;
      return (at.getTime() - before) / 60_000;
    });
    expect(gaps).toEqual([5, 5, 5]);
    expect(new Set(attempts.map((attempt) => attempt.bucket))).toEqual(new Set([bucket]));
  });

  test('outlives the trail, and shows that a stopped one tries nothing', () => {
    sandbox.advance(5);
    sandbox.world.deleteTrail(secTrailArn);
    sandbox.advance(60);
    expect(sandbox.world.deliveries(secTrailArn)).toHaveLength(1);
    expect(sandbox.world.deliveries('arn:aws:cloudtrail:r:1:trail/never')).toEqual([]);
  });
});
