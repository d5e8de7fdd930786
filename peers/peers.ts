// `npm run test:peers`: the bundle against an AWS that the sandbox's authors did not write. moto answers the SDK's real wire
// protocols and keeps what it is told; boto3 reads the end state back and Python judges it (world.py). It checks no
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
  readonly seed: () => Promise<unknown>;
  readonly tamper: () => Promise<unknown>;
  readonly snapshot: () => Promise<string>;
  readonly endState: () => Promise<readonly Claim[]>;
};

async function playAll(): Promise<boolean> {
  try {
    const programs = await pythonEnvironment();
    const moto = await startMoto(programs);
    const sandbox = await startSandbox();
    try {
      const claims = await story(sceneOf(programs, moto.url, sandbox));
      return tell([...claims, ...(await digestClaims(programs))]);
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
    const script = [join(root, 'peers/world.py'), command, url];
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
    seed: () => world('seed'),
    tamper: () => world('tamper'),
    snapshot: () => world('snapshot'),
    endState: async () => JSON.parse(await world('check')) as readonly Claim[],
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

async function story(scene: Scene): Promise<readonly Claim[]> {
  await scene.seed();
  const before = await scene.snapshot();
  const untouched = await scene.endState();
  const dryRun = await scene.act({ 'dry-run': 'true' });
  const afterDryRun = await scene.snapshot();
  const apply = await scene.act();
  const endState = await scene.endState();
  const afterApply = await scene.snapshot();
  const again = await scene.act();
  const afterAgain = await scene.snapshot();
  await scene.tamper();
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
