// The life of a trail: creating, changing, starting, stopping, deleting it, and reading it back. Settings are read in
// settings.ts, buckets judged in admission.ts.

import type { Aws } from '../aws.js';
import { exception, flag, type Input, list, text } from '../json-protocol.js';
import type { Trail, TrailDescription } from '../state.js';
import { requireAdmission } from './admission.js';
import { firstDelivery } from './delivery.js';
import { requireLogGroup, requireTopic } from './destinations.js';
import { endDigests } from './digests.js';
import { keyArnOf } from './encryption.js';
import { requireTrailName, type Tag, tagsOf } from './input.js';
import {
  isArn,
  knownTrails,
  notManagementAccount,
  trailToChange,
  trailToRead,
  type Viewpoint,
  visibleTrails,
} from './lookup.js';
import { writePlaceholder } from './placeholder.js';
import { changedDescription, newDescription } from './settings.js';

const trailsPerRegion = 5;

export async function createTrail(aws: Aws, view: Viewpoint, input: Input): Promise<object> {
  const name = text(input, 'Name') ?? '';
  requireTrailName(name);
  const arn = `arn:aws:cloudtrail:${view.region}:${view.account}:trail/${name}`;
  const tags = tagsOf(input);
  requireNoOrganization(view, input);
  const identity = { Name: name, TrailARN: arn, HomeRegion: view.region };
  const description = newDescription(identity, withKeyArn(view, input));
  const taken = visibleTrails(view).some((trail) => trail.description.Name === name);
  if (taken) {
    throw exception(
      'TrailAlreadyExists',
      `Trail ${name} already exists for customer: ${view.account}`,
    );
  }
  requireFreeSlot(view, description);
  await requireDestinations(aws, description);
  aws.state.trails.set(arn, newTrail(view.account, description, tags));
  writePlaceholder(aws, description);
  return configuration(description);
}

export function newTrail(
  account: string,
  description: TrailDescription,
  tags: readonly Tag[] = [],
): Trail {
  return {
    account,
    description,
    logging: false,
    startedAt: undefined,
    stoppedAt: undefined,
    nextDelivery: undefined,
    latestDelivery: undefined,
    latestDeliveryError: undefined,
    digests: undefined,
    latestDigest: undefined,
    latestDigestError: undefined,
    tags: new Map(tags.map((tag) => [tag.Key, tag.Value])),
    eventSelectors: [
      {
        ReadWriteType: 'All',
        IncludeManagementEvents: true,
        DataResources: [],
        ExcludeManagementEventSources: [],
      },
    ],
    advancedEventSelectors: [],
    insightSelectors: [],
  };
}

/** Five trails per Region; a multi-Region trail takes a place in every one (CloudTrail user guide, limits). */
function requireFreeSlot(view: Viewpoint, description: TrailDescription): void {
  const known = knownTrails(view);
  const regions = description.IsMultiRegionTrail
    ? new Set([view.region, ...known.map((trail) => trail.description.HomeRegion)])
    : [view.region];
  for (const region of regions) {
    if (visibleTrails({ ...view, region }).length < trailsPerRegion) continue;
    throw exception(
      'MaximumNumberOfTrailsExceeded',
      `User: ${view.account} already has ${trailsPerRegion} trails in ${region}.`,
    );
  }
}

export async function updateTrail(aws: Aws, view: Viewpoint, input: Input): Promise<object> {
  const trail = trailToChange(view, text(input, 'Name') ?? '');
  if (!trail.description.IsOrganizationTrail) requireNoOrganization(view, input);
  const description = changedDescription(trail.description, withKeyArn(view, input));
  await requireDestinations(aws, description);
  trail.description = description;
  writePlaceholder(aws, description);
  return configuration(description);
}

async function requireDestinations(aws: Aws, description: TrailDescription): Promise<void> {
  requireAdmission(aws, description);
  requireTopic(aws, description);
  await requireLogGroup(aws, description);
}

