// The statement that lets nobody reach the bucket without TLS: whether one does so already, told by what it does and never by
// its Sid, and the one that is added where none does. A Deny that is there is never changed.

import { uniqueSid } from './admit.js';
import { partitionOf } from './cloudtrail.js';
import { type PolicyDocument, type Statement, statementsOf } from './document.js';
import { type AccessRequest, evaluate } from './evaluate.js';

/**
 * The policy with every request to the bucket (`arn:aws:s3:::logs`) refused that comes without TLS; the same value if that
 * is so already. The Deny is the plain one, without IAM's exception for AWS services: Control Tower, the Landing Zone
 * Accelerator and the Security Reference Architecture put it on CloudTrail's buckets, and logs arrive there.
 */
export function withTlsOnly(document: PolicyDocument, bucketArn: string): PolicyDocument {
  if (isTlsOnly(document, bucketArn)) return document;
  const statements = statementsOf(document);
  const Sid = uniqueSid('DenyInsecureTransport', statements);
  return { ...document, Statement: [...statements, { Sid, ...denial(bucketArn) }] };
}

function denial(bucketArn: string): Statement {
  return {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

/** Whether each example is refused for want of TLS: by a Deny that does not refuse it anyway. */
export function isTlsOnly(document: PolicyDocument, bucketArn: string): boolean {
  return examples(bucketArn).every((request) => {
    const deniedBy = (secure: string): readonly number[] => {
      const context = { 'aws:SecureTransport': secure, 'aws:PrincipalIsAWSService': 'false' };
      const { effect, statements } = evaluate(document, { ...request, context });
      return effect === 'denied' ? statements : [];
    };
    const anyway = new Set(deniedBy('true'));
    return deniedBy('false').some((statement) => !anyway.has(statement));
  });
}

/** Chosen so that no Deny for some callers, some actions or a part of the bucket passes for one that is for all. */
function examples(bucketArn: string): readonly Omit<AccessRequest, 'context'>[] {
  const callers = ['000000000000', '000000000001'].map((account) => ({
    arn: `arn:${partitionOf(bucketArn)}:iam::${account}:role/example`,
  }));
  const onBucket = ['s3:ListBucket', 's3:GetBucketAcl', 's3:PutBucketPolicy'].map((action) => ({
    action,
    resource: bucketArn,
  }));
  const onObjects = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'].flatMap((action) =>
    ['AWSLogs/example', 'example'].map((key) => ({ action, resource: `${bucketArn}/${key}` })),
  );
  return callers.flatMap((caller) =>
    [...onBucket, ...onObjects].map((asked) => ({ caller, ...asked })),
  );
}
