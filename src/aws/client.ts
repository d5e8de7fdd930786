// Makes the SDK's clients: how they sign, by which clock, and what they do when a session has ended.

import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentity, InitializeMiddleware, MiddlewareStack } from '@smithy/types';
import type { Session } from '../plan/ports.js';
import type { Kept } from './kept.js';

/** A role's session, with what signs its calls. */
export type TakenRole = Session & { readonly credentials: AwsCredentialIdentity };

/** What every client of this run is made with. */
export type AwsClientOptions = {
  readonly region: string;
  readonly requestHandler: NodeHttpHandler;
  readonly customUserAgent: string;
  /**
   * Milliseconds by which AWS's clock is ahead of the runner's, as far as it is known: AWS refuses what is signed for another
   * time, and a write that is sent once has no second try.
   */
  readonly clockOffset?: () => number;
  /** Left out: the credentials in the environment. */
  readonly session?: Kept<TakenRole>;
};

type Config = Pick<AwsClientOptions, 'region' | 'requestHandler' | 'customUserAgent'> & {
  readonly systemClockOffset: number;
  readonly credentials?: () => Promise<AwsCredentialIdentity>;
  readonly maxAttempts?: number;
};

/** `clientOf(S3Client, options)`. A call that is refused because its session has ended is sent once more with another one. */
export function clientOf<C extends object>(
  Client: new (config: Config) => C,
  { clockOffset = () => 0, session, ...options }: AwsClientOptions,
  more: Pick<Config, 'maxAttempts'> = {},
): C {
  const config = { ...options, ...more, systemClockOffset: clockOffset() };
  if (session === undefined) return new Client(config);
  const credentials = async () => askedEachTime((await session.get()).credentials);
  const client = new Client({ ...config, credentials });
  // Every client has one; its type knows the client's own commands only.
  const { middlewareStack } = client as { middlewareStack?: MiddlewareStack<object, object> };
  middlewareStack?.add(onceMore(session), { step: 'initialize', name: 'renewal' });
  return client;
}

/** The SDK keeps credentials until they expire, by the runner's clock. Ours say when they do, so it has to ask each time. */
const askedEachTime = (credentials: AwsCredentialIdentity): AwsCredentialIdentity => ({
  ...credentials,
  expiration: new Date(0),
});

const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException']);

/** Nothing was done by a call that was refused so. */
export const isExpired = (code: string): boolean => EXPIRED.has(code);

const onceMore =
  ({ get, drop }: Kept<TakenRole>): InitializeMiddleware<object, object> =>
  (next) =>
  async (args) => {
    const used = await get();
    try {
      return await next(args);
    } catch (error) {
      if (!isExpired((error as Error).name)) throw error;
      drop(used);
      return next(args);
    }
  };
