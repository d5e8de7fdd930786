// Which trail a name or an ARN means, seen from one account and Region: trails live in their home Region, multi-Region
// trails show a shadow in every other one, only the home Region may change a trail, and members of an organization see
// its trails without a say in them.

import { exception } from '../json-protocol.js';
import type { State, Trail } from '../state.js';
import { requireTrailName } from './input.js';

export type Viewpoint = {
  readonly state: State;
  readonly account: string;
  readonly region: string;
};

export function isArn(nameOrArn: string): boolean {
  return nameOrArn.startsWith('arn:');
}

/** The ARN a name or ARN stands for, of a trail that exists or not. */
export function arnOf(view: Viewpoint, nameOrArn: string): string {
  if (isArn(nameOrArn)) return requireArn(nameOrArn);
  requireTrailName(nameOrArn);
  const local = `arn:aws:cloudtrail:${view.region}:${view.account}:trail/${nameOrArn}`;
  if (view.state.trails.has(local)) return local;
  const shadow = visibleTrails(view).find((trail) => trail.description.Name === nameOrArn);
  return shadow?.description.TrailARN ?? local;
}

function requireArn(arn: string): string {
  const name = /^arn:aws[\w-]*:cloudtrail:[a-z0-9-]+:\d{12}:trail\/(.+)$/.exec(arn)?.[1];
  if (name === undefined)
    throw exception('CloudTrailARNInvalid', `${arn} is not a valid trail ARN`);
  requireTrailName(name);
  return arn;
}

/** Trails whose home is this Region, and shadows of multi-Region trails from elsewhere. */
export function visibleTrails(view: Viewpoint): readonly Trail[] {
  return knownTrails(view).filter(
    ({ description }) => description.HomeRegion === view.region || description.IsMultiRegionTrail,
  );
}

/** The account's own trails, and those that its organization has for all its accounts. */
export function knownTrails({ state, account }: Viewpoint): readonly Trail[] {
  const organization = state.accounts.get(account)?.organization;
  const known: Trail[] = [];
  for (const trail of state.trails.values()) {
    const shared =
      trail.description.IsOrganizationTrail &&
      organization !== undefined &&
      state.accounts.get(trail.account)?.organization === organization;
    if (trail.account === account || shared) known.push(trail);
  }
  return known;
}

/** For reading: a name means an own trail at home here, an ARN a known trail anywhere. */
export function trailToRead(view: Viewpoint, nameOrArn: string): Trail {
  const trail = knownTrail(view, nameOrArn);
  if (isArn(nameOrArn)) return trail;
  const isHere = trail.account === view.account && trail.description.HomeRegion === view.region;
  if (!isHere) throw unknownTrail(view, nameOrArn);
  return trail;
}

/** For changing: only from the home Region, and an organization's trail only from the account that made it. */
export function trailToChange(view: Viewpoint, nameOrArn: string): Trail {
  const trail = knownTrail(view, nameOrArn);
  if (trail.account !== view.account) throw notManagementAccount();
  if (trail.description.HomeRegion !== view.region) {
    throw exception(
      'InvalidHomeRegion',
      `The action can be performed only in the home region of the trail: ${trail.description.HomeRegion}`,
    );
  }
  return trail;
}

export function notManagementAccount(): Error {
  return exception(
    'NotOrganizationMasterAccount',
    'The account making the request is not the management account of the organization.',
  );
}

function knownTrail(view: Viewpoint, nameOrArn: string): Trail {
  const arn = arnOf(view, nameOrArn);
  const trail = knownTrails(view).find(({ description }) => description.TrailARN === arn);
  if (trail === undefined) throw unknownTrail(view, nameOrArn);
  return trail;
}

function unknownTrail(view: Viewpoint, nameOrArn: string): Error {
  const arn = isArn(nameOrArn)
    ? nameOrArn
    : `arn:aws:cloudtrail:${view.region}:${view.account}:trail/${nameOrArn}`;
  return exception('TrailNotFound', `Unknown trail: ${arn} for the user: ${view.account}`);
}
