// What is said of a trail's digests, on a bucket in memory.

import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type DigestProblem,
  type DigestScope,
  type DigestValidation,
  validateDigests,
} from '../../src/delivery/digests.js';
import type { LogReader, PublicKey, PublicKeyReader } from '../../src/delivery/ports.js';
import { CallFailure } from '../../src/problem.js';
import { HOURS, play, rangeOf, SCENES, type Scene, type Setting } from './digest-scenes.js';
import { type Contents, deliver, newSigner, store } from './signed-digests.js';

const HOUR = 3_600_000;
const signer = newSigner();

const setting: Setting = {
  bucket: 'logs',
  prefix: '',
  accountId: '222222222222',
  trailArn: 'arn:aws:cloudtrail:eu-west-1:222222222222:trail/DEV',
  region: 'eu-west-1',
  start: Date.parse('2026-11-23T21:00:00Z'),
  signer,
};

const scope: DigestScope = { ...setting, ...rangeOf(setting) };

const failure = (code: string): CallFailure =>
  new CallFailure(code, { code: 'aws', message: code, remedy: '' });

/** Two keys to a page, so that there is more than one. */
function readerOf(contents: Contents): LogReader {
  const keys = [...contents.keys()].toSorted();
  return {
    list: (prefix, startAfter = '') => {
      const found = keys.filter((key) => key.startsWith(prefix) && key > startAfter);
      const objects = found.slice(0, 2).map((key) => ({ key, size: 1, lastModified: 0 }));
      return Promise.resolve({ objects, truncated: found.length > 2 });
    },
    folders: (prefix) => {
      const below = keys.filter((key) => key.startsWith(prefix));
      const folders = below.map((key) => key.slice(0, key.indexOf('/', prefix.length) + 1));
      return Promise.resolve([...new Set(folders)]);
    },
    read: (key) => {
      const content = contents.get(key);
      if (content === undefined) return Promise.reject(failure('NoSuchKey'));
      return Promise.resolve({ metadata: content.metadata, body: inPieces(content.body) });
    },
  };
}

async function* inPieces(body: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < body.length; at += 100)
    yield await Promise.resolve(body.subarray(at, at + 100));
}

const keysOf = (...keys: readonly PublicKey[]): PublicKeyReader => ({
  publicKeys: () => Promise.resolve(keys),
});

const keys = keysOf({ fingerprint: signer.fingerprint, der: signer.pkcs1 });

const validate = (
  contents: Contents,
  asked: Partial<DigestScope> = {},
): Promise<DigestValidation> => validateDigests(readerOf(contents), keys, { ...scope, ...asked });

const intact: Scene = SCENES[0] as Scene;
const wrongIn = ({ problems }: DigestValidation) =>
  problems.map(({ kind, cause }: DigestProblem) => `${kind} ${cause}`).toSorted();

describe('what has happened to the bucket is told', () => {
  test.each(SCENES)('$name', async (scene) => {
    const verdict = await validate(play(scene, setting));
    expect(verdict.word).toBe(scene.word);
    expect([verdict.digests.valid, verdict.logs.valid]).toEqual(scene.valid);
    expect(wrongIn(verdict)).toEqual(scene.wrong.toSorted());
  });

  test('with the key of each object that is not as it should be', async () => {
    const contents = play(intact, setting);
    const [log = ''] = [...contents.keys()].filter((key) => key.includes('/CloudTrail/'));
    const digest = [...contents.keys()].filter((key) => key.includes('Digest'))[3] ?? '';
    contents.delete(log);
    contents.delete(digest);
    const { problems } = await validate(contents);
    expect(problems).toEqual([
      { kind: 'log', key: log, digest: expect.stringContaining('Digest'), cause: 'missing' },
      { kind: 'digest', key: digest, cause: 'missing' },
    ]);
  });

  test('with the hours that nobody answers for', async () => {
    const contents = play(intact, setting);
    const digests = [...contents.keys()].filter((key) => key.includes('Digest'));
    for (const key of digests.slice(1, 4)) contents.delete(key);
    const { problems } = await validate(contents);
    expect(problems).toContainEqual({
      kind: 'period',
      region: 'eu-west-1',
      from: setting.start + HOUR,
      to: setting.start + 3 * HOUR,
      cause: 'unexplained',
    });
  });

  test('as counts when there is too much to list', async () => {
    const contents: Contents = new Map();
    deliver(contents, { ...setting, hours: 1, logsPerHour: 1_200 });
    for (const key of contents.keys()) if (key.includes('/CloudTrail/')) contents.delete(key);
    const { logs, problems } = await validate(contents, { to: setting.start + HOUR });
    expect(logs).toEqual({ valid: 0, invalid: 0, missing: 1_200, unread: 0 });
    expect(problems).toHaveLength(1_000);
  });
});

