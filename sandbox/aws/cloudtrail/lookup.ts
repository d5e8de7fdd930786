// Which trail a name or an ARN means, seen from one account and Region: trails live in their home Region, multi-Region
// trails show a shadow in every other one, and only the home Region may change a trail.

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

/** Own trails whose home is this Region, and shadows of multi-Region trails from elsewhere. */
export function visibleTrails(view: Viewpoint): readonly Trail[] {
  return ownTrails(view).filter(
    ({ description }) => description.HomeRegion === view.region || description.IsMultiRegionTrail,
  );
}

export function ownTrails(view: Viewpoint): readonly Trail[] {
  return [...view.state.trails.values()].filter((trail) => trail.account === view.account);
}

/** For reading: a name means a trail at home here, an ARN a trail anywhere that this Region shows. */
export function trailToRead(view: Viewpoint, nameOrArn: string): Trail {
  const trail = view.state.trails.get(arnOf(view, nameOrArn));
  const visible =
    trail !== undefined && (isArn(nameOrArn) || trail.description.HomeRegion === view.region);
  if (!visible || trail.account !== view.account) throw unknownTrail(view, nameOrArn);
  return trail;
}

/** For changing: only from the home Region. */
export function trailToChange(view: Viewpoint, nameOrArn: string): Trail {
  const trail = view.state.trails.get(arnOf(view, nameOrArn));
  if (trail === undefined || trail.account !== view.account) throw unknownTrail(view, nameOrArn);
  if (trail.description.HomeRegion !== view.region) {
    throw exception(
      'InvalidHomeRegion',
      `The action can be performed only in the home region of the trail: ${trail.description.HomeRegion}`,
    );
  }
  return trail;
}

function unknownTrail(view: Viewpoint, nameOrArn: string): Error {
  const arn = isArn(nameOrArn)
    ? nameOrArn
    : `arn:aws:cloudtrail:${view.region}:${view.account}:trail/${nameOrArn}`;
  return exception('TrailNotFound', `Unknown trail: ${arn} for the user: ${view.account}`);
}
