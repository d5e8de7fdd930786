// The validation of digests beside that of the real AWS CLI, on the same bucket of the sandbox: what `validate-logs` prints for
// each scene is held against our verdict, object by object. Where the two are meant to differ, the scene says how and why.

import { join } from 'node:path';
import {
  HOURS,
  isoRange,
  play,
  rangeOf,
  SCENES,
  type Scene,
  type Setting,
} from '../__tests__/delivery/digest-scenes.js';
import { root, run } from '../bench/command.js';
import { fingerprintIn, signedIn } from '../sandbox/aws/cloudtrail/signing-keys.js';
import { type Sandbox, type StaticCredentials, startSandbox } from '../sandbox/index.js';
import { administratorPolicy, tutorial, tutorialWorld } from '../sandbox/worlds.js';
import { requestHandler } from '../src/aws/http.js';
import { logReader } from '../src/aws/logs.js';
import { publicKeyReader } from '../src/aws/public-keys.js';
import { type DigestValidation, validateDigests } from '../src/delivery/digests.js';
import type { Claim } from './claim.js';

const { SEC } = tutorial.ids;
const { region, trailName } = tutorial;
const HOUR_MS = 3_600_000;

type Stage = {
  readonly sandbox: Sandbox;
  readonly credentials: StaticCredentials;
  /** The AWS CLI. */
  readonly program: string;
};

/** What either says: how many are valid, and for each other object what is wrong with it. */
type Told = {
  readonly valid: readonly [digests: number, logs: number];
  readonly wrong: readonly string[];
  readonly objects: readonly string[];
};

/** @param programs a folder with `aws` */
export async function digestClaims(programs: string): Promise<readonly Claim[]> {
  const sandbox = await startSandbox({ now: new Date(Date.now() - (HOURS + 1) * HOUR_MS) });
  try {
    tutorialWorld(sandbox);
    const admin = { account: SEC, name: 'admin', policy: administratorPolicy };
    const credentials = sandbox.world.credentialsFor(sandbox.world.createUser(admin));
    const stage = { sandbox, credentials, program: join(programs, 'aws') };
    const claims = [await ownTrail(stage)];
    for (const [index, scene] of SCENES.entries())
      claims.push(...(await claimsOf(stage, scene, `scene-${index}`)));
    return claims;
  } finally {
    await sandbox.close();
  }
}

/** What the sandbox's CloudTrail delivered by itself, found by way of the trail. */
async function ownTrail(stage: Stage): Promise<Claim> {
  stage.sandbox.advance(HOURS * 60 + 10);
  const start = stage.sandbox.now().getTime() - (HOURS + 1) * HOUR_MS;
  const setting = settingIn(tutorial.bucket, start);
  const cli = await askCli(stage, setting, []);
  const claim = 'the AWS CLI takes all that the sandbox delivered as valid';
  return told(claim, isEqual(cli, { valid: [HOURS, HOURS * 12], wrong: [], objects: [] }), cli);
}

async function claimsOf(stage: Stage, scene: Scene, bucket: string): Promise<readonly Claim[]> {
  const { world } = stage.sandbox;
  const start = Math.floor(stage.sandbox.now().getTime() / HOUR_MS - HOURS - 1) * HOUR_MS;
  const setting = settingIn(bucket, start);
  world.createBucket({ account: SEC, name: bucket, region });
  for (const [key, { body, metadata }] of play(scene, setting))
    world.putObject(bucket, key, body, metadata);
  const [cli, verdict] = await Promise.all([
    askCli(stage, setting, ['--s3-bucket', bucket]),
    ask(stage, setting),
  ]);
  const ours = toldBy(verdict);
  const name = `digests: ${scene.name}`;
  const asExpected = isEqual({ ...ours, objects: [] }, expected(scene));
  if (scene.cli === undefined)
    return [
      told(`${name}: we and the AWS CLI say the same`, asExpected && isEqual(cli, ours), {
        cli,
        ours,
      }),
    ];
  const differs = isEqual({ ...cli, objects: [] }, expected(scene.cli));
  return [
    told(
      `${name}: found, and the AWS CLI differs as known. ${scene.cli.why}`,
      asExpected && differs,
      {
        cli,
        ours,
      },
    ),
  ];
}

