// One write to a bucket's configuration at a time: S3 aborts the other, whichever part of it either is about (seen in
// public issue threads for PutBucketPolicy beside other sub-resources).

import { Refusal } from '../../wire.js';
import type { Bucket } from '../state.js';

/** @param ms real milliseconds the write takes at least */
export async function exclusively(
  bucket: Bucket,
  ms: number,
  write: () => void | Promise<void>,
): Promise<void> {
  if (bucket.writing) {
    throw new Refusal(
      409,
      'OperationAborted',
      'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    );
  }
  bucket.writing = true;
  try {
    if (ms > 0) {
      await new Promise((done) => {
        setTimeout(done, ms);
      });
    }
    await write();
  } finally {
    bucket.writing = false;
  }
}
