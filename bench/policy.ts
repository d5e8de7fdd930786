// Measures the policy engine without AWS: the plan that fills a policy, in fresh processes and in a warm one, and how its cost
// grows with members and with statements.

import { root, succeed } from './command.js';
import { median } from './figures.js';
import { type Planned, plan, type Scene, type Times } from './planning.js';

/** As many members as AWS's documented layout has room for. */
export const FULL: Scene = { layout: 'documented', members: 90, foreign: 5 };

export const FRESH_RUNS = 5;
export const WARM_RUNS = 15;
/** Until the compiler has seen everything; not measured. */
export const WARMING_RUNS = 20;
/** The quickest counts: it is the one that other programs disturbed the least. */
export const GROWTH_RUNS = 3;

export const LAYOUTS = ['documented', 'compact', 'organization'] as const;
export const MEMBERS = [10, 50, 90, 200, 500, 1_000];
export const STATEMENTS = [10, 100, 300];

export type PolicyFigures = {
  readonly bytes: number;
  /** Medians. */
  readonly fresh: Times;
  readonly warm: Times;
  /** Milliseconds of user CPU, in the order of {@link MEMBERS} and, within, of {@link LAYOUTS}. */
  readonly byMembers: readonly (readonly number[])[];
  /** The same, in the order of {@link STATEMENTS}. */
  readonly byStatements: readonly number[];
};

export async function measurePolicyEngine(): Promise<PolicyFigures> {
  const fresh: Planned[] = [];
  while (fresh.length < FRESH_RUNS) fresh.push(await planInFreshProcess());
  repeat(WARMING_RUNS, FULL);
  const warm = repeat(WARM_RUNS, FULL);
  return {
    bytes: plan(FULL).bytes,
    fresh: mediansOf(fresh),
    warm: mediansOf(warm),
    byMembers: MEMBERS.map((members) =>
      LAYOUTS.map((layout) => quickest({ layout, members, foreign: FULL.foreign })),
    ),
    byStatements: STATEMENTS.map((foreign) => quickest({ ...FULL, foreign })),
  };
}

async function planInFreshProcess(): Promise<Planned> {
  const script = `${root}lib/bench/first-plan.js`;
  const { output } = await succeed(process.execPath, [script], {
    directory: root,
    environment: {},
  });
  return JSON.parse(output) as Planned;
}

function repeat(runs: number, scene: Scene): readonly Planned[] {
  return Array.from({ length: runs }, () => plan(scene));
}

function quickest(scene: Scene): number {
  return Math.min(...repeat(GROWTH_RUNS, scene).map(({ times }) => times.cpu));
}

function mediansOf(planned: readonly Planned[]): Times {
  const of = (name: keyof Times): number => median(planned.map(({ times }) => times[name]));
  return {
    wall: of('wall'),
    cpu: of('cpu'),
    merge: of('merge'),
    compare: of('compare'),
    diff: of('diff'),
  };
}
