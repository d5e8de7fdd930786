// What was measured of the policy engine, as Markdown, and whether its targets were reached. Measures nothing.

import { atMost, milliseconds, ratio, type Target, table, targetTable } from './figures.js';
import type { Times } from './planning.js';
import {
  FRESH_RUNS,
  FULL,
  GROWTH_RUNS,
  LAYOUTS,
  MEMBERS,
  type PolicyFigures,
  STATEMENTS,
  WARM_RUNS,
  WARMING_RUNS,
} from './policy.js';

export function policyReport(figures: PolicyFigures): string {
  return [
    '# The policy engine',
    `One plan: merge, comparison of access and diff of ${FULL.members} members that join the console's policy with ${FULL.foreign} foreign statements, layout \`${FULL.layout}\`; ${figures.bytes.toLocaleString('en')} bytes afterwards. Medians of ${FRESH_RUNS} fresh processes, and of ${WARM_RUNS} runs in one process after ${WARMING_RUNS} unmeasured.`,
    planTable(figures),
    '## Growth',
    `User CPU per member, and of the whole plan: the quickest of ${GROWTH_RUNS} runs in the warm process. Whether the policy still fits into S3's limit is not asked.`,
    memberTable(figures),
    `The same with ${FULL.members} members, layout \`${FULL.layout}\`, and more foreign statements.`,
    statementTable(figures),
    '## Targets',
    targetTable(targetsOf(figures)),
  ].join('\n\n');
}

function planTable({ fresh, warm }: PolicyFigures): string {
  const row = (name: string, times: Times): readonly string[] => [
    name,
    ...[times.wall, times.cpu, times.merge, times.compare, times.diff].map(milliseconds),
  ];
  return table(
    ['process', 'wall', 'user CPU', 'merge', 'compare', 'diff'],
    [row('fresh: its first plan', fresh), row('warm', warm)],
  );
}

function memberTable({ byMembers }: PolicyFigures): string {
  return table(
    ['members', ...LAYOUTS.map((layout) => `\`${layout}\``)],
    byMembers.map((costs, row) => {
      const members = MEMBERS[row] ?? Number.NaN;
      return [
        String(members),
        ...costs.map((cost) => `${microseconds(cost / members)} (${milliseconds(cost)})`),
      ];
    }),
  );
}

function statementTable({ byStatements }: PolicyFigures): string {
  return table(
    ['foreign statements', 'per member', 'the whole plan'],
    byStatements.map((cost, row) => [
      String(STATEMENTS[row]),
      microseconds(cost / FULL.members),
      milliseconds(cost),
    ]),
  );
}

function microseconds(ms: number): string {
  return `${Math.round(ms * 1000)} µs`;
}

/** A measured 1 × is straight; the rest is for what a busy machine adds. */
const STRAIGHT = 1.25;

function targetsOf({ warm, byMembers, byStatements }: PolicyFigures): readonly Target[] {
  return [
    atMost('the plan that fills a policy, warm', 50, warm.wall, milliseconds),
    ...LAYOUTS.map((layout, column) => {
      const perMember = (members: number): number =>
        (byMembers[MEMBERS.indexOf(members)]?.[column] ?? Number.NaN) / members;
      const growth = perMember(1_000) / perMember(90);
      return atMost(
        `a member among 1,000 against one among 90, \`${layout}\``,
        STRAIGHT,
        growth,
        ratio,
      );
    }),
    atMost(
      'three times the statements against three times the time',
      STRAIGHT,
      (byStatements[STATEMENTS.indexOf(300)] ?? Number.NaN) /
        (byStatements[STATEMENTS.indexOf(100)] ?? Number.NaN) /
        3,
      ratio,
    ),
  ];
}
