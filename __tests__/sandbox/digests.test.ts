// The digest files that the sandbox delivers: when, where, chained and signed. The real AWS CLI judges them in peers/.

import { createHash, createPublicKey, verify } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import {
  CreateTrailCommand,
  ListPublicKeysCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import { type ObjectView, type Sandbox, startSandbox } from '../../sandbox/index.js';
import { tutorialWorld } from '../../sandbox/worlds.js';
import { administrator, bucket, cloudTrail, region, SEC, secTrailArn } from './sdk.js';

type Digest = {
  readonly [field: string]: unknown;
  readonly digestEndTime: string;
  readonly digestS3Object: string;
  readonly logFiles: readonly { readonly s3Object: string; readonly hashValue: string }[];
};

const folder = `AWSLogs/${SEC}/CloudTrail-Digest/${region}/`;
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ now: new Date('2026-11-23T22:30:00Z') });
  tutorialWorld(sandbox);
});

afterEach(() => sandbox.close());

const objects = (): readonly ObjectView[] => sandbox.world.objects(bucket, folder);
const contentOf = ({ body }: ObjectView): Digest =>
  JSON.parse(gunzipSync(body).toString()) as Digest;
const digests = (): readonly Digest[] => objects().map(contentOf);
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const client = () => cloudTrail(sandbox, { credentials: administrator(sandbox, SEC) });

test('each full hour of logging has one, under the day it ends on', () => {
  sandbox.advance(59);
  expect(objects()).toEqual([]);
  sandbox.advance(62);
  const file = `${SEC}_CloudTrail-Digest_${region}_SEC-CLOUDTRAIL_${region}`;
  expect(objects().map(({ key }) => key)).toEqual([
    expect.stringMatching(`^${folder}2026/11/23/${file}_20261123T2330\\d\\dZ\\.json\\.gz$`),
    expect.stringMatching(`^${folder}2026/11/24/${file}_20261124T0030\\d\\dZ\\.json\\.gz$`),
  ]);
});

test('it names the logs of its hour with the hash of their content', () => {
  sandbox.advance(61);
  const logs = sandbox.world
    .objects(bucket, `AWSLogs/${SEC}/CloudTrail/`)
    .filter(({ size }) => size > 0);
  expect(digests()[0]?.logFiles).toEqual(
    logs.map(({ key, body }) =>
      expect.objectContaining({
        s3Bucket: bucket,
        s3Object: key,
        hashValue: sha256(gunzipSync(body)),
      }),
    ),
  );
  expect(logs).toHaveLength(12);
});

test('the first one stands alone, each other names the one before', () => {
  sandbox.advance(121);
  const [first, second] = digests();
  const [object] = objects();
  expect(first).toMatchObject({ previousDigestS3Object: null, previousDigestSignature: null });
  expect(second).toMatchObject({
    previousDigestS3Bucket: bucket,
    previousDigestS3Object: object?.key,
    previousDigestHashValue: sha256(gunzipSync(object?.body ?? '')),
    previousDigestSignature: object?.metadata['signature'],
  });
});

test('its signature is the one that the Region’s public key confirms', async () => {
  sandbox.advance(61);
  const { PublicKeyList = [] } = await client().send(
    new ListPublicKeysCommand({ StartTime: sandbox.now(), EndTime: sandbox.now() }),
  );
  const [object] = objects();
  const digest = digests()[0];
  expect(PublicKeyList.map(({ Fingerprint }) => Fingerprint)).toEqual([
    digest?.['digestPublicKeyFingerprint'],
  ]);
  const key = createPublicKey({
    key: Buffer.from(PublicKeyList[0]?.Value ?? []),
    format: 'der',
    type: 'pkcs1',
  });
  const signed = [
    digest?.digestEndTime,
    `${bucket}/${digest?.digestS3Object}`,
    sha256(gunzipSync(object?.body ?? '')),
    'null',
  ].join('\n');
  const signature = Buffer.from(object?.metadata['signature'] ?? '', 'hex');
  expect(verify('RSA-SHA256', Buffer.from(signed), key, signature)).toBe(true);
});

test('Regions have different keys, and none for a time long ago', async () => {
  const keys = async (where: string, StartTime?: Date) => {
    const credentials = administrator(sandbox, SEC);
    const asked = cloudTrail(sandbox, { credentials, region: where });
    const { PublicKeyList = [] } = await asked.send(
      new ListPublicKeysCommand({ StartTime, EndTime: StartTime }),
    );
    return PublicKeyList.map(({ Fingerprint }) => Fingerprint);
  };
  const here = await keys(region);
  expect(here).toHaveLength(1);
  expect(await keys('us-east-1')).not.toEqual(here);
  expect(await keys(region, new Date('2013-01-01T00:00:00Z'))).toEqual([]);
});

test('an hour in which nothing could be delivered is made up for', () => {
  const policy = sandbox.world.bucketPolicy(bucket);
  sandbox.advance(30);
  sandbox.world.putBucketPolicy(bucket, undefined);
  sandbox.advance(60);
  expect(objects()).toEqual([]);
  sandbox.world.putBucketPolicy(bucket, policy);
  sandbox.advance(60);
  expect(digests().map(({ logFiles }) => logFiles.length)).toEqual([6, 6]);
});

test('the last one comes when logging stops, and starting again begins a new chain', async () => {
  sandbox.advance(90);
  await client().send(new StopLoggingCommand({ Name: secTrailArn }));
  expect(digests().map(({ logFiles }) => logFiles.length)).toEqual([12, 6]);
  sandbox.advance(120);
  await client().send(new StartLoggingCommand({ Name: secTrailArn }));
  sandbox.advance(61);
  expect(digests().map(({ previousDigestS3Object }) => previousDigestS3Object === null)).toEqual([
    true,
    false,
    true,
  ]);
});

test('without log file validation there is none, and turning it on begins a chain then', async () => {
  const update = (EnableLogFileValidation: boolean) =>
    client().send(new UpdateTrailCommand({ Name: secTrailArn, EnableLogFileValidation }));
  await update(false);
  sandbox.advance(120);
  expect(objects()).toEqual([]);
  await update(true);
  sandbox.advance(70);
  expect(digests()).toMatchObject([{ digestStartTime: expect.stringContaining('T00:30:') }]);
});

test('a trail made through the API has them in its prefix', async () => {
  const policy = JSON.stringify(sandbox.world.bucketPolicy(bucket))
    .replaceAll('AWSLogs/', 'logs/AWSLogs/')
    .replaceAll('SEC-CLOUDTRAIL', '*')
    .replaceAll('StringEquals', 'StringLike');
  sandbox.world.putBucketPolicy(bucket, policy);
  const Name = 'SECOND';
  await client().send(
    new CreateTrailCommand({
      Name,
      S3BucketName: bucket,
      S3KeyPrefix: 'logs',
      EnableLogFileValidation: true,
    }),
  );
  await client().send(new StartLoggingCommand({ Name }));
  sandbox.advance(66);
  expect(sandbox.world.objects(bucket, `logs/${folder}`)).toHaveLength(1);
});
