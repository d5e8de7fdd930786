// `npm start`: plays the tutorial of collecting several accounts' CloudTrail logs in one bucket, on the sandbox, each step
// through the shipped bundle as the GitHub runner starts it. Prints what a person wants to see, checks every step against
// what the sandbox really holds, and ends non-zero if one is not as told.

import { mkdir, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { type Sandbox, startSandbox } from './index.js';
import { type RunResult, runAction } from './runner.js';
import { addLeavingMember, addVerifyingCentral, emptyWorld, type TutorialWorld } from './worlds.js';

const FOLDER = resolve('.sandbox/tutorial');

type Stage = { readonly sandbox: Sandbox; readonly scene: TutorialWorld };
type Check = readonly [claim: string, holds: boolean];

const failures: string[] = [];
const summaries: string[] = [];

function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

function title(number: number, text: string): void {
  say();
  say(`${number}. ${text}`);
}

function check(...checks: readonly Check[]): void {
  for (const [claim, holds] of checks) {
    say(`   ${holds ? '✓' : '✗'} ${claim}`);
    if (!holds) failures.push(claim);
  }
}

type Inputs = Readonly<Record<string, string>>;

/** One run of the action on an event, its summary kept as a file and its verdict shown. */
async function step(
  { sandbox, scene }: Stage,
  name: string,
  event: 'pull_request' | 'push',
  inputs: Inputs = joining(scene),
): Promise<RunResult> {
  const run = await runAction({
    sandbox,
    event: { name: event },
    directory: join(FOLDER, name),
    // What only a Node older than the runner's would print.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    with: {
      'central-account-id': scene.ids.SEC,
      'central-role-arn': scene.roles.central,
      bucket: scene.bucket,
      region: scene.region,
      ...inputs,
    },
  });
  const file = run.outputs['report-file'] ?? '';
  summaries.push(file);
  for (const line of run.log.split('\n')) if (line.trim() !== '') say(`   │ ${line}`);
  return run;
}

const joining = ({ ids, roles }: TutorialWorld): Inputs => ({
  'member-account-id': ids.DEV,
  'member-role-arn': roles.member,
  'trail-name': 'DEV-CLOUDTRAIL',
});

/** In AWS: a pull request's comment is none. */
const writes = (run: RunResult): readonly string[] =>
  run.requests
    .filter(({ service, write }) => write && service !== 'github')
    .map(({ operation }) => operation);

async function bootstrap(stage: Stage): Promise<void> {
  const { sandbox, scene } = stage;
  title(1, `The central account ${scene.ids.SEC} (SEC) is empty: bootstrap makes bucket and trail`);
  const run = await step(stage, '1-bootstrap', 'push', {
    operation: 'bootstrap',
    'central-trail-name': scene.trailName,
  });
  const [trail] = sandbox.world.trails(scene.ids.SEC);
  say(`   trail ${trail?.Name} logs to bucket ${scene.bucket}; its policy:`);
  const policy = JSON.stringify(sandbox.world.bucketPolicy(scene.bucket), null, 2);
  for (const line of policy.split('\n')) say(`   │ ${line}`);
  check(
    ['the bucket came first, then its settings and its policy', writes(run)[0] === 'CreateBucket'],
    [`${scene.trailName} is there and logs`, trail?.logging === true],
    ['nobody gets in without TLS', policy.includes('"aws:SecureTransport": "false"')],
    ['the run says applied', run.outputs['result'] === 'applied' && run.exitCode === 0],
  );
}

async function pullRequest(stage: Stage): Promise<void> {
  const { sandbox, scene } = stage;
  title(
    2,
    `A pull request wants ${scene.ids.DEV} (DEV) to log there: the plan, and nothing written`,
  );
  const before = sandbox.world.bucketPolicyText(scene.bucket);
  const run = await step(stage, '2-pull-request', 'pull_request');
  for (const line of (run.outputs['policy-diff'] ?? '').trimEnd().split('\n')) say(`   │ ${line}`);
  check(
    ['the plan holds the policy and the trail', run.outputs['result'] === 'planned'],
    ['the policy is as it was', sandbox.world.bucketPolicyText(scene.bucket) === before],
    ['no request wrote anything in AWS', writes(run).length === 0 && run.exitCode === 0],
  );
}

async function apply(stage: Stage): Promise<void> {
  const { sandbox, scene } = stage;
  title(3, 'Merged: the same step applies');
  const run = await step(stage, '3-apply', 'push');
  const policy = JSON.stringify(sandbox.world.bucketPolicy(scene.bucket));
  const arn = `arn:aws:cloudtrail:${scene.region}:${scene.ids.DEV}:trail/DEV-CLOUDTRAIL`;
  const trail = sandbox.world.trails(scene.ids.DEV).find(({ Name }) => Name === 'DEV-CLOUDTRAIL');
  check(
    ["DEV's trail is in both aws:SourceArn lists", policy.split(arn).length - 1 === 2],
    [`AWSLogs/${scene.ids.DEV}/* may be written`, policy.includes(`/AWSLogs/${scene.ids.DEV}/*`)],
    ['DEV-CLOUDTRAIL is there and logs', trail?.logging === true],
    [
      'the policy was written once',
      writes(run).filter((w) => w === 'PutBucketPolicy').length === 1,
    ],
    ['the run says applied', run.outputs['result'] === 'applied' && run.exitCode === 0],
  );
}