/** A trail of a whole organization is made by its management account; no account's calls here are that one's. */
function requireNoOrganization(view: Viewpoint, input: Input): void {
  if (flag(input, 'IsOrganizationTrail') !== true) return;
  if (view.state.accounts.get(view.account)?.organization !== undefined) {
    throw notManagementAccount();
  }
  throw exception('OrganizationsNotInUse', 'Your account is not in an organization.');
}

function withKeyArn(view: Viewpoint, input: Input): Input {
  const key = text(input, 'KmsKeyId') ?? '';
  return key === '' ? input : { ...input, KmsKeyId: keyArnOf(view, key) };
}

export function startLogging(aws: Aws, trail: Trail): object {
  if (trail.logging) return {};
  const now = aws.clock.now();
  trail.logging = true;
  trail.startedAt = now;
  trail.nextDelivery = firstDelivery(now);
  return {};
}

export function stopLogging(aws: Aws, trail: Trail): object {
  if (!trail.logging) return {};
  endDigests(aws, trail);
  trail.logging = false;
  trail.stoppedAt = aws.clock.now();
  trail.nextDelivery = undefined;
  return {};
}

/** By name only from home, by ARN from anywhere; without a list everything this Region shows. Unknown ones are left out. */
export function describeTrails(view: Viewpoint, input: Input): object {
  const wanted = (list(input, 'trailNameList') ?? []).map(String);
  const shadows = flag(input, 'includeShadowTrails') ?? true;
  const trails =
    wanted.length === 0
      ? visibleTrails(view).filter(
          ({ description }) => shadows || description.HomeRegion === view.region,
        )
      : wanted.flatMap((nameOrArn) => describedTrail(view, nameOrArn) ?? []);
  return { trailList: trails.map((trail) => trail.description) };
}

function describedTrail(view: Viewpoint, nameOrArn: string): Trail | undefined {
  if (!isArn(nameOrArn)) requireTrailName(nameOrArn);
  return knownTrails(view).find(({ description }) =>
    isArn(nameOrArn)
      ? description.TrailARN === nameOrArn
      : description.Name === nameOrArn && description.HomeRegion === view.region,
  );
}

export function listTrails(view: Viewpoint): object {
  const trails = knownTrails(view).map(({ description }) => ({
    TrailARN: description.TrailARN,
    Name: description.Name,
    HomeRegion: description.HomeRegion,
  }));
  return { Trails: trails };
}

export function getTrail(view: Viewpoint, input: Input): object {
  return { Trail: trailToRead(view, text(input, 'Name') ?? '').description };
}

/** Times are seconds since the epoch, as JSON 1.1 has them; those that have not happened are left out. */
export function trailStatus(trail: Trail): object {
  return {
    IsLogging: trail.logging,
    LatestDeliveryTime: seconds(trail.latestDelivery),
    LatestDeliveryError: trail.latestDeliveryError,
    LatestDigestDeliveryTime: seconds(trail.latestDigest),
    LatestDigestDeliveryError: trail.latestDigestError,
    StartLoggingTime: seconds(trail.startedAt),
    StopLoggingTime: seconds(trail.stoppedAt),
    LatestDeliveryAttemptTime: trail.latestDelivery?.toISOString() ?? '',
    LatestDeliveryAttemptSucceeded: trail.latestDelivery?.toISOString() ?? '',
    LatestNotificationAttemptTime: '',
    LatestNotificationAttemptSucceeded: '',
    TimeLoggingStarted: trail.startedAt?.toISOString() ?? '',
    TimeLoggingStopped: trail.stoppedAt?.toISOString() ?? '',
  };
}

function seconds(date: Date | undefined): number | undefined {
  return date && date.getTime() / 1000;
}

/** What CreateTrail and UpdateTrail answer: the description without the fields only reading has. */
function configuration(description: TrailDescription): object {
  const onlyRead = ['HomeRegion', 'HasCustomEventSelectors', 'HasInsightSelectors'];
  return Object.fromEntries(
    Object.entries(description).filter(([field]) => !onlyRead.includes(field)),
  );
}
