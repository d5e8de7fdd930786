// A policy's part in a run: what is read and written for those who join and those who leave, what is watched, and what is said
// of it when something fails.

import { Cancelled } from '../../src/cancel.js';
import { policyPart } from '../../src/plan/apply-policy.js';
import type { PolicyWish } from '../../src/plan/policy-plan.js';
import {
  type Bucket,
  bucketOf,
  DEV,
  failure,
  holds,
  QA,
  START,
  stage,
  trail,
  wishFor,
} from './keeper-stage.js';

const leaving = (account: string): PolicyWish => {
  const { admit, ...rest } = wishFor(account);
  return { ...rest, admit: [], withdraw: admit };
};

/** DEV joins, QA leaves. */
const SWAP: PolicyWish = { ...leaving(QA), admit: wishFor(DEV).admit };

/** The part of a run that read the bucket when it planned; `clock` may be one on which a run is cancelled. */
async function partOf(
  wish: PolicyWish,
  bucket: Bucket,
  { settleSeconds = 2, cancelled = (): boolean => false } = {},
) {
  const { holder, read, backup, clock, wait } = stage(wish, bucket);
  const seen = await read();
  bucket.log.length = 0;
  const sleep = (ms: number): Promise<void> =>
    cancelled() ? Promise.reject(new Cancelled()) : clock.sleep(ms);
  const own = { ...clock, sleep };
  const part = policyPart(holder, wish, seen, { backup, clock: own, settleSeconds });
  return { part, clock, wait };
}

async function bucketWith(...accounts: readonly string[]): Promise<Bucket> {
  const bucket = bucketOf(START);
  for (const account of accounts) await stage(wishFor(account), bucket).establish();
  return bucket;
}

const undoing = (bucket: Bucket): void => {
  bucket.before = (call) => {
    if (call === 'read') bucket.text = START;
  };
};

const state = ({ part }: Awaited<ReturnType<typeof partOf>>): string => part.outcome().step.state;

describe('who joins', () => {
  test('is admitted; it is read back at once, and again when the time of the others is over', async () => {
    const bucket = bucketOf(START);
    const run = await partOf(wishFor(DEV), bucket);
    expect(state(run)).toBe('not-tried');
    await run.part.join();
    expect(state(run)).toBe('done');
    expect(holds(bucket, DEV)).toBe(true);
    const begun = run.clock.now();
    await run.part.watch(true);
    expect(bucket.log).toEqual(['write', 'read', 'read']);
    expect(run.clock.now() - begun).toBeGreaterThanOrEqual(2_000);
    await run.part.dismiss(new Set());
    expect(bucket.log).toHaveLength(3);
  });

  test('is read back at once, and only then, where nobody else writes', async () => {
    const bucket = bucketOf(START);
    const run = await partOf(wishFor(DEV), bucket, { settleSeconds: 0 });
    await run.part.join();
    await run.part.watch(true);
    expect(bucket.log).toEqual(['write', 'read']);
  });

  test('is not written about where all is granted: no call at all, if nothing else changes either', async () => {
    const bucket = await bucketWith(DEV);
    const run = await partOf(wishFor(DEV), bucket);
    run.wait(60_000);
    await run.part.join();
    await run.part.watch(false);
    expect(bucket.log).toEqual([]);
    expect(run.part.outcome()).toEqual({ step: { state: 'unchanged' }, written: null });
  });

  test('where all is granted is looked at once, later, if something else changes', async () => {
    const bucket = await bucketWith(DEV);
    const run = await partOf(wishFor(DEV), bucket);
    await run.part.join();
    await run.part.watch(true);
    expect(bucket.log).toEqual(['read']);
    expect(state(run)).toBe('unchanged');
  });

  test('and was written is watched, whatever else is to be done', async () => {
    const bucket = bucketOf(START);
    const run = await partOf(wishFor(DEV), bucket);
    await run.part.join();
    await run.part.watch(false);
    expect(bucket.log).toEqual(['write', 'read', 'read']);
  });
});

