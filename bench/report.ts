// What was measured, as Markdown: tables, ratios, and which targets were reached. Measures nothing.

import { arch, availableParallelism, platform } from 'node:os';
import { type ActionFigures, ROUNDS, type RunFigures, SETTLE_MS } from './action.js';
import { RUNS as CLI_RUNS } from './cli.js';
import type { ContenderFigures, Measured } from './contender.js';
import {
  atMost,
  milliseconds,
  ratio,
  type Target,
  table,
  targetTable,
  timesFaster,
} from './figures.js';
import { LATENCY_MS } from './stage.js';
import { RUNS as TERRAFORM_RUNS, type TerraformFigures } from './terraform.js';

export type Contenders = {
  readonly cli: Measured<ContenderFigures>;
  readonly terraform: Measured<TerraformFigures>;
};

export function report(action: ActionFigures, contenders: Contenders): string {
  return [
    '# Benchmark',
    `Sandbox with ${LATENCY_MS} ms for each answer; ${platform()} ${arch()}, ${availableParallelism()} cores, Node ${process.versions.node}. Medians: the action of ${ROUNDS} rounds after one unmeasured, the AWS CLI of ${CLI_RUNS}, Terraform of ${TERRAFORM_RUNS} (plan, then apply: 1).`,
    '## Start',
    startTable(action),
    '## Calls, round trips and time',
    'A round trip is one that could not begin before the answer to another. The floor is the start of the bundle, the latency of its round trips and, by default, the `settle-seconds`.',
    runTable(action),
    '## The same onboarding with other tools',
    contenderTable(action, contenders),
    '## Targets',
    targetTable(targetsOf(action, contenders)),
  ].join('\n\n');
}

function startTable({ bareNodeMs, startMs, apply }: ActionFigures): string {
  const row = (name: string, ms: number): readonly string[] => [
    name,
    milliseconds(ms),
    ratio(ms / bareNodeMs),
  ];
  return table(
    ['', 'median', 'against bare Node'],
    [
      row('`node -e 0`', bareNodeMs),
      row('the bundle, without inputs', startMs),
      row('the bundle, a whole apply', apply.wallMs),
    ],
  );
}

/** What a run cannot be faster than: the start of the bundle, the latency of what it waits for, the time it is told to wait. */
function floorOf({ startMs }: ActionFigures, { trips }: RunFigures, settleMs = 0): number {
  return startMs + trips * LATENCY_MS + settleMs;
}

function runTable(action: ActionFigures): string {
  const row = (name: string, run: RunFigures, settleMs = 0): readonly string[] => {
    const floor = floorOf(action, run, settleMs);
    return [
      name,
      String(run.requests),
      String(run.trips),
      milliseconds(run.wallMs),
      milliseconds(floor),
      ratio(run.wallMs / floor),
      `${Math.round(run.maxRssKb / 1024)} MiB`,
    ];
  };
  return table(
    ['run', 'requests', 'round trips', 'median', 'floor', 'median ÷ floor', 'peak memory'],
    [
      row('dry run', action.dryRun),
      row('apply, `settle-seconds: 0`', action.apply),
      row('apply again: no changes', action.noChanges),
      row('apply, as by default', action.settledApply, SETTLE_MS),
    ],
  );
}

function contenderTable(action: ActionFigures, { cli, terraform }: Contenders): string {
  const row = (name: string, { wallMs, requests, trips }: ContenderFigures): readonly string[] => [
    name,
    String(requests),
    String(trips),
    milliseconds(wallMs),
    ratio(wallMs / action.apply.wallMs),
    ratio(wallMs / action.settledApply.wallMs),
  ];
  const missing = (name: string, why: string): readonly (readonly string[])[] => [
    [name, why, '', '', '', ''],
  ];
  return table(
    ['', 'requests', 'round trips', 'median', 'against apply', 'against apply as by default'],
    [
      row('the action, `settle-seconds: 0`', action.apply),
      row('the action, as by default', action.settledApply),
      ...(cli.kind === 'missing'
        ? missing('AWS CLI, a script', cli.why)
        : [row(`AWS CLI ${cli.version}, a script`, cli.figures)]),
      ...(terraform.kind === 'missing'
        ? missing('Terraform', terraform.why)
        : [
            row(`Terraform ${terraform.version}, \`apply\``, terraform.figures.apply),
            row('Terraform, `plan` and then `apply` of it', terraform.figures.planned),
          ]),
    ],
  );
}

function targetsOf(action: ActionFigures, { cli, terraform }: Contenders): readonly Target[] {
  const { apply, noChanges } = action;
  const count = (value: number): string => String(value);
  const times = (figures: ContenderFigures | null): number | null =>
    figures === null ? null : figures.wallMs / apply.wallMs;
  const overFloor = (run: RunFigures): number => run.wallMs / floorOf(action, run);
  return [
    atMost('round trips of an apply', 6, apply.trips, count),
    atMost('round trips without changes', 3, noChanges.trips, count),
    atMost('apply against its floor', 1.3, overFloor(apply), ratio),
    atMost('no changes against its floor', 1.3, overFloor(noChanges), ratio),
    timesFaster('faster than the AWS CLI', 8, times(cli.kind === 'measured' ? cli.figures : null)),
    timesFaster(
      'faster than `terraform apply`',
      25,
      times(terraform.kind === 'measured' ? terraform.figures.apply : null),
    ),
    atMost(
      'peak memory of an apply',
      150,
      apply.maxRssKb / 1024,
      (mib) => `${Math.round(mib)} MiB`,
    ),
  ];
}
