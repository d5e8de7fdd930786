// Measures the validation of a day's digests and logs against the AWS CLI's validate-logs, both on one sandbox. Ours runs in a
// process of its own (validate.ts), so that its memory is not the sandbox's.

import { readFile } from 'node:fs/promises';
import { type Sandbox, startSandbox } from '../sandbox/index.js';
import { administratorPolicy, tutorial, tutorialWorld } from '../sandbox/worlds.js';
import { root, run, succeed, versionOf } from './command.js';
import { atMost, median, milliseconds, table, targetTable, timesFaster } from './figures.js';

const HOUR_MS = 3_600_000;
const HOURS = 24;
const RECORDS = 400;
const RUNS = 3;
const CLI_RUNS = 2;
const MEBIBYTE = 1024 * 1024;
const mebibytes = (bytes: number): string => `${Math.round(bytes / MEBIBYTE)} MiB`;

export type Validated = {
  readonly word: string;
  readonly digests: number;
  readonly logs: number;
  readonly wallMs: number;
  readonly peakBytes: number;
};

/** The part of the report that is about digests, as Markdown. */
export async function reportOnDigests(): Promise<string> {
  return [await measured(0), await measured(50)].join('\n\n');
}

async function measured(latencyMs: number): Promise<string> {
  const now = new Date(Date.now() - (HOURS + 1) * HOUR_MS);
  const sandbox = await startSandbox({ now, latencyMs, recordsPerLog: RECORDS });
  try {
    tutorialWorld(sandbox);
    sandbox.advance(HOURS * 60 + 5);
    const place = placeOf(sandbox, now);
    const ours: Validated[] = [];
    while (ours.length < RUNS) ours.push(await validate(place));
    const cli = await validateWithCli(place);
    return report(sandbox, latencyMs, ours, cli);
  } finally {
    await sandbox.close();
  }
}

type Place = { readonly directory: string; readonly environment: Readonly<Record<string, string>> };

function placeOf(sandbox: Sandbox, start: Date): Place {
  const { world } = sandbox;
  const admin = { account: tutorial.ids.SEC, name: 'admin', policy: administratorPolicy };
  const { accessKeyId, secretAccessKey } = world.credentialsFor(world.createUser(admin));
  const { region, ids, trailName } = tutorial;
  return {
    directory: root,
    environment: {
      ...sandbox.environment,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: region,
      AWS_CONFIG_FILE: 'none',
      AWS_SHARED_CREDENTIALS_FILE: 'none',
      TRAIL_ARN: `arn:aws:cloudtrail:${region}:${ids.SEC}:trail/${trailName}`,
      START: start.toISOString(),
    },
  };
}

async function validate(place: Place): Promise<Validated> {
  const startedAt = performance.now();
  const { output } = await succeed(process.execPath, [`${root}lib/bench/validate.js`], place);
  const wallMs = performance.now() - startedAt;
  const line = output.split('\n').find((each) => each.startsWith('{')) ?? '{}';
  const found = JSON.parse(line) as Omit<Validated, 'wallMs'>;
  if (found.word !== 'valid' || found.digests !== HOURS || found.logs !== HOURS * 12)
    throw new Error(`The validation did not do its job: ${line}`);
  return { ...found, wallMs };
}

/** Milliseconds of its runs; null where it is not installed. */
async function validateWithCli(place: Place): Promise<readonly number[] | null> {
  if ((await versionOf('aws', '--version', place)) === null) return null;
  const { TRAIL_ARN = '', START = '', AWS_ENDPOINT_URL = '' } = place.environment;
  const command = ['cloudtrail', 'validate-logs', '--trail-arn', TRAIL_ARN, '--start-time', START];
  const times: number[] = [];
  while (times.length < CLI_RUNS) {
    const ended = await run('aws', [...command, '--endpoint-url', AWS_ENDPOINT_URL], place);
    if (!ended.output.includes(`${HOURS * 12}/${HOURS * 12} log files valid`))
      throw new Error(`validate-logs did not do its job:\n${ended.output}`);
    times.push(ended.wallMs);
  }
  return times;
}

async function report(
  sandbox: Sandbox,
  latencyMs: number,
  ours: readonly Validated[],
  cli: readonly number[] | null,
): Promise<string> {
  const logs = sandbox.world.objects(tutorial.bucket, `AWSLogs/${tutorial.ids.SEC}/CloudTrail/`);
  const stored = logs.reduce((sum, { size }) => sum + size, 0);
  const wallMs = median(ours.map((each) => each.wallMs));
  const peak = Math.max(...ours.map(({ peakBytes }) => peakBytes));
  const cliMs = cli === null ? null : median(cli);
  const load = (await readFile('/proc/loadavg', 'utf8').catch(() => 'unknown')).split(' ')[0];
  return [
    `### A day's digests, ${latencyMs} ms for each answer`,
    `${HOURS} digests, ${HOURS * 12} logs of ${RECORDS} records, ${mebibytes(stored)} as stored; load ${load}.`,
    table(
      ['', 'median'],
      [
        ['ours, a process from start to end', milliseconds(wallMs)],
        ['AWS CLI, `validate-logs`', cliMs === null ? 'not installed' : milliseconds(cliMs)],
      ],
    ),
    targetTable([
      timesFaster('faster than `validate-logs`', 5, cliMs === null ? null : cliMs / wallMs),
      atMost('peak memory', 200 * MEBIBYTE, peak, mebibytes),
    ]),
  ].join('\n\n');
}
