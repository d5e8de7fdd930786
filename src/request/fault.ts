// The one form in which a wrong input is told.

import type { Finding } from '../policy/index.js';

/** `problem` continues "Input <name> …" and has no full stop; `remedy` is a sentence. */
export function inputFault(input: string, problem: string, remedy: string): Finding {
  return {
    severity: 'error',
    code: 'input-invalid',
    message: `Input ${input} ${problem}.`,
    remedy,
  };
}
