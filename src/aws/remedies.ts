// What to do about an error of AWS, in words. A table by error code; only where one code has several causes is the call
// looked at. The codes and what they mean: the API references of S3, CloudTrail, KMS and STS.

import type { AwsCall } from './call.js';

export type AwsAnswer = {
  readonly awsCode: string;
  readonly message: string;
  /** Where S3 says the bucket is, when it was asked in another Region. */
  readonly bucketRegion?: string | undefined;
};

type Remedy = string | ((call: AwsCall, answer: AwsAnswer) => string);

/** One or two sentences that say what to change. */
export function remedyFor(call: AwsCall, answer: AwsAnswer): string {
  const remedy = REMEDIES.get(answer.awsCode) ?? UNKNOWN;
  return typeof remedy === 'string' ? remedy : remedy(call, answer);
}

const UNKNOWN: Remedy = ({ action }) =>
  `See what the API reference of ${action} says of this error. Nothing that was done before is lost: running again continues from there.`;

const THROTTLED =
  'AWS is throttling the account. Run again in a few minutes; what is done already is kept.';

const PASSING =
  'AWS has a problem of its own that mostly passes soon. Run again in a few minutes; what is done already is kept.';

const REGION_MOVED: Remedy = (_call, { bucketRegion }) =>
  `The bucket is in ${bucketRegion ?? 'another Region'}: set bucket-region to that.`;

function denied({ action, accountId, resource }: AwsCall, { message }: AwsAnswer): string {
  if (action === 'sts:AssumeRole')
    return `The trust policy of ${resource} must admit the hub role (with the same external-id, if it asks for one), and the hub role must be allowed sts:AssumeRole on it.`;
  if (/explicit deny/i.test(message))
    return `A policy denies ${action} explicitly: look for it in the role, its permissions boundary, the bucket policy and the organization's control policies.`;
  if (/session policy/i.test(message))
    return `The session policy of the credentials does not allow ${action}. This action's own session policies do: see where the credentials in the environment, or the hub role's, come from.`;
  if (/public polic/i.test(message))
    return `Block Public Access refuses the policy because a statement in it is public, perhaps an old one of somebody else's. Narrow that statement by hand; plan-file holds the whole policy.`;
  if (action.startsWith('kms:'))
    return `Allow ${action} on ${resource} for the role of account ${accountId}, in the role and in the key policy (which may hand it to IAM by admitting the account). KMS gives and takes a key policy only within the key's account.`;
  if (action.startsWith('s3:') && !message.includes('not authorized to perform'))
    return `Either ${resource} is not owned by account ${accountId} (check central-account-id and bucket), or the central role lacks ${action} on it${action === 's3:PutBucketPolicy' ? ', or Block Public Access refuses a public statement in the policy' : ''}.`;
  return `Allow ${action} for the role of account ${accountId}.`;
}

const noKey: Remedy = ({ resource }) =>
  `There is no ${resource}. Check kms-key-arn: the key's full ARN, in the Region of the bucket.`;

const EXPIRED =
  'The session has expired. Run again. Credentials that were in the environment must last as long as the run; those of roles given as inputs are renewed.';

const KEY_STATE =
  'The key is disabled or waits for its deletion: enable it in KMS, or set another kms-key-arn.';

