// The workflows to copy cannot rot: GitHub's own validator takes them, they ask for no permission too many, and each is played on
// the sandbox, with roles that have exactly the template parameters that the table beside them names.

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { validate } from '@actions/languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Sandbox } from '../sandbox/index.js';
import { INPUT_NAMES } from '../src/request/names.js';
import { calls, closeStages, DEV_ARN, findings, openEmptyStage, openStage } from './e2e/stage.js';
import {
  isOurs,
  type Job,
  newFolder,
  type Played,
  play,
  readWorkflow,
  type Start,
  type Step,
  type Workflow,
} from './examples/workflow.js';
import { install, type Role, rolesOf, type Side } from './templates/roles.js';

const FILES = readdirSync('docs/examples').filter((name) => /\.ya?ml$/.test(name));
const README = readFileSync('docs/examples/README.md', 'utf8');
const ACCOUNTS = /^```yaml\n([\s\S]*?)^```$/m.exec(README)?.[1] ?? '';
const [SEC, DEV, PRD] = ['111111111111', '222222222222', '333333333333'];
const BUCKET = 'sec-cloudtrail-log';

const folder = newFolder();
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(closeStages);

const textOf = (name: string): string => readFileSync(`docs/examples/${name}`, 'utf8');
const jobsOf = (name: string): readonly Job[] => Object.values(readWorkflow(name).jobs);
const stepsOf = (name: string): readonly Step[] => jobsOf(name).flatMap(({ steps = [] }) => steps);

/** What a job must be allowed, and when. */
const PERMISSIONS: readonly (readonly [string, (job: Job, on: Workflow['on']) => boolean])[] = [
  ['contents: read', ({ steps = [] }) => steps.some(({ uses }) => uses?.includes('/checkout@'))],
  ['id-token: write', ({ steps = [], uses }) => steps.some(isOurs) || uses !== undefined],
  [
    'pull-requests: write',
    ({ steps = [] }, on) => 'pull_request' in on && steps.filter(isOurs).some(isReading),
  ],
];

describe.each(FILES)('%s', (name) => {
  test("pleases GitHub's own validator", async () => {
    const document = TextDocument.create(
      `file:///.github/workflows/${name}`,
      'yaml',
      1,
      textOf(name),
    );
    expect(await validate(document)).toEqual([]);
  });

  test('pins every action to a commit', () => {
    const uses = [...textOf(name).matchAll(/^\s*-?\s*uses:\s*(\S+)/gm)].map(([, used]) => used);
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((used) => !/^[\w./-]+@[0-9a-f]{40}$/.test(used ?? ''))).toEqual([]);
  });

  test('gives a job the permissions that its steps need, and the workflow none', () => {
    const { on, permissions } = readWorkflow(name);
    expect(permissions).toEqual({});
    for (const job of jobsOf(name)) {
      const given = Object.entries(job.permissions ?? {}).map((entry) => entry.join(': '));
      const needed = PERMISSIONS.filter(([, isNeeded]) => isNeeded(job, on));
      expect(given.toSorted()).toEqual(needed.map(([line]) => line).toSorted());
    }
  });

  test('gives the action inputs that it has, and a shell nothing', () => {
    const given = stepsOf(name)
      .filter(isOurs)
      .flatMap((step) => Object.keys(step.with ?? {}));
    expect(given.filter((input) => !(INPUT_NAMES as readonly string[]).includes(input))).toEqual(
      [],
    );
    expect(stepsOf(name).filter(({ run }) => run !== undefined)).toEqual([]);
  });

  test('waits for other runs, and keeps the policy as it was, where it writes', () => {
    for (const { concurrency, environment, steps = [] } of jobsOf(name)) {
      const writes = steps.filter(isOurs).some((step) => !isReading(step));
      const uploads = steps.filter(({ uses }) => uses?.includes('/upload-artifact@'));
      expect({ concurrency, environment, uploads: uploads.length }).toEqual(
        writes
          ? {
              concurrency: { group: `cloudtrail-${BUCKET}`, queue: 'max' },
              environment: 'cloudtrail',
              uploads: 1,
            }
          : { concurrency: undefined, environment: undefined, uploads: 0 },
      );
    }
  });

  test('is in the table', () => {
    expect(README).toContain(`| [${name}](${name}) `);
  });
});

