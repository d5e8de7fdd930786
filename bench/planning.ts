// What the policy engine does for one plan (merge, comparison, diff), for any number of members and of statements, and the
// time it takes. How often that is tried, and in which process, is decided elsewhere.

import { consolePolicy } from '../sandbox/worlds.js';
import {
  compareAccess,
  type Delivery,
  diffPolicies,
  type Layout,
  mergePolicy,
  missingGrants,
  type PolicyDocument,
  parsePolicy,
  printPolicy,
} from '../src/policy/index.js';

/** So many members join the console's policy, which has so many foreign statements beside. */
export type Scene = {
  readonly layout: Layout;
  readonly members: number;
  readonly foreign: number;
};

/** Milliseconds. `cpu` is the process's user time, its compiler's and its collector's threads with it. */
export type Times = {
  readonly wall: number;
  readonly cpu: number;
  readonly merge: number;
  readonly compare: number;
  readonly diff: number;
};

/** `bytes`: of the policy that comes out, minified. */
export type Planned = { readonly times: Times; readonly bytes: number };

const BUCKET = 'sec-cloudtrail-log';
const CENTRAL = '111111111111';

/** @throws Error where a member is not admitted: then it was not a plan that was measured. */
export function plan(scene: Scene): Planned {
  const before = policyWith(scene.foreign);
  const members = deliveries(scene);
  const request = { layout: scene.layout, bucket: BUCKET, admit: members, withdraw: [] };
  const userBefore = process.cpuUsage();
  const startedAt = performance.now();
  const { document } = mergePolicy(before, request);
  const mergedAt = performance.now();
  compareAccess(before, document, members);
  const comparedAt = performance.now();
  diffPolicies(before, document);
  const endedAt = performance.now();
  const cpu = process.cpuUsage(userBefore).user / 1000;
  if (document === null || missingGrants(document, members).length > 0)
    throw new Error(`Not all of ${scene.members} members were admitted`);
  return {
    times: {
      wall: endedAt - startedAt,
      cpu,
      merge: mergedAt - startedAt,
      compare: comparedAt - mergedAt,
      diff: endedAt - comparedAt,
    },
    bytes: Buffer.byteLength(printPolicy(document)),
  };
}

function deliveries({ layout, members }: Scene): readonly Delivery[] {
  return Array.from({ length: members }, (_, index) => {
    const accountId = String(200_000_000_000 + index * 7_919);
    return {
      trailArn: trailOf(accountId),
      accountId,
      bucket: BUCKET,
      prefix: '',
      ...(layout === 'organization' && { organizationId: 'o-exampleorgid' }),
    };
  });
}

function trailOf(accountId: string): string {
  return `arn:aws:cloudtrail:us-east-1:${accountId}:trail/management-events`;
}

function policyWith(foreign: number): PolicyDocument {
  const text = JSON.stringify(consolePolicy(BUCKET, CENTRAL, trailOf(CENTRAL)));
  const document = parsePolicy(text);
  const others = Array.from({ length: foreign }, foreignStatement);
  return { ...document, Statement: [...[document.Statement].flat(), ...others] };
}

/** The first is the Deny that most buckets have. */
function foreignStatement(_: unknown, index: number) {
  if (index === 0) {
    return {
      Sid: 'DenyInsecureTransport',
      Effect: 'Deny' as const,
      Principal: '*',
      Action: 's3:*',
      Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    };
  }
  return {
    Sid: `Reader${index}`,
    Effect: index % 3 === 0 ? ('Deny' as const) : ('Allow' as const),
    Principal: { AWS: `arn:aws:iam::123456789012:role/reader-${index}` },
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${BUCKET}/reports/${index}/*`,
  };
}
