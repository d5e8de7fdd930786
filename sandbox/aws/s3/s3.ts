// S3: finds the bucket, checks owner, Region and permission, and carries the operation out. Which policies are sound is
// decided in bucket-policy.ts, what objects are in objects.ts.

import {
  type HttpReply,
  type HttpRequest,
  Refusal,
  type XmlValue,
  xml,
  xmlDeclaration,
} from '../../wire.js';
import { type AuthenticationProblem, authenticate, scopeOf } from '../authentication.js';
import { type Aws, type Service, slackOf } from '../aws.js';
import { type Caller, type Context, refusal } from '../iam.js';
import { visiblePolicy } from '../policies.js';
import type { Bucket } from '../state.js';
import { createBucket } from './create-bucket.js';
import { listObjects, putObject, readObject, toToken } from './objects.js';
import { operationOf, type Target, targetOf } from './operations.js';
import { getBucketPolicy, policyStatus, writePolicy } from './policy-operations.js';
import { accessDenied, noContent, xmlReply } from './replies.js';
import { configure } from './settings.js';

export const s3: Service = {
  name: (request) => {
    const operation = operationOf(request);
    const { bucket, key } = targetOf(request);
    return {
      operation: operation?.name ?? 'Unknown',
      write: operation?.write ?? false,
      resource: key === '' ? bucket : `${bucket}/${key}`,
    };
  },
  answer: async (aws, request) => {
    const operation = operationOf(request);
    if (operation === undefined) {
      throw new Refusal(501, 'NotImplemented', 'The sandbox does not know this operation.');
    }
    const target = targetOf(request);
    const caller = signedCaller(aws, request);
    const call = { aws, request, target, caller, action: operation.action };
    if (operation.name === 'CreateBucket') return makeBucket(call);
    const bucket = findBucket(aws, request, target);
    await requireAccess(call, bucket);
    return perform(operation.name, call, bucket);
  },
  refuse: (error, request) => ({
    status: error.status,
    headers: { 'content-type': 'application/xml', ...error.headers },
    body:
      request.method === 'HEAD'
        ? ''
        : xmlDeclaration +
          xml('Error', {
            Code: error.code,
            Message: error.message,
            Resource: request.path,
            RequestId: crypto.randomUUID(),
          }),
  }),
};

type Call = {
  readonly aws: Aws;
  readonly request: HttpRequest;
  readonly target: Target;
  readonly caller: Caller;
  readonly action: string;
};

function perform(name: string, call: Call, bucket: Bucket): Promise<HttpReply> | HttpReply {
  const { aws, request, target } = call;
  switch (name) {
    case 'GetBucketPolicy':
      return getBucketPolicy(aws, bucket);
    case 'PutBucketPolicy':
      return writePolicy(aws, bucket, request.body.toString());
    case 'DeleteBucketPolicy':
      return writePolicy(aws, bucket, undefined);
    case 'GetBucketPolicyStatus':
      return policyStatus(bucket);
    case 'GetBucketLocation':
      return xmlReply('LocationConstraint', bucket.region === 'us-east-1' ? '' : bucket.region);
    case 'GetBucketAcl':
      return xmlReply('AccessControlPolicy', ownerOnly(bucket));
    case 'HeadBucket':
      return { status: 200, headers: { 'x-amz-bucket-region': bucket.region }, body: '' };
    case 'ListObjectsV2':
      return listReply(bucket, request.query);
    case 'GetObject':
    case 'HeadObject':
      return getObject(call, bucket);
    case 'PutObject':
      return putObject(bucket, target.key, request, aws.clock.now());
    case 'DeleteObject':
      bucket.objects.delete(target.key);
      return noContent;
    default:
      return configure(bucket, request);
  }
}

/** Whether a key exists is told only to who may list the bucket (S3 API reference, GetObject). */
async function getObject(call: Call, bucket: Bucket): Promise<HttpReply> {
  if (!bucket.objects.has(call.target.key)) {
    await requireAccess(
      { ...call, action: 's3:ListBucket', target: { ...call.target, key: '' } },
      bucket,
    );
  }
  return readObject(bucket, call.target.key);
}

function findBucket(aws: Aws, request: HttpRequest, target: Target): Bucket {
  const bucket = aws.state.buckets.get(target.bucket);
  if (bucket === undefined) {
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist');
  }
  const expected = request.headers['x-amz-expected-bucket-owner'];
  if (expected !== undefined && expected !== bucket.account) throw accessDenied('Access Denied');
  const region = scopeOf(request)?.region;
  if (region !== bucket.region && !request.query.has('location')) {
    throw new Refusal(
      301,
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
      { 'x-amz-bucket-region': bucket.region },
    );
  }
  return bucket;
}

