// The race that S3 leaves open, on a clock that only moves when somebody waits: what the keeper reads, when it writes, and
// what it never does.

import { bucketHolder, keyHolder } from '../../src/plan/policy-holders.js';
import { type PolicyDeps, policyKeeper } from '../../src/plan/policy-keeper.js';
import type { PolicyWish } from '../../src/plan/policy-plan.js';
import type { Clock } from '../../src/plan/ports.js';
import { parsePolicy } from '../../src/policy/index.js';
import { CallFailure } from '../../src/problem.js';

const trail = (account: string): string =>
  `arn:aws:cloudtrail:us-east-1:${account}:trail/T${account}`;
const DEV = '222222222222';
const QA = '333333333333';

function wishFor(account: string): PolicyWish {
  return {
    accountId: '111111111111',
    bucket: 'logs',
    layout: 'documented',
    allowBroadening: false,
    withdraw: [],
    admit: [{ trailArn: trail(account), accountId: account, bucket: 'logs', prefix: '' }],
  };
}

const AUDITOR = {
  Sid: 'Auditor',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111111111111:role/Auditor' },
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::logs/*',
};
const START = JSON.stringify({ Version: '2012-10-17', Statement: [AUDITOR] });

type Bucket = {
  text: string | null;
  readonly log: string[];
  /** Called with the time before each call; may change the text, or throw to make the call fail. */
  before: (call: 'read' | 'write', count: number) => void;
};

function stage(wish: PolicyWish, bucket: Bucket, objections: PolicyDeps['objections'] = () => []) {
  let time = 0;
  const clock: Clock = {
    now: () => time,
    sleep: async (ms) => {
      time += ms;
    },
  };
  const counts = { read: 0, write: 0 };
  const begin = (call: 'read' | 'write'): void => {
    time += 50;
    counts[call] += 1;
    bucket.before(call, counts[call]);
    bucket.log.push(call);
  };
  const read = async () => {
    const readAt = clock.now();
    begin('read');
    const { text } = bucket;
    return { text, document: text === null ? null : parsePolicy(text), readAt };
  };
  const backups: (string | null)[] = [];
  const holder = bucketHolder(wish, read, {
    putPolicy: async (text, timeoutMs) => {
      expect(timeoutMs).toBeGreaterThan(0);
      begin('write');
      bucket.text = text;
    },
    deletePolicy: async () => {
      begin('write');
      bucket.text = null;
    },
  });
  const backup = async ({ text }: { readonly text: string | null }): Promise<void> => {
    backups.push(text);
  };
  const keeper = policyKeeper(holder, wish, { backup, objections, clock });
  const establish = async (seen?: Awaited<ReturnType<typeof read>>): Promise<void> =>
    keeper.establish(wish, seen ?? (await read()));
  return { keeper, establish, read, backups, clock, wait: (ms: number) => (time += ms) };
}

const bucketOf = (text: string | null): Bucket => ({ text, log: [], before: () => {} });
const failure = (code: string): CallFailure =>
  new CallFailure(code, { code, message: code, remedy: 'none' });
const holds = ({ text }: Bucket, ...accounts: readonly string[]): boolean =>
  accounts.every((account) => (text ?? '').split(trail(account)).length === 3);

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

test('what is objected to in the policy just read stops the first write', async () => {
  const bucket = bucketOf(START);
  const objection = { severity: 'error', code: 'no', message: 'no', remedy: 'none' } as const;
  const { establish, backups } = stage(wishFor(DEV), bucket, () => [objection]);
  await expect(establish()).rejects.toMatchObject({ findings: [objection] });
  expect(bucket.text).toBe(START);
  expect(backups).toEqual([]);
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

  test('is told, if every read is so slow', async () => {
    const bucket = bucketOf(START);
    const { establish, wait } = stage(wishFor(DEV), bucket);
    bucket.before = () => wait(2_500);
    await expect(establish()).rejects.toThrow(/in account \d{12} took longer than 2 seconds/);
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
    const dev = bucketOf(START);
    const twin = stage(wishFor(DEV), dev);
    await twin.establish();
    bucket.before = (call) => {
      if (call === 'read') return;
      bucket.text = dev.text;
      throw failure('network');
    };
    await establish(seen);
    expect(bucket.log).toEqual(['read', 'read']);
    expect(keeper.written()?.before.text).toBe(START);
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
  test('it does: one more read, after the time of the others', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish, clock } = stage(wishFor(DEV), bucket);
    await establish();
    const written = clock.now();
    await keeper.settle(2);
    expect(bucket.log).toEqual(['read', 'write', 'read']);
    expect(clock.now() - written).toBeGreaterThanOrEqual(2_000);
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

  test('somebody who undoes it every time ends the run with an error that names the bucket', async () => {
    const bucket = bucketOf(START);
    const { keeper, establish } = stage(wishFor(DEV), bucket);
    await establish();
    bucket.before = (call) => {
      if (call === 'read') bucket.text = START;
    };
    await expect(keeper.settle(2)).rejects.toThrow(
      'Another writer took our grants out of the policy of logs',
    );
    expect(bucket.log.length).toBeLessThan(25);
  });
});

describe('the policy of a key is kept in the same way', () => {
  const KEY = 'arn:aws:kms:us-east-1:111111111111:key/1';

  function keyStage() {
    const key = { text: START, log: [] as string[], undo: 0 };
    let time = 0;
    const clock: Clock = {
      now: () => time,
      sleep: async (ms) => {
        time += ms;
      },
    };
    const read = async () => {
      if (key.undo > 0 && key.log.includes('write')) {
        key.undo -= 1;
        key.text = START;
      }
      key.log.push('read');
      return { text: key.text, document: parsePolicy(key.text), readAt: clock.now() };
    };
    const { admit, ...rest } = wishFor(DEV);
    const wish = {
      ...rest,
      arn: KEY,
      managed: true,
      admit: admit.map((delivery) => ({ ...delivery, kmsKeyArn: KEY })),
    };
    const holder = keyHolder(wish, read, {
      putKeyPolicy: async (text) => {
        key.log.push('write');
        key.text = text;
      },
    });
    const keeper = policyKeeper(holder, wish, { backup: async () => {}, clock });
    return { key, keeper, establish: async () => keeper.establish(wish, await read()) };
  }

  test('one read, one write, one more read after the time of the others', async () => {
    const { key, keeper, establish } = keyStage();
    await establish();
    await keeper.settle(2);
    expect(key.log).toEqual(['read', 'write', 'read']);
    expect(key.text).toContain('Auditor');
    expect(key.text.split(trail(DEV))).toHaveLength(3);
  });

  test('what another undid is merged anew, into what stands there then', async () => {
    const { key, keeper, establish } = keyStage();
    await establish();
    key.undo = 2;
    await keeper.settle(2);
    expect(key.log.filter((call) => call === 'write')).toHaveLength(2);
    expect(key.text).toContain(trail(DEV));
  });

  test('somebody who undoes it every time ends the run with an error that names the key', async () => {
    const { key, keeper, establish } = keyStage();
    await establish();
    key.undo = Number.POSITIVE_INFINITY;
    await expect(keeper.settle(2)).rejects.toThrow(
      `Another writer took our grants out of the policy of key ${KEY}`,
    );
  });
});