const isReading = ({ with: inputs = {} }: Step): boolean =>
  ['audit', 'verify'].includes(String(inputs['operation'])) || inputs['dry-run'] === 'true';

/** The template parameters that the table names for a workflow. */
function parametersOf(name: string, side: Side): { readonly [parameter: string]: string } | null {
  const [, , , central = '', member = ''] =
    README.split('\n')
      .find((line) => line.startsWith(`| [${name}]`))
      ?.split('|') ?? [];
  const cell = side === 'central' ? central : member;
  const pairs = [...cell.matchAll(/`(\w+)=(\w+)`/g)];
  if (pairs.length === 0) return null;
  return Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, value]));
}

/** The central account's roles, and every member's, take the place of those that were there. */
function installRoles(sandbox: Sandbox, name: string): void {
  for (const suffix of ['', 'Plan', 'Verify']) {
    for (const side of ['Central', 'Member'])
      for (const id of [SEC, DEV, PRD])
        sandbox.world.deletePrincipal(
          `arn:aws:iam::${id}:role/CloudTrailOnboarding${side}${suffix}`,
        );
  }
  const central = parametersOf(name, 'central');
  const member = parametersOf(name, 'member');
  const members = member === null ? [] : rolesOf('member', member);
  const roles = central === null ? [] : rolesOf('central', central);
  for (const role of [...roles, ...members, ...members.map(inPrd)]) install(sandbox, role);
}

function inPrd(role: Role): Role {
  return JSON.parse(JSON.stringify(role).replaceAll(DEV, PRD)) as Role;
}

/** The workflow, in a repository that has the accounts file. */
function start(sandbox: Sandbox, name: string, how: Start, roles = name): Promise<Played> {
  installRoles(sandbox, roles);
  const files = { 'accounts.yml': ACCOUNTS };
  return play(readWorkflow(name), { files, ...how }, { sandbox, folder });
}

const results = ({ runs }: Played): readonly string[] =>
  runs.map(({ job, run }) => `${job}: ${run.outputs['result']}`);

const said = ({ runs }: Played): readonly string[] =>
  runs.flatMap(({ run }) => findings(run).map(({ severity, code }) => `${severity} ${code}`));

const names = (sandbox: Sandbox, id: string): readonly (string | undefined)[] =>
  sandbox.world.trails(id).map(({ Name }) => Name);

