// `npm run test:peers`: the bundle against an AWS that the sandbox's authors did not write. moto answers the SDK's real wire
// protocols and keeps what it is told; boto3 reads the end state back and Python judges it (claims.py). It checks no
// permission, no token, no bucket policy and no ExpectedBucketOwner: those are the sandbox's to refuse. And the validation of
// digests against that of the AWS CLI (digests.ts).

import { join } from 'node:path';
import { root, succeed } from '../bench/command.js';
import { startSandbox } from '../sandbox/index.js';
import { type RunResult, runAction } from '../sandbox/runner.js';
import { tutorial } from '../sandbox/worlds.js';
import type { Claim } from './claim.js';
import { digestClaims } from './digests.js';
import { startMoto } from './moto.js';
import { pythonEnvironment } from './python.js';

const held = ([, holds]: Claim): boolean => holds;

/** One AWS and one GitHub, and ways to look at the former. */
type Scene = {
  readonly act: (inputs?: Readonly<Record<string, string>>) => Promise<RunResult>;
  readonly set: (deed: 'empty' | 'seed' | 'tamper') => Promise<unknown>;
  readonly snapshot: () => Promise<string>;
  readonly look: (state: State) => Promise<readonly Claim[]>;
};

type State = 'onboarded' | 'changed' | 'renamed' | 'left' | 'bootstrapped';

async function playAll(): Promise<boolean> {
  try {
    const programs = await pythonEnvironment();
    const moto = await startMoto(programs);
    const sandbox = await startSandbox();
    try {
      const scene = sceneOf(programs, moto.url, sandbox);
      return tell([
        ...(await joining(scene)),
        ...(await changing(scene)),
        ...(await founding(scene)),
        ...(await digestClaims(programs)),
      ]);
    } finally {
      await Promise.all([moto.close(), sandbox.close()]);
    }
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return tell([['the other AWS can be set up', false]]);
  }
}

function sceneOf(
  programs: string,
  url: string,
  sandbox: Awaited<ReturnType<typeof startSandbox>>,
): Scene {
  const world = async (command: string): Promise<string> => {
    const script = [join(root, 'peers/claims.py'), command, url];
    const place = { directory: root, environment: {} };
    return (await succeed(join(programs, 'python'), script, place)).output;
  };
  return {
    act: (inputs = {}) =>
      runAction({
        sandbox,
        awsEnvironment: { AWS_ENDPOINT_URL: url, AWS_EC2_METADATA_DISABLED: 'true' },
        with: { ...INPUTS, ...inputs },
      }),
    set: world,
    snapshot: () => world('snapshot'),
    look: async (state) => JSON.parse(await world(state)) as readonly Claim[],
  };
}

const INPUTS = {
  'central-account-id': tutorial.ids.SEC,
  'central-role-arn': tutorial.roles.central,
  bucket: tutorial.bucket,
  'member-account-id': tutorial.ids.DEV,
  'member-role-arn': tutorial.roles.member,
  'trail-name': 'DEV-CLOUDTRAIL',
  region: tutorial.region,
};

/** The central account's inputs alone: to the runner an empty one is one that is not set. */
const BOOTSTRAP = {
  operation: 'bootstrap',
  'central-trail-name': tutorial.trailName,
  'member-account-id': '',
  'member-role-arn': '',
  'trail-name': '',
};

async function joining(scene: Scene): Promise<readonly Claim[]> {
  await scene.set('seed');
  const before = await scene.snapshot();
  const untouched = await scene.look('onboarded');
  const dryRun = await scene.act({ 'dry-run': 'true' });
  const afterDryRun = await scene.snapshot();
  const apply = await scene.act();
  const endState = await scene.look('onboarded');
  const afterApply = await scene.snapshot();
  const again = await scene.act();
  const afterAgain = await scene.snapshot();
  await scene.set('tamper');
  // On a trail that exists only what the inputs mention is changed.
  const repair = await scene.act({ 'log-file-validation': 'true' });
  return [
    ...told('a dry run', dryRun, 'planned', 'true'),
    ['a dry run writes nothing', afterDryRun === before],
    ['the look at the end state can tell that nothing is done yet', !untouched.every(held)],
    ...told('an apply', apply, 'applied', 'true'),
    ...endState,
    ...told('a second apply', again, 'no-changes', 'false'),
    ['a second apply writes nothing', afterAgain === afterApply],
    ...told('an apply after somebody stopped and weakened the trail', repair, 'applied', 'true'),
    ['it brings the trail back, and nothing else changes', (await scene.snapshot()) === afterApply],
  ];
}

