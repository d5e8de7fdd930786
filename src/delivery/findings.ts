// What a person should know and do where logs do not arrive: CloudTrail's error in words, the clause of the policy that it
// comes from, the next step of a wait that was too short.

import { type Delivery, diagnose, type Finding, type PolicyDocument } from '../policy/index.js';

type About = Pick<Delivery, 'accountId' | 'trailArn' | 'bucket'>;

/** `document` is undefined where the policy could not be read. */
export function failureFindings(
  delivery: Delivery,
  error: string,
  document: PolicyDocument | null | undefined,
): readonly Finding[] {
  const causes =
    error === 'AccessDenied' && document !== undefined ? diagnose(document, [delivery]) : [];
  const message = `CloudTrail cannot deliver the logs of ${delivery.trailArn} to ${delivery.bucket}: ${error}.`;
  const remedy = causes.length > 0 ? DIAGNOSED : remedyFor(delivery, error);
  return [finding(delivery, 'error', 'delivery-failing', message, remedy), ...causes];
}

const DIAGNOSED =
  'The bucket policy is the cause: what to change in it is told with it. CloudTrail tries again for 30 days, so the logs of that time are not lost.';

function remedyFor({ bucket, kmsKeyArn }: Delivery, error: string): string {
  if (error === 'NoSuchBucket')
    return `Bucket ${bucket} is gone. Make it again under that name (operation bootstrap), or let the trail deliver elsewhere. CloudTrail tries again for 30 days.`;
  if (error.startsWith('KMS.') || error.startsWith('Kms'))
    return `The key ${kmsKeyArn ?? "of the bucket's encryption"} cannot be used: see that it exists, is enabled and not about to be deleted, and lies in the bucket's Region.`;
  if (error === 'AccessDenied' && kmsKeyArn !== undefined)
    return `The bucket policy lets the trail in, so look at the policy of key ${kmsKeyArn}: it must allow kms:GenerateDataKey* and kms:DescribeKey to cloudtrail.amazonaws.com for this trail.`;
  if (error === 'AccessDenied')
    return 'The bucket policy lets the trail in. Look for a resource control policy of the organization, or for the policy of the key that encrypts the bucket; if the bucket policy was changed a moment ago, verify again in ten minutes.';
  return `${error} is S3's word for it: see S3's list of error codes. CloudTrail tries again for 30 days.`;
}

export function trailMissing(about: About): Finding {
  return finding(
    about,
    'error',
    'delivery-trail-missing',
    `There is no trail ${about.trailArn}, so nothing is delivered.`,
    'Onboard the account, or check trail-name and region.',
  );
}

export function trailStopped(about: About): Finding {
  return finding(
    about,
    'error',
    'delivery-trail-stopped',
    `${about.trailArn} is not logging, so nothing is delivered.`,
    'Onboard the account again: that starts its logging. Find out who stopped it.',
  );
}

export function trailElsewhere(about: About, actual: string): Finding {
  return finding(
    about,
    'error',
    'trail-delivers-elsewhere',
    `${about.trailArn} delivers to bucket ${actual}, not to ${about.bucket}.`,
    "Choose another trail-name, or onboard it with allow-repoint: 'true'.",
  );
}

export function trailAbroad(about: About, homeRegion: string): Finding {
  return finding(
    about,
    'error',
    'trail-home-region',
    `${about.trailArn} has its home in ${homeRegion}; only there its status is told.`,
    `Set region to ${homeRegion}.`,
  );
}

export function organizationUnknown(about: About): Finding {
  return finding(
    about,
    'warning',
    'delivery-organization-unknown',
    `${about.trailArn} is a trail of an organization, whose logs lie below the ID of the organization.`,
    'Give organization-id.',
  );
}

export function notYet(about: About, detail: string): Finding {
  return finding(
    about,
    'warning',
    'delivery-pending',
    `No proof yet that the logs of ${about.trailArn} arrive: ${detail}`,
    'CloudTrail takes about five minutes on average, and promises no time; where nothing happens in the account, it delivers nothing. Run operation verify in a while.',
  );
}

export function malformed(about: About, key: string, problem: string): Finding {
  return finding(
    about,
    'warning',
    'log-malformed',
    `The object ${key} in ${about.bucket} ${problem}: it is no log as CloudTrail writes it.`,
    'Find out who wrote it; validate-digests tells whether a log was changed.',
  );
}

function finding(
  { accountId }: About,
  severity: Finding['severity'],
  code: string,
  message: string,
  remedy: string,
): Finding {
  return { severity, code, account: accountId, message, remedy };
}
