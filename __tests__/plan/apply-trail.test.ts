// One member's part against a CloudTrail that is late, on a clock that only moves when somebody waits.

import { applyTrail } from '../../src/plan/apply-trail.js';
import type { PlannedMember } from '../../src/plan/plan.js';
import type { Clock } from '../../src/plan/ports.js';
import { CallFailure } from '../../src/problem.js';
import type { Request } from '../../src/request/request.js';
import { intendedSettings, type LiveTrail } from '../../src/trail/settings.js';
import { live } from './members.js';

const LIVE = live('DEV-CLOUDTRAIL', { bucket: 'logs' });
const ARN = LIVE.arn;
const INTENDED = intendedSettings({}, 'logs', LIVE);
const REQUEST = {
  central: { accountId: '111111111111', bucket: 'logs', bucketRegion: 'ap-northeast-2' },
  allowRepoint: false,
} as Request;
const CREATE: PlannedMember = {
  kind: 'planned',
  member: {
    accountId: '222222222222',
    state: 'present',
    region: 'ap-northeast-2',
    trail: { name: 'DEV-CLOUDTRAIL', settings: { logFileValidation: true }, extras: {} },
  },
  trailArn: ARN,
  admit: { trailArn: ARN, accountId: '222222222222', bucket: 'logs', prefix: '' },
  withdraw: [],
  trail: {
    steps: [
      { kind: 'create', trail: 'DEV-CLOUDTRAIL', settings: INTENDED, tags: {} },
      { kind: 'start-logging', trail: 'DEV-CLOUDTRAIL' },
    ],
    intended: INTENDED,
    leaving: [],
    findings: [],
  },
};

/** A function of a port that the test does not expect to be called. */
const never = (): Promise<never> => Promise.reject(new Error('not expected'));

const failure = (code: string): CallFailure =>
  new CallFailure(code, { code, message: code, remedy: 'none' });

/** Applies `CREATE` where a trail of that name exists, and DescribeTrails shows these, one list after the other. */
async function createOver(...shown: readonly (readonly LiveTrail[])[]) {
  const calls: string[] = [];
  let time = 0;
  const clock: Clock = {
    now: () => time,
    sleep: async (ms) => {
      time += ms;
    },
  };
  const outcome = await applyTrail(CREATE, REQUEST, {
    reader: {
      trails: async () => {
        calls.push('describe');
        const count = calls.filter((call) => call === 'describe').length;
        return shown[Math.min(count, shown.length) - 1] ?? [];
      },
      status: never,
      eventSelectors: never,
      insightSelectors: never,
      tags: never,
    },
    writer: {
      create: async () => {
        throw failure('TrailAlreadyExistsException');
      },
      update: async (_name, settings) => {
        calls.push(`update ${Object.keys(settings).join()}`);
      },
      startLogging: async () => {
        calls.push('start');
      },
      putEventSelectors: never,
      putInsightSelectors: never,
      addTags: never,
      removeTags: never,
      stopLogging: never,
      delete: never,
    },
    confirmKey: null,
    confirmPolicy: async () => true,
    clock,
  });
  return { calls, results: outcome.steps.map(({ result }) => result) };
}

test('a trail that came into being meanwhile is compared, and what differs is changed', async () => {
  const { calls, results } = await createOver([{ ...LIVE, logFileValidation: false }]);
  expect(results).toEqual([{ state: 'done' }, { state: 'done' }]);
  expect(calls).toEqual(['describe', 'update logFileValidation', 'start']);
});

test('a trail that exists but is not shown yet is waited for', async () => {
  const { calls, results } = await createOver([], [], [LIVE]);
  expect(results).toEqual([{ state: 'done' }, { state: 'done' }]);
  expect(calls).toEqual(['describe', 'describe', 'describe', 'start']);
});

test('while five others are shown, a trail that exists unseen is not told as a lack of free ones', async () => {
  const others = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ ...LIVE, name, arn: name }));
  const { results } = await createOver(others, [...others.slice(1), LIVE]);
  expect(results[0]).toEqual({ state: 'done' });
});

test('a trail that is never shown ends the wait with what CloudTrail said', async () => {
  const { results } = await createOver([]);
  expect(results).toMatchObject([
    { state: 'failed', findings: [{ code: 'TrailAlreadyExistsException' }] },
    { state: 'not-tried' },
  ]);
});

test('a trail that came into being and delivers elsewhere is left alone', async () => {
  const { calls, results } = await createOver([{ ...LIVE, bucket: 'another' }]);
  expect(results[0]).toMatchObject({
    state: 'failed',
    findings: [{ code: 'trail-delivers-elsewhere' }],
  });
  expect(calls).toEqual(['describe']);
});