async function again(stage: Stage): Promise<void> {
  title(4, 'Once more: there is nothing to do');
  const run = await step(stage, '4-again', 'push');
  check(
    ['no changes', run.outputs['result'] === 'no-changes' && run.exitCode === 0],
    ['no request wrote anything in AWS', writes(run).length === 0],
  );
}

async function peek({ sandbox, scene }: Stage): Promise<void> {
  title(5, 'DEV tries to look into the bucket');
  const role = sandbox.world.createRole({
    account: scene.ids.DEV,
    name: 'Curious',
    trust: JSON.stringify({ Version: '2012-10-17', Statement: [] }),
    policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
    }),
  });
  const s3 = new S3Client({
    endpoint: sandbox.url,
    forcePathStyle: true,
    region: scene.region,
    credentials: sandbox.world.credentialsFor(role),
  });
  const answer = await s3.send(new ListObjectsV2Command({ Bucket: scene.bucket })).then(
    () => 'the list',
    (error: unknown) => (error as Error).name,
  );
  say(`   S3 answers: ${answer}`);
  check(['an administrator of DEV cannot list the central bucket', answer === 'AccessDenied']);
}

function timePasses({ sandbox, scene }: Stage): void {
  title(6, 'Ten minutes later');
  sandbox.advance(10);
  for (const account of [scene.ids.SEC, scene.ids.DEV]) {
    const logs = sandbox.world
      .objects(scene.bucket, `AWSLogs/${account}/CloudTrail/`)
      .filter(({ key, size }) => key.endsWith('.json.gz') && size > 0);
    const newest = logs.at(-1);
    say(`   ${newest?.key ?? '(nothing)'}`);
    check([`logs of ${account} have arrived`, newest !== undefined]);
  }
}

async function verify(stage: Stage): Promise<void> {
  const { sandbox, scene } = stage;
  say('   Do they arrive? Operation verify looks:');
  addVerifyingCentral(sandbox, scene.ids.SEC, scene.bucket);
  const run = await step(stage, '6-verify', 'push', {
    ...joining(scene),
    operation: 'verify',
    'delivery-timeout-minutes': '0',
  });
  check(
    ['logs of DEV are proven to arrive', (run.outputs['delivery'] ?? '').includes('delivered')],
    ['no request wrote anything in AWS', writes(run).length === 0 && run.exitCode === 0],
  );
}

async function rename(stage: Stage): Promise<void> {
  const { sandbox, scene } = stage;
  title(7, 'The trail gets another name, without a gap');
  const inputs = {
    ...leaving(stage),
    'trail-name': 'DEV-AUDIT',
    'replaces-trail': 'DEV-CLOUDTRAIL',
  };
  const run = await step(stage, '7-rename', 'push', inputs);
  const order = writes(run).join(', ');
  const policy = JSON.stringify(sandbox.world.bucketPolicy(scene.bucket));
  say(`   ${order}`);
  check(
    ['the new one logged before the old one stopped', /Start.*Stop.*Delete/.test(order)],
    ['the policy names the new trail and no more the old one', !policy.includes('DEV-CLOUDTRAIL')],
    ['the run says applied', run.outputs['result'] === 'applied' && run.exitCode === 0],
  );
}

async function offboard(stage: Stage): Promise<void> {
  const { sandbox, scene } = stage;
  title(8, 'DEV leaves: trail, then grants; its logs stay');
  const logs = () => sandbox.world.objects(scene.bucket, `AWSLogs/${scene.ids.DEV}/`).length;
  const before = logs();
  const inputs = { ...leaving(stage), operation: 'offboard', 'trail-name': 'DEV-AUDIT' };
  const run = await step(stage, '8-offboard', 'push', inputs);
  const policy = JSON.stringify(sandbox.world.bucketPolicy(scene.bucket));
  check(
    ['DEV has no trail any more', sandbox.world.trails(scene.ids.DEV).length === 0],
    ['nothing in the policy is about DEV', !policy.includes(scene.ids.DEV)],
    ["SEC's own trail still may write", policy.includes(scene.trailName)],
    ['no log was deleted', logs() >= before && before > 0],
    ['the run says applied', run.outputs['result'] === 'applied' && run.exitCode === 0],
  );
}

const leaving = ({ sandbox, scene }: Stage): Inputs => ({
  'member-account-id': scene.ids.DEV,
  'member-role-arn': addLeavingMember(sandbox, scene.ids.DEV),
});

async function play(): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const sandbox = await startSandbox();
  const stage = { sandbox, scene: emptyWorld(sandbox) };
  try {
    await bootstrap(stage);
    await pullRequest(stage);
    await apply(stage);
    await again(stage);
    await peek(stage);
    timePasses(stage);
    await verify(stage);
    await rename(stage);
    await offboard(stage);
  } finally {
    await sandbox.close();
  }
}

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
say(
  'Several accounts, one bucket: the tutorial on the sandbox (a local stand-in for AWS and GitHub).',
);
await play();
say();
say('What the job summaries look like:');
for (const file of summaries) say(`   ${relative('.', file)}`);
say();
say(failures.length === 0 ? 'All as told.' : `NOT as told: ${failures.join('; ')}.`);
process.exitCode = failures.length === 0 ? 0 : 1;
