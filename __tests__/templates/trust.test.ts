// Whom the templates' roles trust: the sandbox's STS is shown tokens of all kinds of jobs, with the subject in both forms that
// GitHub writes. What the roles may do then is not looked at here.

import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { exampleRepository, type Job, type SubjectForm } from '../../sandbox/github/job.js';
import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { jobOf } from '../../sandbox/runner/event.js';
import { tutorial } from '../../sandbox/worlds.js';
import { sts } from '../sandbox/sdk.js';
import { deploy, type Parameters } from './cloudformation.js';
import { arnOf, install, type Role, rolesOf, SIDES, stackOf, TEMPLATES } from './roles.js';

describe('who may take which role', () => {
  let sandbox: Sandbox;

  beforeEach(async () => {
    sandbox = await startSandbox();
  });

  afterEach(() => sandbox.close());

  const onMain = jobOf({ name: 'push' });
  const pullRequest = jobOf({ name: 'pull_request' });
  const reviewed = jobOf({ name: 'push', environment: 'production' });
  const BRANCH = {};
  const ENVIRONMENT = { ApplyEnvironment: 'production' };
  const BOTH = ['PlanRole', 'ApplyRole'];

  const cases: readonly (readonly [string, Parameters, Job, readonly string[]])[] = [
    ['a pull request', BRANCH, pullRequest, ['PlanRole']],
    ['a push to the branch', BRANCH, onMain, BOTH],
    ['a push to another branch', BRANCH, { ...onMain, ref: 'refs/heads/maintenance' }, []],
    ["a tag of the branch's name", BRANCH, { ...onMain, ref: 'refs/tags/main' }, []],
    ['another environment', ENVIRONMENT, { ...reviewed, environment: 'staging' }, []],
    ['an environment where the branch counts', BRANCH, reviewed, []],
    ['the environment', ENVIRONMENT, reviewed, BOTH],
    ['the branch where the environment counts', ENVIRONMENT, onMain, ['PlanRole']],
    [
      'the environment on another branch',
      ENVIRONMENT,
      { ...reviewed, ref: 'refs/heads/x' },
      ['PlanRole'],
    ],
    [
      'a pull request that names the environment',
      ENVIRONMENT,
      jobOf({ name: 'pull_request', environment: 'production' }),
      ['PlanRole'],
    ],
    [
      'an environment with a colon in its name',
      { ApplyEnvironment: 'live%3Aeu' },
      { ...reviewed, environment: 'live:eu' },
      BOTH,
    ],
    [
      'a repository whose name begins the same',
      BRANCH,
      inRepository('example-org/log-archive-2'),
      [],
    ],
    ["another owner's repository", BRANCH, inRepository('stranger/log-archive'), []],
    ['a new repository under the old name', BRANCH, inRepository(exampleRepository.fullName), []],
  ];

  function inRepository(fullName: string): Job {
    return { ...onMain, repository: { ...exampleRepository, id: '1', fullName } };
  }

  describe.each<SubjectForm>(['classic', 'immutable'])('with the %s subject', (subjectForm) => {
    test.each(cases)('%s', async (_, parameters, job, kinds) => {
      sandbox.oidc.settings.subjectForm = subjectForm;
      for (const side of SIDES) {
        expect(await taken(rolesOf(side, parameters), job)).toEqual(kinds);
      }
    });
  });

  test('the role that verifies is for jobs of the branch, which name no environment', async () => {
    const answers = [];
    for (const [name, , job] of cases) {
      const roles = rolesOf('central', { ...ENVIRONMENT, AllowVerifyRole: 'true' });
      const kinds = await taken(roles, job);
      if (kinds.includes('VerifyRole')) answers.push(name);
    }
    expect(answers).toEqual(['a push to the branch', 'the branch where the environment counts']);
  });

  test('a token for another audience opens nothing', async () => {
    sandbox.oidc.settings.audience = 'sigstore';
    expect(await taken(rolesOf('member'), onMain)).toEqual([]);
  });

  test('another audience may be agreed on', async () => {
    const Audience = 'https://github.com/example-org';
    const roles = rolesOf('member', { Audience });
    for (const role of roles) install(sandbox, role);
    const { resources } = deploy(TEMPLATES.provider, { account: tutorial.ids.DEV }, { Audience });
    const clientIds = resources['Provider']?.Properties['ClientIdList'] as readonly string[];
    sandbox.world.createOidcProvider({ account: tutorial.ids.DEV, clientIds });
    expect(await Promise.all(roles.map((role) => take(role, onMain, Audience)))).toEqual(['', '']);
  });

  /** Kinds of the roles that a job gets. */
  async function taken(roles: readonly Role[], job: Job): Promise<readonly string[]> {
    for (const role of roles) install(sandbox, role);
    const refusals = await Promise.all(roles.map((role) => take(role, job, 'sts.amazonaws.com')));
    return roles.filter((_, index) => refusals[index] === '').map(({ kind }) => kind);
  }

  /** The error's name; empty where the role is given. */
  async function take(role: Role, job: Job, audience: string): Promise<string> {
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: arnOf(role),
      RoleSessionName: 'test',
      WebIdentityToken: await sandbox.oidc.sign(job, audience),
    });
    return sts(sandbox)
      .send(command)
      .then(
        () => '',
        (error: unknown) => (error as Error).name,
      );
  }

  test('both sides trust the same jobs', () => {
    const trusts = SIDES.map((side) =>
      rolesOf(side, ENVIRONMENT).map(({ trust, account }) =>
        JSON.stringify(trust).replaceAll(account, 'ACCOUNT'),
      ),
    );
    expect(trusts[0]).toEqual(trusts[1]);
  });

  // IAM's default quota for a trust policy; white space does not count.
  test('the longest names still make a trust policy of 2,048 characters', () => {
    const longest = {
      RepositoryOwner: 'o'.repeat(39),
      RepositoryName: 'r'.repeat(100),
      ApplyBranch: 'b'.repeat(40),
      ApplyEnvironment: 'e'.repeat(40),
    };
    const lengths = rolesOf('central', longest).map(({ trust }) => JSON.stringify(trust).length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(2_048);
  });

  test.each([
    [{ ApplyBranch: '*' }],
    [{ ApplyBranch: 'release/*' }],
    [{ ApplyBranch: '' }],
    [{ ApplyEnvironment: '*' }],
    [{ ApplyEnvironment: 'prod?' }],
    [{ RepositoryName: '*' }],
    [{ RepositoryOwner: '*' }],
    [{ RepositoryId: '' }],
  ])('no wildcard and no gap: %j is refused', (parameters) => {
    for (const side of SIDES) expect(() => stackOf(side, parameters)).toThrow('does not admit');
  });
});
