// Delivers what is due on the sandbox's clock: every five minutes a gzipped JSON log of each logging trail, where the
// bucket admits it; otherwise the trail's status carries the error. Keys: CloudTrail user guide, "Finding your
// CloudTrail log files". The digests of a trail's logs are delivered after them.

import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Aws } from '../aws.js';
import { storeObject } from '../s3/objects.js';
import { newId, type Trail, type TrailDescription } from '../state.js';
import { logFolder, obstacle } from './admission.js';
import { deliverDigests, noteLog } from './digests.js';
import { accountOf } from './service-principal.js';

const everyMs = 5 * 60_000;

/** When a trail that starts logging now delivers first. */
export function firstDelivery(start: Date): Date {
  return new Date(start.getTime() + everyMs);
}

/** Milliseconds by which a delivery may be late: a thousand trails are not asked before every answer. */
const LATE_MS = 50;

/** Brings every trail up to the clock. */
export function deliverDue(aws: Aws): void {
  const now = aws.clock.now();
  if (now.getTime() < aws.state.deliveredUntil + LATE_MS) return;
  aws.state.deliveredUntil = now.getTime();
  for (const trail of aws.state.trails.values()) {
    if (!trail.logging) continue;
    deliverTrail(aws, trail, now);
    deliverDigests(aws, trail, now);
  }
}

/** Every logging trail tries to deliver a log now, due or not. When it is due next does not change. */
export function deliverNow(aws: Aws): void {
  const now = aws.clock.now();
  for (const trail of aws.state.trails.values()) {
    if (!trail.logging) continue;
    const error = obstacle(aws, trail.description, logKey(trail.description, now));
    if (error === undefined) deliverLog(aws, trail, now);
    noteAttempt(aws, trail, now, error);
  }
}

function deliverTrail(aws: Aws, trail: Trail, now: Date): void {
  if (trail.nextDelivery === undefined || trail.nextDelivery > now) return;
  // One question for all that is due: nothing the answer hangs on changes between two of them.
  const error = obstacle(aws, trail.description, logKey(trail.description, now));
  trail.latestDeliveryError = error;
  let due = trail.nextDelivery;
  for (; due <= now; due = new Date(due.getTime() + everyMs)) {
    if (error === undefined) deliverLog(aws, trail, due);
    noteAttempt(aws, trail, due, error);
  }
  trail.nextDelivery = due;
}

/** Kept apart from the trail: what it delivered outlives it. */
function noteAttempt(aws: Aws, trail: Trail, at: Date, error: string | undefined): void {
  const { TrailARN: arn, S3BucketName: bucket } = trail.description;
  const attempts = aws.state.attempts.get(arn) ?? [];
  attempts.push({ at, bucket, ...(error !== undefined && { error }) });
  aws.state.attempts.set(arn, attempts);
}

function deliverLog(aws: Aws, trail: Trail, at: Date): void {
  const bucket = aws.state.buckets.get(trail.description.S3BucketName);
  if (bucket === undefined) return;
  const key = logKey(trail.description, at);
  const Records = Array.from({ length: aws.recordsPerLog }, () => record(trail.description, at));
  const content = Buffer.from(JSON.stringify({ Records }));
  const { KmsKeyId: kmsKeyArn } = trail.description;
  const contentType = 'application/json';
  storeObject(bucket, key, { body: gzipSync(content), at, contentType, kmsKeyArn });
  trail.latestDelivery = at;
  noteLog(trail, { key, at, content, oldest: at, newest: at }, new Date(at.getTime() - everyMs));
}

/** `…/<region>/YYYY/MM/DD/<account>_CloudTrail_<region>_YYYYMMDDTHHmmZ_<16 characters>.json.gz`, dated by delivery. */
function logKey(trail: TrailDescription, at: Date): string {
  const iso = at.toISOString();
  const day = iso.slice(0, 10).replaceAll('-', '/');
  const minute = `${iso.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
  const unique = newId('', 16);
  const region = trail.HomeRegion;
  const name = `${accountOf(trail)}_CloudTrail_${region}_${minute}_${unique}.json.gz`;
  return `${logFolder(trail)}${region}/${day}/${name}`;
}

function record(trail: TrailDescription, at: Date) {
  const account = accountOf(trail);
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'Root',
      principalId: account,
      arn: `arn:aws:iam::${account}:root`,
      accountId: account,
    },
    eventTime: `${at.toISOString().slice(0, 19)}Z`,
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: 'GetTrailStatus',
    awsRegion: trail.HomeRegion,
    sourceIPAddress: '203.0.113.10',
    userAgent: 'sandbox',
    requestParameters: { name: trail.TrailARN },
    responseElements: null,
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  };
}
