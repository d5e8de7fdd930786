// The wait as a whole, on a clock of the test: how long, how often, and at what cost.

import { gzipSync } from 'node:zlib';
import { allOf } from '../../src/delivery/candidates.js';
import type { DeliveryReaders, MemberProbe } from '../../src/delivery/ports.js';
import { verifyDelivery } from '../../src/delivery/verify.js';
import { userError } from '../../src/problem.js';
import type { Member, Request } from '../../src/request/request.js';
import type { LiveTrail, TrailStatus } from '../../src/trail/settings.js';
import { live } from '../plan/members.js';
import { bucketWith, type StoredLog } from './bucket.js';

const START = Date.parse('2026-11-24T12:00:00Z');
const MINUTE = 60_000;
const REGION = 'ap-northeast-2';
const body = gzipSync(JSON.stringify({ Records: [] }));

const idOf = (index: number): string => String(200_000_000_000 + index);
const member = (accountId: string): Member => ({
  accountId,
  state: 'present',
  region: REGION,
  trail: { name: 'MEMBER', settings: {}, extras: {} },
});
const trailOf = (accountId: string): LiveTrail =>
  live('MEMBER', {
    arn: `arn:aws:cloudtrail:${REGION}:${accountId}:trail/MEMBER`,
    bucket: 'logs',
    logFileValidation: false,
  });

type Scene = {
  readonly accounts?: number;
  readonly timeout?: number;
  /** Minutes from the start until CloudTrail says that it has delivered. */
  readonly arrives?: number;
  readonly trail?: Partial<LiveTrail>;
  readonly status?: Partial<TrailStatus>;
  /** What the account's folder is below. */
  readonly start?: string;
};

/** Runs it, and counts. */
async function run(scene: Scene, more: Partial<Request> = {}) {
  const { accounts = 1, timeout = 15, arrives = 0, start = 'AWSLogs/' } = scene;
  const ids = Array.from({ length: accounts }, (_, index) => idOf(index));
  let now = 0;
  const asked: string[] = [];
  const logs = ids.map((id): StoredLog => {
    const name = `${id}_CloudTrail_${REGION}_20261124T1150Z_0123456789abcdef.json.gz`;
    const key = `${start}${id}/CloudTrail/${REGION}/2026/11/24/${name}`;
    return { key, lastModified: START + arrives * MINUTE, body };
  });
  const bucket = bucketWith(logs);
  const probe = (id: string): MemberProbe => ({
    trails: () => {
      asked.push('trails');
      return Promise.resolve([{ ...trailOf(id), ...scene.trail }]);
    },
    status: () => {
      asked.push('status');
      const there = now >= arrives * MINUTE;
      return Promise.resolve({
        logging: true,
        stoppedAt: null,
        startedAt: START - 600 * MINUTE,
        deliveredAt: there ? START + arrives * MINUTE : null,
        error: '',
        triedAt: null,
        ...scene.status,
      });
    },
    listsBucket: () => Promise.resolve(false),
  });
  const readers: DeliveryReaders = {
    partition: 'aws',
    policy: { policy: () => Promise.resolve(null) },
    logs: bucket.reader,
    keys: { publicKeys: () => Promise.resolve([]) },
    members: new Map(ids.map((id) => [id, () => Promise.resolve(probe(id))])),
    now: () => START + now,
  };
  const central = { accountId: '111111111111', bucket: 'logs', bucketRegion: REGION };
  const request = {
    central,
    members: ids.map(member),
    deliveryTimeoutMinutes: timeout,
    maxParallel: 8,
    ...more,
  } as Request;
  const said: string[] = [];
  const report = await verifyDelivery(request, allOf(request), {
    connect: () => Promise.resolve(readers),
    clock: {
      now: () => now,
      sleep: (ms) => {
        now += ms;
        return Promise.resolve();
      },
    },
    say: (line) => said.push(line),
    settled: () => undefined,
  });
  return { report, asked: [...asked, ...bucket.asked], said, minutes: now / MINUTE };
}

const states = ({ report }: Awaited<ReturnType<typeof run>>) =>
  report.accounts.map(({ state }) => state);

test('what has arrived already is not waited for', async () => {
  const seen = await run({});
  expect(states(seen)).toEqual(['delivered']);
  expect(seen).toMatchObject({ said: [], minutes: 0 });
});

test('the pauses grow, and the wait ends when the log is there', async () => {
  const seen = await run({ arrives: 4 });
  expect(states(seen)).toEqual(['delivered']);
  expect(seen.minutes).toBeGreaterThanOrEqual(4);
  expect(seen.minutes).toBeLessThan(5.1);
  expect(seen.said.length).toBeLessThan(9);
});

test('the time-out is kept to the second, and leaves a pending account with a next step', async () => {
  const seen = await run({ arrives: 20 });
  expect(states(seen)).toEqual(['pending']);
  expect(seen.minutes).toBe(15);
  expect(seen.report.findings).toMatchObject([{ severity: 'warning', code: 'delivery-pending' }]);
});

test('200 accounts cost a few calls each, and the bucket is not looked into before there is reason to', async () => {
  const seen = await run({ accounts: 200, arrives: 4 });
  expect(new Set(states(seen))).toEqual(new Set(['delivered']));
  const rounds = seen.said.length + 1;
  const count = (start: string): number => seen.asked.filter((a) => a.startsWith(start)).length;
  expect(count('trails')).toBe(200);
  expect(count('status')).toBe(200 * rounds);
  expect([count('folders'), count('list'), count('read')]).toEqual([200, 200, 200]);
});

describe('a trail of an organization', () => {
  const scene: Scene = { trail: { organization: true }, start: 'AWSLogs/o-a1b2c3d4e5/' };

  test('is looked for below the ID that was given, or that the bucket shows', async () => {
    expect(states(await run(scene))).toEqual(['delivered']);
    expect(states(await run(scene, { organizationId: 'o-a1b2c3d4e5' }))).toEqual(['delivered']);
  });

  test('is not guessed at', async () => {
    const seen = await run({ ...scene, start: 'AWSLogs/' });
    expect(states(seen)).toEqual(['unknown']);
    expect(seen.report.findings).toMatchObject([{ code: 'delivery-organization-unknown' }]);
  });
});

test.each([
  ['KMS.DisabledException', 'cannot be used'],
  ['NoSuchBucket', 'is gone'],
  ['SlowDown', "S3's list of error codes"],
])("CloudTrail's error %s comes with what to do", async (error, remedy) => {
  const seen = await run({ status: { error, deliveredAt: null } });
  expect(states(seen)).toEqual(['failing']);
  expect(seen.report.findings[0]?.remedy).toContain(remedy);
});

test('an account whose role cannot be taken is unknown, and does not hold back the report', async () => {
  const failure = userError({ code: 'aws-access-denied', message: 'no', remedy: 'yes' });
  const request = {
    central: { accountId: '111111111111', bucket: 'logs', bucketRegion: REGION },
    members: [member(idOf(0))],
    deliveryTimeoutMinutes: 0,
    maxParallel: 8,
  } as unknown as Request;
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const report = await verifyDelivery(request, allOf(request), {
    connect: () => Promise.reject(failure),
    clock,
    say: () => undefined,
    settled: () => undefined,
  });
  expect(report.accounts.map(({ state }) => state)).toEqual(['unknown']);
  expect(report.findings).toEqual(failure.findings);
});
