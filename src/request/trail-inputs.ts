// What is wished of a trail, read from the inputs: its settings, and what has calls of its own. `none` clears a setting;
// an input that is not given is not mentioned, and an existing trail then keeps what it has.

import type { TrailExtras } from '../trail/extras.js';
import type { SettingsWish } from '../trail/settings.js';
import { definedOnly } from './defined.js';
import type { InputReader } from './reader.js';
import * as rules from './rules.js';
import { eventSelectors, insightSelectors, tags } from './selectors.js';

export function readSettings({ optional }: InputReader): SettingsWish {
  return definedOnly({
    multiRegion: optional('multi-region', rules.flag),
    globalServiceEvents: optional('global-service-events', rules.flag),
    logFileValidation: optional('log-file-validation', rules.flag),
    kmsKeyArn: optional('kms-key-arn', orNone(rules.kmsKeyArn)),
    snsTopicArn: optional('sns-topic-arn', orNone(rules.snsTopicArn)),
    cloudWatchLogGroupArn: optional('cloudwatch-log-group-arn', orNone(rules.logGroupArn)),
    cloudWatchRoleArn: optional('cloudwatch-role-arn', orNone(rules.roleArn)),
    recursiveLogging: optional('recursive-logging', rules.flag),
  });
}

export function readExtras({ optional }: InputReader): TrailExtras {
  return definedOnly({
    eventSelectors: optional('event-selectors', eventSelectors),
    insightSelectors: optional('insight-selectors', insightSelectors),
    tags: optional('tags', tags),
  });
}

/** `none` is the empty text, which CloudTrail takes for "no such setting". */
function orNone(rule: rules.Rule<string>): rules.Rule<string> {
  return (text) => (text === 'none' ? { value: '' } : rule(text));
}
