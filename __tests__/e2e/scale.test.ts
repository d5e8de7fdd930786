// Fleets: what a reviewer reads when two accounts join two hundred, that shared calls do not grow with the fleet, that AWS's
// throttling is waited out, and that a file may be worked off in shards.

import {
  type FleetOptions,
  type FleetStage,
  fleetStage,
  trailName,
} from '../../bench/fleet-stage.js';
import { repeatedCalls, sharedCalls } from '../../bench/request-log.js';
import type { PolicyJson, Sandbox } from '../../sandbox/index.js';
import { consolePolicy, tutorial } from '../../sandbox/worlds.js';
import { mergePolicy, parsePolicy } from '../../src/policy/index.js';
import { calls, findings } from './stage.js';

const stages: FleetStage[] = [];
afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
});

async function open(size: number, options: FleetOptions = {}): Promise<FleetStage> {
  const stage = await fleetStage(size, options);
  stages.push(stage);
  return stage;
}

/** No settle pause, and the wider grants of the layouts for many. */
const INPUTS = { 'settle-seconds': '0', 'allow-broadening': 'true' };
const PULL_REQUEST = { event: { name: 'pull_request' } } as const;

const { ids, bucket, region } = tutorial;
const arnOf = (account: string, name: string): string =>
  `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;

/** The console's policy with these accounts merged into it in the layout `compact`. */
function compactPolicy(accounts: readonly string[]): PolicyJson {
  const admit = accounts.map((accountId, at) => ({
    accountId,
    trailArn: arnOf(accountId, trailName(at)),
    bucket,
    prefix: '',
  }));
  const before = parsePolicy(
    JSON.stringify(consolePolicy(bucket, ids.SEC, arnOf(ids.SEC, tutorial.trailName))),
  );
  const { document } = mergePolicy(before, { layout: 'compact', bucket, admit, withdraw: [] });
  return JSON.stringify(document);
}

const logging = ({ world }: Sandbox, accounts: readonly string[]): readonly string[] =>
  accounts.filter((account) => world.trails(account).some((trail) => trail.logging));

test('a pull request that adds two accounts to a file of 200 shows those two, and one line for the 198', async () => {
  const all = (await open(200)).accounts;
  const policy = compactPolicy(all.slice(0, 198));
  const { run } = await open(200, { layout: 'compact', onboarded: { accounts: 198, policy } });
  const { summary, log, outputs } = await run(INPUTS, PULL_REQUEST);
  const [one, other] = all.slice(198);
  expect(outputs['result']).toBe('planned');
  const verdict = `**\`${one}\`, \`${other}\` will log to \`${bucket}\`, beside 198 accounts whose trails need no change.**`;
  expect(summary).toContain(verdict);
  const rows = summary.split('\n').filter((line) => /^\| [-+~=] \| `\d{12}`/.test(line));
  expect(rows).toEqual([
    `| ~ | \`${ids.SEC}\` central | bucket policy of \`${bucket}\` | &#43;2 paths · 18,777 of 20,480 bytes |`,
    `| + | \`${one}\` ACC198 | trail \`ACC198-CLOUDTRAIL\` in \`${region}\` | create: multi-Region, log file validation, then start logging |`,
    `| + | \`${other}\` ACC199 | trail \`ACC199-CLOUDTRAIL\` in \`${region}\` | create: multi-Region, log file validation, then start logging |`,
  ]);
  expect(summary.match(/^198 accounts unchanged\.$/gm)).toHaveLength(1);
  const added = outputs['policy-diff']?.split('\n').filter((line) => /^[+-] /.test(line)) ?? [];
  const onboarded = new Set(all.slice(0, 197));
  expect(added.filter((line) => onboarded.has(/\d{12}/.exec(line)?.[0] ?? ''))).toEqual([]);
  // A reader sees it at a glance: a page, not a list of the fleet.
  expect(Buffer.byteLength(summary)).toBeLessThan(4_500);
  expect(summary.split('\n').length).toBeLessThan(90);
  const [plan] = log.split('Plan for ').slice(1);
  expect(plan?.split('\n').filter((line) => /^ {2}[-+~=]/.test(line))).toHaveLength(4);
}, 180_000);

