// The zero-byte object that CloudTrail leaves when a trail is created for a bucket (seen in public repositories; no AWS
// page mentions it). It shows that the policy check passed, not that a log was delivered.

import type { Aws } from '../aws.js';
import { storeObject } from '../s3/objects.js';
import type { TrailDescription } from '../state.js';
import { logFolder } from './admission.js';

export function writePlaceholder(aws: Aws, trail: TrailDescription): void {
  const bucket = aws.state.buckets.get(trail.S3BucketName);
  const key = logFolder(trail);
  if (bucket === undefined || bucket.objects.has(key)) return;
  storeObject(bucket, key, { body: Buffer.alloc(0), at: aws.clock.now() });
}
