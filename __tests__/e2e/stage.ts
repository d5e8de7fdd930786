// The stage of the end-to-end tests: the tutorial's world on a sandbox, and the shipped bundle run against it as the GitHub
// runner would. Tests tell what they change and read what is there afterwards.

import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/index.js';
import { type RunOptions, type RunResult, runAction } from '../../sandbox/runner.js';
import { emptyWorld, type TutorialWorld, tutorialWorld } from '../../sandbox/worlds.js';

export type Stage = {
  readonly sandbox: Sandbox;
  readonly scene: TutorialWorld;
  /** An apply (event `push`) with the tutorial's inputs, without the settle pause; inputs given here win. */
  readonly apply: (inputs?: Inputs, more?: Partial<RunOptions>) => Promise<RunResult>;
  /** The same on a pull request. */
  readonly plan: (inputs?: Inputs, more?: Partial<RunOptions>) => Promise<RunResult>;
  readonly devTrail: () => { readonly logging: boolean } | undefined;
};

type Inputs = { readonly [name: string]: string };

const open: Sandbox[] = [];

/** Closes all sandboxes that tests have opened. */
export async function closeStages(): Promise<void> {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
}

export function openStage(options: SandboxOptions = {}): Promise<Stage> {
  return openWorld(options, tutorialWorld, tutorialInputs);
}

/** The stage before the central account has anything; applies and plans are bootstraps unless inputs say otherwise. */
export function openEmptyStage(options: SandboxOptions = {}): Promise<Stage> {
  return openWorld(options, emptyWorld, bootstrapInputs);
}

async function openWorld(
  options: SandboxOptions,
  build: (sandbox: Sandbox) => TutorialWorld,
  inputsOf: (scene: TutorialWorld) => Inputs,
): Promise<Stage> {
  const sandbox = await startSandbox(options);
  open.push(sandbox);
  const scene = build(sandbox);
  const run =
    (event: 'push' | 'pull_request') =>
    (inputs: Inputs = {}, more: Partial<RunOptions> = {}): Promise<RunResult> =>
      runAction({
        sandbox,
        event: { name: event },
        with: { ...inputsOf(scene), 'settle-seconds': '0', ...inputs },
        ...more,
      });
  return {
    sandbox,
    scene,
    apply: run('push'),
    plan: run('pull_request'),
    devTrail: () =>
      sandbox.world.trails(scene.ids.DEV).find(({ Name }) => Name === 'DEV-CLOUDTRAIL'),
  };
}

export function tutorialInputs({ ids, roles, bucket, region }: TutorialWorld): Inputs {
  return {
    'central-account-id': ids.SEC,
    'central-role-arn': roles.central,
    bucket,
    'member-account-id': ids.DEV,
    'member-role-arn': roles.member,
    'trail-name': 'DEV-CLOUDTRAIL',
    region,
  };
}

export function bootstrapInputs({ ids, roles, bucket, region, trailName }: TutorialWorld): Inputs {
  return {
    operation: 'bootstrap',
    'central-account-id': ids.SEC,
    'central-role-arn': roles.central,
    bucket,
    'central-trail-name': trailName,
    region,
  };
}

export const DEV_ARN = 'arn:aws:cloudtrail:ap-northeast-2:222222222222:trail/DEV-CLOUDTRAIL';

/** Names of the calls that a run made, in order, comments left out; only those that write, if asked. */
export function calls(run: RunResult, only: 'all' | 'writes' = 'all'): readonly string[] {
  return run.requests
    .filter(({ service, write }) => service !== 'github' && (only === 'all' || write))
    .map(({ operation }) => operation);
}

/** What went wrong, as a user finds it: the output `findings`. */
export function findings(run: RunResult): readonly Finding[] {
  return JSON.parse(run.outputs['findings'] ?? '[]') as readonly Finding[];
}

type Finding = {
  readonly severity: string;
  readonly code: string;
  readonly account?: string;
  readonly message: string;
  readonly remedy: string;
};