describe('who leaves', () => {
  test('keeps its grants until it has left, and the others are watched again then', async () => {
    const bucket = await bucketWith(QA);
    const run = await partOf(SWAP, bucket);
    await run.part.join();
    expect(holds(bucket, DEV, QA)).toBe(true);
    const begun = run.clock.now();
    await run.part.watch(true);
    expect(run.clock.now() - begun).toBeLessThan(1_000);
    await run.part.dismiss(new Set([trail(QA)]));
    expect(holds(bucket, DEV)).toBe(true);
    expect(bucket.text).not.toContain(QA);
    expect(bucket.log).toEqual(['write', 'read', 'read', 'write', 'read', 'read']);
  });

  test('and has not left keeps its grants, and is not written about', async () => {
    const bucket = await bucketWith(QA);
    const run = await partOf(leaving(QA), bucket);
    await run.part.join();
    await run.part.watch(true);
    await run.part.dismiss(new Set([trail(DEV)]));
    expect(holds(bucket, QA)).toBe(true);
    expect(bucket.log).toEqual(['read']);
  });

  test('last takes the policy with it, for S3 takes no empty one', async () => {
    const bucket = bucketOf(null);
    await stage(wishFor(QA), bucket).establish();
    const run = await partOf(leaving(QA), bucket);
    await run.part.dismiss(new Set([trail(QA)]));
    expect(bucket.text).toBeNull();
    expect(state(run)).toBe('done');
  });

  test('where another has not, is taken out alone', async () => {
    const bucket = await bucketWith(DEV, QA);
    const both = { ...leaving(QA), withdraw: [...wishFor(DEV).admit, ...wishFor(QA).admit] };
    const run = await partOf(both, bucket);
    await run.part.dismiss(new Set([trail(QA)]));
    expect(holds(bucket, DEV)).toBe(true);
    expect(bucket.text).not.toContain(QA);
  });
});

describe('after a failure', () => {
  test('nothing more is done with the policy, and its cause is kept', async () => {
    const bucket = await bucketWith(QA);
    const run = await partOf(SWAP, bucket);
    bucket.before = () => {
      throw failure('AccessDenied');
    };
    await run.part.join();
    expect(run.part.failed()).toBe(true);
    bucket.before = () => {};
    await run.part.watch(true);
    await run.part.dismiss(new Set([trail(QA)]));
    expect(bucket.log).toEqual([]);
    expect(holds(bucket, QA)).toBe(true);
    expect(run.part.outcome()).toMatchObject({
      step: { state: 'failed', findings: [{ code: 'AccessDenied' }] },
      written: null,
    });
  });

  test('of the watch, what was written is still told', async () => {
    const bucket = bucketOf(START);
    const run = await partOf(wishFor(DEV), bucket);
    await run.part.join();
    undoing(bucket);
    await run.part.watch(true);
    expect(state(run)).toBe('failed');
    expect(run.part.outcome().written?.before.text).toBe(START);
  });
});

describe('a run that is cancelled', () => {
  test('before it has looked at what it wrote, has written it', async () => {
    const bucket = bucketOf(START);
    let isCancelled = false;
    const run = await partOf(wishFor(DEV), bucket, { cancelled: () => isCancelled });
    await run.part.join();
    isCancelled = true;
    await run.part.watch(true);
    expect(state(run)).toBe('done');
    expect(run.part.failed()).toBe(false);
  });

  test('while a write is on its way that nobody saw the end of, does not claim it', async () => {
    const bucket = bucketOf(START);
    let isCancelled = false;
    const run = await partOf(wishFor(DEV), bucket, { cancelled: () => isCancelled });
    await run.part.join();
    bucket.text = START;
    bucket.before = (call) => {
      if (call === 'read') return;
      isCancelled = true;
      throw failure('network');
    };
    await run.part.watch(true);
    expect(run.part.outcome().step).toEqual({ state: 'cancelled', begun: true });
  });
});

test('a rename that fails halfway still looks whether the grants of others in the run stand', async () => {
  const bucket = await bucketWith(QA);
  const stale = bucket.text;
  const { part } = await partOf(SWAP, bucket);
  await part.join();
  await part.watch(true);
  bucket.text = stale;
  await part.dismiss(new Set());
  expect(holds(bucket, DEV, QA)).toBe(true);
  expect(part.outcome().step).toEqual({ state: 'done' });
});
