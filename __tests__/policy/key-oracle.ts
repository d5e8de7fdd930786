// An independent IAM evaluator's word on what CloudTrail asks of a key, written out once more from AWS's documentation.

import { resourcePolicyAllows } from '../../sandbox/aws/iam.js';
import type { PolicyDocument } from '../../src/policy/document.js';
import type { Delivery } from '../../src/policy/index.js';

/** Whether CloudTrail may encrypt the trail's logs, and look at the key. */
export function mayUseKey(
  document: PolicyDocument,
  { trailArn, accountId, bucket, prefix, kmsKeyArn = '' }: Delivery,
): { readonly encrypt: boolean; readonly describe: boolean } {
  const folder = `${prefix === '' ? '' : `${prefix}/`}AWSLogs/${accountId}/CloudTrail/`;
  const context = {
    'aws:SourceArn': trailArn,
    'aws:SourceAccount': accountId,
    'aws:SecureTransport': 'true',
    'aws:PrincipalIsAWSService': 'true',
    'aws:PrincipalServiceName': 'cloudtrail.amazonaws.com',
  };
  const encryption = {
    'kms:EncryptionContext:aws:cloudtrail:arn': trailArn,
    'kms:EncryptionContext:aws:s3:arn': `arn:aws:s3:::${bucket}/${folder}x.json.gz`,
    'kms:EncryptionContextKeys': ['aws:cloudtrail:arn', 'aws:s3:arn'],
  };
  const allows = (action: string, more: object) =>
    resourcePolicyAllows('cloudtrail.amazonaws.com', {
      action,
      resource: kmsKeyArn,
      resourceAccount: kmsKeyArn.split(':')[4] ?? '',
      resourcePolicy: { ...document },
      context: { ...context, ...more },
    });
  return {
    encrypt: allows('kms:GenerateDataKey', encryption),
    describe: allows('kms:DescribeKey', {}),
  };
}
