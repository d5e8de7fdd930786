// The keys that the members' trails are encrypted with: what becomes of the policy of each, and whom a key holds back that
// CloudTrail could not use. Pure. A key of another account is told and not judged, for KMS shows its policy to nobody outside.

import { type Delivery, type Finding, mergeKeyPolicy, missingKeyGrants } from '../policy/index.js';
import type { Central, Request } from '../request/request.js';
import { type KeyPlan, type KeyWish, planKeyPolicy } from './key-plan.js';
import { type KeyDescription, placeOfKey } from './key-ports.js';
import type { ObservedKey } from './observe-keys.js';
import { isMissingKey } from './patience.js';
import type { PlannedMember } from './plan.js';

export type KeysPlan = {
  /** In order of ARN: those whose policy was read. */
  readonly keys: readonly KeyPlan[];
  readonly findings: readonly Finding[];
  /** Trails, by the ARN of their member, that are left alone because of their key. */
  readonly refused: ReadonlySet<string>;
};

type KeyRules = Pick<Request, 'central' | 'manageKeyPolicy'>;

export function planKeys(
  members: readonly PlannedMember[],
  observed: readonly ObservedKey[],
  rules: KeyRules,
): KeysPlan {
  const uses = members.flatMap((member) => useOf(member, rules));
  const arns = [...new Set(uses.map(({ arn }) => arn))].toSorted();
  const verdicts = arns.map((arn) =>
    judge(
      arn,
      uses.filter((use) => use.arn === arn),
      observed.find((key) => key.arn === arn),
      rules.central,
    ),
  );
  return {
    keys: verdicts.flatMap(({ plan }) => plan ?? []),
    findings: verdicts.flatMap(({ findings }) => findings),
    refused: new Set(verdicts.flatMap(({ refused }) => refused.map(({ trailArn }) => trailArn))),
  };
}

/** One member's part in a key. */
type Use = {
  readonly arn: string;
  readonly trailArn: string;
  readonly managed: boolean;
  readonly admit: readonly Delivery[];
  readonly withdraw: readonly Delivery[];
};

/** Only a key that is named is managed: the role may write no other, and a trail that is gone names none. */
function useOf(
  { member, trailArn, admit, withdraw }: PlannedMember,
  { manageKeyPolicy }: KeyRules,
): readonly Use[] {
  const named = member.trail.settings.kmsKeyArn ?? '';
  const managed = manageKeyPolicy && named !== '';
  const arn = managed ? named : (admit?.kmsKeyArn ?? '');
  if (arn === '') return [];
  const leaving = withdraw.map((delivery) => ({ ...delivery, kmsKeyArn: arn }));
  return [
    {
      arn,
      trailArn,
      managed,
      admit: admit === null ? [] : [admit],
      withdraw: managed ? leaving : [],
    },
  ];
}

type Verdict = {
  readonly plan: KeyPlan | null;
  readonly findings: readonly Finding[];
  readonly refused: readonly Use[];
};

function judge(
  arn: string,
  uses: readonly Use[],
  seen: ObservedKey | undefined,
  central: Central,
): Verdict {
  const joining = uses.filter(({ admit }) => admit.length > 0);
  const { region, accountId } = placeOfKey(arn);
  if (region !== central.bucketRegion)
    return { plan: null, ...refusing(joining, wrongRegion(arn, region, central)) };
  if (accountId !== central.accountId)
    return { plan: null, findings: joining.length > 0 ? [foreign(arn, joining)] : [], refused: [] };
  // Read before it was known to be this key's turn: nothing to say.
  if (seen === undefined) return { plan: null, findings: [], refused: [] };
  if ('failure' in seen) return unread(seen, uses, joining);
  const unusable = joining.length > 0 ? unusableFinding(seen.description) : null;
  if (unusable !== null) return { plan: null, ...refusing(joining, unusable) };
  return planned(arn, uses, seen);
}

function refusing(refused: readonly Use[], finding: Finding): Omit<Verdict, 'plan'> {
  return { refused, findings: refused.length > 0 ? [finding] : [] };
}

