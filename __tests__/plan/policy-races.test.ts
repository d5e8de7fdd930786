// The races that S3 leaves open, played step by step: what a run does when another has undone its change, when reads lag
// behind, when a write is late.

import type { PolicyWish } from '../../src/plan/policy-plan.js';
import {
  bucketOf,
  DEV,
  failure,
  holds,
  QA,
  START,
  type Stage,
  stage,
  trail,
  wishFor,
} from './keeper-stage.js';

const leaving = (account: string): PolicyWish => {
  const { admit, ...rest } = wishFor(account);
  return { ...rest, admit: [], withdraw: admit };
};

describe('a grant that was taken back stays away', () => {
  test('a run that had read before brings it back: it is taken out of what that one wrote', async () => {
    const bucket = bucketOf(START);
    await stage(wishFor(DEV), bucket).establish();
    const ours = stage(leaving(DEV), bucket);
    const theirs = stage(wishFor(QA), bucket);
    const stale = await theirs.read();
    await ours.establish();
    await theirs.establish(stale);
    expect(holds(bucket, DEV, QA)).toBe(true);
    await ours.keeper.settle(2);
    expect(bucket.text).not.toContain(DEV);
    expect(holds(bucket, QA)).toBe(true);
  });

  test('a run that wants it and one that does not: neither goes on for ever, and who gives up says so', async () => {
    const bucket = bucketOf(START);
    await stage(wishFor(DEV), bucket).establish();
    const ours = stage(leaving(DEV), bucket);
    await ours.establish();
    bucket.before = (call) => {
      if (call === 'read') bucket.text = withDev;
    };
    const withDev = await textWith(DEV);
    await expect(ours.keeper.settle(2)).rejects.toThrow('undid our change of the policy of logs');
  });
});

async function textWith(account: string): Promise<string> {
  const bucket = bucketOf(START);
  await stage(wishFor(account), bucket).establish();
  return bucket.text ?? '';
}

describe('grants that were there already', () => {
  test('are looked at again all the same: who wrote them may have been stopped before it looked', async () => {
    const bucket = bucketOf(START);
    const killed = stage(wishFor(DEV), bucket);
    const theirs = stage(wishFor(QA), bucket);
    const stale = await theirs.read();
    await killed.establish();
    const ours = stage(wishFor(DEV), bucket);
    await ours.establish();
    expect(ours.keeper.written()).toBeNull();
    await theirs.establish(stale);
    await ours.keeper.settle(2);
    expect(holds(bucket, DEV, QA)).toBe(true);
  });
});

describe('a policy that others keep changing', () => {
  test('one look is not enough: a run that read when we were missing hides behind one that read before', async () => {
    const bucket = bucketOf(START);
    const ours = stage(wishFor(DEV), bucket);
    const [early, masking, late] = [QA, '444444444444', '555555555555'].map((account) =>
      stage(wishFor(account), bucket),
    ) as [Stage, Stage, Stage];
    const readBefore = await early.read();
    await ours.establish();
    const readWithUs = await masking.read();
    await early.establish(readBefore);
    const readWithoutUs = await late.read();
    await masking.establish(readWithUs);
    let isWritten = false;
    const begun = ours.clock.now();
    bucket.before = (call) => {
      const isSecondLook = call === 'read' && ours.clock.now() - begun > 3_500;
      if (!isSecondLook || isWritten) return;
      isWritten = true;
      bucket.text = withoutUs;
    };
    const withoutUs = await textWith('555555555555');
    expect(readWithoutUs.text).not.toContain(trail(DEV));
    expect(holds(bucket, DEV)).toBe(true);
    await ours.keeper.settle(2);
    expect(isWritten).toBe(true);
    expect(holds(bucket, DEV)).toBe(true);
  });

  test('is looked at a few times, not for ever', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish } = stage(wishFor(DEV), bucket);
    await establish();
    let edits = 0;
    bucket.before = () => {
      edits += 1;
      bucket.text = JSON.stringify({ ...JSON.parse(bucket.text ?? ''), Id: `Edit${edits}` });
    };
    await keeper.settle(2);
    expect(edits).toBe(5);
  });

  test('that was changed once is looked at once more', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish } = stage(wishFor(DEV), bucket);
    await establish();
    bucket.text = JSON.stringify({ ...JSON.parse(bucket.text ?? ''), Id: 'Edited' });
    await keeper.settle(2);
    expect(bucket.log).toEqual(['read', 'write', 'read', 'read']);
  });
});

