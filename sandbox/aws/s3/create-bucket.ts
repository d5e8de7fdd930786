// CreateBucket: where a bucket may be made, and whose name it is already. Permission was asked before.

import { type HttpReply, type HttpRequest, Refusal } from '../../wire.js';
import type { Aws } from '../aws.js';
import { isValidBucketName, newBucket } from './buckets.js';
import { type Element, readXml, textOf } from './xml.js';

/** @param region the one the request was signed for */
export function createBucket(
  aws: Aws,
  request: HttpRequest,
  bucket: { readonly name: string; readonly account: string; readonly region: string },
): HttpReply {
  const { name, account, region } = bucket;
  if (!isValidBucketName(name)) {
    throw new Refusal(400, 'InvalidBucketName', 'The specified bucket is not valid.');
  }
  requireLocation(region, locationIn(request.body.toString()));
  const existing = aws.state.buckets.get(name);
  if (existing !== undefined && existing.account !== account) {
    throw new Refusal(
      409,
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    );
  }
  if (existing === undefined) {
    aws.state.buckets.set(name, newBucket({ ...bucket, created: aws.clock.now() }));
  } else if (existing.region !== 'us-east-1' || region !== 'us-east-1') {
    // In us-east-1 making it again is no error (S3 API reference, CreateBucket).
    throw new Refusal(
      409,
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
    );
  }
  return { status: 200, headers: { location: `/${name}` }, body: '' };
}

function locationIn(body: string): string | undefined {
  const [, content] = readXml(body) ?? [];
  const location = textOf(content as Element | undefined, 'LocationConstraint');
  return location === '' ? undefined : location;
}

/** us-east-1 is named by saying nothing; every other Region by its name, at its own endpoint. */
function requireLocation(region: string, location: string | undefined): void {
  if (region === 'us-east-1' && location === 'us-east-1') {
    throw new Refusal(
      400,
      'InvalidLocationConstraint',
      'The specified location-constraint is not valid',
    );
  }
  if ((location ?? 'us-east-1') === region) return;
  throw new Refusal(
    400,
    'IllegalLocationConstraintException',
    `The ${location ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}
