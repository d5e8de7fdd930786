// How findings speak of a policy: statements by number and Sid, long lists cut short. Text only.

import type { PolicyDocument, Statement } from './document.js';
import { statementsOf } from './document.js';

/** `statement 3 (Sid "DenyWrongKey")`; numbers count from one, as people do. */
export function nameOf(document: PolicyDocument, index: number): string {
  const sid = statementsOf(document)[index]?.Sid;
  return sid ? `statement ${index + 1} (Sid ${JSON.stringify(sid)})` : `statement ${index + 1}`;
}

/** The first few, and how many more there are. */
export function listed(items: readonly string[], most = 5): string {
  const rest = items.length - most;
  return rest > 0 ? `${items.slice(0, most).join(', ')} and ${rest} more` : items.join(', ');
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A statement, or an element of one, as text to copy. */
export function asText(value: Statement | Statement[keyof Statement]): string {
  return JSON.stringify(value, null, 2);
}