test('no call is made twice in an account, and those about no account do not grow with the fleet', async () => {
  const [small, large] = [await open(5), await open(20)];
  const shared = async ({ run, accounts }: FleetStage) => {
    const result = await run({ ...INPUTS, 'policy-layout': 'documented' });
    expect(result.outputs['result']).toBe('applied');
    expect(repeatedCalls(result.requests, accounts)).toEqual([]);
    // How often CloudTrail's grants are confirmed hangs on when their write is done.
    const { GetBucketPolicy, ...rest } = Object.fromEntries(sharedCalls(result.requests, accounts));
    expect(GetBucketPolicy).toBeLessThanOrEqual(4);
    return rest;
  };
  const counts = await shared(small);
  expect(await shared(large)).toEqual(counts);
  expect(counts).toEqual({ GetIdToken: 1, AssumeRoleWithWebIdentity: 1, PutBucketPolicy: 1 });
}, 120_000);

/** Others use the same accounts' rates: in every fourth account each operation is refused a few times. */
function busyNeighbours({ faults }: Sandbox, accounts: readonly string[]): void {
  const reads = ['AssumeRoleWithWebIdentity', 'DescribeTrails', 'GetTrailStatus'];
  for (const account of accounts.filter((_, at) => at % 4 === 0))
    for (const operation of [...reads, 'CreateTrail', 'StartLogging'])
      faults.inject({ operation, account, times: 2, answer: THROTTLED });
  faults.inject({ operation: 'PutBucketPolicy', times: 2, answer: SLOW_DOWN });
}

const THROTTLED = { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 };
const SLOW_DOWN = { code: 'SlowDown', message: 'Please reduce your request rate.', status: 503 };

test('200 accounts whose calls are throttled all end well', async () => {
  const { sandbox, accounts, run } = await open(200, { throttle: true });
  busyNeighbours(sandbox, accounts);
  const result = await run(INPUTS, { timeoutMs: 240_000 });
  expect(findings(result).filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(result.outputs['result']).toBe('applied');
  expect(logging(sandbox, accounts)).toEqual(accounts);
  const refused = result.requests.filter(({ errorCode = '' }) =>
    [THROTTLED.code, SLOW_DOWN.code].includes(errorCode),
  );
  expect(refused).toHaveLength(50 * 5 * 2 + 2);
  // A write of the policy is never sent again as it stands: what is merged has been read right before.
  const policyCalls = calls(result).filter((name) => name.endsWith('BucketPolicy'));
  const first = policyCalls.indexOf('PutBucketPolicy');
  expect(policyCalls.slice(first, first + 5)).toEqual([
    'PutBucketPolicy',
    'GetBucketPolicy',
    'PutBucketPolicy',
    'GetBucketPolicy',
    'PutBucketPolicy',
  ]);
}, 300_000);

test('an account whose reads are throttled for longer is waited for', async () => {
  const { sandbox, accounts, run } = await open(2);
  const [slow] = accounts;
  sandbox.faults.inject({
    operation: 'DescribeTrails',
    ...(slow !== undefined && { account: slow }),
    times: 5,
    answer: THROTTLED,
  });
  const result = await run(INPUTS);
  expect(result.outputs['result']).toBe('applied');
  expect(logging(sandbox, accounts)).toEqual(accounts);
});

test('one file worked off in shards at the same time: every account is on board, and none of another shard is touched', async () => {
  const { sandbox, accounts, run } = await open(12);
  const shards = [0, 1, 2].map((at) => accounts.slice(at * 4, at * 4 + 4));
  const runs = await Promise.all(
    shards.map((shard) => run({ 'member-account-id': shard.join(' '), 'settle-seconds': '2' })),
  );
  expect(runs.map(({ outputs }) => outputs['result'])).toEqual(['applied', 'applied', 'applied']);
  expect(logging(sandbox, accounts)).toEqual(accounts);
  const policy = sandbox.world.bucketPolicyText(bucket) ?? '';
  expect(accounts.filter((id) => policy.includes(`/AWSLogs/${id}/*`))).toEqual(accounts);
}, 120_000);
