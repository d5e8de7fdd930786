// What the central bucket is brought through, decided from its settings as they are. Pure. What was never set is set; what
// somebody set weaker than is recommended is left as it is, and told.

import { type Finding, type PolicyDocument, publicStatements } from '../policy/index.js';
import type { Central } from '../request/request.js';

/** A bucket's settings; null is what was never set. */
export type BucketSettings = {
  readonly publicAccessBlock: PublicAccessBlock | null;
  readonly ownership: string | null;
  readonly encryption: BucketEncryption | null;
  readonly versioning: string | null;
};

export type PublicAccessBlock = {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
};

export type BucketEncryption = {
  /** `AES256`, `aws:kms` or `aws:kms:dsse`. */
  readonly algorithm: string;
  /** `SSE-C`, or `NONE` where somebody has allowed it; null where nobody has said. */
  readonly blocked: readonly string[] | null;
};

/** Each is one call to S3, and its kind is all that S3 is told: there is one recommended value of each setting. */
export type BucketStep = {
  readonly kind:
    | 'create-bucket'
    | 'put-public-access-block'
    | 'put-ownership-controls'
    | 'put-encryption'
    | 'put-versioning';
};

/** The step as a person would name it. */
export function bucketStepInWords({ kind }: BucketStep): string {
  return WORDS[kind];
}

const WORDS: { readonly [kind in BucketStep['kind']]: string } = {
  'create-bucket': 'create',
  'put-public-access-block': 'block public access',
  'put-ownership-controls': 'owner enforced',
  'put-encryption': 'encryption, SSE-C blocked',
  'put-versioning': 'versioning',
};

export type BucketPlan = {
  readonly steps: readonly BucketStep[];
  readonly findings: readonly Finding[];
};

/** `settings` is null where there is no such bucket: a new one is given all settings, whatever S3's defaults are by then. */
export function planBucket(settings: BucketSettings | null, central: Central): BucketPlan {
  const all = SETTINGS.map(({ kind }) => ({ kind }));
  if (settings === null) return { steps: [{ kind: 'create-bucket' }, ...all], findings: [] };
  const verdicts = SETTINGS.map(({ kind, judge }) => ({ kind, verdict: judge(settings) }));
  return {
    steps: verdicts.flatMap(({ kind, verdict }) => (verdict === 'missing' ? [{ kind }] : [])),
    findings: verdicts.flatMap(({ verdict }) =>
      typeof verdict === 'string' ? [] : [weaker(verdict, central)],
    ),
  };
}

/** `good`: as recommended or stronger. `missing`: never set. Else what is weaker about it. */
type Verdict = 'good' | 'missing' | Weakness;
type Weakness = Pick<Finding, 'code' | 'message' | 'remedy'>;

/** In the order in which they are set. */
const SETTINGS: readonly {
  readonly kind: BucketStep['kind'];
  readonly judge: (settings: BucketSettings) => Verdict;
}[] = [
  { kind: 'put-public-access-block', judge: publicAccess },
  { kind: 'put-ownership-controls', judge: ownership },
  { kind: 'put-encryption', judge: encryption },
  { kind: 'put-versioning', judge: versioning },
];

function publicAccess({ publicAccessBlock }: BucketSettings): Verdict {
  if (publicAccessBlock === null) return 'missing';
  const off = Object.entries(publicAccessBlock).flatMap(([flag, on]) => (on ? [] : [flag]));
  if (off.length === 0) return 'good';
  const names = off.map((flag) => flag.charAt(0).toUpperCase() + flag.slice(1));
  return {
    code: 'bucket-public-access-not-blocked',
    message: `Block Public Access is not fully on: ${names.join(', ')} ${off.length === 1 ? 'is' : 'are'} off.`,
    remedy:
      'Turn all four settings on (Permissions, Block public access), unless something is meant to be public.',
  };
}

function ownership({ ownership: owner }: BucketSettings): Verdict {
  if (owner === null) return 'missing';
  if (owner === 'BucketOwnerEnforced') return 'good';
  return {
    code: 'bucket-acls-enabled',
    message: `Object ownership is ${owner}, so ACLs count beside the bucket policy.`,
    remedy:
      'Set object ownership to BucketOwnerEnforced once nobody relies on ACLs. CloudTrail does not.',
  };
}

/**
 * S3 encrypts every bucket, so an AES256 without a word on SSE-C is what S3 made of a bucket from before April 2026: nobody's
 * choice. With a key it was somebody's, and is not written over.
 */
function encryption({ encryption: rule }: BucketSettings): Verdict {
  if (rule === null || (rule.algorithm === 'AES256' && rule.blocked === null)) return 'missing';
  if (rule.blocked?.includes('SSE-C')) return 'good';
  return {
    code: 'bucket-sse-c-allowed',
    message:
      'Objects may be uploaded with keys of the uploader (SSE-C), which nobody else can then read.',
    remedy: 'Block SSE-C in the default encryption of the bucket (BlockedEncryptionTypes: SSE-C).',
  };
}

function versioning({ versioning: status }: BucketSettings): Verdict {
  if (status === null) return 'missing';
  if (status === 'Enabled') return 'good';
  return {
    code: 'bucket-versioning-suspended',
    message: `Versioning is ${status.toLowerCase()}: a log that is overwritten or deleted is gone.`,
    remedy: 'Enable versioning, with a lifecycle rule for old versions if their cost matters.',
  };
}

function weaker({ code, message, remedy }: Weakness, { accountId, bucket }: Central): Finding {
  return {
    severity: 'warning',
    code,
    account: accountId,
    message: `Bucket ${bucket} is weaker than recommended. ${message} It is left as it is.`,
    remedy,
  };
}

/**
 * Where Block Public Access is on, S3 refuses every policy with a public statement, an old one of somebody else's too; where
 * it is turned on, that statement ends. So neither is begun. Source: S3 user guide, access-control-block-public-access.
 */
export function publicPolicyFindings(
  settings: BucketSettings | null,
  policy: { readonly document: PolicyDocument | null; readonly changed: boolean },
  { accountId, bucket }: Central,
): readonly Finding[] {
  if (settings === null) return [];
  const { publicAccessBlock } = settings;
  const isHit =
    publicAccessBlock === null || (publicAccessBlock.blockPublicPolicy && policy.changed);
  const names = isHit ? publicStatements(policy.document) : [];
  if (names.length === 0) return [];
  const effect =
    publicAccessBlock === null
      ? 'Block Public Access was never set on the bucket; turning it on would end that access'
      : 'Block Public Access is on, so S3 refuses every new policy with it';
  return [
    {
      severity: 'error',
      code: 'bucket-policy-public',
      account: accountId,
      message: `The policy of bucket ${bucket} lets anybody in, in ${names.join(', ')}. ${effect}.`,
      remedy:
        'Narrow the statement by hand. If it is meant, set Block Public Access yourself, with BlockPublicPolicy and RestrictPublicBuckets off: it is then left as it is.',
    },
  ];
}
