// What the plan and its carrying out need of the key that encrypts the logs. As in ports.ts: readers cannot write, and every
// function throws a `CallFailure` when AWS refuses or cannot be reached.

export type KeyDescription = {
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  /** Whether it can encrypt now; `state` says why not: KMS's own word, `Disabled` or `PendingDeletion` for two. */
  readonly enabled: boolean;
  readonly state: string;
  /** The policy of a key that AWS manages cannot be changed, and does not admit CloudTrail. */
  readonly manager: 'customer' | 'aws';
  /** CloudTrail takes no other. */
  readonly symmetric: boolean;
};

/** Bound to one key. */
export type KeyReader = {
  /** The key policy's text as KMS gives it; there always is one. */
  readonly keyPolicy: () => Promise<string>;
  readonly describe: () => Promise<KeyDescription>;
};

export type KeyWriter = {
  /**
   * Replaces the whole policy, once: never sent again by itself. Fails with code `TimeoutError` when no answer came in
   * time; the write may have happened then. KMS refuses a policy after which its writer could not write the next one.
   */
  readonly putKeyPolicy: (text: string, timeoutMs: number) => Promise<void>;
};

/** Whose a key is and where, by its ARN, `arn:aws:kms:<region>:<account>:key/<id>`. */
export function placeOfKey(arn: string): { readonly region: string; readonly accountId: string } {
  const [, , , region = '', accountId = ''] = arn.split(':');
  return { region, accountId };
}
