// CloudTrail's errors: every one is an HTTP 400 with a name, told apart by the name alone (service model).

import { Refusal } from '../../wire.js';

/** @param name without the word Exception */
export function exception(name: string, message: string): Refusal {
  return new Refusal(400, `${name}Exception`, message);
}
