// CloudTrail: tells the caller and the operation apart, asks for permission on the trail meant, and hands over to the
// file that knows. Protocol: JSON 1.1; the Region is the one the request was signed for.

import { Refusal } from '../../wire.js';
import { scopeOf } from '../authentication.js';
import type { Aws, Service } from '../aws.js';
import { type Caller, refusal } from '../iam.js';
import {
  answerOf,
  exception,
  type Input,
  inputOf,
  list,
  operationName,
  refusalReply,
  signedCaller,
  text,
} from '../json-protocol.js';
import { cloudTrailRate } from '../throttle.js';
import { requirePassRole } from './destinations.js';
import { endDigests } from './digests.js';
import { tagsOf } from './input.js';
import { arnOf, knownTrails, trailToChange, trailToRead, type Viewpoint } from './lookup.js';
import * as selectors from './selectors.js';
import { listPublicKeys } from './signing-keys.js';
import * as tags from './tags.js';
import * as trails from './trails.js';

type Operation = {
  readonly write: boolean;
  /** Name or ARN of the trail it is about; without it permission is asked on `*`. */
  readonly trail?: (input: Input) => string;
  readonly run: (aws: Aws, view: Viewpoint, input: Input) => object | Promise<object>;
};

const byName = (input: Input) => text(input, 'Name') ?? '';
const byTrailName = (input: Input) => text(input, 'TrailName') ?? '';
const byResourceId = (input: Input) => text(input, 'ResourceId') ?? '';
const byResourceIdList = (input: Input) => list(input, 'ResourceIdList')?.map(String)[0] ?? '';

const operations: Readonly<Record<string, Operation>> = {
  CreateTrail: { write: true, trail: byName, run: trails.createTrail },
  UpdateTrail: { write: true, trail: byName, run: trails.updateTrail },
  DeleteTrail: {
    write: true,
    trail: byName,
    run: (aws, view, input) => {
      const trail = trailToChange(view, byName(input));
      endDigests(aws, trail);
      aws.state.trails.delete(trail.description.TrailARN);
      return {};
    },
  },
  StartLogging: {
    write: true,
    trail: byName,
    run: (aws, view, input) => trails.startLogging(aws, trailToChange(view, byName(input))),
  },
  StopLogging: {
    write: true,
    trail: byName,
    run: (aws, view, input) => trails.stopLogging(aws, trailToChange(view, byName(input))),
  },
  DescribeTrails: { write: false, run: (_, view, input) => trails.describeTrails(view, input) },
  ListPublicKeys: { write: false, run: listPublicKeys },
  ListTrails: { write: false, run: (_, view) => trails.listTrails(view) },
  GetTrail: { write: false, trail: byName, run: (_, view, input) => trails.getTrail(view, input) },
  GetTrailStatus: {
    write: false,
    trail: byName,
    run: (_, view, input) => trails.trailStatus(trailToRead(view, byName(input))),
  },
  AddTags: {
    write: true,
    trail: byResourceId,
    run: (_, view, input) => tags.addTags(view, input),
  },
  RemoveTags: {
    write: true,
    trail: byResourceId,
    run: (_, view, input) => tags.removeTags(view, input),
  },
  ListTags: {
    write: false,
    trail: byResourceIdList,
    run: (_, view, input) => tags.listTags(view, input),
  },
  GetEventSelectors: {
    write: false,
    trail: byTrailName,
    run: (_, view, input) => selectors.getEventSelectors(trailToRead(view, byTrailName(input))),
  },
  PutEventSelectors: {
    write: true,
    trail: byTrailName,
    run: (_, view, input) =>
      selectors.putEventSelectors(trailToChange(view, byTrailName(input)), input),
  },
  GetInsightSelectors: {
    write: false,
    trail: byTrailName,
    run: (_, view, input) => selectors.getInsightSelectors(trailToRead(view, byTrailName(input))),
  },
  PutInsightSelectors: {
    write: true,
    trail: byTrailName,
    run: (_, view, input) =>
      selectors.putInsightSelectors(trailToChange(view, byTrailName(input)), input),
  },
};

export const cloudtrail: Service = {
  name: (request) => {
    const operation = operationName(request);
    const resource = operations[operation]?.trail?.(inputOf(request));
    return {
      operation,
      write: operations[operation]?.write ?? false,
      ...(resource !== undefined && { resource }),
    };
  },
  answer: async (aws, request, named) => {
    const operation = operations[named.operation];
    if (operation === undefined) {
      throw new Refusal(400, 'UnknownOperationException', '');
    }
    const caller = signedCaller(aws, request);
    const region = scopeOf(request)?.region ?? '';
    const view = { state: aws.state, account: caller.account, region };
    const input = inputOf(request);
    const perSecond = cloudTrailRate(operation.write);
    if (!aws.throttle({ ...view, counter: named.operation, perSecond }))
      throw exception('Throttling', 'Rate exceeded');
    await requireAccess(caller, view, named.operation, operation, input);
    return answerOf(await operation.run(aws, view, input));
  },
  refuse: refusalReply,
};

/** A member's own IAM decides what it may ask about its organization's trail, which is another account's by its ARN. */
function ownerFor(view: Viewpoint, resource: string): string {
  const trail = knownTrails(view).find(({ description }) => description.TrailARN === resource);
  return resource === '*' || trail !== undefined ? view.account : (resource.split(':')[4] ?? '');
}

async function requireAccess(
  caller: Caller,
  view: Viewpoint,
  name: string,
  operation: Operation,
  input: Input,
): Promise<void> {
  const resource = operation.trail === undefined ? '*' : arnOf(view, operation.trail(input));
  const resourceAccount = ownerFor(view, resource);
  // Tags sent along with a new trail need their own permission (service authorization reference).
  const actions = name === 'CreateTrail' && tagsOf(input).length > 0 ? [name, 'AddTags'] : [name];
  for (const action of actions) {
    const denied = await refusal(caller, {
      action: `cloudtrail:${action}`,
      resource,
      resourceAccount,
      region: view.region,
    });
    if (denied !== undefined) throw exception('AccessDenied', denied);
  }
  const role = text(input, 'CloudWatchLogsRoleArn') ?? '';
  if (role !== '') await requirePassRole(caller, role);
}
