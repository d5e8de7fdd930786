// What may have happened to a bucket since CloudTrail delivered, one scene for each, and what is to be said of it. Played here on
// a bucket in memory and in peers/ on the sandbox, where the real AWS CLI says what it finds.

import { gunzipSync, gzipSync } from 'node:zlib';
import type { DigestProblem, DigestWord } from '../../src/delivery/digests.js';
import {
  type Contents,
  deliver,
  iso,
  newSigner,
  type Place,
  type Signer,
  store,
} from './signed-digests.js';

export const HOURS = 6;
const HOUR = 3_600_000;

/** A whole hour: the first digest's start is the range's. */
export type Setting = Place & { readonly signer: Signer; readonly start: number };

export type Scene = {
  readonly name: string;
  /** Does to the intact bucket whatever this is about. `digests` and `logs` are keys, oldest first; two logs to a digest. */
  readonly happen: (bucket: Contents, hand: Hand) => void;
  readonly word: DigestWord;
  /** Of valid digests and logs; six and twelve when all is well. */
  readonly valid: readonly [digests: number, logs: number];
  /** The kinds of what is wrong and their causes. */
  readonly wrong: readonly `${DigestProblem['kind']} ${string}`[];
  /** What the AWS CLI says, where it says something else, and why. */
  readonly cli?: Pick<Scene, 'valid' | 'wrong'> & { readonly why: string };
};

export type Hand = {
  readonly setting: Setting;
  readonly digests: readonly string[];
  readonly logs: readonly string[];
  readonly digest: (index: number) => string;
  readonly log: (index: number) => string;
};

/** The intact bucket, and then what happens to it. */
export function play(scene: Scene, setting: Setting): Contents {
  const contents: Contents = new Map();
  const digests = deliver(contents, { ...setting, hours: HOURS });
  const logs = [...contents.keys()].filter((key) => !digests.includes(key)).toSorted();
  scene.happen(contents, {
    setting,
    digests,
    logs,
    digest: (index) => digests[index] ?? '',
    log: (index) => logs[index] ?? '',
  });
  return contents;
}

type Json = Record<string, unknown>;

function digestIn(contents: Contents, key: string): Json {
  return JSON.parse(gunzipSync(contents.get(key)?.body ?? '').toString()) as Json;
}

/** Changes an object's content and leaves its metadata. */
function alter(contents: Contents, key: string, change: (content: Buffer) => Buffer): void {
  const { body = Buffer.alloc(0), metadata = {} } = contents.get(key) ?? {};
  contents.set(key, { body: change(body), metadata });
}

const rezipped =
  (change: (text: string) => string) =>
  (body: Buffer): Buffer =>
    gzipSync(change(gunzipSync(body).toString()));

function withMetadata(contents: Contents, key: string, metadata: Readonly<Record<string, string>>) {
  const { body = Buffer.alloc(0) } = contents.get(key) ?? {};
  contents.set(key, { body, metadata });
}

/** Signed by somebody else under the name of the right key. */
function forge(contents: Contents, key: string, { fingerprint }: Signer, change: Json): void {
  store(contents, key, { ...digestIn(contents, key), ...change }, { ...newSigner(), fingerprint });
}

function remove(contents: Contents, keys: readonly string[]): void {
  for (const key of keys) contents.delete(key);
}

/** A chain that ends, and a new one that begins `hours` later. */
function restart(contents: Contents, { setting, digests, logs }: Hand, hours: number): void {
  remove(contents, [...digests, ...logs]);
  const start = setting.start + (2 + hours) * HOUR;
  deliver(contents, { ...setting, hours: 2 });
  deliver(contents, { ...setting, start, hours: HOURS - 2 - hours });
}

