// An independent IAM evaluator's word on the requests CloudTrail makes. Shares nothing with the code under test but the
// documents.

import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { PolicyDocument } from '../../src/policy/document.js';
import type { Delivery } from '../../src/policy/index.js';

export type Question = {
  /** A service, or an IAM principal's ARN. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly context: { readonly [key: string]: string };
};

export async function isAllowed(document: PolicyDocument | null, question: Question) {
  if (document === null) return false;
  const answer = await runSimulation(
    {
      request: {
        principal: question.principal,
        action: question.action,
        resource: { resource: question.resource, accountId: '111111111111' },
        contextVariables: { ...question.context },
      },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: document,
    },
    {},
  );
  if (answer.resultType !== 'single') throw new Error(JSON.stringify(answer));
  return answer.overallResult === 'Allowed';
}

/** What CloudTrail asks of the bucket for one trail, written out once more from AWS's documentation. */
export function questionsOf({
  trailArn,
  accountId,
  bucket,
  prefix,
}: Delivery): readonly Question[] {
  const partition = trailArn.split(':')[1];
  const arn = `arn:${partition}:s3:::${bucket}`;
  const folder = `${arn}/${prefix === '' ? '' : `${prefix}/`}AWSLogs/${accountId}`;
  const context = {
    'aws:SourceArn': trailArn,
    'aws:SourceAccount': accountId,
    'aws:SecureTransport': 'true',
    'aws:PrincipalIsAWSService': 'true',
    'aws:PrincipalServiceName': 'cloudtrail.amazonaws.com',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
  };
  const headers = {
    's3:x-amz-acl': 'bucket-owner-full-control',
    's3:x-amz-server-side-encryption': 'AES256',
  };
  const put = (key: string): Question => ({
    principal: 'cloudtrail.amazonaws.com',
    action: 's3:PutObject',
    resource: `${folder}/${key}`,
    context: { ...context, ...headers },
  });
  return [
    { principal: 'cloudtrail.amazonaws.com', action: 's3:GetBucketAcl', resource: arn, context },
    put('CloudTrail/'),
    put(
      `CloudTrail/eu-west-1/2026/11/23/${accountId}_CloudTrail_eu-west-1_20261123T1200Z_Ab.json.gz`,
    ),
    put(`CloudTrail-Digest/us-east-1/2026/11/23/${accountId}_CloudTrail-Digest_us-east-1.json.gz`),
    put(`CloudTrail-Insight/us-east-1/2026/11/23/${accountId}_CloudTrail-Insight_x.json.gz`),
  ];
}

/** Whether all of CloudTrail's requests for the trail are allowed. */
export async function isAdmitted(document: PolicyDocument | null, delivery: Delivery) {
  const answers = await Promise.all(
    questionsOf(delivery).map((question) => isAllowed(document, question)),
  );
  return answers.every(Boolean);
}
