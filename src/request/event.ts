// What kind of run GitHub started, and whether it may write. Pure: the environment and the payload are handed in.

import type { Mode } from './request.js';

/** The event that started the run. `fork`: a pull request whose head repository is another one, or gone. */
export type RunEvent = {
  readonly name: string;
  readonly fork: boolean;
};

const APPLYING = new Set(['push', 'workflow_dispatch', 'schedule', 'repository_dispatch']);

/** `auto` applies only on events that say "this has been decided"; every event unknown to us plans. */
export function modeOf(dryRun: 'auto' | 'true' | 'false', event: RunEvent): Mode {
  if (dryRun === 'auto') return APPLYING.has(event.name) ? 'apply' : 'plan';
  return dryRun === 'true' ? 'plan' : 'apply';
}
