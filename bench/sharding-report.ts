// What ten thousand accounts take, as Markdown. Measures nothing.

import { milliseconds, table } from './figures.js';
import { MAX_PARALLEL } from './fleet.js';
import { ACCOUNTS, JOB, LIMIT, type ShardFigures } from './sharding.js';
import { LATENCY_MS } from './stage.js';

const grouped = (value: number): string => value.toLocaleString('en-US');

export function shardingReport(figures: readonly ShardFigures[]): string {
  return [
    `Beside the central account's own grants as the console writes them; trail names of 14 to 18 characters. Where a bucket has no limit, ${JOB} accounts in a job. \`max-parallel: ${MAX_PARALLEL}\`, ${LATENCY_MS} ms for each answer.`,
    '### Capacity of a bucket',
    table(
      ['layout', 'bytes for each account', `accounts in ${grouped(LIMIT)} bytes`, 'bytes then'],
      figures.map(({ layout, bytesEach, capacity, bytes }) => [
        `\`${layout}\``,
        String(Math.round(bytesEach)),
        capacity === null ? 'no limit' : grouped(capacity),
        grouped(bytes),
      ]),
    ),
    `### ${grouped(ACCOUNTS)} accounts over several buckets`,
    table(
      [
        'layout',
        'buckets',
        'jobs',
        'accounts in a job',
        'a job, played',
        'all jobs, 20 at once',
        'policy work of all jobs',
        'slowest',
      ],
      figures.map(({ layout, buckets, shards, planning, played }) => [
        `\`${layout}\``,
        grouped(buckets),
        grouped(shards),
        grouped(played.accounts),
        milliseconds(played.wallMs),
        milliseconds(played.wallMs * Math.ceil(shards / AT_ONCE)),
        milliseconds(planning.all),
        milliseconds(planning.slowest),
      ]),
    ),
  ].join('\n\n');
}

/** Jobs that a GitHub account of the free plan may have running at the same time. */
const AT_ONCE = 20;
