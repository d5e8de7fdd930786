// From a request to the ports: takes the roles, then builds what reads and, only for an apply, what writes.

import type { LogReader } from '../delivery/ports.js';
import type { MemberReader, Readers, TrailWriter, Writers } from '../plan/ports.js';
import { UserError } from '../problem.js';
import type { Request } from '../request/request.js';
import { bucketReader, bucketWriter } from './bucket.js';
import { bucketSettingsReader, bucketSettingsWriter } from './bucket-settings.js';
import type { AwsClientOptions } from './call.js';
import { keyReader, keyWriter } from './key.js';
import { logReader } from './logs.js';
import { OPERATION } from './permissions.js';
import {
  credentialsOf,
  type SessionSource,
  type Sessions,
  type TakenSession,
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

/** @throws UserError where the token, the hub role or the central role cannot be had. */
export async function connect(request: Request, source: SessionSource): Promise<Connection> {
  const sessions = await takeRoles(request, source, OPERATION);
  const client = clientOptions(request, source);
  return {
    readers: readersOf(request, sessions, client),
    logs: logReader(client.bucket(sessions.central), request.central),
    writers: request.mode === 'apply' ? writersOf(request, sessions, client) : null,
  };
}

/** The options that each session's clients are made with. */
type Client = {
  readonly bucket: (session: TakenSession) => AwsClientOptions;
  readonly trails: (session: TakenSession) => AwsClientOptions;
};

export function clientOptions({ central, members }: Request, { client }: SessionSource): Client {
  const regions = new Map(members.map(({ accountId, region }) => [accountId, region]));
  return {
    bucket: (session) => ({ ...client, region: central.bucketRegion, ...credentialsOf(session) }),
    trails: (session) => ({
      ...client,
      region: regions.get(session.accountId) ?? central.bucketRegion,
      ...credentialsOf(session),
    }),
  };
}

function readersOf({ central }: Request, sessions: Sessions, client: Client): Readers {
  const member = (session: TakenSession | UserError): MemberReader | UserError =>
    session instanceof UserError
      ? session
      : {
          session,
          open: () => ({
            trails: trailReader(client.trails(session), session.accountId),
            topics: topicReader(client.trails(session), session.accountId),
          }),
        };
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
      if (session === undefined || session instanceof UserError)
        throw new Error(`No session in account ${accountId}`);
      return trailWriter(client.trails(session), accountId);
    },
  };
}
