// Settings put into words: the same phrase in plan, summary and log.

import type { SettingChange, TrailSettings } from './settings.js';

const NAMES: { readonly [S in keyof TrailSettings]: string } = {
  bucket: 'bucket',
  prefix: 'prefix',
  multiRegion: 'multi-Region',
  globalServiceEvents: 'global service events',
  logFileValidation: 'log file validation',
  kmsKeyArn: 'KMS key',
  snsTopicArn: 'SNS topic',
  cloudWatchLogGroupArn: 'CloudWatch log group',
  cloudWatchRoleArn: 'CloudWatch role',
  recursiveLogging: 'recursive logging',
};

/** What a new trail will have: "multi-Region, log file validation". */
export function settingsInWords(settings: TrailSettings): string {
  return [
    settings.multiRegion ? 'multi-Region' : 'single-Region',
    settings.globalServiceEvents ? '' : 'no global service events',
    settings.logFileValidation ? 'log file validation' : 'no log file validation',
    settings.prefix === '' ? '' : `prefix ${settings.prefix}`,
    settings.kmsKeyArn === '' ? '' : `key ${settings.kmsKeyArn}`,
    settings.snsTopicArn === '' ? '' : `SNS topic ${settings.snsTopicArn}`,
    settings.cloudWatchLogGroupArn === '' ? '' : `log group ${settings.cloudWatchLogGroupArn}`,
    settings.recursiveLogging ? '' : 'no recursive logging',
  ]
    .filter((word) => word !== '')
    .join(', ');
}

/** "log file validation false → true" */
export function changeInWords({ setting, from, to }: SettingChange): string {
  return `${NAMES[setting]} ${shown(from)} → ${shown(to)}`;
}

/** "log file validation is false, and true is asked for" */
export function differenceInWords({ setting, from, to }: SettingChange): string {
  return `${NAMES[setting]} is ${shown(from)}, and ${shown(to)} is asked for`;
}

const shown = (value: string): string => (value === '' ? '(none)' : value);
