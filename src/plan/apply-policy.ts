// One policy's part in a run, the bucket's or a key's: who joins is admitted, the written policy is watched beside the trail
// work, and who has left is taken out at the end. What fails is kept for the outcome, and nothing more is done here then.

import { Cancelled } from '../cancel.js';
import type { Delivery, Finding } from '../policy/index.js';
import type { ObservedPolicy } from './observe.js';
import { isUndone, type PolicyOutcome, type Step, undone } from './outcome.js';
import { type PolicyDeps, policyKeeper } from './policy-keeper.js';
import type { PolicyHolder } from './policy-write.js';

export type PolicyPart = {
  readonly join: () => Promise<void>;
  /**
   * Reads what was written back, and again when the time of the others is over, unless `dismiss` is still to come. Grants
   * that were there already are looked at again, too, where the run `changes` anything: who wrote them may be gone.
   */
  readonly watch: (changes: boolean) => Promise<void>;
  /** Takes back the grants of these trails, by their ARNs, and watches what was written. */
  readonly dismiss: (left: ReadonlySet<string>) => Promise<void>;
  /** Reads the policy and makes our grants be there; whether they were. @throws UserError */
  readonly confirm: () => Promise<boolean>;
  readonly failed: () => boolean;
  readonly outcome: () => PolicyOutcome;
  /** Of what happened to others' access meanwhile. */
  readonly findings: () => readonly Finding[];
};

type Wish = { readonly admit: readonly Delivery[]; readonly withdraw: readonly Delivery[] };

export type PartDeps = PolicyDeps & { readonly settleSeconds: number };

/** `seen` is the policy that the plan was made from. No function but `confirm` throws for a failure that AWS caused. */
export function policyPart<W extends Wish>(
  holder: PolicyHolder<W>,
  wish: W,
  seen: ObservedPolicy,
  deps: PartDeps,
): PolicyPart {
  const joining = { ...wish, withdraw: [] };
  const leaves = wish.withdraw.length > 0;
  const keeper = policyKeeper<W>(holder, joining, seen, deps);
  let step: Step = { state: 'not-tried' };

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    if (isUndone(step)) return;
    try {
      await work();
      step = { state: keeper.written() === null ? 'unchanged' : 'done' };
    } catch (error) {
      step = undone(error);
    }
  };

  const settled = async (seconds: number): Promise<void> => {
    try {
      if (keeper.written() !== null) await keeper.confirm();
      if (seconds > 0) await keeper.settle(seconds);
    } catch (error) {
      // A run that is cancelled before it has looked at what it wrote has written it all the same.
      if (!(error instanceof Cancelled) || error.begun) throw error;
    }
  };

  return {
    join: () =>
      attempt(async () => {
        if (holder.plan(seen.document, joining).merge.changed)
          await keeper.establish(joining, seen);
      }),
    watch: (changes) =>
      attempt(async () => {
        if (changes || keeper.written() !== null) await settled(leaves ? 0 : deps.settleSeconds);
      }),
    dismiss: (left) =>
      attempt(async () => {
        const withdraw = wish.withdraw.filter(({ trailArn }) => left.has(trailArn));
        if (!leaves) return;
        if (withdraw.length > 0) await keeper.establish({ ...wish, withdraw }, await holder.read());
        await settled(deps.settleSeconds);
      }),
    confirm: keeper.confirm,
    failed: () => isUndone(step),
    outcome: () => ({ step, written: keeper.written() }),
    findings: keeper.findings,
  };
}