describe('what lies in the range', () => {
  test('are digests that end in it, and up to an hour behind it', async () => {
    const contents = play(intact, setting);
    const from = setting.start + 2 * HOUR;
    const to = from + 90 * 60_000;
    expect((await validate(contents, { from, to })).digests.valid).toBe(3);
  });

  test('ends at a digest whose predecessor is older', async () => {
    const contents = play(intact, setting);
    const verdict = await validate(contents, { from: setting.start + 2 * HOUR + 1 });
    expect(verdict).toMatchObject({ word: 'valid', digests: { valid: 4, missing: 0 } });
  });

  test('is nothing when the trail has no digest', async () => {
    expect(await validate(new Map())).toEqual({
      word: 'none',
      digests: { valid: 0, invalid: 0, missing: 0, unread: 0 },
      logs: { valid: 0, invalid: 0, missing: 0, unread: 0 },
      problems: [],
    });
  });
});

describe('a digest lies', () => {
  const places: readonly (readonly [string, Partial<Setting>])[] = [
    ['under the bucket prefix', { prefix: 'central/logs' }],
    ['under the organization', { organizationId: 'o-a1b2c3d4e5' }],
    [
      'of a member, by its organization’s trail',
      {
        organizationId: 'o-a1b2c3d4e5',
        accountId: '333333333333',
        trailArn: 'arn:aws:cloudtrail:us-east-1:111111111111:trail/ORG',
      },
    ],
    [
      'in another partition',
      { trailArn: 'arn:aws-us-gov:cloudtrail:us-gov-west-1:222222222222:trail/G' },
    ],
    ['of a trail with a name full of signs', { trailArn: `${setting.trailArn}_eu-west-1.x-1` }],
  ];
  test.each(places)('%s', async (_, place) => {
    const contents: Contents = new Map();
    deliver(contents, { ...setting, ...place, hours: HOURS });
    const verdict = await validate(contents, place);
    expect(verdict).toMatchObject({
      word: 'valid',
      digests: { valid: HOURS },
      logs: { valid: 12 },
    });
  });

  test('in each Region, and is checked with that Region’s keys', async () => {
    const contents: Contents = new Map();
    const regions = ['ap-northeast-2', 'eu-west-1', 'us-east-1'];
    const signers = new Map(regions.map((region) => [region, newSigner()]));
    for (const [region, own] of signers)
      deliver(contents, { ...setting, region, signer: own, hours: HOURS });
    const regional: PublicKeyReader = {
      publicKeys: (region) => {
        const { fingerprint = '', pkcs1 = Buffer.alloc(0) } = signers.get(region) ?? {};
        return Promise.resolve([{ fingerprint, der: pkcs1 }]);
      },
    };
    const verdict = await validateDigests(readerOf(contents), regional, scope);
    expect(verdict).toMatchObject({ word: 'valid', digests: { valid: 18 }, logs: { valid: 36 } });
  });
});

describe('public keys', () => {
  test.each(['pkcs1', 'spki'] as const)('may be %s', async (form) => {
    const contents = play(intact, setting);
    const inForm = keysOf({ fingerprint: signer.fingerprint, der: signer[form] });
    expect((await validateDigests(readerOf(contents), inForm, scope)).word).toBe('valid');
  });

  test.each([
    ['none', keysOf()],
    ['of another name', keysOf({ fingerprint: '00', der: signer.pkcs1 })],
    ['unreadable', keysOf({ fingerprint: signer.fingerprint, der: Buffer.from('no key') })],
  ])('%s: the digest is not believed, and its logs are not looked at', async (_, none) => {
    const verdict = await validateDigests(readerOf(play(intact, setting)), none, scope);
    expect(verdict).toMatchObject({ word: 'invalid', digests: { invalid: 6 }, logs: { valid: 0 } });
    expect(new Set(wrongIn(verdict))).toEqual(new Set(['digest unknown-key']));
  });

  test('are asked for once in a Region, and for backfill digests around the time these were made', async () => {
    const contents = play(intact, setting);
    deliver(contents, { ...setting, hours: 2, backfill: true });
    const asked: (readonly [string, number, number])[] = [];
    const counting: PublicKeyReader = {
      publicKeys: (region, from, to) => {
        asked.push([region, from, to]);
        return keys.publicKeys(region, from, to);
      },
    };
    await validateDigests(readerOf(contents), counting, scope);
    const whole = ['eu-west-1', scope.from, scope.to + 2 * HOUR] as const;
    const around = (hour: number) =>
      ['eu-west-1', setting.start + (hour - 1) * HOUR, setting.start + (hour + 2) * HOUR] as const;
    expect(asked.toSorted((a, b) => b[2] - b[1] - (a[2] - a[1]))).toEqual([
      whole,
      around(1),
      around(2),
    ]);
  });
});