const CHANGES = {
  'multi-region': 'false',
  'global-service-events': 'false',
  'event-selectors': JSON.stringify([
    { ReadWriteType: 'WriteOnly', ExcludeManagementEventSources: ['kms.amazonaws.com'] },
  ]),
  tags: 'team=platform\nstage=dev',
};

/** What comes after joining, on the state that {@link joining} leaves. */
async function changing(scene: Scene): Promise<readonly Claim[]> {
  const renaming = { 'trail-name': 'DEV-AUDIT', 'replaces-trail': 'DEV-CLOUDTRAIL' };
  const leaving = { operation: 'offboard', 'trail-name': 'DEV-AUDIT' };
  return [
    ...(await done(scene, 'a change of settings', CHANGES, 'changed')),
    ...(await done(scene, 'a new name', renaming, 'renamed')),
    ...(await done(scene, 'leaving', leaving, 'left')),
  ];
}

/** The central side from nothing. */
async function founding(scene: Scene): Promise<readonly Claim[]> {
  await scene.set('empty');
  // moto does not keep that SSE-C is blocked, so that this one setting is wanted again each time.
  return done(scene, 'a bootstrap', BOOTSTRAP, 'bootstrapped', ['applied', 'true']);
}

/** A dry run, which writes nothing; the apply, which leads to the state; and once more, which writes nothing. */
async function done(
  scene: Scene,
  name: string,
  inputs: Readonly<Record<string, string>>,
  state: State,
  afterwards: readonly [result: string, changed: string] = ['no-changes', 'false'],
): Promise<readonly Claim[]> {
  const before = await scene.snapshot();
  const untouched = await scene.look(state);
  const dryRun = await scene.act({ ...inputs, 'dry-run': 'true' });
  const afterDryRun = await scene.snapshot();
  const apply = await scene.act(inputs);
  const endState = await scene.look(state);
  const afterApply = await scene.snapshot();
  const again = await scene.act(inputs);
  return [
    ...told(`${name}, as a dry run,`, dryRun, 'planned', 'true'),
    [`${name}, as a dry run, writes nothing`, afterDryRun === before],
    [`the look at what ${name} leads to can tell that it is not done yet`, !untouched.every(held)],
    ...told(name, apply, 'applied', 'true'),
    ...endState.map(([claim, holds]): Claim => [`after ${name}: ${claim}`, holds]),
    ...told(`${name}, once more,`, again, ...afterwards),
    [`${name}, once more, writes nothing`, (await scene.snapshot()) === afterApply],
  ];
}

/** A run that did not succeed shows its log, for nothing else would tell why. */
function told(name: string, run: RunResult, result: string, changed: string): readonly Claim[] {
  if (run.conclusion !== 'success') process.stdout.write(`${run.log}\n`);
  return [
    [`${name} succeeds`, run.conclusion === 'success'],
    [`${name} says result=${result}`, run.outputs['result'] === result],
    [`${name} says changed=${changed}`, run.outputs['changed'] === changed],
  ];
}

/** Prints the table; whether all held. */
function tell(claims: readonly Claim[]): boolean {
  for (const [claim, holds] of claims) process.stdout.write(`${holds ? '✓' : '✗'} ${claim}\n`);
  const failed = claims.filter((claim) => !held(claim)).length;
  process.stdout.write(`\n${claims.length - failed} passed, ${failed} failed\n`);
  return failed === 0;
}

process.exitCode = (await playAll()) ? 0 : 1;
