// The templates promise roles that suffice and hold nothing more. Here their own policies are given to roles of the sandbox,
// and the shipped bundle runs with exactly these; then with one permission less at a time. The operations are a table, in
// templates/operations.ts; whom the roles trust is in templates/trust.test.ts.

import { tutorial } from '../sandbox/worlds.js';
import { calls, closeStages, findings } from './e2e/stage.js';
import { OPERATIONS, play, type Run, rolesFor, UNTRIED } from './templates/operations.js';
import { permissionsOf, type Role, SIDES, SWITCHES, without } from './templates/roles.js';

afterEach(closeStages);

describe.each(OPERATIONS)('with the roles for $name', ({ runs, ...operation }) => {
  const roles = rolesFor(operation);

  test.each(runs)('$role: $name', async (run) => {
    const { outcome } = await play(run, roles);
    expect(findings(outcome).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(outcome).toMatchObject({ exitCode: 0, outputs: { result: run.result } });
  });

  const needed = roles.flatMap(permissionsOf);

  test.each(needed)('the $side $kind needs $action ($sid)', async (permission) => {
    const concerned = runs.filter(({ role }) => role === permission.kind);
    const failure = await firstFailure(concerned, without(roles, permission));
    expect(failure).toContain(`not authorized to perform: ${permission.action} `);
  });
});

/** What the first run says that fails, or that tells what it was not allowed to look at; empty where none does. */
async function firstFailure(
  [run, ...others]: readonly Run[],
  roles: readonly Role[],
): Promise<string> {
  if (run === undefined) return '';
  const { outcome } = await play(run, roles);
  const said = findings(outcome)
    .map(({ message }) => message)
    .join('\n');
  const isWhole = outcome.exitCode === 0 && !said.includes('not authorized to perform');
  return isWhole ? firstFailure(others, roles) : said;
}

describe('the roles for onboarding', () => {
  const onboard = { parameters: { central: {}, member: {} } };

  test('an apply with the planning roles is refused by IAM, and nothing has changed', async () => {
    const planning = rolesFor(onboard).filter(({ kind }) => kind === 'PlanRole');
    // Under the applying role's inputs, as in a workflow that confuses the two.
    const confused = planning.map((role) => ({ ...role, kind: 'ApplyRole' as const }));
    let before: string | undefined;
    const { stage, outcome } = await play(
      {
        role: 'ApplyRole',
        prepare: ({ sandbox, scene }) => {
          before = sandbox.world.bucketPolicyText(scene.bucket);
        },
      },
      confused,
    );
    expect(outcome.exitCode).toBe(1);
    expect(findings(outcome)).toMatchObject([
      {
        account: tutorial.ids.SEC,
        message: expect.stringContaining('no identity-based policy allows the s3:PutBucketPolicy'),
      },
    ]);
    expect(stage.sandbox.world.bucketPolicyText(tutorial.bucket)).toBe(before);
    expect(stage.devTrail()).toBeUndefined();
  });

  test('reach no other bucket than the one they are made for', async () => {
    const roles = rolesFor({
      parameters: { central: { BucketName: 'another-bucket' }, member: {} },
    });
    const { outcome } = await play({ role: 'ApplyRole' }, roles);
    expect(outcome.exitCode).toBe(1);
    expect(calls(outcome, 'writes')).toEqual([]);
  });

  test.each([
    ['PRD-*', 'failure'],
    ['DEV-*', 'success'],
    ['DEV-CLOUDTRAIL', 'success'],
  ])('made for trails %s, end onboarding DEV-CLOUDTRAIL in %s', async (TrailName, conclusion) => {
    const roles = rolesFor({ parameters: { central: {}, member: { TrailName } } });
    const { outcome } = await play({ role: 'ApplyRole' }, roles);
    expect(outcome.conclusion).toBe(conclusion);
  });
});

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
