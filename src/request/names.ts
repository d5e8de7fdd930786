// The names of the inputs that this version takes, and the recognition of names that were meant to be one of them.

export const INPUT_NAMES = [
  'operation',
  'dry-run',
  'central-account-id',
  'central-role-arn',
  'bucket',
  'bucket-prefix',
  'central-trail-name',
  'member-account-id',
  'member-role-arn',
  'hub-role-arn',
  'external-id',
  'audience',
  'region',
  'bucket-region',
  'trail-name',
  'allow-repoint',
  'grants-only',
  'replaces-trail',
  'accounts-file',
  'multi-region',
  'global-service-events',
  'log-file-validation',
  'kms-key-arn',
  'manage-kms-key-policy',
  'sns-topic-arn',
  'cloudwatch-log-group-arn',
  'cloudwatch-role-arn',
  'event-selectors',
  'insight-selectors',
  'recursive-logging',
  'tags',
  'policy-layout',
  'organization-id',
  'expected-plan',
  'allow-broadening',
  'silent-after-hours',
  'verify-delivery',
  'delivery-timeout-minutes',
  'validate-digests',
  'settle-seconds',
  'max-parallel',
  'fail-on',
  'comment',
  'github-token',
  'output-directory',
] as const;

export type InputName = (typeof INPUT_NAMES)[number];

const DECLARED: ReadonlySet<string> = new Set(INPUT_NAMES);
const letters = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
const BY_LETTERS = new Map(INPUT_NAMES.map((name) => [letters(name), name]));

/**
 * The given names that are no input. GitHub only warns of those, and `dry_run: true` would then apply. A name without a
 * hyphen that resembles none of ours may be a variable of the environment (`INPUT_…`) and is let pass.
 */
export function misspelt(
  names: readonly string[],
): readonly { readonly name: string; readonly problem: string; readonly remedy: string }[] {
  return names
    .map((name) => name.toLowerCase())
    .filter((name) => !DECLARED.has(name))
    .flatMap((name) => {
      const meant = BY_LETTERS.get(letters(name));
      if (meant === undefined && !name.includes('-')) return [];
      return [
        {
          name,
          problem: 'is not known to this version of the action',
          remedy: meant === undefined ? 'Take it out, or mend its name.' : `Write ${meant}.`,
        },
      ];
    });
}
