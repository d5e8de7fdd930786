// Which S3 operation a request is, which bucket and key it names and which IAM action it needs. Path-style addresses
// only (`/bucket/key`), as the SDKs use for an IP address.

import type { HttpRequest } from '../../wire.js';
import { settingOf, settings } from './settings.js';

export type Target = { readonly bucket: string; readonly key: string };

export type Operation = {
  readonly name: string;
  readonly action: string;
  readonly write: boolean;
};

export function targetOf(request: HttpRequest): Target {
  const [, bucket = '', ...key] = request.path.split('/');
  return { bucket, key: decodeURIComponent(key.join('/')) };
}

export function operationOf(request: HttpRequest): Operation | undefined {
  const { bucket, key } = targetOf(request);
  if (bucket === '') return undefined;
  return key === '' ? bucketOperation(request) : objectOperation(request);
}

function bucketOperation(request: HttpRequest): Operation | undefined {
  const { method, query } = request;
  if (query.has('policy')) return verb(method, 'BucketPolicy', 'BucketPolicy');
  const setting = settings[settingOf(request) ?? ''];
  if (setting !== undefined) return verb(method, setting.noun, setting.action);
  if (query.has('policyStatus')) return verb(method, 'BucketPolicyStatus', 'BucketPolicyStatus');
  if (query.has('location')) return verb(method, 'BucketLocation', 'BucketLocation');
  if (query.has('acl')) return verb(method, 'BucketAcl', 'BucketAcl');
  switch (method) {
    case 'GET':
      return { name: 'ListObjectsV2', action: 's3:ListBucket', write: false };
    case 'HEAD':
      return { name: 'HeadBucket', action: 's3:ListBucket', write: false };
    case 'PUT':
      return { name: 'CreateBucket', action: 's3:CreateBucket', write: true };
    default:
      return undefined;
  }
}

function objectOperation(request: HttpRequest): Operation | undefined {
  switch (request.method) {
    case 'GET':
      return { name: 'GetObject', action: 's3:GetObject', write: false };
    case 'HEAD':
      return { name: 'HeadObject', action: 's3:GetObject', write: false };
    case 'PUT':
      return { name: 'PutObject', action: 's3:PutObject', write: true };
    case 'DELETE':
      return { name: 'DeleteObject', action: 's3:DeleteObject', write: true };
    default:
      return undefined;
  }
}

function verb(method: string, noun: string, action: string): Operation | undefined {
  switch (method) {
    case 'GET':
      return { name: `Get${noun}`, action: `s3:Get${action}`, write: false };
    case 'PUT':
      return { name: `Put${noun}`, action: `s3:Put${action}`, write: true };
    case 'DELETE':
      // Only the policy has a permission of its own for being deleted.
      return {
        name: `Delete${noun}`,
        action: noun === 'BucketPolicy' ? 's3:DeleteBucketPolicy' : `s3:Put${action}`,
        write: true,
      };
    default:
      return undefined;
  }
}
