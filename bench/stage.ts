// The onboarding that everything is measured on: the tutorial's accounts in a sandbox that adds a latency to each answer.
// Puts the world back between runs and sees to it that each contender really did the job.

import { type Sandbox, startSandbox } from '../sandbox/index.js';
import {
  administratorPolicy,
  consolePolicy,
  type TutorialWorld,
  tutorialWorld,
} from '../sandbox/worlds.js';

/** Milliseconds until an answer arrives, about that of a neighbouring AWS Region. */
export const LATENCY_MS = 50;

export const TRAIL = 'DEV-CLOUDTRAIL';

export type Stage = { readonly sandbox: Sandbox; readonly scene: TutorialWorld };

export async function setStage(): Promise<Stage> {
  const sandbox = await startSandbox({ latencyMs: LATENCY_MS });
  return { sandbox, scene: tutorialWorld(sandbox) };
}

const trailArn = ({ region }: TutorialWorld, account: string, name: string): string =>
  `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;

/** As before the onboarding: the console's policy, no trail in the member account, an empty request log. */
export function reset({ sandbox, scene }: Stage): void {
  const { ids, bucket, trailName } = scene;
  const policy = consolePolicy(bucket, ids.SEC, trailArn(scene, ids.SEC, trailName));
  sandbox.world.putBucketPolicy(bucket, policy);
  sandbox.world.deleteTrail(trailArn(scene, ids.DEV, TRAIL));
  sandbox.clearRequests();
}

/** @throws Error where the member's trail does not log, or the policy does not name both trails and both paths. */
export function requireOnboarded({ sandbox, scene }: Stage): void {
  const { ids, bucket, trailName } = scene;
  const policy = sandbox.world.bucketPolicyText(bucket) ?? '';
  const wanted = [
    trailArn(scene, ids.SEC, trailName),
    trailArn(scene, ids.DEV, TRAIL),
    `/AWSLogs/${ids.SEC}/*`,
    `/AWSLogs/${ids.DEV}/*`,
  ];
  const missing = wanted.filter((text) => !policy.includes(text));
  if (missing.length > 0) throw new Error(`The bucket policy lacks ${missing.join(', ')}`);
  const [trail] = sandbox.world.trails(ids.DEV);
  if (trail?.Name !== TRAIL || !trail.logging) throw new Error(`${TRAIL} does not log`);
}

export type AccessKey = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** Access keys of an administrator in the central and in the member account, for programs without OIDC. */
export function administrators({ sandbox, scene }: Stage): {
  readonly central: AccessKey;
  readonly member: AccessKey;
} {
  const keyIn = (account: string): AccessKey =>
    sandbox.world.credentialsFor(
      sandbox.world.createUser({ account, name: 'admin', policy: administratorPolicy }),
    );
  return { central: keyIn(scene.ids.SEC), member: keyIn(scene.ids.DEV) };
}
