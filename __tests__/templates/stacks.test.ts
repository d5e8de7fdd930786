// What the templates make under which parameters, and what their README says of it. Whether the permissions suffice is for
// templates.test.ts to see.

import { readFileSync } from 'node:fs';
import { tutorial } from '../../sandbox/worlds.js';
import { deploy, type Parameters } from './cloudformation.js';
import {
  everySwitch,
  type Permission,
  permissionsOf,
  rolesOf,
  SIDES,
  type Side,
  SWITCHES,
  stackOf,
  TEMPLATES,
} from './roles.js';

const permissions = (side: Side, parameters: Parameters = {}): readonly Permission[] =>
  rolesOf(side, parameters).flatMap(permissionsOf);

describe.each(SIDES)('the %s stack', (side) => {
  test('without AllowApply holds a planning role only', () => {
    const { resources, outputs } = stackOf(side, { AllowApply: 'false' });
    expect(Object.keys(resources).toSorted()).toEqual(['PlanRole', 'ReadPolicy']);
    expect(Object.keys(outputs)).toEqual(['PlanRoleArn']);
  });

  test('puts out the ARNs of its roles, under the names that the documentation uses', () => {
    const role = `arn:aws:iam::${side === 'central' ? SEC : DEV}:role/CloudTrailOnboarding${side === 'central' ? 'Central' : 'Member'}`;
    expect(stackOf(side).outputs).toEqual({ PlanRoleArn: `${role}Plan`, ApplyRoleArn: role });
  });

  test('has every switch off by default', () => {
    const { Parameters } = TEMPLATES[side];
    const defaults = Object.keys(SWITCHES[side]).map((name) => Parameters[name]?.Default);
    expect(defaults.filter((value) => value !== 'false' && value !== '')).toEqual([]);
  });

  test.each(Object.entries(SWITCHES[side]))('gets more permissions by %s', (_, parameters) => {
    const base = permissions(side);
    const more = permissions(side, parameters);
    expect(more).toEqual(expect.arrayContaining([...base]));
    expect(more.length).toBeGreaterThan(base.length);
  });

  test('has no other switch', () => {
    const allowed = Object.keys(TEMPLATES[side].Parameters).filter((name) =>
      name.startsWith('Allow'),
    );
    const known = [...Object.keys(SWITCHES[side]), 'AllowApply'];
    expect(known).toEqual(expect.arrayContaining(allowed));
  });

  test('is of the partition that it is deployed in', () => {
    const { KmsKeyArn: _, AllowKeyPolicy: __, ...portable } = everySwitch(side);
    const text = JSON.stringify(stackOf(side, portable, 'aws-us-gov'));
    expect(text).toContain('arn:aws-us-gov:');
    expect(text).not.toContain('arn:aws:');
  });
});

const { SEC, DEV } = tutorial.ids;

test('the role that verifies writes nothing, and is made with or without one that applies', () => {
  for (const AllowApply of ['true', 'false']) {
    const parameters = { ...everySwitch('central'), AllowApply };
    const verifying = rolesOf('central', parameters).filter(({ kind }) => kind === 'VerifyRole');
    const actions = verifying.flatMap(permissionsOf).map(({ action }) => action);
    expect(actions).toContain('s3:GetObject');
    expect(actions.filter((action) => !/:(?:Get|List|Describe|Decrypt)/.test(action))).toEqual([]);
    expect(stackOf('central', parameters).outputs['VerifyRoleArn']).toBe(
      `arn:aws:iam::${SEC}:role/CloudTrailOnboardingCentralVerify`,
    );
  }
});

describe.each(SIDES)('the %s roles with every switch on', (side) => {
  const all = rolesOf(side, everySwitch(side));
  const actionsOf = (roles: typeof all): readonly string[] =>
    roles.flatMap(permissionsOf).map(({ action }) => action);

  test('name every action in full', () => {
    expect(actionsOf(all).filter((action) => !/^[a-z0-9]+:[A-Za-z]+$/.test(action))).toEqual([]);
  });

  test('have all resources only where AWS knows none', () => {
    const unlimited = all
      .flatMap(({ statements }) => statements)
      .filter(({ Resource }) => Resource === '*')
      .flatMap(({ Action }) => Action);
    const withoutResource = ['cloudtrail:DescribeTrails', 'cloudtrail:ListPublicKeys'];
    expect(unlimited.filter((action) => !withoutResource.includes(action))).toEqual([]);
  });

  test('write nothing when they plan, and read no log', () => {
    const planning = actionsOf(all.filter(({ kind }) => kind === 'PlanRole'));
    expect(planning.filter((action) => !/:(?:Get|List|Describe)/.test(action))).toEqual([]);
    expect(planning).not.toContain('s3:GetObject');
  });
});

test("the key's policy is not asked for without a key", () => {
  const parameters = { AllowKeyPolicy: 'true', KmsKeyArn: '' };
  expect(() => stackOf('central', parameters)).toThrow('KmsKeyArn, which is empty');
});

test.each([
  { AllowTrailSettings: 'true' },
  { SnsTopicName: 'trails' },
  { CloudWatchLogsRole: 'CloudTrailToCloudWatchLogs' },
])('%j is not asked for in the central account without a trail of its own', (parameters) => {
  expect(() => stackOf('central', parameters)).toThrow('the trail of AllowBootstrap');
});

describe('the provider', () => {
  const place = { account: DEV };

  test('is the one that the roles trust', () => {
    const { outputs } = deploy(TEMPLATES.provider, place, {});
    for (const { trust } of rolesOf('member')) {
      expect(JSON.stringify(trust)).toContain(`"Federated":"${outputs['ProviderArn']}"`);
    }
  });

  test('is not made a second time where there is one, and the stack is not empty then', () => {
    const made = deploy(TEMPLATES.provider, place, {});
    const found = deploy(TEMPLATES.provider, place, { ProviderExists: 'true' });
    expect(Object.keys(made.resources)).toEqual(['Provider']);
    expect(Object.keys(found.resources)).toEqual(['Nothing']);
    expect(found.outputs).toEqual(made.outputs);
  });
});

describe('templates/README.md', () => {
  const readme = readFileSync('templates/README.md', 'utf8');

  test('names every parameter, and none that is not there', () => {
    const names = Object.values(TEMPLATES).flatMap(({ Parameters }) => Object.keys(Parameters));
    const described = [...readme.matchAll(/^\| `([A-Z]\w+)`/gm)].map(([, name = '']) => name);
    expect(new Set(described)).toEqual(new Set(names));
  });

  test('says what every permission is for, and of none that is not there', () => {
    const given = SIDES.flatMap((side) => permissions(side, everySwitch(side)));
    const described = [...readme.matchAll(/`((?:s3|kms|iam|sns|cloudtrail):\w+)`/g)];
    expect(new Set(described.map(([, action = '']) => action))).toEqual(
      new Set(given.map(({ action }) => action)),
    );
  });
});
