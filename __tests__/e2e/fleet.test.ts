// Many accounts in one file, as a landing zone has them: one plan, one policy write, each account on its own after that.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions, RunResult } from '../../sandbox/runner.js';
import { addLeavingMember } from '../../sandbox/worlds.js';
import { calls, closeStages, findings, openStage, type Stage } from './stage.js';

const folders: string[] = [];

afterEach(async () => {
  await closeStages();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const HEAD = `central:
  account-id: "111111111111"
  role-arn: arn:aws:iam::111111111111:role/CloudTrailOnboardingCentral
  bucket: sec-cloudtrail-log
  region: ap-northeast-2
defaults:
  role-arn: arn:aws:iam::{account-id}:role/CloudTrailOnboardingMemberLeaving
  trail-name: "{account-name}-CLOUDTRAIL"
accounts:
`;

/** Nothing is said by inputs but the file's path. */
const NO_INPUTS = Object.fromEntries(
  ['central-account-id', 'central-role-arn', 'bucket', 'member-account-id']
    .concat(['member-role-arn', 'trail-name', 'region'])
    .map((name) => [name, '']),
);

type Inputs = { readonly [name: string]: string };

function runWith(
  run: Stage['apply'],
  accounts: readonly string[],
  inputs: Inputs = {},
  more: Partial<RunOptions> = {},
): Promise<RunResult> {
  const directory = mkdtempSync(join(tmpdir(), 'fleet-'));
  folders.push(directory);
  mkdirSync(join(directory, 'workspace'));
  const text = HEAD + accounts.map((account) => `  - ${account}\n`).join('');
  writeFileSync(join(directory, 'workspace', 'accounts.yml'), text);
  return run({ ...NO_INPUTS, 'accounts-file': 'accounts.yml', ...inputs }, { directory, ...more });
}

/** A stage with these accounts beside the tutorial's, each with a role that may do everything the tool does. */
async function stageWith(ids: readonly string[]): Promise<Stage> {
  const stage = await openStage();
  for (const id of ids) {
    stage.sandbox.world.createAccount({ id, name: id });
    addLeavingMember(stage.sandbox, id);
  }
  return stage;
}

const trailNames = ({ sandbox }: Stage, id: string): readonly (string | undefined)[] =>
  sandbox.world.trails(id).map(({ Name }) => Name);

const [DEV, PRD, OLD, GONE] = ['222222222222', '333333333333', '444444444444', '555555555555'];
const IDS = [DEV, PRD, OLD, GONE];

const BEFORE = [
  `{ id: "${PRD}", name: PRD }`,
  `{ id: "${OLD}", name: OLD }`,
  `{ id: "${GONE}", name: GONE }`,
];
const AFTER = [
  `{ id: "${DEV}", name: DEV }`,
  `{ id: "${PRD}", name: PRD, trail-name: PRD-AUDIT, replaces-trail: PRD-CLOUDTRAIL }`,
  `{ id: "${OLD}", name: OLD, state: absent }`,
  `{ id: "${GONE}", name: GONE, state: closed }`,
];

test('one file joins, renames, lets leave and closes; a second run writes nothing', async () => {
  const stage = await stageWith(IDS);
  const { sandbox, scene, apply } = stage;
  expect((await runWith(apply, BEFORE)).outputs['result']).toBe('applied');
  const run = await runWith(apply, AFTER);
  expect(run.outputs['result']).toBe('applied');
  expect(run.exitCode).toBe(0);
  expect(trailNames(stage, DEV)).toEqual(['DEV-CLOUDTRAIL']);
  expect(trailNames(stage, PRD)).toEqual(['PRD-AUDIT']);
  expect(trailNames(stage, OLD)).toEqual([]);
  expect(trailNames(stage, GONE)).toEqual(['GONE-CLOUDTRAIL']);
  expect(run.requests.some(({ account, write }) => account === GONE && write)).toBe(false);
  const policy = sandbox.world.bucketPolicyText(scene.bucket) ?? '';
  expect([DEV, PRD, OLD, GONE].map((id) => policy.includes(id))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(run.summary).toContain(`\`${DEV}\` DEV`);
  const again = await runWith(apply, AFTER);
  expect(calls(again, 'writes')).toEqual([]);
  expect(again.outputs['changed']).toBe('false');
});

test('a pull request that adds two accounts to sixty shows those two, and one line for the others', async () => {
  const ids = Array.from({ length: 62 }, (_, at) => String(600_000_000_000 + at));
  const stage = await stageWith(ids);
  const entries = ids.map((id, at) => `{ id: "${id}", name: ACC${at} }`);
  const first = await runWith(stage.apply, entries.slice(0, 60));
  expect(first.outputs['result']).toBe('applied');
  expect(calls(first, 'writes').filter((name) => name === 'PutBucketPolicy')).toHaveLength(1);
  expect(first.summary).toContain('<details><summary>60 more rows: as planned</summary>');
  const run = await runWith(stage.plan, entries);
  expect(run.exitCode).toBe(0);
  expect(calls(run, 'writes')).toEqual([]);
  const rows = run.summary.split('\n').filter((line) => /^\| . \|.*\btrail /.test(line));
  expect(rows.filter((row) => row.includes('create'))).toHaveLength(2);
  expect(run.summary).toContain('`600000000060` ACC60');
  expect(rows.filter((row) => row.includes('ACC59'))).toEqual([]);
  expect(run.summary).toContain('60 accounts unchanged.');
  expect(run.log).toContain('= 60 accounts unchanged');
});

test('of many accounts one that cannot be entered holds back no other, and is granted nothing', async () => {
  const stage = await stageWith([DEV, PRD]);
  const run = await runWith(stage.apply, [
    `{ id: "${DEV}", name: DEV }`,
    `{ id: "${OLD}", name: OLD }`,
    `{ id: "${PRD}", name: PRD }`,
  ]);
  expect(run.outputs['result']).toBe('partial');
  expect(run.exitCode).toBe(1);
  expect([...trailNames(stage, DEV), ...trailNames(stage, PRD)]).toEqual([
    'DEV-CLOUDTRAIL',
    'PRD-CLOUDTRAIL',
  ]);
  expect(stage.sandbox.world.bucketPolicyText(stage.scene.bucket)).not.toContain(OLD);
  expect(findings(run)).toMatchObject([{ account: OLD }]);
});

test.each(['1', '3'])(
  'with max-parallel %s no more accounts are worked on at once',
  async (limit) => {
    const ids = Array.from({ length: 7 }, (_, at) => String(600_000_000_000 + at));
    const stage = await stageWith(ids);
    stage.sandbox.faults.inject({ operation: 'DescribeTrails', answer: { delayMs: 50 } });
    const run = await runWith(
      stage.plan,
      ids.map((id) => `{ id: "${id}", name: A${id} }`),
      { 'max-parallel': limit },
    );
    const reads = run.requests.filter(({ operation }) => operation === 'DescribeTrails');
    const atOnce = reads.map(
      ({ at }) => reads.filter((one) => one.at <= at && at < one.endedAt).length,
    );
    expect(Math.max(...atOnce)).toBe(Number(limit));
  },
);

test('faults in the file are annotations at its lines, and nothing is asked of AWS', async () => {
  const { apply } = await openStage();
  const run = await runWith(apply, [
    `{ id: 222222222222, name: DEV }`,
    `{ id: "${PRD}", nmae: PRD }`,
  ]);
  expect(run.exitCode).toBe(1);
  expect(run.requests).toEqual([]);
  expect(run.annotations).toMatchObject([
    {
      level: 'error',
      file: 'accounts.yml',
      line: 10,
      message: expect.stringContaining('accounts.yml:10:11'),
    },
    {
      level: 'error',
      file: 'accounts.yml',
      line: 11,
      message: expect.stringContaining('Write name'),
    },
    { level: 'error', file: 'accounts.yml', line: 8 },
  ]);
  expect(run.summary).toContain('accounts.yml:10:11');
});

test.each([
  ['missing.yml', 'does not exist'],
  ['.', 'is a folder'],
])('the accounts file %s %s', async (path, problem) => {
  const { apply } = await openStage();
  const run = await runWith(apply, [], { 'accounts-file': path });
  expect(findings(run).map(({ message }) => message)[0]).toContain(`the accounts file ${problem}`);
});
