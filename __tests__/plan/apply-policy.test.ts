// A policy's part in a run, where what leaves does not leave after all: what has joined is watched none the less.

import { policyPart } from '../../src/plan/apply-policy.js';
import { bucketOf, DEV, holds, QA, START, stage, wishFor } from './keeper-stage.js';

test('a rename that fails halfway still looks whether the grants of others in the run stand', async () => {
  const bucket = bucketOf(START);
  await stage(wishFor(QA), bucket).establish();
  const { admit: renamed, ...rest } = wishFor(QA);
  const wish = { ...rest, admit: wishFor(DEV).admit, withdraw: renamed };
  const { holder, read, backup, clock } = stage(wish, bucket);
  const seen = await read();
  const stale = bucket.text;
  const part = policyPart(holder, wish, seen, { backup, clock, settleSeconds: 2 });
  await part.join();
  await part.watch(true);
  bucket.text = stale;
  await part.dismiss(new Set());
  expect(holds(bucket, DEV, QA)).toBe(true);
  expect(part.outcome().step).toEqual({ state: 'done' });
});
