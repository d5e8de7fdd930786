// What CreateTrail and UpdateTrail make of their input. UpdateTrail changes only what is sent; an empty string clears
// (CloudTrail API reference; what clears beyond the documented fields is what Terraform relies on).

import { exception, flag, type Input, text } from '../json-protocol.js';
import type { TrailDescription } from '../state.js';
import { requireBucketName, requirePrefix } from './input.js';

type Identity = Pick<TrailDescription, 'Name' | 'TrailARN' | 'HomeRegion'>;

/** A new trail: one Region, no validation, unless asked for. */
export function newDescription(identity: Identity, input: Input): TrailDescription {
  return changedDescription(
    {
      ...identity,
      S3BucketName: '',
      IncludeGlobalServiceEvents: true,
      IsMultiRegionTrail: false,
      LogFileValidationEnabled: false,
      HasCustomEventSelectors: false,
      HasInsightSelectors: false,
      IsOrganizationTrail: false,
      RecursiveLogging: true,
    },
    { ...input, S3BucketName: text(input, 'S3BucketName') ?? '' },
  );
}

/** @throws `Refusal` for values and combinations CloudTrail does not take */
export function changedDescription(before: TrailDescription, input: Input): TrailDescription {
  const after = {
    ...before,
    S3BucketName: text(input, 'S3BucketName') ?? before.S3BucketName,
    ...flags(before, input),
    ...optional('S3KeyPrefix', before, text(input, 'S3KeyPrefix')),
    ...topic(before, input),
    ...optional('CloudWatchLogsLogGroupArn', before, text(input, 'CloudWatchLogsLogGroupArn')),
    ...optional('CloudWatchLogsRoleArn', before, text(input, 'CloudWatchLogsRoleArn')),
    ...optional('KmsKeyId', before, text(input, 'KmsKeyId')),
  };
  const description = withoutUndefined(after);
  requireSound(description);
  return description;
}

function flags(before: TrailDescription, input: Input) {
  const multiRegion = flag(input, 'IsMultiRegionTrail') ?? before.IsMultiRegionTrail;
  const switched = multiRegion !== before.IsMultiRegionTrail && before.S3BucketName !== '';
  return {
    IsMultiRegionTrail: multiRegion,
    // Switching turns global events on or off by itself (CloudTrail user guide, 2023).
    IncludeGlobalServiceEvents:
      flag(input, 'IncludeGlobalServiceEvents') ??
      (switched ? multiRegion : before.IncludeGlobalServiceEvents),
    LogFileValidationEnabled:
      flag(input, 'EnableLogFileValidation') ?? before.LogFileValidationEnabled,
    RecursiveLogging: flag(input, 'RecursiveLogging') ?? before.RecursiveLogging,
  };
}

type OptionalField =
  | 'S3KeyPrefix'
  | 'CloudWatchLogsLogGroupArn'
  | 'CloudWatchLogsRoleArn'
  | 'KmsKeyId';

function optional(field: OptionalField, before: TrailDescription, value: string | undefined) {
  if (value === undefined) return { [field]: before[field] };
  return { [field]: value === '' ? undefined : value };
}

/** Given as a name or an ARN, read back as both. */
function topic(before: TrailDescription, input: Input) {
  const value = text(input, 'SnsTopicName');
  if (value === undefined) return {};
  if (value === '') return { SnsTopicName: undefined, SnsTopicARN: undefined };
  const [, , , , account = ''] = before.TrailARN.split(':');
  const arn = value.startsWith('arn:')
    ? value
    : `arn:aws:sns:${before.HomeRegion}:${account}:${value}`;
  return { SnsTopicName: arn.split(':').at(-1), SnsTopicARN: arn };
}

function withoutUndefined(
  value: { readonly [K in keyof TrailDescription]: TrailDescription[K] | undefined },
): TrailDescription {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as TrailDescription;
}

function requireSound(trail: TrailDescription): void {
  requireBucketName(trail.S3BucketName);
  if (trail.S3KeyPrefix !== undefined) requirePrefix(trail.S3KeyPrefix);
  if (trail.IsMultiRegionTrail && !trail.IncludeGlobalServiceEvents) {
    throw exception(
      'InvalidParameterCombination',
      'Multi-Region trail must include global service events.',
    );
  }
  if (trail.SnsTopicName !== undefined && trail.SnsTopicName.length > 256) {
    throw exception('InvalidSnsTopicName', `Invalid SNS topic name: ${trail.SnsTopicName}`);
  }
}
