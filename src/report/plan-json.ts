// The plan file: the plan and, after an apply, its outcome, as JSON for other programs. Written out key by key: what stands
// here is an interface.

import type { Audit } from '../audit/audit.js';
import type { KeyPlan } from '../plan/key-plan.js';
import type { Outcome } from '../plan/outcome.js';
import type { MemberPlan, Plan } from '../plan/plan.js';
import { deliveryJson } from './delivery.js';
import type { Report } from './report.js';

/** Pretty-printed JSON; ends with a new line. */
export function planJson(report: Report): string {
  const { request, plan, audit, outcome, delivery, result, findings, offline } = report;
  const body = {
    version: 1,
    result,
    ...(request === null
      ? {}
      : { operation: request.operation, mode: request.mode, central: request.central }),
    ...(offline !== undefined && { desired: offline }),
    ...(plan === null
      ? {}
      : {
          digest: plan.digest,
          changes: plan.changes,
          ...(request?.operation === 'bootstrap' && { bucket: bucketJson(plan, outcome) }),
          policy: {
            changed: plan.policy.merge.changed,
            bytes: plan.policy.size?.bytes ?? null,
            broadened: plan.policy.access.broader,
            gained: plan.policy.access.gained,
            lost: plan.policy.access.lost,
            before: plan.policy.before,
            after: plan.policy.merge.document,
          },
          ...(plan.keys.length > 0 && { keys: plan.keys.map((key) => keyJson(key, outcome)) }),
          members: plan.members.map((member) => memberJson(member, outcome)),
        }),
    ...(audit === null ? {} : auditJson(audit)),
    ...(delivery === null ? {} : { delivery: deliveryJson(delivery) }),
    findings,
  };
  return `${JSON.stringify(body, null, 2)}\n`;
}

function auditJson({ accounts, policyBytes }: Audit) {
  const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());
  return {
    policy: { bytes: policyBytes },
    members: accounts.map(({ accountId, region, trailName, state, ...seen }) => ({
      accountId,
      region,
      trailName,
      state,
      trailArn: seen.trailArn,
      logging: seen.logging,
      newestLog: iso(seen.newestLog),
    })),
  };
}

function bucketJson({ bucket }: Plan, outcome: Outcome | null) {
  const steps = bucket.map((step, index) => ({
    ...step,
    ...(outcome === null ? {} : { state: outcome.bucket[index]?.result.state }),
  }));
  return { steps };
}

function keyJson({ wish, merge, before }: KeyPlan, outcome: Outcome | null) {
  const done = outcome?.keys.find(({ arn }) => arn === wish.arn);
  return {
    arn: wish.arn,
    managed: wish.managed,
    changed: merge.changed,
    admit: wish.admit,
    withdraw: wish.withdraw,
    before,
    after: merge.document,
    ...(done === undefined ? {} : { state: done.step.state }),
  };
}

function memberJson(planned: MemberPlan, outcome: Outcome | null) {
  const { accountId, region, trail } = planned.member;
  const base = { accountId, region, trailName: trail.name, state: planned.kind };
  if (planned.kind === 'held-back') return { ...base, trailArn: planned.trailArn };
  if (planned.kind !== 'planned') return base;
  const done = outcome?.members.find((member) => member.accountId === accountId);
  return {
    ...base,
    trailArn: planned.trailArn,
    admit: planned.admit,
    withdraw: planned.withdraw,
    intended: planned.trail.intended,
    steps: planned.trail.steps.map((step, index) => ({
      ...step,
      ...(done === undefined ? {} : { state: done.steps[index]?.result.state }),
    })),
  };
}
