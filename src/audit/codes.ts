// The codes of an audit's findings: what people filter on, and what docs/audit.md explains one by one.

/** Of findings that only an audit has. */
export const OWN_CODES = [
  'account-not-onboarded',
  'account-still-granted',
  'account-still-has-trail',
  'bucket-settings-missing',
  'bucket-tls-not-enforced',
  'drift-found',
  'grant-of-missing-trail',
  'grant-without-account',
  'logging-stopped',
  'logs-without-account',
  'policy-admits-any-account',
  'prefix-silent',
  'setting-drifted',
  'trail-not-replaced',
] as const;

export type OwnCode = (typeof OWN_CODES)[number];

/** Of findings that a plan has too, and that an audit tells as warnings or notices. */
export const SHARED_CODES = [
  'bucket-acls-enabled',
  'bucket-public-access-not-blocked',
  'bucket-sse-c-allowed',
  'bucket-versioning-suspended',
  'policy-acl-check-without-source-arn',
  'policy-dead-principal',
  'policy-deny-stops-cloudtrail',
  'policy-grant-missing',
  'policy-legacy-principals',
  'policy-nearly-full',
  'policy-source-arn-never-matches',
  'policy-source-arn-twice',
  'policy-write-without-source-arn',
  'replaced-trail-delivers-elsewhere',
  'trail-delivers-elsewhere',
  'trail-global-events',
  'trail-home-region',
  'trail-of-organization',
  'trail-slots-full',
] as const;