const expected = ({ valid, wrong }: Pick<Scene, 'valid' | 'wrong'>): Told => ({
  valid,
  wrong: wrong.map(asCliSays).toSorted(),
  objects: [],
});

function settingIn(bucket: string, start: number): Setting {
  return {
    bucket,
    prefix: '',
    accountId: SEC,
    trailArn: `arn:aws:cloudtrail:${region}:${SEC}:trail/${trailName}`,
    region,
    start,
    signer: { fingerprint: fingerprintIn(region), sign: (text) => signedIn(region, text) },
  };
}

async function ask({ sandbox, credentials }: Stage, setting: Setting): Promise<DigestValidation> {
  const options = {
    region,
    credentials,
    endpoint: sandbox.url,
    forcePathStyle: true,
    requestHandler: requestHandler(),
    customUserAgent: 'peers',
  };
  const reader = logReader(options, { accountId: SEC, bucket: setting.bucket });
  return validateDigests(reader, publicKeyReader(options, SEC), {
    ...setting,
    ...rangeOf(setting),
  });
}

function toldBy({ digests, logs, problems }: DigestValidation): Told {
  return {
    valid: [digests.valid, logs.valid],
    wrong: problems.map(({ kind, cause }) => asCliSays(`${kind} ${cause}`)).toSorted(),
    objects: problems.flatMap((problem) => ('key' in problem ? [problem.key] : [])).toSorted(),
  };
}

/** It does not tell a signature that is not there from one that is wrong. */
const asCliSays = (wrong: string): string => wrong.replace('digest unsigned', 'digest signature');

async function askCli(
  { sandbox, credentials, program }: Stage,
  setting: Setting,
  more: readonly string[],
): Promise<Told> {
  const { from, to } = isoRange(setting);
  const times = ['--start-time', from, '--end-time', to];
  const where = ['--region', region, '--endpoint-url', sandbox.url];
  const command = ['cloudtrail', 'validate-logs', '--trail-arn', setting.trailArn];
  const { output } = await run(program, [...command, ...times, ...where, ...more], {
    directory: root,
    environment: {
      ...sandbox.environment,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_CONFIG_FILE: 'none',
      AWS_SHARED_CREDENTIALS_FILE: 'none',
    },
  });
  return toldByCli(output);
}

function toldByCli(output: string): Told {
  const valid = (of: string): number =>
    [...output.matchAll(new RegExp(`^(\\d+)/\\d+ ${of} files valid`, 'gm'))].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  const files = [...output.matchAll(/(Digest|Log) file\ts3:\/\/[^/]+\/(\S+)\tINVALID: (.+)/g)];
  const gaps = [...output.matchAll(/No log files were delivered by CloudTrail between/g)];
  return {
    valid: [valid('(?:backfill )?digest'), valid('log')],
    wrong: [
      ...files.map(([, kind = '', , cause = '']) => `${kind.toLowerCase()} ${causeOf(cause)}`),
      ...gaps.map(() => 'period not-logging'),
    ].toSorted(),
    objects: files.map(([, , key = '']) => key).toSorted(),
  };
}

function causeOf(said: string): string {
  if (said.startsWith('not found')) return 'missing';
  if (said.startsWith('invalid format')) return 'format';
  if (said.startsWith('has been moved')) return 'moved';
  if (said.startsWith('public key not found')) return 'unknown-key';
  return said.startsWith('hash value') ? 'hash' : 'signature';
}

const isEqual = (a: Told, b: Told): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A claim that does not hold shows what was said, for nothing else would tell why. */
function told(claim: string, holds: boolean, said: object): Claim {
  if (!holds) process.stdout.write(`${claim}: ${JSON.stringify(said, null, 2)}\n`);
  return [claim, holds];
}
