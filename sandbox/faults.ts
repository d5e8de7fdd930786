// Faults a test can ask for: an error instead of an answer, a connection cut before or after the call had its effect, a
// call that never ends. Decides which fault meets a request; the server carries it out.

import type { RequestFacts } from './recorder.js';

export type FaultAnswer =
  /** Refused with this error; nothing is done. */
  | { readonly code: string; readonly message?: string; readonly status: number }
  /** The connection is cut; nothing is done. */
  | 'reset-before'
  /** It is done, then the connection is cut. */
  | 'reset-after'
  /** Nothing is done and nothing is answered until the caller gives up or the sandbox closes. */
  | 'hang'
  /** It is done, and the body of the answer cannot be parsed. */
  | 'malformed'
  /** It is done, and this is what becomes of the body of the answer. */
  | { readonly rewrite: (body: string) => string }
  /** This happens first, and is waited for; then it is done and answered as usual. */
  | { readonly first: () => void | Promise<void> }
  /** The caller is killed by this before it is done (nothing is, then) or after; the connection is cut. */
  | { readonly kill: () => void; readonly when: 'before' | 'after' }
  /** Real milliseconds before it is done and answered as usual. */
  | { readonly delayMs: number }
  /** It is done; real milliseconds before it is answered. */
  | { readonly lateMs: number };

export type Fault = {
  readonly operation: string;
  readonly account?: string;
  readonly resource?: string;
  /** Only requests of which this is true. */
  readonly meets?: (facts: RequestFacts) => boolean;
  /** How many requests it meets; without it every one, until taken back. */
  readonly times?: number;
  /** How many matching requests pass first. */
  readonly after?: number;
  /** Called each time it meets a request. */
  readonly onMeet?: () => void;
  readonly answer: FaultAnswer;
};

export type Faults = {
  /** Adds a fault and returns the function that takes it back. Of several that match, the oldest counts. */
  readonly inject: (fault: Fault) => () => void;
};

export type FaultBook = Faults & {
  /** The fault this request meets; asking counts as the request having come by. */
  readonly meet: (facts: RequestFacts) => FaultAnswer | undefined;
};

export function createFaults(): FaultBook {
  const entries = new Set<{ readonly fault: Fault; passed: number; met: number }>();
  return {
    inject: (fault) => {
      const entry = { fault, passed: 0, met: 0 };
      entries.add(entry);
      return () => {
        entries.delete(entry);
      };
    },
    meet: (facts) => {
      for (const entry of entries) {
        if (!matches(entry.fault, facts) || entry.met >= (entry.fault.times ?? Infinity)) continue;
        if (entry.passed < (entry.fault.after ?? 0)) {
          entry.passed += 1;
          continue;
        }
        entry.met += 1;
        entry.fault.onMeet?.();
        return entry.fault.answer;
      }
      return undefined;
    },
  };
}

function matches(fault: Fault, facts: RequestFacts): boolean {
  return (
    fault.operation === facts.operation &&
    (fault.account === undefined || fault.account === facts.account) &&
    (fault.resource === undefined || fault.resource === facts.resource) &&
    (fault.meets?.(facts) ?? true)
  );
}
