// Who takes part in a round: what each run is to do, and with which inputs. When it starts and what befalls it, the weather
// decides.

import { BUCKET, centralRole, memberRole, REGION, SEC } from './scene.js';

export type Run = {
  /** Of the run and of its role in the central account. */
  readonly name: string;
  /** `killed`: it onboards, and is killed while it writes the policy. */
  readonly kind: 'onboard' | 'offboard' | 'rename' | 'killed';
  readonly account: string;
};

const accountOf = (index: number): string => String(200_000_000_000 + index);

/** Each onboards an account of its own. */
export const onboarders = (count: number): readonly Run[] =>
  Array.from({ length: count }, (_, index) => member('onboard', index));

/** All that an account can go through, side by side; two runs are about the same account, one of which is killed. */
export const everybody = (count: number): readonly Run[] => {
  const kinds = ['onboard', 'offboard', 'rename', 'onboard', 'onboard', 'offboard'] as const;
  const many = Array.from({ length: count - 2 }, (_, index) =>
    member(kinds[index % kinds.length] ?? 'onboard', index),
  );
  const { account } = member('onboard', count);
  const twice = (['killed', 'onboard'] as const).map(
    (kind): Run => ({ name: `Run-same-${kind}`, kind, account }),
  );
  return [...many, ...twice];
};

function member(kind: Run['kind'], index: number): Run {
  return { name: `Run-${index}`, kind, account: accountOf(index) };
}

export function inputsOf(run: Run, settleSeconds: string): Readonly<Record<string, string>> {
  return {
    'central-account-id': SEC,
    'central-role-arn': centralRole(run),
    bucket: BUCKET,
    region: REGION,
    'member-account-id': run.account,
    'member-role-arn': memberRole(run),
    'settle-seconds': settleSeconds,
    ...asked(run),
  };
}

function asked({ kind }: Run): Readonly<Record<string, string>> {
  switch (kind) {
    case 'onboard':
    case 'killed':
      return { 'trail-name': 'NEW' };
    case 'rename':
      return { 'trail-name': 'NEW', 'replaces-trail': 'OLD' };
    case 'offboard':
      return { operation: 'offboard', 'trail-name': 'OLD' };
  }
}
