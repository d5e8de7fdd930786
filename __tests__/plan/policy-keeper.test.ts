// What the keeper reads, when it writes, and what it never does.

import { isDeepStrictEqual } from 'node:util';
import type { PolicyWish } from '../../src/plan/policy-plan.js';
import { parsePolicy } from '../../src/policy/index.js';
import {
  AUDITOR,
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

async function policyWith(account: string): Promise<string> {
  const bucket = bucketOf(START);
  await stage(wishFor(account), bucket).establish();
  return bucket.text ?? '';
}

/** The old trail leaves, a new one of the same account stays. */
function renamed(): PolicyWish {
  const { admit, ...rest } = wishFor(DEV);
  const stays = admit.map((one) => ({ ...one, trailArn: `${one.trailArn}-NEW` }));
  return { ...rest, admit: stays, withdraw: admit };
}

test('one read, one write, and the policy as it was is kept before it', async () => {
  const bucket = bucketOf(START);
  const { establish, backups } = stage(wishFor(DEV), bucket);
  await establish();
  expect(bucket.log).toEqual(['read', 'write']);
  expect(holds(bucket, DEV)).toBe(true);
  expect(backups).toEqual([START]);
  expect(JSON.parse(bucket.text ?? '').Statement[0]).toEqual(AUDITOR);
});

test('a policy that grants all that is needed is not written', async () => {
  const bucket = bucketOf(START);
  const first = stage(wishFor(DEV), bucket);
  await first.establish();
  const { keeper, establish, backups } = stage(wishFor(DEV), bucket);
  await establish();
  expect(keeper.written()).toBeNull();
  expect(backups).toEqual([]);
});

test('another wish for the same policy is another plan', async () => {
  const bucket = bucketOf(await policyWith(DEV));
  const { keeper, establish, read } = stage(wishFor(DEV), bucket);
  await establish();
  const { admit, ...rest } = wishFor(DEV);
  await keeper.establish({ ...rest, admit: [], withdraw: admit }, await read());
  expect(bucket.text).not.toContain(DEV);
});

test('what is objected to in the policy just read stops the first write', async () => {
  const bucket = bucketOf(START);
  const objection = { severity: 'error', code: 'no', message: 'no', remedy: 'none' } as const;
  const { establish, backups } = stage(wishFor(DEV), bucket, () => [objection]);
  await expect(establish()).rejects.toMatchObject({ findings: [objection] });
  expect(bucket.text).toBe(START);
  expect(backups).toEqual([]);
});

test('the backup stays the policy from before the first write, however often is written', async () => {
  const bucket = bucketOf(START);
  const { keeper, establish, backups } = stage(wishFor(DEV), bucket);
  await establish();
  bucket.text = null;
  await keeper.settle(2);
  expect(bucket.log.filter((call) => call === 'write')).toHaveLength(2);
  expect(backups).toEqual([START]);
  expect(keeper.written()?.before.text).toBe(START);
});

test('a read that has become old is made anew before it is merged', async () => {
  const bucket = bucketOf(START);
  const { establish, read, wait } = stage(wishFor(DEV), bucket);
  const seen = await read();
  wait(1_500);
  bucket.text = null;
  await establish(seen);
  expect(bucket.log).toEqual(['read', 'read', 'write']);
  expect(bucket.text).not.toContain('Auditor');
});

describe('a read that takes longer than the bound for read and write together', () => {
  test('is made anew, and nothing is written on it', async () => {
    const bucket = bucketOf(START);
    const { establish, read, wait } = stage(wishFor(DEV), bucket);
    const seen = await read();
    wait(1_500);
    bucket.before = (call, count) => {
      if (call === 'read' && count === 2) wait(2_500);
    };
    await establish(seen);
    expect(bucket.log).toEqual(['read', 'read', 'read', 'write']);
    expect(holds(bucket, DEV)).toBe(true);
  });

  test.each([1_950, 2_500])('is told, if every read is so slow (%s ms and more)', async (ms) => {
    const bucket = bucketOf(START);
    const { establish, wait } = stage(wishFor(DEV), bucket);
    bucket.before = () => wait(ms);
    await expect(establish()).rejects.toMatchObject({
      findings: [
        {
          code: 'policy-read-slow',
          account: '111111111111',
          message: expect.stringMatching(/in account 111111111111 took longer than 2 seconds/),
          remedy: expect.stringContaining('Run again'),
        },
      ],
    });
    expect(bucket.log).not.toContain('write');
  });
});

describe('a write is never sent again as it stands', () => {
  test.each([
    'OperationAborted',
    'SlowDown',
    'InternalError',
    'TimeoutError',
    'network',
    'unreadable',
  ])(
    'after %s the policy is read and merged anew, so that what came between is kept',
    async (code) => {
      const bucket = bucketOf(START);
      const { establish, read, backups } = stage(wishFor(DEV), bucket);
      const other = stage(wishFor(QA), bucket);
      bucket.before = (call, count) => {
        if (call !== 'write' || count > 1) return;
        bucket.before = () => {};
        throw failure(code);
      };
      const seen = await read();
      const racing = establish(seen);
      await other.establish();
      await racing;
      expect(holds(bucket, DEV, QA)).toBe(true);
      expect(backups).toHaveLength(2);
    },
  );

  test('a write without an answer that did happen is taken as done', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish, read } = stage(wishFor(DEV), bucket);
    const seen = await read();
    const dev = await policyWith(DEV);
    bucket.before = (call) => {
      if (call === 'read') return;
      bucket.text = dev;
      throw failure('network');
    };
    await establish(seen);
    expect(bucket.log).toEqual(['read', 'read']);
    expect(keeper.written()?.before.text).toBe(START);
  });

  test('nor is it objected to what such a write has changed itself', async () => {
    const bucket = bucketOf(START);
    const objection = { severity: 'error', code: 'no', message: 'no', remedy: 'none' } as const;
    const { establish, read } = stage(wishFor(DEV), bucket, (document) =>
      isDeepStrictEqual(document, parsePolicy(START)) ? [] : [objection],
    );
    const seen = await read();
    const dev = await policyWith(DEV);
    bucket.before = (call) => {
      if (call === 'read') return;
      bucket.text = dev;
      throw failure('network');
    };
    await establish(seen);
    expect(bucket.text).toBe(dev);
  });

  test('a write that was refused is not claimed where another has written the same', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish, read } = stage(wishFor(DEV), bucket);
    const seen = await read();
    const dev = await policyWith(DEV);
    bucket.before = (call) => {
      if (call === 'read') return;
      bucket.text = dev;
      throw failure('OperationAborted');
    };
    await establish(seen);
    expect(bucket.text).toBe(dev);
    expect(keeper.written()).toBeNull();
  });

  test.each(['AccessDenied', 'MalformedPolicy', 'NoSuchBucket'])(
    '%s ends it at once',
    async (code) => {
      const bucket = bucketOf(START);
      const { establish, read } = stage(wishFor(DEV), bucket);
      const seen = await read();
      bucket.before = () => {
        throw failure(code);
      };
      await expect(establish(seen)).rejects.toThrow(code);
      expect(bucket.text).toBe(START);
    },
  );
});

