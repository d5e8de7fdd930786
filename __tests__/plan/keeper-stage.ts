// The stage of the keeper's tests: a bucket of which every call is logged and may be disturbed, on a clock that has run for long
// and only moves when somebody waits.

import { bucketHolder } from '../../src/plan/policy-holders.js';
import { type PolicyDeps, policyKeeper } from '../../src/plan/policy-keeper.js';
import type { PolicyWish } from '../../src/plan/policy-plan.js';
import type { Clock } from '../../src/plan/ports.js';
import { parsePolicy } from '../../src/policy/index.js';
import { CallFailure } from '../../src/problem.js';

export const trail = (account: string): string =>
  `arn:aws:cloudtrail:us-east-1:${account}:trail/T${account}`;
export const DEV = '222222222222';
export const QA = '333333333333';

export function wishFor(account: string): PolicyWish {
  return {
    accountId: '111111111111',
    bucket: 'logs',
    layout: 'documented',
    allowBroadening: false,
    withdraw: [],
    admit: [{ trailArn: trail(account), accountId: account, bucket: 'logs', prefix: '' }],
  };
}

export const AUDITOR = {
  Sid: 'Auditor',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111111111111:role/Auditor' },
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::logs/*',
};
export const START = JSON.stringify({ Version: '2012-10-17', Statement: [AUDITOR] });

export type Bucket = {
  text: string | null;
  readonly log: string[];
  /** Called with the time before each call; may change the text, or throw to make the call fail. */
  before: (call: 'read' | 'write', count: number) => void;
};

export function stage(
  wish: PolicyWish,
  bucket: Bucket,
  objections: PolicyDeps['objections'] = () => [],
) {
  let time = 1_000_000;
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
    return { text, document: parsed(text), readAt };
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
  const looked = { text: bucket.text, document: parsed(bucket.text), readAt: clock.now() };
  const keeper = policyKeeper(holder, wish, looked, { backup, objections, clock });
  const establish = async (seen?: Awaited<ReturnType<typeof read>>): Promise<void> =>
    keeper.establish(wish, seen ?? (await read()));
  return {
    keeper,
    holder,
    establish,
    read,
    backup,
    backups,
    clock,
    wait: (ms: number) => (time += ms),
  };
}

export const parsed = (text: string | null) => (text === null ? null : parsePolicy(text));
export const bucketOf = (text: string | null): Bucket => ({ text, log: [], before: () => {} });
export const failure = (code: string): CallFailure =>
  new CallFailure(code, { code, message: code, remedy: 'none' });
export const holds = ({ text }: Bucket, ...accounts: readonly string[]): boolean =>
  accounts.every((account) => (text ?? '').split(trail(account)).length === 3);

export type Stage = ReturnType<typeof stage>;