async function requireAccess(call: Call, bucket: Bucket): Promise<void> {
  const { caller, target, action, request } = call;
  const arn = `arn:aws:s3:::${bucket.name}`;
  const denied = await refusal(caller, {
    action,
    resource: target.key === '' ? arn : `${arn}/${target.key}`,
    resourceAccount: bucket.account,
    resourcePolicy: visiblePolicy(bucket),
    region: bucket.region,
    context: requestContext(request),
  });
  if (denied !== undefined) throw deniedAccess(caller, bucket, denied);
  if (/BucketPolicy(Status)?$/.test(action) && caller.account !== bucket.account) {
    // S3 API reference, PutBucketPolicy: the right permission, but another account than the owner's.
    throw new Refusal(
      405,
      'MethodNotAllowed',
      'The specified method is not allowed against this resource.',
    );
  }
}

/** The reason is told within the account only; a bucket's Region anybody learns. */
function deniedAccess(caller: Caller, bucket: Bucket, reason: string): Refusal {
  const message = caller.account === bucket.account ? reason : 'Access Denied';
  return new Refusal(403, 'AccessDenied', message, { 'x-amz-bucket-region': bucket.region });
}

function requestContext(request: HttpRequest): Context {
  const keys = [
    ['s3:prefix', request.query.get('prefix')],
    ['s3:delimiter', request.query.get('delimiter')],
    ['s3:max-keys', request.query.get('max-keys')],
    ['s3:x-amz-acl', request.headers['x-amz-acl']],
    ['s3:x-amz-server-side-encryption', request.headers['x-amz-server-side-encryption']],
  ] as const;
  return Object.fromEntries(
    keys.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

/** Nobody's permission but the caller's own counts: there is no bucket yet. */
async function makeBucket(call: Call): Promise<HttpReply> {
  const { aws, request, target, caller, action } = call;
  const region = scopeOf(request)?.region ?? '';
  const denied = await refusal(caller, {
    action,
    resource: `arn:aws:s3:::${target.bucket}`,
    resourceAccount: caller.account,
    region,
  });
  if (denied !== undefined) throw accessDenied(denied);
  return createBucket(aws, request, { name: target.bucket, account: caller.account, region });
}

function listReply(bucket: Bucket, query: URLSearchParams): HttpReply {
  const { objects, commonPrefixes, next } = listObjects(bucket, query);
  const encoded = (key: string) =>
    query.get('encoding-type') === 'url' ? encodeURIComponent(key).replaceAll('%2F', '/') : key;
  return xmlReply('ListBucketResult', {
    Name: bucket.name,
    Prefix: encoded(query.get('prefix') ?? ''),
    Delimiter: query.get('delimiter') ?? undefined,
    EncodingType: query.get('encoding-type') ?? undefined,
    MaxKeys: query.get('max-keys') ?? '1000',
    KeyCount: objects.length + commonPrefixes.length,
    IsTruncated: next !== undefined,
    NextContinuationToken: next === undefined ? undefined : toToken(next),
    Contents: objects.map((object) => ({
      Key: encoded(object.key),
      LastModified: object.lastModified.toISOString(),
      ETag: `"${object.etag}"`,
      Size: object.body.length,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: commonPrefixes.map((prefix) => ({ Prefix: encoded(prefix) })),
  });
}

function ownerOnly(bucket: Bucket): XmlValue {
  const id = bucket.account.padStart(64, '0');
  return {
    Owner: { ID: id },
    AccessControlList: { Grant: { Grantee: { ID: id }, Permission: 'FULL_CONTROL' } },
  };
}

/** S3 allows more than other services (S3 API reference, RequestTimeTooSkewed). */
const SLACK_MS = 15 * 60_000;

const skewed = [
  403,
  'RequestTimeTooSkewed',
  'The difference between the request time and the current time is too large.',
] as const;

const problems: Readonly<Record<AuthenticationProblem, readonly [number, string, string]>> = {
  unsigned: [403, 'AccessDenied', 'Access Denied'],
  'unknown-key': [
    403,
    'InvalidAccessKeyId',
    'The AWS Access Key Id you provided does not exist in our records.',
  ],
  'bad-token': [400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.'],
  expired: [400, 'ExpiredToken', 'The provided token has expired.'],
  'bad-signature': [
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
  'too-old': skewed,
  'too-new': skewed,
};

function signedCaller(aws: Aws, request: HttpRequest): Caller {
  const caller = authenticate(request, aws.state, aws.clock.now(), slackOf(aws, SLACK_MS));
  if (typeof caller === 'string') throw new Refusal(...problems[caller]);
  return caller;
}
