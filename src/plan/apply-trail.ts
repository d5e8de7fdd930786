// Carries out one member's steps, one after the other, and stops at the first that fails. Waits where AWS says that waiting
// helps, and nowhere else.

import { UserError } from '../problem.js';
import type { Request } from '../request/request.js';
import type { LiveTrail, TrailSettings } from '../trail/settings.js';
import { refused } from './destinations.js';
import type { ObservedMember } from './observe.js';
import { isUndone, type MemberOutcome, type Step, undone } from './outcome.js';
import {
  isExisting,
  isGone,
  isRefusedForKey,
  isRefusedForPolicy,
  newTrailPatience,
  PROPAGATION,
  trailCallPatience,
  UNKNOWN_PROPAGATION,
} from './patience.js';
import { type Patience, persist } from './persist.js';
import { isError, type PlannedMember } from './plan.js';
import type { Clock, TrailReader, TrailWriter } from './ports.js';
import type { TrailStep } from './steps.js';
import { planTrail } from './trail-plan.js';

export type TrailDeps = {
  readonly reader: TrailReader;
  readonly writer: TrailWriter;
  /** Reads the bucket policy and makes our grants be there; whether they were. */
  readonly confirmPolicy: () => Promise<boolean>;
  /** The same for the policy of the trail's key; null where nothing is known of it. */
  readonly confirmKey: (() => Promise<boolean>) | null;
  readonly clock: Clock;
};

/** Never throws for a failure that AWS caused: it is in the outcome. */
export async function applyTrail(
  planned: PlannedMember,
  request: Request,
  deps: TrailDeps,
): Promise<MemberOutcome> {
  const { accountId } = planned.member;
  const steps: { readonly step: TrailStep; readonly result: Step }[] = [];
  for (const step of planned.trail.steps) {
    const stopped = steps.some(({ result }) => isUndone(result));
    const result = stopped
      ? NOT_TRIED
      : await resultOf(() => carryOut(step, planned, request, deps));
    steps.push({ step, result });
  }
  return { accountId, steps };
}

const NOT_TRIED: Step = { state: 'not-tried' };

async function resultOf(work: () => Promise<void>): Promise<Step> {
  try {
    await work();
    return { state: 'done' };
  } catch (error) {
    return undone(error);
  }
}

async function carryOut(
  step: TrailStep,
  planned: PlannedMember,
  request: Request,
  deps: TrailDeps,
): Promise<void> {
  try {
    await waitOut(step, planned, deps);
  } catch (error) {
    // Deleted meanwhile, or by a call of ours whose answer was lost: that is what was wanted.
    if (isRetiring(step) && isGone(error)) return;
    if (step.kind !== 'create' || !isExisting(error)) throw error;
    // Made meanwhile, or by a call of ours whose answer was lost: compare, and change what differs.
    for (const rest of await stepsForExisting(planned, request, deps, error))
      await waitOut(rest, planned, deps);
  }
}

const isRetiring = ({ kind }: TrailStep): boolean => kind === 'stop-logging' || kind === 'delete';

/**
 * What the trail that came to be there still needs in place of being created. A trail that CreateTrail knows may not be
 * shown yet: that is waited for. @throws `existing` if it never is
 */
async function stepsForExisting(
  { member, trailArn }: PlannedMember,
  request: Request,
  { reader, clock }: TrailDeps,
  existing: unknown,
): Promise<readonly TrailStep[]> {
  const shown = async (): Promise<readonly LiveTrail[]> => {
    const trails = await reader.trails();
    if (!trails.some(({ name }) => name === member.trail.name)) throw existing;
    return trails;
  };
  const trails = await persist(shown, newTrailPatience, clock);
  const nothing = { logging: true, extras: {}, replacedLogging: false, replacedExtras: {} };
  const found: ObservedMember = { member, trailArn, trails, ...nothing };
  const { steps, findings } = planTrail(found, request);
  const errors = findings.filter(isError);
  if (errors.length > 0) throw new UserError(errors);
  return steps.filter(({ kind }) => kind === 'update');
}

async function waitOut(
  step: TrailStep,
  { trail, trailArn }: PlannedMember,
  { writer, confirmPolicy, confirmKey, clock }: TrailDeps,
): Promise<void> {
  const isNew = trail.steps.some(({ kind }) => kind === 'create');
  const follows = isNew && step.kind !== 'create' && !isRetiring(step);
  const usual = follows ? newTrailPatience : trailCallPatience;
  const patience = async (error: unknown): Promise<Patience | null> => {
    if (!isRefusedForPolicy(error) && !isRefusedForKey(error)) return usual(error);
    // Either our grants are in the policy and CloudTrail does not see them yet, or they have just been put back.
    await confirmPolicy();
    if (isRefusedForPolicy(error)) return PROPAGATION;
    await confirmKey?.();
    return confirmKey === null ? UNKNOWN_PROPAGATION : PROPAGATION;
  };
  try {
    await persist(() => send(step, trailArn, writer), patience, clock);
  } catch (error) {
    throw refused(error, step, trailArn);
  }
}

async function send(step: TrailStep, trailArn: string, writer: TrailWriter): Promise<void> {
  switch (step.kind) {
    case 'create':
      return writer.create(step.trail, step.settings, step.tags);
    case 'update':
      return writer.update(step.trail, changedSettings(step));
    case 'put-event-selectors':
      return writer.putEventSelectors(step.trail, step.selectors);
    case 'put-insight-selectors':
      return writer.putInsightSelectors(step.trail, step.types);
    case 'add-tags':
      return writer.addTags(trailArn, step.tags);
    case 'remove-tags':
      return writer.removeTags(trailArn, step.keys);
    case 'start-logging':
      return writer.startLogging(step.trail);
    case 'stop-logging':
      return writer.stopLogging(step.trail);
    case 'delete':
      return writer.delete(step.trail);
  }
}

/** Settings that CloudTrail couples are sent together, or changing the one would change the other too. */
const COUPLED: readonly (readonly (keyof TrailSettings)[])[] = [
  // Going to one Region turns global service events off by itself, coming back turns them on.
  ['multiRegion', 'globalServiceEvents'],
  // Neither is taken without the other.
  ['cloudWatchLogGroupArn', 'cloudWatchRoleArn'],
];

function changedSettings({
  changes,
  settings,
}: Extract<TrailStep, { readonly kind: 'update' }>): Partial<TrailSettings> {
  const names = changes.map(({ setting }) => setting);
  const coupled = COUPLED.filter((group) => group.some((name) => names.includes(name))).flat();
  return Object.fromEntries([...names, ...coupled].map((name) => [name, settings[name]]));
}
