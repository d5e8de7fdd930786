// The witness: after every call that may have changed something it looks whether all who delivered still do, whether a trail
// logs into a bucket that refuses it, and whether every foreign statement stands as it stood.

import type { World } from '../sandbox/index.js';
import { BUCKET, FOREIGN, FOREIGN_TO_KEY, KEY } from './scene.js';
import { policyTextsOf, spelling, stateOf } from './state.js';

export type Watch = {
  /** To be called whenever something may have changed. */
  readonly look: () => void;
  /** What was seen and must not be, each once. */
  readonly broken: () => readonly string[];
};

/** `leaving`: accounts whose delivery is to end. */
export function watch(world: World, leaving: readonly string[] = []): Watch {
  const broken = new Set<string>();
  const delivering = deliveries(world).accounts;
  const foreign = standing(world);
  return {
    look: () => {
      const { accounts, refused } = deliveries(world);
      for (const account of delivering)
        if (!accounts.has(account) && !leaving.includes(account))
          broken.add(`${account} had delivered and did not any more`);
      for (const arn of refused) broken.add(`${arn} logged and was refused`);
      const left = standing(world);
      for (const statement of foreign)
        if (!left.has(statement)) broken.add(`a foreign statement was lost: ${statement}`);
    },
    broken: () => [...broken],
  };
}

type Deliveries = {
  readonly accounts: ReadonlySet<string>;
  readonly refused: readonly string[];
};

/** Who can deliver hangs on nothing but how things stand, and they stand alike in most trials. */
const known = new Map<string, Deliveries>();

function deliveries(world: World): Deliveries {
  const stand = policyTextsOf(world) + stateOf(world);
  const result = known.get(stand) ?? tried(world);
  known.set(stand, result);
  return result;
}

/** Lets every logging trail try to deliver, and reads off who could. */
function tried(world: World): Deliveries {
  const trails = world.trails().filter(({ logging }) => logging);
  const before = trails.map(({ TrailARN }) => world.deliveries(TrailARN).length);
  world.tryDeliveries();
  const accounts = new Set<string>();
  const refused: string[] = [];
  for (const [index, { TrailARN, account }] of trails.entries()) {
    const attempts = world.deliveries(TrailARN).slice(before[index]);
    const delivered = attempts.some(({ bucket, error }) => bucket === BUCKET && !error);
    if (delivered) accounts.add(account);
    else refused.push(TrailARN);
  }
  return { accounts, refused };
}

/** Those of the foreign statements that are in the policies, unchanged. */
function standing(world: World): ReadonlySet<string> {
  const hasBucket = world.bucketSettings(BUCKET) !== undefined;
  const bucket = hasBucket ? world.bucketPolicy(BUCKET) : undefined;
  return new Set([
    ...foreignIn(bucket ?? {}, FOREIGN),
    ...foreignIn(world.keyPolicy(KEY), FOREIGN_TO_KEY),
  ]);
}

function foreignIn(
  policy: { readonly [element: string]: unknown },
  foreign: readonly object[],
): readonly string[] {
  const statements = (policy['Statement'] ?? []) as readonly unknown[];
  const spellings = new Set(statements.map(spelling));
  return foreign.map(spelling).filter((statement) => spellings.has(statement));
}