describe('after the write it is looked whether it stands', () => {
  test('it does: one read at once, and one after the time of the others', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish, clock } = stage(wishFor(DEV), bucket);
    await establish();
    const written = clock.now();
    await keeper.confirm();
    await keeper.settle(2);
    expect(bucket.log).toEqual(['read', 'write', 'read', 'read']);
    expect(clock.now() - written).toBeGreaterThanOrEqual(2_000);
    expect(clock.now() - written).toBeLessThan(2_500);
    expect(keeper.findings()).toEqual([]);
  });

  test('a run that had read before our write undid it: our grants are merged into what it wrote', async () => {
    const bucket = bucketOf(START);
    const ours = stage(wishFor(DEV), bucket);
    const theirs = stage(wishFor(QA), bucket);
    const stale = await theirs.read();
    await ours.establish();
    await theirs.establish(stale);
    expect(holds(bucket, DEV)).toBe(false);
    await ours.keeper.settle(2);
    expect(holds(bucket, DEV, QA)).toBe(true);
  });

  test('a read that lags behind is not believed at once', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish } = stage(wishFor(DEV), bucket);
    await establish();
    const { text } = bucket;
    bucket.before = (call, count) => {
      bucket.text = call === 'read' && count === 2 ? START : text;
    };
    await expect(keeper.confirm()).resolves.toBe(true);
    expect(bucket.log.filter((call) => call === 'write')).toHaveLength(1);
  });

  test('a read that lags behind for half a second is not merged into', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish, clock } = stage(wishFor(DEV), bucket);
    await establish();
    const written = clock.now();
    const { text } = bucket;
    bucket.before = () => {
      bucket.text = clock.now() - written < 600 ? START : text;
    };
    await expect(keeper.confirm()).resolves.toBe(true);
    expect(bucket.log).toEqual(['read', 'write', 'read', 'read']);
  });

  test('what vanishes under a run that wrote nothing is not told: it has no backup to offer', async () => {
    const bucket = bucketOf(await policyWith(DEV));
    const { keeper, establish } = stage(wishFor(DEV), bucket);
    await establish();
    const document = JSON.parse(bucket.text ?? '');
    document.Statement = document.Statement.filter(({ Sid }: { Sid: string }) => Sid !== 'Auditor');
    bucket.text = JSON.stringify(document);
    await keeper.settle(2);
    expect(keeper.findings()).toEqual([]);
  });

  test('a foreign statement that vanished is told and never put back', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish } = stage(wishFor(DEV), bucket);
    await establish();
    const document = JSON.parse(bucket.text ?? '');
    document.Statement = document.Statement.filter(({ Sid }: { Sid: string }) => Sid !== 'Auditor');
    bucket.text = JSON.stringify(document);
    await keeper.settle(2);
    expect(bucket.text).not.toContain('Auditor');
    expect(keeper.findings()).toMatchObject([
      { severity: 'warning', code: 'policy-changed-meanwhile', account: '111111111111' },
    ]);
  });

  test('nor is one lost that vanished together with our grants', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish } = stage(wishFor(DEV), bucket);
    await establish();
    bucket.text = null;
    await keeper.settle(2);
    expect(holds(bucket, DEV)).toBe(true);
    expect(bucket.text).not.toContain('Auditor');
    expect(keeper.findings()).toMatchObject([
      { code: 'policy-changed-meanwhile', message: expect.stringContaining('role/Auditor') },
    ]);
    expect(keeper.findings()[0]?.remedy).toContain('policy-backup.json');
  });

  test('what vanished between the two writes of a rename is told as well', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish, read } = stage(wishFor(DEV), bucket);
    await establish();
    const document = JSON.parse(bucket.text ?? '');
    document.Statement = document.Statement.filter(({ Sid }: { Sid: string }) => Sid !== 'Auditor');
    bucket.text = JSON.stringify(document);
    await keeper.establish(renamed(), await read());
    await keeper.settle(2);
    const [finding, ...others] = keeper.findings();
    expect(finding?.message).toContain('role/Auditor');
    expect(finding?.message).not.toContain(trail(DEV));
    expect(others).toEqual([]);
  });

  test('the two writes of a rename take nothing that would have to be told', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish, read } = stage(wishFor(DEV), bucket);
    await establish();
    await keeper.establish(renamed(), await read());
    await keeper.settle(2);
    expect(keeper.findings()).toEqual([]);
  });

  test('a Deny that somebody adds is not taken for our grants standing', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish } = stage(wishFor(DEV), bucket);
    await establish();
    const document = JSON.parse(bucket.text ?? '');
    document.Statement.push({
      Sid: 'Stop',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: '*',
    });
    bucket.text = JSON.stringify(document);
    await expect(keeper.settle(2)).rejects.toThrow('Stop');
  });

  test('somebody who undoes it every time ends the run with an error that names the bucket', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish } = stage(wishFor(DEV), bucket);
    await establish();
    bucket.before = (call) => {
      if (call === 'read') bucket.text = START;
    };
    await expect(keeper.settle(2)).rejects.toMatchObject({
      findings: [
        {
          code: 'policy-undone',
          account: '111111111111',
          message: expect.stringMatching(
            /undid our change of the policy of logs in account 111111111111 6 times/,
          ),
          remedy: expect.stringContaining('Find what else writes this policy'),
        },
      ],
    });
    expect(bucket.log.filter((call) => call === 'write')).toHaveLength(6);
  });
});
