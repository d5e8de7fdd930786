// CloudTrail as the others meet it: its service principal, acting for a trail, with the condition keys documented for it
// (CloudTrail user guide, create-s3-bucket-policy-for-cloudtrail and create-kms-key-policy-for-cloudtrail).

import type { Aws } from '../aws.js';
import { type Context, type Question, resourcePolicyAllows } from '../iam.js';
import type { TrailDescription } from '../state.js';

const servicePrincipal = 'cloudtrail.amazonaws.com';

export function accountOf(trail: TrailDescription): string {
  return trail.TrailARN.split(':')[4] ?? '';
}

/** Whether a resource's policy lets CloudTrail do this for the trail. */
export function serviceMay(
  aws: Aws,
  trail: TrailDescription,
  question: Omit<Question, 'region'>,
): boolean {
  return resourcePolicyAllows(servicePrincipal, {
    ...question,
    context: { ...serviceContext(aws, trail, question.resourceAccount), ...question.context },
  });
}

function serviceContext(aws: Aws, trail: TrailDescription, resourceAccount: string): Context {
  const account = accountOf(trail);
  const organization = aws.state.accounts.get(account)?.organization;
  return {
    'aws:SourceArn': trail.TrailARN,
    'aws:SourceAccount': account,
    ...(organization !== undefined && { 'aws:SourceOrgID': organization }),
    'aws:PrincipalIsAWSService': 'true',
    'aws:PrincipalServiceName': servicePrincipal,
    'aws:SecureTransport': 'true',
    'aws:ResourceAccount': resourceAccount,
    's3:ResourceAccount': resourceAccount,
  };
}
