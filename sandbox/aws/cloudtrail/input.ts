// Validates what CloudTrail's operations are sent: the rules for names, buckets, prefixes and tags.
// Rules: CloudTrail user guide, "Naming requirements"; limits: service model.

import { exception, type Input, list } from '../json-protocol.js';
import { isValidBucketName } from '../s3/buckets.js';

export function requireTrailName(name: string): void {
  const form = /^(?!\d{1,3}(?:\.\d{1,3}){3}$)(?=.{3,128}$)[A-Za-z0-9](?:[._-]?[A-Za-z0-9])*$/;
  if (form.test(name)) return;
  throw exception(
    'InvalidTrailName',
    name.length < 3 || name.length > 128
      ? 'Trail name must be between 3 and 128 characters.'
      : `Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_): ${name}`,
  );
}

export function requireBucketName(name: string): void {
  if (!isValidBucketName(name)) {
    throw exception('InvalidS3BucketName', `Bucket name ${name} is invalid.`);
  }
}

/** Nobody may name a prefix that would put his logs among another account's. */
export function requirePrefix(prefix: string): void {
  if (prefix.length > 200 || /(^|\/)AWSLogs(\/|$)/.test(prefix)) {
    throw exception('InvalidS3Prefix', `Invalid S3 prefix: ${prefix}`);
  }
}

export type Tag = { readonly Key: string; readonly Value: string };

/** At most 50 tags with keys of 1-128 and values of up to 256 characters. */
export function tagsOf(input: Input): readonly Tag[] {
  const tags = (list(input, 'TagsList') ?? []).map((item) => {
    const { Key: key = '', Value: value = '' } = item as { Key?: string; Value?: string };
    if (key.length < 1 || key.length > 128 || value.length > 256 || key.startsWith('aws:')) {
      throw exception('InvalidTagParameter', 'Specified tag key or value is not valid.');
    }
    return { Key: key, Value: value };
  });
  if (new Set(tags.map((tag) => tag.Key)).size < tags.length) {
    throw exception('InvalidTagParameter', 'Tag keys must be unique.');
  }
  return tags;
}