describe('reads that lag behind writes', () => {
  test('a lag that was seen is waited out twice more: others read late, and so do we', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish, clock } = stage(wishFor(DEV), bucket);
    await establish();
    const written = clock.now();
    const { text } = bucket;
    bucket.before = (call, count) => {
      bucket.text = call === 'read' && count === 2 ? START : text;
    };
    await keeper.confirm();
    const lag = clock.now() - written;
    expect(lag).toBeGreaterThan(500);
    await keeper.settle(2);
    expect(clock.now() - written).toBeGreaterThanOrEqual(2_000 + 2 * lag);
    expect(clock.now() - written).toBeLessThan(2_500 + 2 * lag);
  });

  test('a lag that shows only in the last look is waited out as well', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish, clock } = stage(wishFor(DEV), bucket);
    await establish();
    const written = clock.now();
    const { text } = bucket;
    let lag = 0;
    bucket.before = (call, count) => {
      bucket.text = call === 'read' && count === 2 ? START : text;
      if (count === 3) lag = clock.now() - written;
    };
    await keeper.settle(2);
    expect(lag).toBeGreaterThan(2_000);
    expect(clock.now() - written).toBeGreaterThanOrEqual(2_000 + 2 * lag);
  });
});

test('what vanishes after a write without an answer, which did happen, is told as well', async () => {
  const bucket = bucketOf(START);
  const { keeper, establish, read } = stage(wishFor(DEV), bucket);
  const seen = await read();
  const theirs = JSON.stringify({ ...JSON.parse(START), Statement: [] });
  bucket.before = (call) => {
    if (call === 'read') return;
    bucket.before = () => {};
    bucket.text = theirs;
    throw failure('network');
  };
  await establish(seen);
  await keeper.settle(2);
  expect(holds(bucket, DEV)).toBe(true);
  expect(keeper.findings()[0]?.message).toContain('role/Auditor');
});

describe('a write that is carried out after it was given up', () => {
  const late = async () => {
    const bucket = bucketOf(START);
    const { keeper, establish, read } = stage(wishFor(DEV), bucket);
    const theirs = stage(wishFor(QA), bucket);
    const dev = await textWith(DEV);
    const seen = await read();
    bucket.before = (call) => {
      if (call !== 'write') return;
      bucket.before = () => {};
      throw failure('TimeoutError');
    };
    const racing = establish(seen);
    await theirs.establish();
    await racing;
    expect(holds(bucket, DEV, QA)).toBe(true);
    bucket.text = dev;
    return { bucket, keeper };
  };

  test('is known by its document, and what it undid of others is put back', async () => {
    const { bucket, keeper } = await late();
    await keeper.settle(2);
    expect(holds(bucket, DEV, QA)).toBe(true);
    expect(keeper.findings()).toEqual([]);
  });

  test('another document in which others are missing is none of our doing', async () => {
    const { bucket, keeper } = await late();
    const document = JSON.parse(bucket.text ?? '');
    document.Id = 'WrittenByHand';
    bucket.text = JSON.stringify(document);
    await keeper.settle(2);
    expect(holds(bucket, QA)).toBe(false);
    expect(keeper.findings()[0]?.message).toContain(`AWSLogs/${QA}/*`);
  });
});

test('a write given up when its time was over may be carried out yet, and that is said', async () => {
  const bucket = bucketOf(START);
  const { keeper, establish, wait } = stage(wishFor(DEV), bucket);
  bucket.before = (call) => {
    if (call === 'read') return;
    bucket.before = () => {};
    wait(1_950);
    throw failure('TimeoutError');
  };
  await establish();
  await keeper.settle(2);
  expect(holds(bucket, DEV)).toBe(true);
  expect(keeper.findings()).toMatchObject([{ severity: 'warning', code: 'policy-write-late' }]);
});

test('a process that was stopped between read and write says that it may have undone others', async () => {
  const bucket = bucketOf(START);
  const { keeper, establish, wait } = stage(wishFor(DEV), bucket);
  bucket.before = (call) => {
    if (call === 'write') wait(3_000);
  };
  await establish();
  bucket.before = () => {};
  await keeper.settle(2);
  expect(keeper.findings()).toMatchObject([
    {
      severity: 'warning',
      code: 'policy-write-late',
      account: '111111111111',
      message: expect.stringMatching(/in account 111111111111 .* 3\.1 seconds/),
      remedy: expect.stringContaining('operation audit'),
    },
  ]);
});