describe('what cannot be read', () => {
  test('a log in an archive, and one in another bucket, make it incomplete', async () => {
    const contents = play(intact, setting);
    const archived = [...contents.keys()].find((key) => key.includes('/CloudTrail/')) ?? '';
    const digest = [...contents.keys()].findLast((key) => key.includes('Digest')) ?? '';
    const { logFiles, ...rest } = JSON.parse(
      gunzipSync(contents.get(digest)?.body ?? '').toString(),
    ) as Record<string, unknown> & { logFiles: readonly object[] };
    const elsewhere = logFiles.map((log) => ({ ...log, s3Bucket: 'another' }));
    store(contents, digest, { ...rest, logFiles: elsewhere }, signer);
    const reader = readerOf(contents);
    const read: LogReader['read'] = (key) =>
      key === archived ? Promise.reject(failure('InvalidObjectState')) : reader.read(key);
    const verdict = await validateDigests({ ...reader, read }, keys, scope);
    expect(verdict).toMatchObject({ word: 'incomplete', logs: { valid: 9, unread: 3 } });
  });

  test('a refusal of AWS is one', async () => {
    const reader = readerOf(play(intact, setting));
    const read = () => Promise.reject(failure('AccessDenied'));
    await expect(validateDigests({ ...reader, read }, keys, scope)).rejects.toThrow('AccessDenied');
  });

  test('where S3 does not say that a log is gone, the listing does', async () => {
    const contents = play(intact, setting);
    const log = [...contents.keys()].find((key) => key.includes('/CloudTrail/')) ?? '';
    contents.delete(log);
    const reader = readerOf(contents);
    const read: LogReader['read'] = (key) =>
      contents.has(key) ? reader.read(key) : Promise.reject(failure('AccessDenied'));
    const verdict = await validateDigests({ ...reader, read }, keys, scope);
    expect(wrongIn(verdict)).toEqual(['log missing']);
  });

  test('a connection that breaks is tried once more', async () => {
    const reader = readerOf(play(intact, setting));
    const tried = new Map<string, number>();
    const read: LogReader['read'] = async (key) => {
      const stored = await reader.read(key);
      const tries = (tried.get(key) ?? 0) + 1;
      tried.set(key, tries);
      return tries === 1 ? { ...stored, body: broken(stored.body) } : stored;
    };
    const verdict = await validateDigests({ ...reader, read }, keys, scope);
    expect(verdict).toMatchObject({ word: 'valid', digests: { valid: 6 }, logs: { valid: 12 } });
    expect(new Set(tried.values())).toEqual(new Set([2]));
  });

  test('one that breaks again is a failure', async () => {
    const reader = readerOf(play(intact, setting));
    const read: LogReader['read'] = async (key) => {
      const stored = await reader.read(key);
      return { ...stored, body: broken(stored.body) };
    };
    await expect(validateDigests({ ...reader, read }, keys, scope)).rejects.toThrow('network');
  });

  test('a digest that unzips to more than any digest is none', async () => {
    const contents = play(intact, setting);
    const key = [...contents.keys()].find((each) => each.includes('Digest')) ?? '';
    const { metadata = {} } = contents.get(key) ?? {};
    contents.set(key, { body: gzipSync(Buffer.alloc(70 * 1024 * 1024)), metadata });
    expect(wrongIn(await validate(contents))).toEqual(['digest format']);
  });
});

async function* broken(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of body) {
    yield piece;
    throw failure('network');
  }
}

test('never more than sixteen objects are open', async () => {
  const contents: Contents = new Map();
  deliver(contents, { ...setting, hours: HOURS, logsPerHour: 20 });
  let open = 0;
  let most = 0;
  const reader = readerOf(contents);
  const read: LogReader['read'] = async (key) => {
    open += 1;
    most = Math.max(most, open);
    const { metadata, body } = await reader.read(key);
    return { metadata, body: closing(body) };
  };
  async function* closing(
    body: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    await new Promise((done) => {
      setTimeout(done, 5);
    });
    yield* body;
    open -= 1;
  }
  expect((await validateDigests({ ...reader, read }, keys, scope)).logs.valid).toBe(120);
  expect(most).toBeGreaterThan(8);
  expect(most).toBeLessThanOrEqual(16);
});
