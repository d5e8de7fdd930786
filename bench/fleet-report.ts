// What was measured of fleets, as Markdown, and whether its targets were reached. Measures nothing.

import { arch, availableParallelism, cpus, platform } from 'node:os';
import { atMost, milliseconds, ratio, type Target, table, targetTable } from './figures.js';
import { type FleetFigures, MAX_PARALLEL, type RunFigures } from './fleet.js';
import { LATENCY_MS } from './stage.js';

const grouped = (value: number): string => value.toLocaleString('en-US');
const mebibytes = (kilobytes: number): string => `${Math.round(kilobytes / 1024)} MiB`;
const kilobytes = (value: number): string => `${value.toFixed(1)} kB`;

export function fleetReport(fleets: readonly FleetFigures[]): string {
  return [
    `Sandbox with ${LATENCY_MS} ms for each answer; ${platform()} ${arch()}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}; one run each, \`max-parallel: ${MAX_PARALLEL}\`, \`settle-seconds: 0\`.`,
    '### Time',
    `The bound is: start of the bundle + ${LATENCY_MS} ms × (round trips made once + ⌈accounts ÷ ${MAX_PARALLEL}⌉ × round trips of an account). The sandbox answers from one thread; busy is the share of the run in which that thread was at work, and the answer is the median of what a call waited, ${LATENCY_MS} ms of it on purpose.`,
    timeTable(fleets),
    '### Calls',
    callTable(fleets),
    '### Memory',
    'The highest resident set that the kernel reports for the process (VmHWM), and by how much it grew for each account since the fleet before.',
    memoryTable(fleets),
    'What a first apply holds: the heap that is in use right after a collection, at the most, in a run that collects every second. The rest of the peak is what V8 has not yet thrown away, or keeps for later.',
    heldTable(fleets),
    '### Targets',
    targetTable(targetsOf(fleets)),
  ].join('\n\n');
}

function timeTable(fleets: readonly FleetFigures[]): string {
  return table(
    [
      'accounts',
      'run',
      'time',
      'bound',
      'time ÷ bound',
      'round trips each',
      'answer',
      'sandbox busy',
      'load',
    ],
    fleets.flatMap(({ accounts, runs }) =>
      runs.map((run) => [
        grouped(accounts),
        run.name,
        milliseconds(run.wallMs),
        milliseconds(run.boundMs),
        ratio(overBound(run)),
        String(run.tripsPerAccount),
        milliseconds(run.answerMs),
        `${Math.round(run.sandboxBusy * 100)} %`,
        run.load,
      ]),
    ),
  );
}

function callTable(fleets: readonly FleetFigures[]): string {
  return table(
    ['accounts', 'run', 'calls', 'not of one account', 'by kind'],
    fleets.flatMap(({ accounts, runs }) =>
      runs.map(({ name, calls, shared }) => [
        grouped(accounts),
        name,
        grouped([...calls.values()].reduce((sum, count) => sum + count, 0)),
        grouped(shared),
        [...calls].map(([operation, count]) => `${operation} ${grouped(count)}`).join(', '),
      ]),
    ),
  );
}

function memoryTable(fleets: readonly FleetFigures[]): string {
  return table(
    ['accounts', 'run', 'peak', 'growth for each account'],
    fleets.flatMap(({ accounts, runs }, at) =>
      runs.map((run) => {
        const growth = growthBetween(fleets[at - 1], fleets[at], run.name);
        return [
          grouped(accounts),
          run.name,
          mebibytes(run.maxRssKb),
          growth === null ? '' : kilobytes(growth),
        ];
      }),
    ),
  );
}

function heldTable(fleets: readonly FleetFigures[]): string {
  return table(
    ['accounts', 'held', 'growth for each account'],
    fleets.map(({ accounts, heldKb }, at) => {
      const growth = heldBetween(fleets[at - 1], fleets[at]);
      return [grouped(accounts), mebibytes(heldKb), growth === null ? '' : kilobytes(growth)];
    }),
  );
}

function heldBetween(
  small: FleetFigures | undefined,
  large: FleetFigures | undefined,
): number | null {
  if (small === undefined || large === undefined) return null;
  return (large.heldKb - small.heldKb) / (large.accounts - small.accounts);
}

/** Kilobytes for each further account; null where a smaller fleet had no such run. */
function growthBetween(
  small: FleetFigures | undefined,
  large: FleetFigures | undefined,
  name: string,
): number | null {
  const peak = (fleet: FleetFigures | undefined): number | undefined =>
    fleet?.runs.find((run) => run.name === name)?.maxRssKb;
  const [before, after] = [peak(small), peak(large)];
  if (before === undefined || after === undefined || small === undefined || large === undefined)
    return null;
  return (after - before) / (large.accounts - small.accounts);
}

/** Below it much of a run is code that runs for the first time. */
const LARGE = 1_000;

const overBound = ({ wallMs, boundMs }: RunFigures): number => wallMs / boundMs;

/** Up to some hundreds of accounts it is the runtime's own heap that grows to its size: growth is what comes after. */
function targetsOf(fleets: readonly FleetFigures[]): readonly Target[] {
  const runs = fleets.flatMap(({ accounts, runs: all }) => all.map((run) => ({ accounts, run })));
  const names = [...new Set(runs.map(({ run }) => run.name))];
  const [large, small] = fleets.toReversed();
  const between = `${grouped(small?.accounts ?? 0)} to ${grouped(large?.accounts ?? 0)}`;
  const memory = (what: string, growth: number | null): readonly Target[] =>
    growth === null ? [] : [atMost(`${what} for each account, ${between}`, 20, growth, kilobytes)];
  const ofRuns = names.flatMap((name) => {
    const worst = (isMeant: (accounts: number) => boolean, sizes: string): readonly Target[] => {
      const ratios = runs
        .filter(({ accounts, run }) => run.name === name && isMeant(accounts))
        .map(({ run }) => overBound(run));
      if (ratios.length === 0) return [];
      return [atMost(`${name}: time against its bound, ${sizes}`, 1.3, Math.max(...ratios), ratio)];
    };
    const growth = growthBetween(small, large, name);
    return [
      ...worst((accounts) => accounts < LARGE, `fewer than ${grouped(LARGE)} accounts`),
      ...worst((accounts) => accounts >= LARGE, `${grouped(LARGE)} accounts and more`),
      ...memory(`${name}: peak memory`, growth),
    ];
  });
  return [...ofRuns, ...memory('first apply: memory held', heldBetween(small, large))];
}
