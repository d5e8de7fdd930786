// Ten thousand accounts over several buckets: how many a bucket's policy has room for in each layout, what planning all shards
// costs with the action's own policy engine, and how long a full shard takes, played on the sandbox.

import { consolePolicy, tutorial } from '../sandbox/worlds.js';
import {
  compareAccess,
  type Delivery,
  diffPolicies,
  type Layout,
  mergePolicy,
  missingGrants,
  type PolicyDocument,
  parsePolicy,
  printPolicy,
} from '../src/policy/index.js';
import { accountIds, fleetStage, ORGANIZATION, trailName } from './fleet-stage.js';
import { LATENCY_MS } from './stage.js';

export const ACCOUNTS = 10_000;
export const LIMIT = 20_480;
/** Accounts of one job where the bucket sets no limit. */
export const JOB = 500;
const LAYOUTS: readonly Layout[] = ['isolated', 'documented', 'compact', 'organization'];

export type ShardFigures = {
  readonly layout: Layout;
  /** Accounts in one bucket's policy; null where there is no limit. */
  readonly capacity: number | null;
  /** Of the policy that a full shard leaves. */
  readonly bytes: number;
  readonly bytesEach: number;
  readonly shards: number;
  readonly buckets: number;
  /** Milliseconds: the plans of all shards one after the other, and the slowest of them. */
  readonly planning: { readonly all: number; readonly slowest: number };
  /** A first apply of one full shard on the sandbox. */
  readonly played: { readonly accounts: number; readonly wallMs: number };
};

export async function measureSharding(
  say: (line: string) => void,
): Promise<readonly ShardFigures[]> {
  const figures: ShardFigures[] = [];
  for (const layout of LAYOUTS) {
    figures.push(await measureLayout(layout));
    say(`10,000 accounts, ${layout}`);
  }
  return figures;
}

async function measureLayout(layout: Layout): Promise<ShardFigures> {
  const all = deliveries(layout, ACCOUNTS);
  const capacity = capacityOf(layout, all);
  const size = capacity ?? JOB;
  const shards = Math.ceil(ACCOUNTS / size);
  const times = Array.from({ length: shards }, (_, at) =>
    planTime(layout, all.slice(at * size, at * size + size)),
  );
  return {
    layout,
    capacity,
    bytes: bytesWith(layout, all.slice(0, size)),
    bytesEach: (bytesWith(layout, all.slice(0, 40)) - bytesWith(layout, all.slice(0, 20))) / 20,
    shards,
    buckets: capacity === null ? 1 : shards,
    planning: { all: times.reduce((sum, time) => sum + time, 0), slowest: Math.max(...times) },
    played: { accounts: size, wallMs: await play(layout, size) },
  };
}

function deliveries(layout: Layout, count: number): readonly Delivery[] {
  const { bucket, region } = tutorial;
  return accountIds(count).map((accountId, at) => ({
    accountId,
    trailArn: `arn:aws:cloudtrail:${region}:${accountId}:trail/${trailName(at)}`,
    bucket,
    prefix: '',
    ...(layout === 'organization' && { organizationId: ORGANIZATION }),
  }));
}

/** The policy that the console makes for the central account's own trail. */
function consoleDocument(): PolicyDocument {
  const { bucket, region, ids, trailName: name } = tutorial;
  const arn = `arn:aws:cloudtrail:${region}:${ids.SEC}:trail/${name}`;
  return parsePolicy(JSON.stringify(consolePolicy(bucket, ids.SEC, arn)));
}

/** @throws Error where one is not admitted. */
function merged(layout: Layout, admit: readonly Delivery[]): PolicyDocument {
  const { bucket } = tutorial;
  const request = { layout, bucket, admit, withdraw: [], organizationId: ORGANIZATION };
  const { document } = mergePolicy(consoleDocument(), request);
  if (document === null || missingGrants(document, admit).length > 0)
    throw new Error(`Not all of ${admit.length} accounts were admitted`);
  return document;
}

const bytesWith = (layout: Layout, admit: readonly Delivery[]): number =>
  Buffer.byteLength(printPolicy(merged(layout, admit)));

/** The most accounts whose policy S3 takes, found by halving; null where a thousand take no more than ten. */
function capacityOf(layout: Layout, all: readonly Delivery[]): number | null {
  if (bytesWith(layout, all.slice(0, 1_000)) === bytesWith(layout, all.slice(0, 10))) return null;
  let [fits, tooMany] = [1, 1_000];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (bytesWith(layout, all.slice(0, middle)) <= LIMIT) fits = middle;
    else tooMany = middle;
  }
  return fits;
}

/** Milliseconds of what a run does with a policy: merge, comparison of access, diff. */
function planTime(layout: Layout, admit: readonly Delivery[]): number {
  const startedAt = performance.now();
  const before = consoleDocument();
  const document = merged(layout, admit);
  compareAccess(before, document, admit);
  diffPolicies(before, document);
  return performance.now() - startedAt;
}

async function play(layout: Layout, size: number): Promise<number> {
  const stage = await fleetStage(size, { latencyMs: LATENCY_MS, layout });
  try {
    const run = await stage.run({ 'settle-seconds': '0', 'allow-broadening': 'true' });
    if (run.outputs['result'] !== 'applied')
      throw new Error(`A shard of ${size} in ${layout} failed:\n${run.log.slice(-3_000)}`);
    return run.wallMs;
  } finally {
    await stage.close();
  }
}