/** Whoever has an error is held back, and the policy is planned without them. */
function planned(
  arn: string,
  uses: readonly Use[],
  { policy: { document } }: Extract<ObservedKey, { readonly policy: unknown }>,
): Verdict {
  const whole = planKeyPolicy(document, wishOf(arn, uses));
  const tooLarge = whole.findings.some(({ code }) => code === 'key-policy-too-large');
  const refused = uses.filter(
    ({ admit }) => tooLarge || missingKeyGrants(whole.merge.document, admit).length > 0,
  );
  const rest = uses.filter((use) => !refused.includes(use));
  const plan = refused.length > 0 ? planKeyPolicy(document, wishOf(arn, rest)) : whole;
  return { plan, findings: whole.findings, refused };
}

function wishOf(arn: string, uses: readonly Use[]): KeyWish {
  return {
    arn,
    accountId: placeOfKey(arn).accountId,
    managed: uses.some(({ managed }) => managed),
    admit: uses.flatMap(({ admit }) => admit),
    withdraw: uses.flatMap(({ withdraw }) => withdraw),
  };
}

/** A policy that is to be managed must be read; where it is only looked at, not to have seen it is a warning. */
function unread(
  { arn, failure }: Extract<ObservedKey, { readonly failure: unknown }>,
  uses: readonly Use[],
  joining: readonly Use[],
): Verdict {
  if (isMissingKey(failure))
    return {
      plan: null,
      refused: joining,
      findings: joining.length > 0 ? failure.findings : [],
    };
  if (uses.some(({ managed }) => managed))
    return { plan: null, refused: uses, findings: failure.findings };
  const [cause] = failure.findings;
  const finding: Finding = {
    severity: 'warning',
    code: 'key-not-looked-at',
    account: placeOfKey(arn).accountId,
    message: `The policy of key ${arn} was not looked at, so it is not known whether CloudTrail may encrypt with it. ${cause?.message ?? ''}`,
    remedy: `${cause?.remedy ?? ''} Or see by hand that the key policy grants this:\n${byHand(joining)}`,
  };
  return { plan: null, refused: [], findings: [finding] };
}

function wrongRegion(arn: string, region: string, { bucket, bucketRegion }: Central): Finding {
  return {
    severity: 'error',
    code: 'key-wrong-region',
    message: `Key ${arn} is in ${region}, but the bucket ${bucket} is in ${bucketRegion}. CloudTrail encrypts with keys of the bucket's Region only.`,
    remedy: `Set kms-key-arn to a key in ${bucketRegion}; a multi-Region key has a replica's ARN there.`,
  };
}

function foreign(arn: string, joining: readonly Use[]): Finding {
  const { accountId } = placeOfKey(arn);
  return {
    severity: 'notice',
    code: 'key-of-another-account',
    account: accountId,
    message: `Key ${arn} is not the central account's, so it was not looked at: KMS shows a key policy only within the key's account.`,
    remedy: `See by hand, in account ${accountId}, that the key is enabled, that those who read the logs may use kms:Decrypt with it, and that its policy grants this:\n${byHand(joining)}`,
  };
}

/** What AWS documents for these trails, as text to copy. */
function byHand(joining: readonly Use[]): string {
  const admit = joining.flatMap((use) => use.admit);
  const { document } = mergeKeyPolicy({ Statement: [] }, { admit, withdraw: [] });
  return JSON.stringify(document.Statement, null, 2);
}

function unusableFinding({ arn, accountId, ...key }: KeyDescription): Finding | null {
  const about = { severity: 'error', account: accountId } as const;
  if (key.manager === 'aws')
    return {
      ...about,
      code: 'key-of-aws',
      message: `Key ${arn} is managed by AWS: its policy does not admit CloudTrail and cannot be changed.`,
      remedy: 'Create a key of your own, and set kms-key-arn to it.',
    };
  if (!key.symmetric)
    return {
      ...about,
      code: 'key-not-symmetric',
      message: `Key ${arn} is not a symmetric encryption key, and CloudTrail takes no other.`,
      remedy: 'Set kms-key-arn to a symmetric key for encryption and decryption.',
    };
  if (key.enabled) return null;
  return {
    ...about,
    code: 'key-disabled',
    message: `Key ${arn} cannot be used: its state is ${key.state}. CloudTrail would deliver nothing.`,
    remedy: `Enable the key in KMS${key.state === 'PendingDeletion' ? ', once its deletion is cancelled' : ''}, or set another kms-key-arn.`,
  };
}
