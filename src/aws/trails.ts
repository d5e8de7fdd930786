// A member account's trails in one Region, read: CloudTrail's field names in, ours out. What writes is in trail-writer.ts.

import {
  type AdvancedEventSelector,
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  type GetEventSelectorsCommandOutput,
  GetInsightSelectorsCommand,
  GetTrailStatusCommand,
  type GetTrailStatusCommandOutput,
  ListTagsCommand,
  type Trail,
} from '@aws-sdk/client-cloudtrail';
import type { TrailReader } from '../plan/ports.js';
import { CallFailure } from '../problem.js';
import type { AdvancedSelector, EventSelectors } from '../trail/extras.js';
import type { LiveTrail, TrailStatus } from '../trail/settings.js';
import { type AwsCall, asked } from './call.js';
import { type AwsClientOptions, clientOf } from './client.js';

/** Names a call about a trail, or about all of a Region. */
export function trailCall(accountId: string, region: string) {
  return (operation: string, trail?: string): AwsCall => ({
    action: `cloudtrail:${operation}`,
    accountId,
    resource: trail === undefined ? `trails in ${region}` : `trail ${trail} in ${region}`,
  });
}

export function trailReader(options: AwsClientOptions, accountId: string): TrailReader {
  const cloudtrail = clientOf(CloudTrailClient, options);
  const call = trailCall(accountId, options.region);
  return {
    trails: async () => {
      const answer = await asked(call('DescribeTrails'), () =>
        cloudtrail.send(new DescribeTrailsCommand({ includeShadowTrails: true })),
      );
      return (answer.trailList ?? []).map(liveTrail);
    },
    status: (name) =>
      unlessGone(async () => {
        const command = new GetTrailStatusCommand({ Name: name });
        return statusOf(await asked(call('GetTrailStatus', name), () => cloudtrail.send(command)));
      }),
    eventSelectors: (name) =>
      unlessGone(async () => {
        const command = new GetEventSelectorsCommand({ TrailName: name });
        return selectorsOf(
          await asked(call('GetEventSelectors', name), () => cloudtrail.send(command)),
        );
      }),
    insightSelectors: (name) =>
      unlessGone(async () => {
        const command = new GetInsightSelectorsCommand({ TrailName: name });
        const asking = asked(call('GetInsightSelectors', name), () => cloudtrail.send(command));
        const answer = await asking.catch(noInsights);
        return (answer.InsightSelectors ?? []).flatMap(({ InsightType }) => InsightType ?? []);
      }),
    tags: (trailArn) =>
      unlessGone(async () => {
        const command = new ListTagsCommand({ ResourceIdList: [trailArn] });
        const answer = await asked(call('ListTags', trailArn), () => cloudtrail.send(command));
        const tags = answer.ResourceTagList?.[0]?.TagsList ?? [];
        return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
      }),
  };
}

/** Null for a trail that does not exist; any other failure is one. */
async function unlessGone<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CallFailure && GONE.has(error.awsCode)) return null;
    throw error;
  }
}

const GONE: ReadonlySet<string> = new Set(['TrailNotFoundException', 'ResourceNotFoundException']);

/** CloudTrail's way to say "none". */
function noInsights(error: unknown): { readonly InsightSelectors: undefined } {
  if (error instanceof CallFailure && error.awsCode === 'InsightNotEnabledException')
    return { InsightSelectors: undefined };
  throw error;
}

function statusOf(answer: GetTrailStatusCommandOutput): TrailStatus {
  const triedAt = Date.parse(answer.LatestDeliveryAttemptTime ?? '');
  return {
    logging: answer.IsLogging ?? false,
    startedAt: answer.StartLoggingTime?.getTime() ?? null,
    stoppedAt: answer.StopLoggingTime?.getTime() ?? null,
    deliveredAt: answer.LatestDeliveryTime?.getTime() ?? null,
    error: answer.LatestDeliveryError ?? '',
    triedAt: Number.isNaN(triedAt) ? null : triedAt,
  };
}

function selectorsOf(answer: GetEventSelectorsCommandOutput): EventSelectors {
  const advanced = (answer.AdvancedEventSelectors ?? []).map(advancedSelector);
  return advanced.length > 0
    ? { kind: 'advanced', selectors: advanced }
    : { kind: 'basic', selectors: answer.EventSelectors ?? [] };
}

/** What CloudTrail requires, and an answer may lack all the same. */
function advancedSelector({ Name, FieldSelectors }: AdvancedEventSelector): AdvancedSelector {
  const fields = (FieldSelectors ?? []).map((field) => ({ ...field, Field: field.Field ?? '' }));
  return { Name, FieldSelectors: fields };
}

function liveTrail(trail: Trail): LiveTrail {
  return {
    name: trail.Name ?? '',
    arn: trail.TrailARN ?? '',
    homeRegion: trail.HomeRegion ?? '',
    organization: trail.IsOrganizationTrail ?? false,
    ...(trail.HasCustomEventSelectors !== undefined && {
      ownSelectors: trail.HasCustomEventSelectors,
    }),
    bucket: trail.S3BucketName ?? '',
    prefix: trail.S3KeyPrefix ?? '',
    multiRegion: trail.IsMultiRegionTrail ?? false,
    globalServiceEvents: trail.IncludeGlobalServiceEvents ?? false,
    logFileValidation: trail.LogFileValidationEnabled ?? false,
    kmsKeyArn: trail.KmsKeyId ?? '',
    snsTopicArn: trail.SnsTopicARN ?? '',
    cloudWatchLogGroupArn: trail.CloudWatchLogsLogGroupArn ?? '',
    cloudWatchRoleArn: trail.CloudWatchLogsRoleArn ?? '',
    recursiveLogging: trail.RecursiveLogging ?? true,
  };
}
