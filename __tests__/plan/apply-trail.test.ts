// One member's part against a CloudTrail that is late, on a clock that only moves when somebody waits.

import { applyTrail } from '../../src/plan/apply-trail.js';
import type { MemberPlan } from '../../src/plan/plan.js';
import type { Clock } from '../../src/plan/ports.js';
import { CallFailure } from '../../src/problem.js';
import type { Request } from '../../src/request/request.js';
import type { LiveTrail } from '../../src/trail/settings.js';

const ARN = 'arn:aws:cloudtrail:ap-northeast-2:222222222222:trail/DEV-CLOUDTRAIL';
const INTENDED = {
  bucket: 'logs',
  prefix: '',
  multiRegion: true,
  globalServiceEvents: true,
  logFileValidation: true,
};
const LIVE: LiveTrail = {
  ...INTENDED,
  name: 'DEV-CLOUDTRAIL',
  arn: ARN,
  homeRegion: 'ap-northeast-2',
  organization: false,
};
const REQUEST = {
  central: { accountId: '111111111111', bucket: 'logs', bucketRegion: 'ap-northeast-2' },
  allowRepoint: false,
} as Request;
const CREATE: Extract<MemberPlan, { kind: 'planned' }> = {
  kind: 'planned',
  member: {
    accountId: '222222222222',
    region: 'ap-northeast-2',
    trail: { name: 'DEV-CLOUDTRAIL', logFileValidation: true },
  },
  delivery: { trailArn: ARN, accountId: '222222222222', bucket: 'logs', prefix: '' },
  trail: { action: { kind: 'create' }, startLogging: true, intended: INTENDED, findings: [] },
};

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
      logging: async () => null,
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
    },
    confirmPolicy: async () => true,
    clock,
  });
  return { calls, outcome };
}

test('a trail that came into being meanwhile is compared, and what differs is changed', async () => {
  const { calls, outcome } = await createOver([{ ...LIVE, logFileValidation: false }]);
  expect(outcome).toMatchObject({ trail: { state: 'done' }, logging: { state: 'done' } });
  expect(calls).toEqual(['describe', 'update logFileValidation', 'start']);
});

test('a trail that exists but is not shown yet is waited for', async () => {
  const { calls, outcome } = await createOver([], [], [LIVE]);
  expect(outcome).toMatchObject({ trail: { state: 'done' }, logging: { state: 'done' } });
  expect(calls).toEqual(['describe', 'describe', 'describe', 'start']);
});

test('while five others are shown, a trail that exists unseen is not told as a lack of free ones', async () => {
  const others = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ ...LIVE, name, arn: name }));
  const { outcome } = await createOver(others, [...others.slice(1), LIVE]);
  expect(outcome.trail).toEqual({ state: 'done' });
});

test('a trail that is never shown ends the wait with what CloudTrail said', async () => {
  const { outcome } = await createOver([]);
  expect(outcome).toMatchObject({
    trail: { state: 'failed', findings: [{ code: 'TrailAlreadyExistsException' }] },
    logging: { state: 'not-tried' },
  });
});

test('a trail that came into being and delivers elsewhere is left alone', async () => {
  const { calls, outcome } = await createOver([{ ...LIVE, bucket: 'another' }]);
  expect(outcome.trail).toMatchObject({
    state: 'failed',
    findings: [{ code: 'trail-delivers-elsewhere' }],
  });
  expect(calls).toEqual(['describe']);
});
