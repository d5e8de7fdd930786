// What is taken for a trail, and for the folder of an account: near misses name nobody.

import { isTrailArn, pathAccount } from '../../src/policy/cloudtrail.js';
import { DEV, trailOf } from './shapes/deliveries.js';

test.each([
  ['a trail', trailOf(DEV), true],
  ['of another partition', trailOf(DEV, 'a_b-c.d', 'aws-us-gov'), true],
  ['a pattern at its end', `${trailOf(DEV)}*`, false],
  ['a pattern for the Region', `arn:aws:cloudtrail:*:${DEV}:trail/audit`, false],
  ['a pattern for the account', 'arn:aws:cloudtrail:us-east-1:*:trail/audit', false],
  ['a variable', `${trailOf(DEV)}\${aws:username}`, false],
  ['something before it', `x${trailOf(DEV)}`, false],
  ['no name', trailOf(DEV, ''), false],
  ['a store of events', trailOf(DEV).replace('trail/', 'eventdatastore/'), false],
])('%s: %s', (_, text, expected) => {
  expect(isTrailArn(text)).toBe(expected);
});

test.each([
  ['the folder', `arn:aws:s3:::logs/AWSLogs/${DEV}/*`, DEV],
  ['below a prefix', `arn:aws:s3:::logs/a/b/AWSLogs/${DEV}/*`, DEV],
  ['a part of it', `arn:aws:s3:::logs/AWSLogs/${DEV}/*/x`, undefined],
  ['a narrower one', `arn:aws:s3:::logs/AWSLogs/${DEV}/CloudTrail/*`, undefined],
  ['below a pattern', `arn:aws:s3:::*/AWSLogs/${DEV}/*`, undefined],
  ['below a variable', `arn:aws:s3:::logs/\${aws:username}/AWSLogs/${DEV}/*`, undefined],
  ['of no account', 'arn:aws:s3:::logs/AWSLogs/*', undefined],
])('the account of %s: %s', (_, resource, account) => {
  expect(pathAccount(resource)).toBe(account);
});
