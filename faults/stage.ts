// The world of one trial, opened for it and closed after it: the scene, what the operation makes of it, and the witness.

import { type Sandbox, startSandbox } from '../sandbox/index.js';
import type { Operation } from './operation.js';
import { buildScene } from './scene.js';
import { type Watch, watch } from './watch.js';

export type Stage = {
  readonly sandbox: Sandbox;
  /** Seconds of the action per real second in which it only waits. */
  readonly haste: number;
  readonly watch: Watch;
};

/** `disturb` comes before what the operation itself lets happen, so that a call that is due for both meets both. */
export async function onStage<T>(
  operation: Operation,
  haste: number,
  disturb: (sandbox: Sandbox) => void,
  play: (stage: Stage) => Promise<T>,
): Promise<T> {
  let witness: Watch | undefined;
  const sandbox = await startSandbox({
    now: new Date('2026-11-23T12:00:00Z'),
    onWrite: () => witness?.look(),
  });
  try {
    buildScene(sandbox.world);
    disturb(sandbox);
    operation.prepare?.(sandbox.world, sandbox);
    witness = watch(sandbox.world, operation.leaving);
    return await play({ sandbox, haste, watch: witness });
  } finally {
    await sandbox.close();
  }
}
