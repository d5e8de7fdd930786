// What a trail needs of a bucket, as plain values. A `Delivery` is the wish "this trail delivers into this bucket"; the
// other files of this room turn it into grants and look whether they are in effect.

export type Delivery = {
  /** The trail's ARN in its home Region, `arn:aws:cloudtrail:<home>:<account>:trail/<name>`: what CloudTrail sends as `aws:SourceArn`. */
  readonly trailArn: string;
  readonly accountId: string;
  readonly bucket: string;
  /** S3 key prefix without `AWSLogs/` and without slashes at its ends; empty for none. */
  readonly prefix: string;
  /** ARN of the KMS key that encrypts the trail's logs; left out where it has none. A Deny may ask for a certain key. */
  readonly kmsKeyArn?: string;
  /** `o-…` of the organization that the trail's account is known to be in; left out where nobody said. */
  readonly organizationId?: string;
};
