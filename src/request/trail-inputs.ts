// What is wished of a trail: its settings, and what has calls of its own. `none` clears a setting; what is not given is not
// mentioned, and an existing trail then keeps what it has.

import type { TrailExtras } from '../trail/extras.js';
import type { SettingsWish } from '../trail/settings.js';
import { definedOnly } from './defined.js';
import type { Expand } from './members.js';
import type { InputReader } from './reader.js';
import * as rules from './rules.js';
import { eventSelectors, insightSelectors, tags } from './selectors.js';

/** ARNs of things that each account has for itself may hold placeholders. */
export function readSettings({ optional }: InputReader, expand: Expand): SettingsWish {
  return definedOnly({
    multiRegion: optional('multi-region', rules.flag),
    globalServiceEvents: optional('global-service-events', rules.flag),
    logFileValidation: optional('log-file-validation', rules.flag),
    kmsKeyArn: optional('kms-key-arn', orNone(expand(rules.kmsKeyArn))),
    snsTopicArn: optional('sns-topic-arn', orNone(expand(rules.snsTopicArn))),
    cloudWatchLogGroupArn: optional('cloudwatch-log-group-arn', orNone(expand(rules.logGroupArn))),
    cloudWatchRoleArn: optional('cloudwatch-role-arn', orNone(expand(rules.roleArn))),
    recursiveLogging: optional('recursive-logging', rules.flag),
  });
}

export function readExtras({ optional }: InputReader): TrailExtras {
  return definedOnly({
    eventSelectors: optional('event-selectors', eventSelectorsOnce),
    insightSelectors: optional('insight-selectors', insightSelectorsOnce),
    tags: optional('tags', tagsOnce),
  });
}

/** `none` is the empty text, which CloudTrail takes for "no such setting". */
function orNone(rule: rules.Rule<string>): rules.Rule<string> {
  return (text) => (text === 'none' ? { value: '' } : rule(text));
}

/** Thousands of accounts share one text, which is then parsed once and kept once. */
function once<T>(rule: rules.Rule<T>): rules.Rule<T> {
  const known = new Map<string, rules.Ruled<T>>();
  return (text) => {
    const ruled = known.get(text) ?? rule(text);
    known.set(text, ruled);
    return ruled;
  };
}

const eventSelectorsOnce = once(eventSelectors);
const insightSelectorsOnce = once(insightSelectors);
const tagsOnce = once(tags);
