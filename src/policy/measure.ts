// How large a policy is against S3's limit, how many members it can still take, and what to do when it is full.

import type { Delivery } from './delivery.js';
import type { PolicyDocument } from './document.js';
import type { Finding } from './finding.js';
import type { Layout } from './layouts.js';
import { mergePolicy } from './merge.js';
import { printPolicy } from './parse.js';

/** Source: S3 user guide, "Adding a bucket policy": 20 KB. S3 counts a normalised form; the minified text is never less. */
const LIMIT = 20_480;

/** From here on a policy is worth a warning. */
const NEARLY_FULL = 0.8;

export type PolicySize = {
  /** UTF-8 bytes of the minified policy; 0 for none. */
  readonly bytes: number;
  readonly limit: 20480;
  /** `bytes / limit`; more than 1 is too much. */
  readonly share: number;
  /**
   * How many more members of the example's length fit; null where each one more costs nothing. Found by merging some, so it
   * is asked only where somebody wants to know.
   */
  readonly membersLeft: () => number | null;
};

/** The size of the policy, and its room for members that look like the example. */
export function measurePolicy(
  document: PolicyDocument | null,
  layout: Layout,
  example: Delivery,
): PolicySize {
  const bytes = bytesOf(document);
  return {
    bytes,
    limit: LIMIT,
    share: bytes / LIMIT,
    membersLeft: () => membersLeft(document, layout, example),
  };
}

function bytesOf(document: PolicyDocument | null): number {
  return document === null ? 0 : Buffer.byteLength(printPolicy(document));
}

/** The first new member may bring statements with it; what each further one costs is tried out behind it. */
function membersLeft(
  document: PolicyDocument | null,
  layout: Layout,
  example: Delivery,
): number | null {
  const bytesWith = (count: number) => bytesOf(withMembers(document, layout, example, count));
  if (bytesWith(1) > LIMIT) return 0;
  const second = bytesWith(2);
  const each = bytesWith(3) - second;
  if (each <= 0) return null;
  return second > LIMIT ? 1 : 2 + Math.floor((LIMIT - second) / each);
}

function withMembers(
  document: PolicyDocument | null,
  layout: Layout,
  example: Delivery,
  count: number,
): PolicyDocument | null {
  const text = JSON.stringify(document);
  const free = (id: string) => !text.includes(id);
  const ids = Array.from({ length: count * 2 + 8 }, (_, index) => String(index).padStart(12, '0'));
  const members = ids
    .filter(free)
    .slice(0, count)
    .map((id) => likeExample(example, id));
  const organizationId = example.organizationId ?? 'o-0123456789';
  return mergePolicy(document, {
    layout,
    ...(layout === 'organization' && { organizationId }),
    admit: members,
    withdraw: [],
    bucket: example.bucket,
  }).document;
}

function likeExample(example: Delivery, accountId: string): Delivery {
  const parts = example.trailArn.split(':');
  return { ...example, accountId, trailArn: parts.with(4, accountId).join(':') };
}

/** A warning above 80 % of the limit, an error above the limit itself; both name the way out. */
export function sizeFindings(size: PolicySize, layout: Layout): readonly Finding[] {
  const { bytes, limit, share } = size;
  if (share <= NEARLY_FULL) return [];
  const left = size.membersLeft();
  const room = left === null ? '' : ` There is room for ${left} more members in layout ${layout}.`;
  if (share <= 1) {
    return [
      {
        severity: 'warning',
        code: 'policy-nearly-full',
        message: `The policy takes ${bytes} of ${limit} bytes (${Math.floor(share * 100)} %).${room}`,
        remedy: WAY_OUT[layout],
      },
    ];
  }
  return [
    {
      severity: 'error',
      code: 'policy-too-large',
      message: `The policy would take ${bytes} bytes, ${bytes - limit} more than the ${limit} that S3 allows.`,
      remedy: WAY_OUT[layout],
    },
  ];
}

const WAY_OUT: { readonly [layout in Layout]: string } = {
  isolated:
    'Set policy-layout: documented for new members: it takes about half the room for each (its statements are shared between members).',
  documented:
    'Set policy-layout: compact and name all members in one run, and they are moved to it: it takes less than half the room for each. If all are in one organization, policy-layout: organization has no limit.',
  compact:
    'If all members are in one organization, policy-layout: organization has no limit. Else use a second bucket.',
  organization:
    'The rest of the policy fills it: remove what is no longer needed, or use a second bucket.',
};
