// Which other trails of the account deliver already what a trail that begins to log will record, and what the second copy
// costs. Pure. A trail that logs already is not spoken of: somebody has decided that, and pays for it knowingly or is told
// by an audit.

import type { Finding } from '../policy/index.js';
import { DEFAULT_SELECTORS, recordsManagementEvents } from '../trail/extras.js';
import type { LiveTrail } from '../trail/settings.js';
import { landingZoneOf, touched } from './managed-elsewhere.js';
import type { ObservedMember } from './observe.js';
import type { TrailStep } from './steps.js';
import type { About } from './trail-guards.js';

/**
 * "The first copy of management events is delivered free of charge. Additional copies of management events are charged at
 * $2.00 per 100,000 events" (CloudTrail pricing page), in each Region.
 */
const COST =
  'CloudTrail charges $2.00 for every 100,000 management events of each copy after the first.';

/** Where a trail begins to log. The trails that the steps are about are no second copies of one another. */
export function secondCopies(
  { member, trails, extras, replacedExtras }: ObservedMember,
  steps: readonly TrailStep[],
  bucket: string,
  about: About,
): readonly Finding[] {
  if (!steps.some(({ kind }) => kind === 'start-logging')) return [];
  const { name, extras: wish } = member.trail;
  const selectors =
    wish.eventSelectors ??
    extras.eventSelectors ??
    replacedExtras.eventSelectors ??
    DEFAULT_SELECTORS;
  if (!recordsManagementEvents(selectors)) return [];
  const own = touched(trails, steps);
  return trails
    .filter((trail) => !own.includes(trail))
    .map((trail) => secondCopy(trail, name, bucket, about));
}

function secondCopy(trail: LiveTrail, name: string, bucket: string, about: About): Finding {
  const isKnown = trail.ownSelectors === false;
  const what = isKnown
    ? `already delivers the account's management events to bucket ${trail.bucket}. With ${name} there is a second copy.`
    : `delivers to bucket ${trail.bucket}. If it records management events (its event selectors are not read), ${name} makes a second copy.`;
  return about(
    isKnown ? 'warning' : 'notice',
    trail.organization ? 'second-copy-of-organization-trail' : 'second-copy-of-account-trail',
    `${inWords(trail)} ${what} ${COST}`,
    trail.organization ? insteadOfOrganization(trail) : insteadOfAccount(trail, bucket),
  );
}

function inWords({ name, arn, organization }: LiveTrail): string {
  const zone = landingZoneOf(name);
  const maker = zone === null ? '' : `, made by ${zone},`;
  return `${organization ? "The organization's" : "The account's"} trail ${name} (${arn})${maker}`;
}

const ADD_ONLY =
  'If this trail is to add what the other does not record, say so with event-selectors.';

function insteadOfOrganization({ name, bucket }: LiveTrail): string {
  const controlTower =
    landingZoneOf(name) === 'Control Tower'
      ? ' Control Tower makes its trail only while CloudTrail is turned on in the landing zone settings.'
      : '';
  return `If the logs in ${bucket} are enough, leave this account out, and read or replicate them from there. ${ADD_ONLY}${controlTower}`;
}

function insteadOfAccount({ name, bucket }: LiveTrail, wished: string): string {
  return bucket === wished
    ? `If this trail is to take the other's place, set replaces-trail to ${name}. ${ADD_ONLY}`
    : `Delete ${name} once nobody needs the logs in ${bucket} any more. ${ADD_ONLY}`;
}
