// AWS's request rates, for who wants to meet them. CloudTrail: in one account and Region each operation that writes may be
// called once a second, each that reads ten times (AWS general reference, CloudTrail quotas). STS: 600 calls a second in one
// account and Region, all operations together (IAM user guide, STS request quotas); a role that is taken with a token counts
// in the role's account. AWS names no rate for a bucket's policy: S3's refusals are faults here. Time is real time.

/** What a rate is counted for, and how many calls a second it admits. */
export type Counted = {
  readonly account: string;
  readonly region: string;
  /** An operation, or what several share. */
  readonly counter: string;
  readonly perSecond: number;
};

/** Whether a call is let through. */
export type Throttle = (call: Counted) => boolean;

export const cloudTrailRate = (write: boolean): number => (write ? 1 : 10);

export const STS_RATE = 600;

/** Remembers the calls it let through; those it refused do not count. */
export function createThrottle(now: () => number = Date.now): Throttle {
  const passed = new Map<string, readonly number[]>();
  return ({ account, region, counter, perSecond }) => {
    const key = `${account} ${region} ${counter}`;
    const at = now();
    const lately = (passed.get(key) ?? []).filter((one) => one > at - 1000);
    if (lately.length >= perSecond) return false;
    passed.set(key, [...lately, at]);
    return true;
  };
}

export const noThrottle: Throttle = () => true;