test('from an empty account to a landing zone that is looked after, and one account out again', async () => {
  const { sandbox } = await openEmptyStage();
  sandbox.world.createAccount({ id: PRD, name: 'PRD' });

  const shown = await start(sandbox, 'bootstrap.yml', { event: 'workflow_dispatch' });
  expect(results(shown)).toEqual(['bootstrap: planned']);
  const made = await start(sandbox, 'bootstrap.yml', {
    event: 'workflow_dispatch',
    inputs: { 'dry-run': 'false' },
  });
  expect(results(made)).toEqual(['bootstrap: applied']);

  const proposed = await start(sandbox, 'landing-zone.yml', { event: 'pull_request' });
  expect(results(proposed)).toEqual(['plan: planned']);
  expect(proposed.runs.flatMap(({ run }) => calls(run, 'writes'))).toEqual([]);
  expect(sandbox.github.comments).toHaveLength(1);

  const before = sandbox.world.bucketPolicy(BUCKET);
  const merged = await start(sandbox, 'landing-zone.yml', { event: 'push' });
  expect(results(merged)).toEqual(['plan: planned', 'apply: applied']);
  expect(JSON.parse(merged.artifacts['policy-backup-1'] ?? '')).toEqual(before);
  expect([names(sandbox, DEV), names(sandbox, PRD)]).toEqual([
    ['DEV-CLOUDTRAIL'],
    ['PRD-CLOUDTRAIL'],
  ]);

  const again = await start(sandbox, 'landing-zone.yml', { event: 'push' });
  expect(results(again)).toEqual(['plan: no-changes']);

  sandbox.advance(67);
  const verified = await start(sandbox, 'verify.yml', { event: 'schedule' });
  expect([results(verified), said(verified)]).toEqual([['verify: no-changes'], []]);
  expect(JSON.parse(verified.runs[0]?.run.outputs['delivery'] ?? '')).toEqual({
    [DEV]: 'delivered',
    [PRD]: 'delivered',
  });

  const audited = await start(sandbox, 'audit.yml', { event: 'schedule' });
  expect([results(audited), said(audited)]).toEqual([['audit: no-changes'], []]);

  const inputs = { 'account-id': PRD, 'trail-name': 'PRD-CLOUDTRAIL' };
  const end = await start(sandbox, 'offboard.yml', { event: 'workflow_dispatch', inputs });
  expect(results(end)).toEqual(['offboard: planned']);
  const ended = await start(sandbox, 'offboard.yml', {
    event: 'workflow_dispatch',
    inputs: { ...inputs, 'dry-run': 'false' },
  });
  expect(results(ended)).toEqual(['offboard: applied']);
  expect(names(sandbox, PRD)).toEqual([]);
  expect(Object.keys(ended.artifacts)).toEqual(['policy-backup-1']);

  sandbox.world.deleteTrail(DEV_ARN);
  const drifted = await start(sandbox, 'audit.yml', { event: 'schedule' });
  expect(drifted.runs[0]?.run.conclusion).toBe('failure');
  expect(said(drifted)).toContain('warning grant-of-missing-trail');
});

test('a plan that is another one by the time it is approved is not applied', async () => {
  const { sandbox } = await openStage();
  sandbox.world.createAccount({ id: PRD, name: 'PRD' });
  const { jobs, ...workflow } = readWorkflow('landing-zone.yml');
  const outputs = { changed: 'true', digest: `sha256:${'0'.repeat(64)}` };
  const stale = { ...workflow, jobs: { ...jobs, plan: { ...jobs['plan'], outputs } } };
  installRoles(sandbox, 'landing-zone.yml');
  const files = { 'accounts.yml': ACCOUNTS };
  const played = await play(stale, { event: 'push', files }, { sandbox, folder });
  expect(results(played)).toEqual(['plan: planned', 'apply: blocked']);
  expect(names(sandbox, DEV)).toEqual([]);
});

test.each([
  ['onboard-one.yml', 'workflow_dispatch', 'false', 'applied'],
  ['onboard-one.yml', 'workflow_dispatch', 'true', 'planned'],
  ['reusable.yml', 'push', 'auto', 'applied'],
  ['reusable.yml', 'push', 'true', 'planned'],
])('%s on %s with dry-run %s ends as it says', async (name, event, dryRun, result) => {
  const { sandbox } = await openStage();
  const inputs = { 'account-id': DEV, 'trail-name': 'DEV-CLOUDTRAIL', 'dry-run': dryRun };
  const played = await start(sandbox, name, { event, inputs });
  expect(results(played)).toEqual([`onboard: ${result}`]);
  expect(names(sandbox, DEV)).toEqual(result === 'applied' ? ['DEV-CLOUDTRAIL'] : []);
});

test('caller.yml onboards by way of reusable.yml', async () => {
  const { sandbox } = await openStage();
  const played = await start(sandbox, 'caller.yml', { event: 'push' }, 'reusable.yml');
  expect(results(played)).toEqual(['onboard: applied']);
  expect(Object.keys(played.artifacts)).toEqual([`policy-backup-${DEV}-1`]);
  expect(names(sandbox, DEV)).toEqual(['DEV-CLOUDTRAIL']);
});
