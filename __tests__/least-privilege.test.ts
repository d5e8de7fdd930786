// Calls made ⊆ session policy ⊆ role of the template, and nothing in either that no call needs. The shipped bundle plays every run of
// the table (templates/operations.ts) with roles that have exactly the templates' permissions; what IAM was asked meanwhile is then
// put to the independent evaluator again, with one permission less at a time. That the tool reports such a refusal is seen
// in templates/refused.test.ts.

import { closeStages, findings } from './e2e/stage.js';
import {
  firstOf,
  type Part,
  partsOf,
  policyOf,
  refusedInSession,
  refusedToRole,
} from './templates/needs.js';
import {
  inAccount,
  OPERATIONS,
  type Operation,
  type Played,
  play,
  rolesFor,
  UNTRIED,
} from './templates/operations.js';
import {
  type Permission,
  permissionsOf,
  type Role,
  SIDES,
  SWITCHES,
  without,
} from './templates/roles.js';
import { FROM_A_HUB, type Run } from './templates/runs.js';

const evidence = new Map<Run, Promise<Omit<Played, 'stage'>>>();

/** Each run is played once, with the roles of the first operation that has it. */
function played(run: Run): Promise<Omit<Played, 'stage'>> {
  const home = OPERATIONS.find(({ runs }) => runs.includes(run));
  const found = evidence.get(run) ?? play(run, home === undefined ? [] : rolesFor(home));
  evidence.set(run, found);
  return found;
}

afterEach(closeStages);

describe.each(OPERATIONS)('the roles for $name', (operation) => {
  const roles = rolesFor(operation);

  test.each(operation.runs)('suffice: $role: $name', async (run) => {
    const { outcome, decisions } = await played(run);
    expect(findings(outcome).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(outcome).toMatchObject({ exitCode: 0, outputs: { result: run.result } });
    for (const decision of decisions) {
      const { role, account } = holderOf(decision.caller.principal, roles);
      const refused = await refusedToRole(decision, policyOf(inAccount(role, account)));
      expect([decision.question.action, refused]).toEqual([
        decision.question.action,
        decision.refusal !== undefined,
      ]);
    }
  });

  test.each(roles.flatMap(permissionsOf))('need: the $side $kind $action ($sid)', async (less) => {
    expect(await needingRun(operation, roles, less)).toBeDefined();
  });
});

/** The role of the operation that a caller holds, and the account where he does. */
function holderOf(principal: string, roles: readonly Role[]) {
  const role = roles.find(({ name }) => principal.endsWith(`:role/${name}`));
  if (role === undefined) throw new Error(`${principal} is no role of the operation`);
  return { role, account: principal.split(':')[4] ?? '' };
}

/** A run that was allowed something that it would not have been with one permission less. */
async function needingRun(
  { runs }: Operation,
  roles: readonly Role[],
  less: Permission,
): Promise<Run | undefined> {
  const isMeant = ({ side, kind }: Pick<Role, 'side' | 'kind'>): boolean =>
    side === less.side && kind === less.kind;
  const [lacking] = without(roles, less).filter(isMeant);
  if (lacking === undefined) return undefined;
  return firstOf(runs, async (run) => {
    const { decisions } = await played(run);
    const asked = decisions.filter(
      ({ caller, question, refusal }) =>
        refusal === undefined &&
        question.action === less.action &&
        isMeant(holderOf(caller.principal, roles).role),
    );
    const refused = await firstOf(asked, (decision) => {
      const { account } = holderOf(decision.caller.principal, roles);
      return refusedToRole(decision, policyOf(inAccount(lacking, account)));
    });
    return refused !== undefined;
  });
}

const RUNS = [...new Set([...OPERATIONS.flatMap(({ runs }) => runs), ...FROM_A_HUB])];

/** Asked in order to be refused: that a member cannot list the bucket is part of the proof of delivery. */
const PROBE = { side: 'member', action: 's3:ListBucket' };

describe('the session policies', () => {
  test.each(RUNS)('allow every call of: $role: $name', async (run) => {
    const { decisions } = await played(run);
    const refused = decisions.filter(({ refusal }) => refusal !== undefined);
    expect(decisions.length).toBeGreaterThan(0);
    // What is refused is the probe, and by the role alone.
    expect(
      refused.map(({ caller, question }) => [sideOf(caller.principal), question.action]),
    ).toEqual(refused.map(() => [PROBE.side, PROBE.action]));
    expect(refused.filter((one) => one.refusal?.includes('no session policy'))).toEqual([]);
  });

  test('are sent with every role that is taken', async () => {
    for (const run of RUNS) {
      const { sessions } = await played(run);
      expect(sessions.filter(({ policy }) => policy === undefined)).toEqual([]);
      expect(sessions).not.toEqual([]);
    }
  });

  test('allow nothing that no run of the same operation needs and the role of the template grants', async () => {
    const needed = new Map<string, boolean>();
    for (const run of RUNS)
      for (const [name, isNeeded] of await sessionNeeds(run))
        needed.set(name, (needed.get(name) ?? false) || isNeeded);
    expect(needed.size).toBeGreaterThan(100);
    expect([...needed].filter(([, isNeeded]) => !isNeeded).map(([name]) => name)).toEqual([]);
  });
});

const sideOf = (principal: string): string =>
  /(?<=\/CloudTrailOnboarding)(?:Central|Member)|(?<=\/)Hub/.exec(principal)?.[0].toLowerCase() ??
  '';

/** Each part of the policies that a run's sessions have, and whether a call in that session was allowed by it alone. */
async function sessionNeeds(run: Run): Promise<readonly (readonly [string, boolean])[]> {
  const { sessions, decisions } = await played(run);
  const operation = run.inputs?.['operation'] ?? 'onboard';
  const mode = run.result === 'applied' ? 'apply' : 'plan';
  const needs = sessions.flatMap(({ role, credentials, policy = {} }) => {
    const own = decisions.filter(({ caller }) => caller.accessKeyId === credentials.accessKeyId);
    const side = sideOf(role);
    return partsOf(policy).map(async (part) => {
      const isNeeded = isProbe(side, part)
        ? own.some(({ question }) => question.action === part.action)
        : (await firstOf(
            own.filter(({ refusal }) => refusal === undefined),
            (decision) => refusedInSession(decision, part.without),
          )) !== undefined;
      return [ofAnyMember(`${operation}, ${mode}, ${side}: ${part.name}`), isNeeded] as const;
    });
  });
  return Promise.all(needs);
}

/** What one member's trail needed, no other's needs to have needed. */
const ofAnyMember = (name: string): string =>
  name.replaceAll('333333333333', '222222222222').replaceAll('PRD-', 'DEV-');

const isProbe = (side: string, { action }: Part): boolean =>
  side === PROBE.side && action === PROBE.action;

test.each(SIDES)(
  'each switch of the %s template is tried, or known to wait for its operation',
  (side) => {
    const tried = OPERATIONS.flatMap(({ parameters }) => Object.keys(parameters[side] ?? {}));
    expect(UNTRIED[side].filter((name) => tried.includes(name))).toEqual([]);
    expect([...tried, ...UNTRIED[side]]).toEqual(
      expect.arrayContaining(Object.keys(SWITCHES[side])),
    );
  },
);
