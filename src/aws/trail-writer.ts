// A member account's trail, written: our settings under CloudTrail's field names, one call each.

import {
  AddTagsCommand,
  CloudTrailClient,
  CreateTrailCommand,
  DeleteTrailCommand,
  type EventSelector,
  PutEventSelectorsCommand,
  PutInsightSelectorsCommand,
  RemoveTagsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  type Tag,
  UpdateTrailCommand,
  type UpdateTrailCommandInput,
} from '@aws-sdk/client-cloudtrail';
import type { TrailWriter } from '../plan/ports.js';
import type { EventSelectors, Tags } from '../trail/extras.js';
import type { TrailSettings } from '../trail/settings.js';
import { asked } from './call.js';
import { type AwsClientOptions, clientOf } from './client.js';
import { trailCall } from './trails.js';

export function trailWriter(options: AwsClientOptions, accountId: string): TrailWriter {
  const cloudtrail = clientOf(CloudTrailClient, options);
  const call = trailCall(accountId, options.region);
  return {
    create: async (name, settings, tags) => {
      const command = new CreateTrailCommand({
        Name: name,
        S3BucketName: settings.bucket,
        ...fields(withoutEmpty(settings)),
        ...(Object.keys(tags).length > 0 && { TagsList: tagList(tags) }),
      });
      await asked(call('CreateTrail', name), () => cloudtrail.send(command));
    },
    update: async (name, settings) => {
      const command = new UpdateTrailCommand({ Name: name, ...fields(settings) });
      await asked(call('UpdateTrail', name), () => cloudtrail.send(command));
    },
    putEventSelectors: async (name, selectors) => {
      const command = new PutEventSelectorsCommand({
        TrailName: name,
        ...selectorFields(selectors),
      });
      await asked(call('PutEventSelectors', name), () => cloudtrail.send(command));
    },
    putInsightSelectors: async (name, types) => {
      const InsightSelectors = types.map((InsightType) => ({
        InsightType: InsightType as InsightName,
      }));
      const command = new PutInsightSelectorsCommand({ TrailName: name, InsightSelectors });
      await asked(call('PutInsightSelectors', name), () => cloudtrail.send(command));
    },
    addTags: async (trailArn, tags) => {
      const command = new AddTagsCommand({ ResourceId: trailArn, TagsList: tagList(tags) });
      await asked(call('AddTags', trailArn), () => cloudtrail.send(command));
    },
    removeTags: async (trailArn, keys) => {
      const TagsList = keys.map((Key) => ({ Key }));
      const command = new RemoveTagsCommand({ ResourceId: trailArn, TagsList });
      await asked(call('RemoveTags', trailArn), () => cloudtrail.send(command));
    },
    startLogging: async (name) => {
      const command = new StartLoggingCommand({ Name: name });
      await asked(call('StartLogging', name), () => cloudtrail.send(command));
    },
    stopLogging: async (name) => {
      const command = new StopLoggingCommand({ Name: name });
      await asked(call('StopLogging', name), () => cloudtrail.send(command));
    },
    delete: async (name) => {
      const command = new DeleteTrailCommand({ Name: name });
      await asked(call('DeleteTrail', name), () => cloudtrail.send(command));
    },
  };
}

type InsightName = 'ApiCallRateInsight' | 'ApiErrorRateInsight';
type Fields = Omit<UpdateTrailCommandInput, 'Name'>;

const FIELDS: { readonly [S in keyof TrailSettings]: keyof Fields } = {
  bucket: 'S3BucketName',
  prefix: 'S3KeyPrefix',
  multiRegion: 'IsMultiRegionTrail',
  globalServiceEvents: 'IncludeGlobalServiceEvents',
  logFileValidation: 'EnableLogFileValidation',
  kmsKeyArn: 'KmsKeyId',
  snsTopicArn: 'SnsTopicName',
  cloudWatchLogGroupArn: 'CloudWatchLogsLogGroupArn',
  cloudWatchRoleArn: 'CloudWatchLogsRoleArn',
  recursiveLogging: 'RecursiveLogging',
};

function fields(settings: Partial<TrailSettings>): Fields {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [FIELDS[key as keyof TrailSettings], value]),
  );
}

/** An empty text clears a setting of an existing trail; CreateTrail wants it left out, and so what is its own default. */
function withoutEmpty({ recursiveLogging, ...settings }: TrailSettings): Partial<TrailSettings> {
  return {
    ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== '')),
    ...(recursiveLogging ? {} : { recursiveLogging }),
  };
}

function selectorFields(selectors: EventSelectors) {
  return selectors.kind === 'advanced'
    ? { AdvancedEventSelectors: structuredClone(selectors.selectors) as never }
    : { EventSelectors: structuredClone(selectors.selectors) as EventSelector[] };
}

function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
