// What a run leaves behind, by meaning: two worlds that mean the same give the same text. Written without the code under
// test, so that it cannot be wrong in the same way.

import type { Sandbox, World } from '../sandbox/index.js';
import type { RunResult } from '../sandbox/runner.js';
import { ACCOUNTS, BUCKET, KEY } from './scene.js';

/** The bucket with its settings and policy, the key's policy, and every trail. */
export function stateOf(world: World): string {
  const settings = world.bucketSettings(BUCKET);
  const policy = settings === undefined ? undefined : world.bucketPolicy(BUCKET);
  return text({
    settings: settings ?? 'no bucket',
    policy: policy === undefined ? 'none' : meaningOf(policy),
    key: meaningOf(world.keyPolicy(KEY)),
    trails: trailsIn(world),
  });
}

/** Each account's trails, with their settings, selectors, tags and whether they log. */
export function trailsOf(world: World): ReadonlyMap<string, string> {
  const accounts = Object.values(ACCOUNTS);
  return new Map(accounts.map((account) => [account, text(trailsIn(world, account))]));
}

function trailsIn(world: World, account?: string): readonly object[] {
  const trails = world.trails(account).map((trail) => {
    const { latestDelivery: _, latestDeliveryError: __, ...lasting } = trail;
    return lasting;
  });
  return trails.toSorted((a, b) => (a.TrailARN < b.TrailARN ? -1 : 1));
}

/** The policies of bucket and key as they would be printed; empty where there is none. */
export function policyTextsOf(world: World): string {
  const bucket =
    world.bucketSettings(BUCKET) === undefined ? '' : (world.bucketPolicyText(BUCKET) ?? '');
  return bucket + world.keyPolicyText(KEY);
}

/** What a run answers to whoever asked, beside what it did: in words, outputs and on the pull request. */
export function answersOf({ annotations, outputs }: RunResult, sandbox: Sandbox): string {
  const { result, changed, delivery } = outputs;
  const told = annotations.map(({ level, message }) => `${level}: ${message}`).toSorted();
  return text({ result, changed, delivery, told, comments: commentsOf(sandbox) });
}

export const commentsOf = ({ github }: Sandbox): string => `${github.comments.length} comments`;

const text = (value: unknown): string => JSON.stringify(inOrder(value), null, 1);

/** Fields by name, so that the order in which they were set does not matter. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, inOrder(field)]));
}

/** Sids are but names here: an undone and redone statement may come by another. */
function meaningOf(policy: { readonly [element: string]: unknown }): unknown {
  const statements = asSet(policy['Statement']).map((statement) => {
    const { Sid: _, ...rest } = statement as { readonly [element: string]: unknown };
    return spelling(rest);
  });
  return { ...policy, Statement: statements.toSorted() };
}

/** The same for all spellings of an element of a policy: lists are sets, a lone value is a list, keys have no case. */
export const spelling = (element: unknown): string => text(sets(element));

function sets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return asSet(value);
  const fields = Object.entries(value).map(([name, field]) => [name.toLowerCase(), sets(field)]);
  return Object.fromEntries(fields);
}

const asSet = (value: unknown): readonly unknown[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).toSorted(byText);

const byText = (a: unknown, b: unknown): number => (text(a) < text(b) ? -1 : 1);