const REMEDIES: ReadonlyMap<string, Remedy> = new Map<string, Remedy>([
  ['AccessDenied', denied],
  ['AccessDeniedException', denied],
  [
    'NoSuchBucket',
    ({ resource }) => `There is no ${resource}. Check the input bucket, and bucket-region.`,
  ],
  ['S3BucketDoesNotExistException', 'There is no such bucket. Check the input bucket.'],
  [
    'MethodNotAllowed',
    ({ accountId }) =>
      `The role is not of the bucket's account. central-role-arn must be a role of the account that owns the bucket; ${accountId} is not.`,
  ],
  ['PermanentRedirect', REGION_MOVED],
  ['AuthorizationHeaderMalformed', REGION_MOVED],
  ['IllegalLocationConstraintException', REGION_MOVED],
  [
    'MalformedPolicy',
    'S3 does not take the policy, most often because a principal in it no longer exists. Take the dead principal out by hand; plan-file holds the whole policy.',
  ],
  [
    'InvalidBucketAclWithObjectOwnership',
    "The bucket's own ACL lets others in, which owner enforcement would end. Say it in the bucket policy instead, make the ACL private, and run again.",
  ],
  [
    'TooManyBuckets',
    'The account has as many buckets as it may have. Ask AWS for more (Service Quotas), or delete one that is not needed.',
  ],
  ['OperationAborted', 'Something else is changing the bucket at this moment. Run again.'],
  ['SlowDown', THROTTLED],
  ['Throttling', THROTTLED],
  ['ThrottlingException', THROTTLED],
  ['TooManyRequestsException', THROTTLED],
  [
    'ConflictException',
    'Another change of this trail is under way. Wait a few minutes and run again.',
  ],
  [
    'InsufficientS3BucketPolicyException',
    'CloudTrail still refuses the bucket although its policy allows the trail. Wait a minute and run again; if it stays, look for a resource control policy of the organization, or a key policy, that keeps CloudTrail out.',
  ],
  [
    'InsufficientEncryptionPolicyException',
    'The policy of the key that encrypts the bucket or trail does not let CloudTrail use it: allow kms:GenerateDataKey* and kms:DescribeKey to cloudtrail.amazonaws.com.',
  ],
  [
    'KmsKeyNotFoundException',
    "CloudTrail does not find the key, or it is not in the bucket's Region. Set kms-key-arn to a key of the bucket's Region.",
  ],
  [
    'KmsException',
    'CloudTrail cannot use the key. It must be enabled, and a symmetric encryption key: see its state in KMS.',
  ],
  ['NotFoundException', noKey],
  ['InvalidArnException', noKey],
  [
    'MalformedPolicyDocumentException',
    ({ action }) =>
      action.startsWith('kms:')
        ? 'KMS does not take the key policy: most often a principal in it no longer exists, or the role could not change the key policy again afterwards. The plan shows the whole document; correct it by hand.'
        : 'This is a fault of the action: AWS does not take the session policy. Report it with the debug log.',
  ],
  [
    'LimitExceededException',
    'The key policy is longer than the 32,768 bytes that KMS takes. Remove what is no longer needed, or use a second key.',
  ],
  ['KMSInvalidStateException', KEY_STATE],
  ['DisabledException', KEY_STATE],
  ['KMSInternalException', PASSING],
  ['DependencyTimeoutException', PASSING],
  [
    'MaximumNumberOfTrailsExceededException',
    'A Region takes five trails, multi-Region and organization trails of other Regions included. Delete one that is not needed, then run again.',
  ],
  [
    'TrailAlreadyExistsException',
    'A trail of that name exists, but CloudTrail does not show it yet. Run again in a minute: it is then compared and changed, not created.',
  ],
  ['InvalidHomeRegionException', "Set region to the trail's home Region."],
  [
    'NotOrganizationMasterAccountException',
    "The trail is the organization's and can be changed in the management account only. Choose another trail-name.",
  ],
  ['ExpiredToken', EXPIRED],
  ['ExpiredTokenException', EXPIRED],
  ['InvalidClientTokenId', 'The credentials are not known to AWS. Check those in the environment.'],
  ['InvalidAccessKeyId', 'The credentials are not known to AWS. Check those in the environment.'],
  [
    'UnrecognizedClientException',
    'The credentials are not known to AWS in this Region. Check them, and whether the Region is enabled for the account.',
  ],
  [
    'CredentialsProviderError',
    'There are no AWS credentials in the environment. Give central-role-arn and member-role-arn, or run aws-actions/configure-aws-credentials before.',
  ],
  [
    'EmptyAnswer',
    'AWS always sends the policy, or says that there is none. Run again; if it stays, look for a proxy between the runner and AWS that cuts answers short.',
  ],
  [
    'RegionDisabledException',
    "STS is not active in this Region for the account. Activate it in the account's IAM settings, or set region to another one.",
  ],
  [
    'IDPCommunicationErrorException',
    'AWS could not reach GitHub to check the token. Run again in a few minutes.',
  ],
  ...[
    'InternalError',
    'InternalFailure',
    'ServiceUnavailable',
    'RequestTimeout',
    'RequestTimeoutException',
    'RequestAbortedException',
  ].map((code) => [code, PASSING] as const),
  [
    'unreadable',
    'Something between the runner and AWS answered in its place, most often a proxy. Check its log, HTTPS_PROXY and NO_PROXY.',
  ],
  [
    'certificate',
    "The runner does not trust the certificate that it was shown, most often because a proxy opens TLS. Name the file of the proxy's root certificate in the variable NODE_EXTRA_CA_CERTS of the step.",
  ],
  ['TimeoutError', 'AWS did not answer in time. Run again: what is done already is kept.'],
  [
    'network',
    'AWS could not be reached. Check the Region, and the proxy settings (HTTPS_PROXY, NO_PROXY) of the runner.',
  ],
]);
