// What is amiss with the central bucket: whom its policy lets in, how full it is, how the bucket is set. Pure. Nothing of it
// is put right unasked: tightening may cut off trails that nobody listed.

import { bucketStepInWords, planBucket } from '../plan/bucket-plan.js';
import { deadFindings } from '../plan/policy-plan.js';
import {
  admitsAnyAccount,
  type Delivery,
  diagnose,
  type Finding,
  type Grantee,
  isTlsOnly,
  measurePolicy,
  type PolicyDocument,
  sizeFindings,
  weaknesses,
} from '../policy/index.js';
import type { Request } from '../request/request.js';
import type { OwnCode } from './codes.js';
import { asWarning, warning } from './drift.js';
import type { ObservedAudit } from './observe.js';

/** `deliveries` are those of the listed trails that are there and deliver to this bucket. */
export function policyFindings(
  document: PolicyDocument | null,
  deliveries: readonly Delivery[],
  example: Delivery,
  { central, layout }: Request,
): readonly Finding[] {
  const weak = document === null ? [] : weaknesses(document, { layout, staying: [], leaving: [] });
  const findings = [
    ...diagnose(document, deliveries),
    ...weak,
    ...anyAccount(document, weak, example, central),
    ...sizeFindings(measurePolicy(document, layout, example), layout),
    ...deadFindings(document),
  ];
  return findings.map((finding) => asWarning({ account: central.accountId, ...finding }));
}

const OPEN: ReadonlySet<string> = new Set(['policy-write-without-source-arn']);

/** Found by trying, and told only where the statement has not been named already. */
function anyAccount(
  document: PolicyDocument | null,
  weak: readonly Finding[],
  example: Delivery,
  { accountId, bucket }: Request['central'],
): readonly Finding[] {
  if (weak.some(({ code }) => OPEN.has(code)) || !admitsAnyAccount(document, example)) return [];
  return [
    warning(
      accountId,
      'policy-admits-any-account',
      `The policy of ${bucket} lets a trail of any AWS account write: it was tried with account numbers that do not exist.`,
      'Look for wildcards in aws:SourceArn and in Resource, and put the ARNs and folders of the listed accounts in their place.',
    ),
  ];
}

/** `isListed` of an account ID. */
export function strangersGrants(
  grantees: readonly Grantee[],
  isListed: (accountId: string) => boolean,
): readonly Finding[] {
  return grantees
    .filter(({ accountId }) => !isListed(accountId))
    .map(({ accountId, trails, paths, statements }) =>
      warning(
        accountId,
        'grant-without-account',
        `The bucket policy admits account ${accountId}, which nobody listed (${[...trails, ...paths].join(', ') || 'by its number'}; ${statements.join(', ')}).`,
        "List the account, or take its grants back (operation offboard, with grants-only 'true' if it cannot be entered).",
      ),
    );
}

export function bucketFindings(
  { bucket: settings, policy, partition }: ObservedAudit,
  { central }: Request,
): readonly Finding[] {
  const { steps, findings } = planBucket(settings, central);
  const about = (code: OwnCode, message: string, remedy: string): Finding =>
    warning(central.accountId, code, message, remedy);
  const unset = steps.map(bucketStepInWords).join('; ');
  const bucketArn = `arn:${partition}:s3:::${central.bucket}`;
  return [
    ...(steps.length === 0
      ? []
      : [
          about(
            'bucket-settings-missing',
            `Bucket ${central.bucket} is weaker than recommended. Never set: ${unset}.`,
            'Run operation bootstrap: it sets what was never set, and leaves the rest as it is.',
          ),
        ]),
    ...findings,
    ...(policy.document !== null && isTlsOnly(policy.document, bucketArn)
      ? []
      : [
          about(
            'bucket-tls-not-enforced',
            `Bucket ${central.bucket} is weaker than recommended: its policy does not refuse requests without TLS.`,
            'Run operation bootstrap, which adds the statement DenyInsecureTransport.',
          ),
        ]),
  ];
}
