// Every text in every answer of AWS, and every error, may be anybody's. Wherever it is put, a run of the shipped bundle makes of
// it text in the log, in the Markdown, in the outputs and in the files, ends in order, and calls it no fault of its own.

import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import type { RunResult } from '../../sandbox/runner.js';
import { administratorPolicy, githubTrust } from '../../sandbox/worlds.js';
import { casesOf, patienceFor, SAME_CASES } from '../cases.js';
import { textCount, withTexts } from '../hostile/answers.js';
import { strayInRun } from '../hostile/left-behind.js';
import { ALL_HOSTILE, hostileTexts } from '../hostile/texts.js';
import { calls, closeStages, openStage, type Stage } from './stage.js';

afterEach(closeStages);

/** Runs of the bundle: each takes about a second. */
const RUNS = casesOf(40, 10);
const PATIENCE = patienceFor(RUNS, 30_000);

const SEC = '111111111111';
const DEV = '222222222222';
const TOPIC = `arn:aws:sns:ap-northeast-2:${DEV}:trails`;

/** DEV is onboarded with all that a trail can have, and its logs have come. */
async function everything(): Promise<
  Stage & { readonly inputs: Readonly<Record<string, string>> }
> {
  const stage = await openStage();
  const { sandbox, scene } = stage;
  const { world } = sandbox;
  const { region, repository } = scene;
  for (const [account, name] of [
    [SEC, 'CloudTrailOnboardingCentral'],
    [DEV, 'CloudTrailOnboardingMember'],
  ] as const) {
    const trust = githubTrust(world.createOidcProvider({ account }), repository);
    world.createRole({ account, name, trust, policy: administratorPolicy });
  }
  const owner = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${SEC}:root` },
    Action: 'kms:*',
  };
  const policy = { Version: '2012-10-17', Statement: [{ Sid: 'Owner', ...owner, Resource: '*' }] };
  const key = world.createKey({ account: SEC, region, policy });
  const publish = { Principal: { Service: 'cloudtrail.amazonaws.com' }, Action: 'SNS:Publish' };
  world.createTopic(TOPIC, {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', ...publish, Resource: TOPIC }],
  });
  const inputs = {
    'kms-key-arn': key,
    'manage-kms-key-policy': 'true',
    'sns-topic-arn': TOPIC,
    tags: 'team=audit',
    'event-selectors': '- FieldSelectors: [{ Field: eventCategory, Equals: [Management] }]',
    'insight-selectors': 'ApiCallRateInsight',
  };
  const applied = await stage.apply(inputs);
  expect(applied.outputs['result']).toBe('applied');
  sandbox.advance(130);
  return { ...stage, inputs: { ...inputs, 'log-file-validation': 'false' } };
}

/** Reads all that a run can read, and writes nothing, so that one stage serves many of them. */
const RUNS_THAT_READ: readonly Readonly<Record<string, string>>[] = [
  { 'dry-run': 'true' },
  { operation: 'audit' },
  { operation: 'verify', 'delivery-timeout-minutes': '0', 'validate-digests': '2' },
];

const inputsOf = (
  inputs: Readonly<Record<string, string>>,
  run: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  const { 'manage-kms-key-policy': _, ...rest } = inputs;
  return run['operation'] === undefined ? { ...inputs, ...run } : { ...rest, ...run };
};

/** A text of the nth answer to an operation in one of the runs, or of an object in the bucket. */
type Place = {
  readonly run: Readonly<Record<string, string>>;
  readonly operation: string;
  readonly after: number;
  readonly index: number;
};

async function placesOf(stage: Stage, inputs: Readonly<Record<string, string>>) {
  const places: Place[] = [];
  for (const run of RUNS_THAT_READ) {
    const asked = calls(await stage.apply(inputsOf(inputs, run)));
    const seen = new Map<string, number>();
    const takeBack = [...new Set(asked)]
      .filter((operation) => operation !== 'GetObject')
      .map((operation) =>
        stage.sandbox.faults.inject({
          operation,
          answer: {
            rewrite: (body) => {
              const after = seen.get(operation) ?? 0;
              seen.set(operation, after + 1);
              for (let index = 0; index < textCount(body); index += 1)
                places.push({ run, operation, after, index });
              return body;
            },
          },
        }),
      );
    await stage.apply(inputsOf(inputs, run));
    for (const take of takeBack) take();
  }
  // Calls are made beside each other: the same case should mean the same place, as far as it can.
  return places.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

const nameOf = ({ run, operation, after, index }: Place): string =>
  JSON.stringify([run, operation, after, index]);

async function withHostile(
  stage: Stage,
  inputs: Readonly<Record<string, string>>,
  { run, operation, after, index }: Place,
  text: string,
): Promise<RunResult> {
  const takeBack = stage.sandbox.faults.inject({
    operation,
    after,
    answer: {
      rewrite: (body) => withTexts(body, (old, at) => (at === index ? text : old)),
    },
  });
  try {
    return await stage.apply(inputsOf(inputs, run));
  } finally {
    takeBack();
  }
}

test(
  'each text of each answer',
  async () => {
    const { inputs, ...stage } = await everything();
    const places = await placesOf(stage, inputs);
    expect(new Set(places.map(({ operation }) => operation)).size).toBeGreaterThan(14);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.oneof(fc.constant(ALL_HOSTILE), hostileTexts),
        async (place, text) => {
          expect(strayInRun(await withHostile(stage, inputs, place, text))).toEqual([]);
        },
      ),
      { numRuns: RUNS, endOnFailure: true, ...SAME_CASES },
    );
  },
  PATIENCE,
);

test(
  'each error: its code, its message',
  async () => {
    const { inputs, ...stage } = await everything();
    const operations = calls(await stage.apply({ ...inputs, 'dry-run': 'true' }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...new Set(operations)),
        fc.constantFrom(400, 403, 404),
        fc.oneof(fc.constant(ALL_HOSTILE), hostileTexts),
        async (operation, status, text) => {
          const answer = { code: text.replaceAll(/[^\x20-\x7e]/g, ''), message: text, status };
          const takeBack = stage.sandbox.faults.inject({ operation, answer });
          const run = await stage.apply({ ...inputs, 'dry-run': 'true' });
          takeBack();
          expect(strayInRun(run)).toEqual([]);
        },
      ),
      { numRuns: Math.ceil(RUNS / 2), endOnFailure: true, ...SAME_CASES },
    );
  },
  PATIENCE,
);

test('logs and digests in the bucket', async () => {
  const { inputs, ...stage } = await everything();
  const { world } = stage.sandbox;
  const { bucket } = stage.scene;
  const objects = world.objects(bucket, 'AWSLogs/').filter(({ key }) => key.endsWith('.json.gz'));
  expect(objects.length).toBeGreaterThan(2);
  for (const { key, body, metadata } of objects) {
    const hostile = withTexts(gunzipSync(body).toString(), (text) =>
      /^[A-Z]\w+$/.test(text) ? text : `${text}${ALL_HOSTILE}`,
    );
    world.putObject(bucket, key, gzipSync(hostile), metadata);
  }
  const verify = { operation: 'verify', 'delivery-timeout-minutes': '0', 'validate-digests': '2' };
  const run = await stage.apply(inputsOf(inputs, verify));
  expect(strayInRun(run)).toEqual([]);
}, 120_000);
