// Why CloudTrail would be refused the key of a trail, and the text that would mend it by hand. The reasoning is that of the
// bucket policy's doctor (doctor.ts); here stands only what is different about a key.

import type { Delivery } from './delivery.js';
import { diagnoseIn } from './doctor.js';
import type { PolicyDocument } from './document.js';
import type { Finding } from './finding.js';
import { isEncrypted, KEY_GRANT_KINDS, type KeyGrantKind, keyRequestsFor } from './key-grants.js';
import { admitKey } from './key-merge.js';
import type { Patient } from './patient.js';

const KEY: Patient<KeyGrantKind> = {
  kinds: KEY_GRANT_KINDS,
  requests: keyRequestsFor,
  resource: (_, { kmsKeyArn }) => kmsKeyArn ?? '*',
  admit: admitKey,
  name: 'key policy',
  code: 'key-policy',
  byHand: 'Set manage-kms-key-policy: true',
};

/** Error findings for all grants that the deliveries with a key do not have; empty when every one is in effect. */
export function diagnoseKey(
  document: PolicyDocument,
  deliveries: readonly Delivery[],
): readonly Finding[] {
  return diagnoseIn(KEY, document, deliveries.filter(isEncrypted));
}
