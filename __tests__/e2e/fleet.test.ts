// Many accounts in one file, as a landing zone has them: one plan, one policy write, each account on its own after that.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions, RunResult } from '../../sandbox/runner.js';
import { addLeavingMember, addVerifyingCentral } from '../../sandbox/worlds.js';
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

/** How many of these calls were under way at the same time. */
function mostAtOnce(run: RunResult, name: string): number {
  const spans = run.requests.filter(({ operation }) => operation === name);
  const together = spans.map(
    ({ at }) => spans.filter((one) => one.at <= at && at < one.endedAt).length,
  );
  return Math.max(...together);
}

const SEVEN = Array.from({ length: 7 }, (_, at) => String(600_000_000_000 + at));
const entriesOf = (ids: readonly string[]): readonly string[] =>
  ids.map((id) => `{ id: "${id}", name: A${id} }`);

test.each(['1', '3'])(
  'with max-parallel %s no more accounts are worked on at once',
  async (limit) => {
    const stage = await stageWith(SEVEN);
    stage.sandbox.faults.inject({ operation: 'DescribeTrails', answer: { delayMs: 50 } });
    const run = await runWith(stage.plan, entriesOf(SEVEN), { 'max-parallel': limit });
    expect(mostAtOnce(run, 'DescribeTrails')).toBe(Number(limit));
  },
);

test('a verification and an audit keep to max-parallel too', async () => {
  const stage = await stageWith(SEVEN);
  addVerifyingCentral(stage.sandbox, stage.scene.ids.SEC, stage.scene.bucket);
  const at2 = { 'max-parallel': '2', 'delivery-timeout-minutes': '0' };
  await runWith(stage.apply, entriesOf(SEVEN));
  stage.sandbox.advance(7);
  for (const operation of ['GetTrailStatus', 'ListObjectsV2'])
    stage.sandbox.faults.inject({ operation, answer: { delayMs: 50 } });
  const verified = await runWith(stage.plan, entriesOf(SEVEN), { ...at2, operation: 'verify' });
  expect(new Set(Object.values(JSON.parse(verified.outputs['delivery'] ?? '') as object))).toEqual(
    new Set(['delivered']),
  );
  expect(mostAtOnce(verified, 'GetTrailStatus')).toBe(2);
  const audited = await runWith(stage.plan, entriesOf(SEVEN), { ...at2, operation: 'audit' });
  // Beside the two accounts, the folders of those that nobody listed.
  expect(mostAtOnce(audited, 'ListObjectsV2')).toBeLessThanOrEqual(3);
});

test('where the central role cannot be taken, only the first of the other roles are tried', async () => {
  const stage = await stageWith(SEVEN);
  const missing = 'arn:aws:iam::111111111111:role/Missing';
  const inputs = { 'central-role-arn': missing, 'max-parallel': '2' };
  const run = await runWith(stage.plan, entriesOf(SEVEN), inputs);
  expect(findings(run)).toMatchObject([{ account: '111111111111', code: 'role-not-taken' }]);
  expect(calls(run)).toEqual(['GetIdToken', ...Array<string>(3).fill('AssumeRoleWithWebIdentity')]);
});

describe('the log of long work', () => {
  /** Each group's heading and its lines. A group that begins in another one would hide whose lines are whose. */
  function groupsOf({ rawLog }: RunResult) {
    const ended = rawLog.split('\n::endgroup::\n').slice(0, -1);
    return ended.map((text) => {
      const [, group = '', ...others] = `\n${text}`.split('\n::group::');
      expect(others).toEqual([]);
      const [heading = '', ...lines] = group.split('\n');
      return { heading, lines };
    });
  }

  test('has a group for each account, with a count that moves and the time so far', async () => {
    const stage = await stageWith(SEVEN);
    const groups = groupsOf(await runWith(stage.apply, entriesOf(SEVEN)));
    const read = groups.filter(({ heading }) => heading.includes(': read'));
    const done = groups.filter(({ heading }) => heading.includes(': done'));
    for (const phase of [read, done]) {
      expect(phase.map(({ heading }) => heading.split(' · ')[0])).toEqual(
        SEVEN.map((_, at) => `${at + 1} of 7`),
      );
      for (const { heading } of phase) expect(heading).toMatch(/ · \d+ s$/);
    }
    expect(read[0]?.lines).toEqual(['no trail']);
    expect(done[0]?.lines).toEqual(['create: done', 'start logging: done']);
  });

  test('is as short as ever for one account', async () => {
    const stage = await stageWith([DEV]);
    const run = await runWith(stage.apply, [`{ id: "${DEV}", name: DEV }`]);
    expect(run.rawLog).not.toMatch(/::group::|1 of 1/);
  });

  test("tells an account's failure in its group, and AWS's words are no commands there", async () => {
    const stage = await stageWith([DEV, PRD]);
    stage.sandbox.faults.inject({
      operation: 'DescribeTrails',
      account: PRD,
      answer: { status: 400, code: 'Odd', message: '\n::endgroup::\n::error::no ##[group]x' },
    });
    const run = await runWith(stage.plan, entriesOf([DEV, PRD]));
    const [failed] = groupsOf(run).filter(({ heading }) => heading.includes('could not be read'));
    expect(failed?.heading).toContain(PRD);
    expect(failed?.lines).toHaveLength(1);
    expect(failed?.lines[0]).toContain('\\u000a::endgroup::\\u000a::error::no ## [group]x');
  });
});

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