export const SCENES: readonly Scene[] = [
  {
    name: 'intact',
    happen: () => {},
    word: 'valid',
    valid: [6, 12],
    wrong: [],
  },
  {
    name: 'an hour without logs',
    happen: (bucket, { setting, digests, logs }) => {
      remove(bucket, [...digests, ...logs]);
      deliver(bucket, { ...setting, hours: HOURS, logsPerHour: 0 });
    },
    word: 'valid',
    valid: [6, 0],
    wrong: [],
  },
  {
    name: 'a log altered',
    happen: (bucket, { log }) =>
      alter(
        bucket,
        log(3),
        rezipped((text) => `${text} `),
      ),
    word: 'invalid',
    valid: [6, 11],
    wrong: ['log hash'],
  },
  {
    name: 'a log zipped anew, its content the same',
    happen: (bucket, { log }) =>
      alter(bucket, log(3), (body) => gzipSync(gunzipSync(body), { level: 1 })),
    word: 'valid',
    valid: [6, 12],
    wrong: [],
  },
  {
    name: 'a log cut short',
    happen: (bucket, { log }) => alter(bucket, log(3), (body) => body.subarray(0, -12)),
    word: 'invalid',
    valid: [6, 11],
    wrong: ['log format'],
    cli: { valid: [6, 11], wrong: ['log hash'], why: 'It hashes as much as it can unzip.' },
  },
  {
    name: 'a log that is no gzip',
    happen: (bucket, { log }) => alter(bucket, log(3), (body) => gunzipSync(body)),
    word: 'invalid',
    valid: [6, 11],
    wrong: ['log format'],
  },
  {
    name: 'a log emptied',
    happen: (bucket, { log }) => alter(bucket, log(3), () => Buffer.alloc(0)),
    word: 'invalid',
    valid: [6, 11],
    wrong: ['log format'],
    cli: { valid: [6, 11], wrong: ['log hash'], why: 'It hashes as much as it can unzip.' },
  },
  {
    name: 'a log with another one behind it',
    happen: (bucket, { log }) =>
      alter(bucket, log(3), (body) => Buffer.concat([body, gzipSync('{"Records":[]}')])),
    word: 'invalid',
    valid: [6, 11],
    wrong: ['log hash'],
    cli: {
      valid: [6, 12],
      wrong: [],
      why: 'It stops at the end of the first gzip member, where gunzip prints both.',
    },
  },
  {
    name: 'a log deleted',
    happen: (bucket, { log }) => remove(bucket, [log(3)]),
    word: 'invalid',
    valid: [6, 11],
    wrong: ['log missing'],
  },
  {
    name: 'all logs deleted',
    happen: (bucket, { logs }) => remove(bucket, logs),
    word: 'invalid',
    valid: [6, 0],
    wrong: Array.from({ length: 12 }, () => 'log missing' as const),
  },
  {
    name: 'a log added',
    happen: (bucket, { log }) =>
      bucket.set(log(3).replace('_A', '_Z'), { body: gzipSync('{"Records":[]}'), metadata: {} }),
    word: 'valid',
    valid: [6, 12],
    wrong: [],
  },
  {
    name: 'a digest altered',
    happen: (bucket, { digest }) =>
      alter(
        bucket,
        digest(3),
        rezipped((text) => `${text} `),
      ),
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest signature'],
  },
  {
    name: 'a log taken out of its digest and deleted',
    happen: (bucket, { digest, log }) => {
      alter(
        bucket,
        digest(3),
        rezipped((text) => JSON.stringify({ ...(JSON.parse(text) as Json), logFiles: [] })),
      );
      remove(bucket, [log(6), log(7)]);
    },
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest signature'],
  },
  {
    name: 'a digest forged with another key',
    happen: (bucket, { digest, setting }) =>
      forge(bucket, digest(3), setting.signer, { logFiles: [] }),
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest signature'],
  },
  {
    name: 'a digest forged with a key that CloudTrail does not have',
    happen: (bucket, { digest }) => {
      const forger = newSigner();
      store(
        bucket,
        digest(3),
        { ...digestIn(bucket, digest(3)), digestPublicKeyFingerprint: forger.fingerprint },
        forger,
      );
    },
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest unknown-key'],
  },
  {
    name: 'a digest whose signature is gone',
    happen: (bucket, { digest }) => withMetadata(bucket, digest(3), {}),
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest unsigned'],
  },
  {
    name: 'a digest whose signature is no number',
    happen: (bucket, { digest }) =>
      withMetadata(bucket, digest(3), {
        signature: 'none',
        'signature-algorithm': 'SHA256withRSA',
      }),
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest signature'],
  },
  {
    name: 'a signature with something behind it',
    happen: (bucket, { digest }) =>
      withMetadata(bucket, digest(3), {
        signature: `${bucket.get(digest(3))?.metadata['signature']}zz`,
        'signature-algorithm': 'SHA256withRSA',
      }),
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest signature'],
  },
  {
    name: 'a signature of another digest',
    happen: (bucket, { digest }) =>
      withMetadata(bucket, digest(3), bucket.get(digest(2))?.metadata ?? {}),
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest signature'],
  },
  {
    name: 'a digest that is no gzip',
    happen: (bucket, { digest }) => alter(bucket, digest(3), () => Buffer.from('{}')),
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest format'],
  },
  {
    name: 'a digest that is no JSON',
    happen: (bucket, { digest }) => alter(bucket, digest(3), () => gzipSync('no JSON')),
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest format'],
  },
  {
    name: 'a digest without its end',
    happen: (bucket, { digest, setting }) => {
      const { digestEndTime: _, ...rest } = digestIn(bucket, digest(3));
      store(bucket, digest(3), rest, setting.signer);
    },
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest format'],
  },
  {
    name: 'a digest put into the place of another',
    happen: (bucket, { digest }) => {
      const older = bucket.get(digest(2));
      if (older !== undefined) bucket.set(digest(3), older);
    },
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest moved'],
  },
  {
    name: 'a digest replaced by another one that CloudTrail signed',
    happen: (bucket, { digest, setting }) => {
      store(bucket, digest(3), { ...digestIn(bucket, digest(3)), logFiles: [] }, setting.signer);
    },
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest replaced'],
    cli: {
      valid: [6, 10],
      wrong: [],
      why: 'It does not compare a digest with what its successor remembers of it.',
    },
  },
  {
    name: 'a digest deleted',
    happen: (bucket, { digest }) => remove(bucket, [digest(3)]),
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest missing'],
  },
  {
    name: 'the oldest digest deleted',
    happen: (bucket, { digest }) => remove(bucket, [digest(0)]),
    word: 'invalid',
    valid: [5, 10],
    wrong: ['digest missing'],
  },
  {
    name: 'digests deleted in a row',
    happen: (bucket, { digest }) => remove(bucket, [digest(2), digest(3)]),
    word: 'invalid',
    valid: [4, 8],
    wrong: ['digest missing', 'period unexplained'],
    cli: {
      valid: [4, 8],
      wrong: ['digest missing'],
      why: 'It tells of one missing digest, and of no hours that nobody answers for.',
    },
  },
  {
    name: 'digests deleted here and there',
    happen: (bucket, { digest }) => remove(bucket, [digest(1), digest(3)]),
    word: 'invalid',
    valid: [4, 8],
    wrong: ['digest missing', 'digest missing'],
  },
  {
    name: 'a digest altered and the one before it deleted',
    happen: (bucket, { digest }) => {
      alter(
        bucket,
        digest(3),
        rezipped((text) => `${text} `),
      );
      remove(bucket, [digest(2)]);
    },
    word: 'invalid',
    valid: [4, 8],
    wrong: ['digest signature', 'period unexplained'],
    cli: {
      valid: [4, 8],
      wrong: ['digest signature'],
      why: 'It goes on to the next digest that is there, and misses the deletion.',
    },
  },
  {
    name: 'the newest digests deleted',
    happen: (bucket, { digest }) => remove(bucket, [digest(3), digest(4), digest(5)]),
    word: 'incomplete',
    valid: [3, 6],
    wrong: ['period none-since'],
    cli: { valid: [3, 6], wrong: [], why: 'It starts at the newest digest that is there.' },
  },
  {
    name: 'all digests deleted',
    happen: (bucket, { digests }) => remove(bucket, digests),
    word: 'none',
    valid: [0, 0],
    wrong: [],
  },
  {
    name: 'logging stopped and started again',
    happen: (bucket, hand) => restart(bucket, hand, 2),
    word: 'incomplete',
    valid: [4, 8],
    wrong: ['period not-logging'],
  },
  {
    name: 'another trail of the account',
    happen: (bucket, { setting }) => {
      const trailArn = `${setting.trailArn}-2`;
      deliver(bucket, { ...setting, trailArn, hours: HOURS, signer: newSigner() });
    },
    word: 'valid',
    valid: [6, 12],
    wrong: [],
  },
  {
    name: 'logs that came late, in backfill digests',
    happen: (bucket, { setting }) => {
      deliver(bucket, { ...setting, hours: 2, backfill: true });
    },
    word: 'valid',
    valid: [8, 16],
    wrong: [],
  },
  {
    name: 'a log of a backfill digest deleted, and a backfill digest altered',
    happen: (bucket, { setting }) => {
      const [first = '', second = ''] = deliver(bucket, { ...setting, hours: 2, backfill: true });
      const logs = digestIn(bucket, second)['logFiles'] as readonly { s3Object: string }[];
      remove(bucket, [logs[0]?.s3Object ?? '']);
      alter(
        bucket,
        first,
        rezipped((text) => `${text} `),
      );
    },
    word: 'invalid',
    valid: [7, 13],
    wrong: ['digest signature', 'log missing'],
  },
  {
    name: 'a backfill digest deleted',
    happen: (bucket, { setting }) => {
      const keys = deliver(bucket, { ...setting, hours: 3, backfill: true });
      remove(bucket, [keys[1] ?? '']);
    },
    word: 'invalid',
    valid: [8, 16],
    wrong: ['digest missing'],
  },
  {
    name: 'a backfill digest that does not say when it was made',
    happen: (bucket, { setting }) => {
      const [key = ''] = deliver(bucket, { ...setting, hours: 1, backfill: true });
      const { 'backfill-generation-timestamp': _, ...rest } = bucket.get(key)?.metadata ?? {};
      withMetadata(bucket, key, rest);
    },
    word: 'invalid',
    valid: [6, 12],
    wrong: ['digest format'],
  },
];

/** From the first digest's start up to when the newest one has arrived. */
export function rangeOf({ start }: Setting): { readonly from: number; readonly to: number } {
  return { from: start, to: start + HOURS * HOUR + 10 * 60_000 };
}

/** For whoever asks in the API's form. */
export const isoRange = (setting: Setting): { readonly from: string; readonly to: string } => {
  const { from, to } = rangeOf(setting);
  return { from: iso(from), to: iso(to) };
};
