// The form in which a wrong input, or a wrong value in the accounts file, is told.

import type { Finding, Place } from '../policy/index.js';

/** `problem` continues "Input <name> …" and has no full stop; `remedy` is a sentence. */
export function inputFault(input: string, problem: string, remedy: string): Finding {
  return {
    severity: 'error',
    code: 'input-invalid',
    message: `Input ${input} ${problem}.`,
    remedy,
  };
}

/** The same of a file; `problem` is the whole sentence, without its full stop. */
export function fileFault(at: Place, problem: string, remedy: string): Finding {
  return {
    severity: 'error',
    code: 'accounts-file-invalid',
    message: `${at.file}:${at.line}:${at.column}: ${problem}.`,
    remedy,
    at,
  };
}
