// Plans that take longer than a read may be old: thousands of accounts, on a slow machine.

import { policyKeeper } from '../../src/plan/policy-keeper.js';
import { bucketOf, DEV, holds, QA, START, stage, wishFor } from './keeper-stage.js';

/** A keeper whose every plan takes three seconds, and how many it made. */
function slowStage(bucket = bucketOf(START)) {
  const wish = wishFor(DEV);
  const { holder, read, backup, clock, wait } = stage(wish, bucket);
  const planned: unknown[] = [];
  const plan: typeof holder.plan = (before, wanted) => {
    planned.push(before);
    wait(3_000);
    return holder.plan(before, wanted);
  };
  const establish = async (): Promise<void> => {
    const seen = await read();
    await policyKeeper({ ...holder, plan }, wish, seen, { backup, clock }).establish(wish, seen);
  };
  return { establish, bucket, planned };
}

test('the plan is at hand when the next read shows the same document', async () => {
  const { establish, bucket, planned } = slowStage();
  await establish();
  expect(bucket.log).toEqual(['read', 'read', 'write']);
  expect(holds(bucket, DEV)).toBe(true);
  expect(planned).toHaveLength(1);
});

test('what another wrote meanwhile is planned with, and stays', async () => {
  const { establish, bucket, planned } = slowStage();
  const other = stage(wishFor(QA), bucket);
  bucket.before = (call, count) => {
    if (call !== 'read' || count !== 2) return;
    bucket.before = () => {};
    const { text } = bucket;
    const merged = other.holder.plan(text === null ? null : JSON.parse(text), wishFor(QA));
    bucket.text = JSON.stringify(merged.merge.document);
  };
  await establish();
  expect(holds(bucket, DEV, QA)).toBe(true);
  expect(planned).toHaveLength(2);
});
