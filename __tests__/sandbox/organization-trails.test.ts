// An organization's trail as its member accounts see it: everywhere, and out of their hands.

import {
  CreateTrailCommand,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  ListTrailsCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { tutorialWorld } from '../../sandbox/worlds.js';
import { administrator, bucket, cloudTrail, DEV, OTHER, refusalOf, region, SEC } from './sdk.js';

const Name = 'ORGANIZATION';
const arn = `arn:aws:cloudtrail:${region}:${SEC}:trail/${Name}`;

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
  tutorialWorld(sandbox);
  sandbox.world.createAccount({ id: SEC, name: 'SEC', organization: 'o-example123' });
  sandbox.world.createAccount({ id: DEV, name: 'DEV', organization: 'o-example123' });
  sandbox.world.createTrail({
    account: SEC,
    region,
    name: Name,
    bucket,
    IsOrganizationTrail: true,
  });
});

afterEach(() => sandbox.close());

const member = (account = DEV, at = region) =>
  cloudTrail(sandbox, { credentials: administrator(sandbox, account), region: at });

test('members see it with the ARN of the account that made it', async () => {
  for (const at of [region, 'eu-west-1']) {
    const { trailList } = await member(DEV, at).send(new DescribeTrailsCommand());
    expect(trailList).toMatchObject([{ TrailARN: arn, IsOrganizationTrail: true }]);
    const { Trails } = await member(DEV, at).send(new ListTrailsCommand());
    expect(Trails).toEqual([{ TrailARN: arn, Name, HomeRegion: region }]);
  }
});

test('other accounts do not', async () => {
  expect(await member(OTHER).send(new DescribeTrailsCommand())).toHaveProperty('trailList', []);
  expect(
    await refusalOf(member(OTHER).send(new GetTrailStatusCommand({ Name: arn }))),
  ).toMatchObject({ name: 'AccessDeniedException' });
});

test('members read its status and selectors by ARN, not by name', async () => {
  expect(await member().send(new GetTrailStatusCommand({ Name: arn }))).toHaveProperty(
    'IsLogging',
    true,
  );
  expect(await member().send(new GetEventSelectorsCommand({ TrailName: arn }))).toHaveProperty(
    'EventSelectors',
  );
  expect(await refusalOf(member().send(new GetTrailStatusCommand({ Name })))).toMatchObject({
    name: 'TrailNotFoundException',
  });
});

test.each([
  ['stop', () => new StopLoggingCommand({ Name: arn })],
  ['change', () => new UpdateTrailCommand({ Name: arn, S3BucketName: 'another-bucket' })],
  ['delete', () => new DeleteTrailCommand({ Name: arn })],
  [
    'make',
    () => new CreateTrailCommand({ Name: 'MINE', S3BucketName: bucket, IsOrganizationTrail: true }),
  ],
])('members cannot %s one', async (_, command) => {
  expect(await refusalOf(member().send(command() as StopLoggingCommand))).toMatchObject({
    name: 'NotOrganizationMasterAccountException',
    status: 400,
  });
});

test('an account without an organization has none to make one for', async () => {
  const create = new CreateTrailCommand({
    Name: 'MINE',
    S3BucketName: bucket,
    IsOrganizationTrail: true,
  });
  expect(await refusalOf(member(OTHER).send(create))).toMatchObject({
    name: 'OrganizationsNotInUseException',
  });
});
