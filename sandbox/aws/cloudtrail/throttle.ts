// CloudTrail's request rates, for who wants to meet them: in one account and Region each operation that writes may be
// called once a second, each that reads ten times (AWS general reference, CloudTrail quotas). Time here is real time.

import { exception } from '../json-protocol.js';

/** @throws `Refusal` ThrottlingException */
export type Throttle = (call: {
  readonly account: string;
  readonly region: string;
  readonly operation: string;
  readonly write: boolean;
}) => void;

/** Remembers the calls it let through; those it refused do not count. */
export function createThrottle(): Throttle {
  const passed = new Map<string, readonly number[]>();
  return ({ account, region, operation, write }) => {
    const key = `${account} ${region} ${operation}`;
    const now = Date.now();
    const lately = (passed.get(key) ?? []).filter((at) => at > now - 1000);
    if (lately.length >= (write ? 1 : 10)) throw exception('Throttling', 'Rate exceeded');
    passed.set(key, [...lately, now]);
  };
}

export const noThrottle: Throttle = () => {};
