// The two kinds of failure. A `UserError` is something the reader of the log can mend: it carries findings, each with what
// is wrong and what to do. Every other error is a fault of this program and is shown with its cause.

import type { Finding } from './policy/finding.js';

export class UserError extends Error {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[], options?: ErrorOptions) {
    super(findings.map((finding) => finding.message).join('\n'), options);
    this.name = 'UserError';
    this.findings = findings;
  }
}

/** A `UserError` of one finding of severity `error`. */
export function userError(finding: Omit<Finding, 'severity'>, options?: ErrorOptions): UserError {
  return new UserError([{ severity: 'error', ...finding }], options);
}

/** The findings of any thrown value: a `UserError`'s own, else one that owns up to a fault of this program. */
export function findingsOf(error: unknown): readonly Finding[] {
  if (error instanceof UserError) return error.findings;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return [
    {
      severity: 'error',
      code: 'unexpected',
      message: `Unexpected failure: ${message}`,
      remedy:
        'This is a fault of the action, not of your setup. Run again; if it stays, report it with the debug log (re-run with "Enable debug logging").',
    },
  ];
}

/** A call to AWS or GitHub that failed. `awsCode` is the service's own name for it (`AccessDenied`), or ours (`network`). */
export class CallFailure extends UserError {
  readonly awsCode: string;

  constructor(awsCode: string, finding: Omit<Finding, 'severity'>, options?: ErrorOptions) {
    super([{ severity: 'error', ...finding }], options);
    this.name = 'CallFailure';
    this.awsCode = awsCode;
  }
}

/** What a service said, without these secrets if it quotes them, as they are or as they stand in a URL. Empty ones are none. */
export function unquoted(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((left, secret) => left.replaceAll(secret, '***'), text);
}
