// Carries out one member's part: create or change the trail, then start logging. Waits where AWS says that waiting helps,
// and nowhere else.

import { findingsOf, UserError } from '../problem.js';
import type { Request } from '../request/request.js';
import type { SettingChange, TrailSettings } from '../trail/settings.js';
import type { MemberOutcome, Step } from './outcome.js';
import {
  isExisting,
  isRefusedForPolicy,
  newTrailPatience,
  PROPAGATION,
  trailCallPatience,
} from './patience.js';
import { type Patience, persist } from './persist.js';
import { isError, type MemberPlan } from './plan.js';
import type { Clock, TrailReader, TrailWriter } from './ports.js';
import { planTrail, type TrailAction, type TrailPlan } from './trail-plan.js';

export type TrailDeps = {
  readonly reader: TrailReader;
  readonly writer: TrailWriter;
  /** Reads the bucket policy and makes our grants be there; whether they were. */
  readonly confirmPolicy: () => Promise<boolean>;
  readonly clock: Clock;
};

type Planned = Extract<MemberPlan, { readonly kind: 'planned' }>;

/** Never throws for a failure that AWS caused: it is in the outcome. */
export async function applyTrail(
  planned: Planned,
  request: Request,
  deps: TrailDeps,
): Promise<MemberOutcome> {
  const { accountId } = planned.member;
  const { startLogging, action } = planned.trail;
  const trail = await stepOf(action.kind !== 'keep', () => bringAbout(planned, request, deps));
  if (trail.state === 'failed')
    return { accountId, trail, logging: { state: startLogging ? 'not-tried' : 'unchanged' } };
  const { writer, clock } = deps;
  const patience = action.kind === 'create' ? newTrailPatience : trailCallPatience;
  const logging = await stepOf(startLogging, () =>
    persist(() => writer.startLogging(planned.member.trail.name), patience, clock),
  );
  return { accountId, trail, logging };
}

async function stepOf(wanted: boolean, work: () => Promise<void>): Promise<Step> {
  if (!wanted) return { state: 'unchanged' };
  try {
    await work();
    return { state: 'done' };
  } catch (error) {
    return { state: 'failed', findings: findingsOf(error) };
  }
}

async function bringAbout(planned: Planned, request: Request, deps: TrailDeps): Promise<void> {
  try {
    await carryOut(planned.trail, planned, deps);
  } catch (error) {
    if (!isExisting(error)) throw error;
    // Made meanwhile, or by a call of ours whose answer was lost: compare, and change what differs.
    const found = await persist(
      () => replan(planned, request, deps, error),
      newTrailPatience,
      deps.clock,
    );
    const errors = found.findings.filter(isError);
    if (errors.length > 0) throw new UserError(errors);
    await carryOut(found, planned, deps);
  }
}

/** @throws `existing` while the trail that CreateTrail knows is not shown yet */
async function replan(
  { member, delivery }: Planned,
  request: Request,
  { reader }: TrailDeps,
  existing: unknown,
): Promise<TrailPlan> {
  const trails = await reader.trails();
  if (!trails.some(({ name }) => name === member.trail.name)) throw existing;
  return planTrail({ member, trailArn: delivery.trailArn, trails, logging: false }, request);
}

async function carryOut(
  { action, intended }: TrailPlan,
  { member }: Planned,
  { writer, confirmPolicy, clock }: TrailDeps,
): Promise<void> {
  const call = (): Promise<void> => send(action, intended, member.trail.name, writer);
  const patience = async (error: unknown): Promise<Patience | null> => {
    if (!isRefusedForPolicy(error)) return trailCallPatience(error);
    // Either our grants are in the policy and CloudTrail does not see them yet, or they have just been put back.
    await confirmPolicy();
    return PROPAGATION;
  };
  await persist(call, patience, clock);
}

async function send(
  action: TrailAction,
  intended: TrailSettings,
  name: string,
  writer: TrailWriter,
): Promise<void> {
  switch (action.kind) {
    case 'create':
      return writer.create(name, intended);
    case 'update':
      return writer.update(name, changedSettings(action.changes, intended));
    case 'keep':
      return;
  }
}

function changedSettings(
  changes: readonly SettingChange[],
  intended: TrailSettings,
): Partial<TrailSettings> {
  const changed: Partial<TrailSettings> = Object.fromEntries(
    changes.map(({ setting }) => [setting, intended[setting]]),
  );
  // Left out, CloudTrail would turn them on or off with the Regions by itself.
  const along = 'multiRegion' in changed;
  return along ? { ...changed, globalServiceEvents: intended.globalServiceEvents } : changed;
}
