// What only reads cannot write, whoever holds its credentials: the sessions that a dry run, a verify or an audit really took are used
// for every call that writes. The roles behind them are administrators, so that nothing but the session policy refuses.

import { refusal } from '../../sandbox/aws/iam.js';
import type { PolicyDocument } from '../../sandbox/aws/state.js';
import type { Caller, Sandbox, StaticCredentials } from '../../sandbox/index.js';
import { administratorPolicy, tutorial } from '../../sandbox/worlds.js';
import { play, rolesFor } from '../templates/operations.js';
import * as reading from '../templates/reading-runs.js';
import { everySwitch, KEY } from '../templates/roles.js';
import * as runs from '../templates/runs.js';
import { destinationsOf, withKey } from '../templates/scenes.js';
import { closeStages, DEV_ARN, openStage, type Stage } from './stage.js';
import { WRITING_ACTIONS, WRITING_CALLS } from './writing-calls.js';

const READING: readonly runs.Run[] = [
  runs.ONBOARDING,
  runs.SETTINGS,
  runs.ANNOUNCING,
  runs.LEAVING,
  runs.NEW_NAME,
  runs.RICH_NEW_NAME,
  runs.LOOKING_AT_A_KEY,
  runs.LEAVING_A_KEY,
  runs.FLEET,
  runs.BOOTSTRAPPING,
  runs.RICH_BOOTSTRAP,
  runs.OWN_KEY,
  runs.FROM_A_HUB,
  reading.auditing('PlanRole'),
  reading.AUDITING_SETTINGS,
  reading.verifying('ApplyRole'),
  reading.VERIFYING_ENCRYPTED,
]
  .flat()
  .filter(({ result }) => result !== 'applied');

const ADMINISTRATORS = rolesFor({
  parameters: { central: everySwitch('central'), member: everySwitch('member') },
}).map((role) => ({
  ...role,
  statements: [{ Sid: 'All', Effect: 'Allow', Action: '*', Resource: '*' }],
}));

afterEach(closeStages);

test.each(READING)('$role: $name: its sessions can write nothing', async (run) => {
  const { stage, outcome, sessions } = await play(run, ADMINISTRATORS);
  expect(outcome).toMatchObject({ exitCode: 0, outputs: { result: run.result } });
  expect(sessions.length).toBeGreaterThan(0);
  somethingToWrite(stage);
  for (const { policy = {}, role } of sessions) {
    // A hub's session is for taking the roles that the inputs name, and for nothing else.
    const may = isHub(role) ? ['sts:AssumeRole'] : [];
    expect(await actionsAllowed(policy)).toEqual(may);
  }
  for (const { credentials } of sessions.filter(({ role }) => !isHub(role)))
    expect(await answers(stage.sandbox, credentials)).toEqual(REFUSED);
});

test('nothing but the session policy stands in the way', async () => {
  expect(await actionsAllowed(administratorPolicy)).toEqual(WRITING_ACTIONS);
  const { sandbox } = await openStage();
  const account = tutorial.ids.SEC;
  const admin = sandbox.world.createUser({ account, name: 'admin', policy: administratorPolicy });
  const credentials = sandbox.world.credentialsFor(admin);
  expect(await answers(sandbox, credentials)).toContain('done');
});

const isHub = (role: string): boolean => role.endsWith(':role/Hub');

/** A key and a bucket, if a run needed none: a refusal must not be for want of them. */
function somethingToWrite(stage: Stage): void {
  const { sandbox, scene } = stage;
  const { world } = sandbox;
  withKey()(stage);
  if (world.bucketSettings(scene.bucket) === undefined)
    world.createBucket({ account: scene.ids.SEC, name: scene.bucket, region: scene.region });
}

/** As S3 and STS word it, and as CloudTrail and KMS do. */
const REFUSED = ['AccessDenied', 'AccessDeniedException'];

/** What comes of the calls that write: names of errors, each once and in order. */
async function answers(
  sandbox: Sandbox,
  credentials: StaticCredentials,
): Promise<readonly string[]> {
  const all = WRITING_CALLS.map((call) =>
    call(sandbox, credentials).then(
      () => 'done',
      (error: unknown) => (error as Error).name,
    ),
  );
  return [...new Set(await Promise.all(all))].toSorted();
}

const { SEC, DEV } = tutorial.ids;
const RESOURCES: readonly string[] = [
  '*',
  `arn:aws:s3:::${tutorial.bucket}`,
  `arn:aws:s3:::${tutorial.bucket}/AWSLogs/${DEV}/CloudTrail/log.json.gz`,
  DEV_ARN,
  `arn:aws:cloudtrail:${tutorial.region}:${SEC}:trail/${tutorial.trailName}`,
  KEY,
  destinationsOf(DEV).topic,
  destinationsOf(DEV).logsRole,
  ...Object.values(tutorial.roles),
];

const seen = new Map<string, Promise<readonly string[]>>();

/** Many runs take sessions with the same policy; each policy is asked about once. */
function actionsAllowed(sessionPolicy: PolicyDocument): Promise<readonly string[]> {
  const text = JSON.stringify(sessionPolicy);
  const found = seen.get(text) ?? askAll(sessionPolicy);
  seen.set(text, found);
  return found;
}

/** Of the actions that write, those that the evaluator allows on any of the things that a run knows. */
async function askAll(sessionPolicy: PolicyDocument): Promise<readonly string[]> {
  const allowed = WRITING_ACTIONS.map(async (action) => {
    const [service = ''] = action.split(':');
    const things = RESOURCES.filter((arn) => arn === '*' || SERVICE_OF[service] === serviceIn(arn));
    const asked = things.map((resource) => isAllowed(sessionPolicy, action, resource));
    return (await Promise.all(asked)).includes(true) ? [action] : [];
  });
  return (await Promise.all(allowed)).flat();
}

const serviceIn = (arn: string): string | undefined => arn.split(':')[2];

/** The service whose things an action is about. */
const SERVICE_OF: { readonly [service: string]: string } = {
  s3: 's3',
  cloudtrail: 'cloudtrail',
  kms: 'kms',
  sns: 'sns',
  sts: 'iam',
  iam: 'iam',
};

/** False also where the evaluator knows no such action on such a thing. */
async function isAllowed(
  sessionPolicy: PolicyDocument,
  action: string,
  resource: string,
): Promise<boolean> {
  const caller: Caller = {
    arn: `arn:aws:sts::${SEC}:assumed-role/Administrator/session`,
    account: SEC,
    userId: 'AROAEXAMPLE:session',
    kind: 'role',
    accessKeyId: 'ASIAEXAMPLE',
    principal: `arn:aws:iam::${SEC}:role/Administrator`,
    policy: administratorPolicy,
    sessionPolicy,
  };
  const question = { action, resource, resourceAccount: SEC };
  const answer = await refusal(caller, question).catch((error: unknown) => String(error));
  return answer === undefined;
}
