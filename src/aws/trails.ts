// A member account's trails in one Region, read and written: CloudTrail's field names in, ours out.

import {
  CloudTrailClient,
  CreateTrailCommand,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  StartLoggingCommand,
  type Trail,
  UpdateTrailCommand,
  type UpdateTrailCommandInput,
} from '@aws-sdk/client-cloudtrail';
import type { TrailReader, TrailWriter } from '../plan/ports.js';
import { CallFailure } from '../problem.js';
import type { LiveTrail, TrailSettings } from '../trail/settings.js';
import { type AwsClientOptions, asked } from './call.js';

const callIn = (accountId: string, region: string) => (operation: string, trail?: string) => ({
  action: `cloudtrail:${operation}`,
  accountId,
  resource: trail === undefined ? `trails in ${region}` : `trail ${trail} in ${region}`,
});

export function trailReader(options: AwsClientOptions, accountId: string): TrailReader {
  const cloudtrail = new CloudTrailClient(options);
  const call = callIn(accountId, options.region);
  return {
    trails: async () => {
      const answer = await asked(call('DescribeTrails'), () =>
        cloudtrail.send(new DescribeTrailsCommand({ includeShadowTrails: true })),
      );
      return (answer.trailList ?? []).map(liveTrail);
    },
    logging: async (name) => {
      try {
        const answer = await asked(call('GetTrailStatus', name), () =>
          cloudtrail.send(new GetTrailStatusCommand({ Name: name })),
        );
        return answer.IsLogging ?? false;
      } catch (error) {
        if (error instanceof CallFailure && error.awsCode === 'TrailNotFoundException') return null;
        throw error;
      }
    },
  };
}

function liveTrail(trail: Trail): LiveTrail {
  return {
    name: trail.Name ?? '',
    arn: trail.TrailARN ?? '',
    homeRegion: trail.HomeRegion ?? '',
    organization: trail.IsOrganizationTrail ?? false,
    bucket: trail.S3BucketName ?? '',
    prefix: trail.S3KeyPrefix ?? '',
    multiRegion: trail.IsMultiRegionTrail ?? false,
    globalServiceEvents: trail.IncludeGlobalServiceEvents ?? false,
    logFileValidation: trail.LogFileValidationEnabled ?? false,
  };
}

type Fields = Omit<UpdateTrailCommandInput, 'Name'>;

/** Our settings under the names that CreateTrail and UpdateTrail take. */
const FIELDS: { readonly [S in keyof TrailSettings]: keyof Fields } = {
  bucket: 'S3BucketName',
  prefix: 'S3KeyPrefix',
  multiRegion: 'IsMultiRegionTrail',
  globalServiceEvents: 'IncludeGlobalServiceEvents',
  logFileValidation: 'EnableLogFileValidation',
};

function fields(settings: Partial<TrailSettings>): Fields {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [FIELDS[key as keyof TrailSettings], value]),
  );
}

export function trailWriter(options: AwsClientOptions, accountId: string): TrailWriter {
  const cloudtrail = new CloudTrailClient(options);
  const call = callIn(accountId, options.region);
  return {
    create: async (name, { bucket, prefix, ...flags }) => {
      // An empty prefix is for clearing one; CreateTrail wants none instead.
      const settings = prefix === '' ? flags : { ...flags, prefix };
      const command = new CreateTrailCommand({
        Name: name,
        S3BucketName: bucket,
        ...fields(settings),
      });
      await asked(call('CreateTrail', name), () => cloudtrail.send(command));
    },
    update: async (name, settings) => {
      const command = new UpdateTrailCommand({ Name: name, ...fields(settings) });
      await asked(call('UpdateTrail', name), () => cloudtrail.send(command));
    },
    startLogging: async (name) => {
      const command = new StartLoggingCommand({ Name: name });
      await asked(call('StartLogging', name), () => cloudtrail.send(command));
    },
  };
}
