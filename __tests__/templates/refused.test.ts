// What the shipped bundle says when IAM refuses it: each permission of the templates is taken away from one real run, which then
// names it. Which runs need which permissions is decided in least-privilege.test.ts; here one run per permission is enough.

import { tutorial } from '../../sandbox/worlds.js';
import { calls, closeStages, findings } from '../e2e/stage.js';
import { OPERATIONS, type Operation, play, rolesFor } from './operations.js';
import { type Permission, permissionsOf, type Role, without } from './roles.js';
import type { Run } from './runs.js';

afterEach(closeStages);

type Taken = { readonly operation: Operation; readonly less: Permission };

/** Each permission with the first operation whose roles have it. Where several roles have it for the same, it is taken from one. */
function takenOnce(): readonly Taken[] {
  const first = new Map<string, Taken>();
  for (const operation of OPERATIONS)
    for (const less of rolesFor(operation).flatMap(permissionsOf)) {
      const name = `${less.sid} ${less.action}`;
      if (!first.has(name)) first.set(name, { operation, less });
    }
  return [...first.values()];
}

test.each(takenOnce())(
  '$operation.name: without $less.action ($less.side $less.kind, $less.sid) a run says so',
  async ({ operation, less }) => {
    // An operation's own runs come last; those that every role can do need little.
    const concerned = operation.runs.filter(({ role }) => role === less.kind).toReversed();
    const said = await firstFailure(concerned, without(rolesFor(operation), less));
    expect(said).toContain(`not authorized to perform: ${less.action} `);
  },
);

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
