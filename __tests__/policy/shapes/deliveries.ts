// Members and requests for the tests, short to write.

import type { Delivery, MergeRequest } from '../../../src/policy/index.js';

export const BUCKET = 'central-logs';
export const CENTRAL = '111111111111';
export const DEV = '222222222222';
export const PRD = '333333333333';

export function trailOf(account: string, name = 'audit', partition = 'aws'): string {
  return `arn:${partition}:cloudtrail:us-east-1:${account}:trail/${name}`;
}

export function pathOf(account: string, prefix = ''): string {
  return `arn:aws:s3:::${BUCKET}/${prefix}AWSLogs/${account}/*`;
}

export function delivery(accountId: string, more: Partial<Delivery> = {}): Delivery {
  return { trailArn: trailOf(accountId), accountId, bucket: BUCKET, prefix: '', ...more };
}

/** So many members, each with a trail of the same name. */
export function fleet(count: number): readonly Delivery[] {
  return Array.from({ length: count }, (_, index) => delivery(String(400_000_000_000 + index * 7)));
}

export function onboard(
  deliveries: readonly Delivery[],
  more: Partial<MergeRequest> = {},
): MergeRequest {
  return { layout: 'documented', admit: deliveries, withdraw: [], bucket: BUCKET, ...more };
}

export function offboard(
  deliveries: readonly Delivery[],
  more: Partial<MergeRequest> = {},
): MergeRequest {
  return { layout: 'documented', admit: [], withdraw: deliveries, bucket: BUCKET, ...more };
}
