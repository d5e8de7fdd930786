// From a request to the ports: takes the roles, then builds what reads and, only for an apply, what writes.

import type { LogReader } from '../delivery/ports.js';
import type { MemberReader, Readers, TrailWriter, Writers } from '../plan/ports.js';
import type { Request } from '../request/request.js';
import { bucketReader, bucketWriter } from './bucket.js';
import { bucketSettingsReader, bucketSettingsWriter } from './bucket-settings.js';
import type { AwsClientOptions } from './client.js';
import { keyReader, keyWriter } from './key.js';
import { logReader } from './logs.js';
import { OPERATION } from './permissions.js';
import {
  type OpenSession,
  type SessionSource,
  type Sessions,
  signedBy,
  takeRoles,
} from './sessions.js';
import { topicReader } from './topic.js';
import { trailWriter } from './trail-writer.js';
import { trailReader } from './trails.js';

/** `writers` is null in a dry run: there is then nothing in the program that could write. */
export type Connection = {
  readonly readers: Readers;
  readonly logs: LogReader;
  readonly writers: Writers | null;
};

/**
 * `writing` is what writes are sent with.
 *
 * @throws UserError where the token, the hub role or the central role cannot be had.
 */
export async function connect(
  request: Request,
  source: SessionSource,
  writing: Pick<AwsClientOptions, 'requestHandler'>,
): Promise<Connection> {
  const sessions = await takeRoles(request, source, OPERATION);
  const client = clientOptions(request, source);
  const writer = { ...source, client: { ...source.client, ...writing } };
  return {
    readers: readersOf(request, sessions, client),
    logs: logReader(client.bucket(sessions.central), request.central),
    writers:
      request.mode === 'apply'
        ? writersOf(request, sessions, clientOptions(request, writer))
        : null,
  };
}

/** The options that each session's clients are made with. */
type Client = {
  readonly bucket: (session: OpenSession) => AwsClientOptions;
  readonly trails: (session: OpenSession) => AwsClientOptions;
};

export function clientOptions({ central, members }: Request, { client }: SessionSource): Client {
  const regions = new Map(members.map(({ accountId, region }) => [accountId, region]));
  return {
    bucket: (session) => ({ ...client, region: central.bucketRegion, ...signedBy(session) }),
    trails: (session) => ({
      ...client,
      region: regions.get(session.accountId) ?? central.bucketRegion,
      ...signedBy(session),
    }),
  };
}

function readersOf({ central }: Request, sessions: Sessions, client: Client): Readers {
  const member = (session: OpenSession): MemberReader => ({
    enter: session.identity,
    open: () => ({
      trails: trailReader(client.trails(session), session.accountId),
      topics: topicReader(client.trails(session), session.accountId),
    }),
  });
  return {
    central: {
      session: sessions.central,
      bucket: bucketReader(client.bucket(sessions.central), central),
      settings: bucketSettingsReader(client.bucket(sessions.central), central),
      key: (arn) => keyReader(client.bucket(sessions.central), arn),
    },
    members: new Map([...sessions.members].map(([id, session]) => [id, member(session)])),
  };
}

function writersOf({ central }: Request, sessions: Sessions, client: Client): Writers {
  return {
    bucket: bucketWriter(client.bucket(sessions.central), central),
    bucketSettings: bucketSettingsWriter(client.bucket(sessions.central), central),
    key: (arn) => keyWriter(client.bucket(sessions.central), arn),
    trails: (accountId): TrailWriter => {
      const session = sessions.members.get(accountId);
      if (session === undefined) throw new Error(`No session in account ${accountId}`);
      return trailWriter(client.trails(session), accountId);
    },
  };
}
