// What one member's trail is brought through, decided from what is wished and what is there. Pure. A trail that must not be
// touched comes out with the finding that says why, and is then not granted anything either.

import type { Finding } from '../policy/index.js';
import type { Request } from '../request/request.js';
import type { TrailSettings } from '../trail/settings.js';
import type { ObservedMember } from './observe.js';
import type { TrailStep } from './steps.js';
import { planOffboarding } from './trail-offboard.js';
import { planOnboarding } from './trail-onboard.js';

export type TrailPlan = {
  readonly steps: readonly TrailStep[];
  /** The settings of the trail that is to deliver afterwards; null where none is to. */
  readonly intended: TrailSettings | null;
  /** ARN and prefix of each trail whose grants are taken back once the steps are done. */
  readonly leaving: readonly { readonly trailArn: string; readonly prefix: string }[];
  /** Errors here mean: the account's trails and grants are left alone. */
  readonly findings: readonly Finding[];
};

export type TrailRules = Pick<Request, 'central' | 'allowRepoint'>;

export function planTrail(observed: ObservedMember, rules: TrailRules): TrailPlan {
  const { state } = observed.member;
  switch (state) {
    case 'present':
      return planOnboarding(observed, rules);
    case 'absent':
    case 'closed':
      return planOffboarding(observed, rules);
  }
}
