// AWS's request rates, where a sandbox is asked to keep them.

import {
  DescribeTrailsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { type Sandbox, startSandbox } from '../../sandbox/index.js';
import { tutorialWorld } from '../../sandbox/worlds.js';
import { administrator, cloudTrail, refusalOf, region, SEC } from './sdk.js';

let sandbox: Sandbox;

async function start(throttle: boolean): Promise<void> {
  sandbox = await startSandbox({ throttle });
  tutorialWorld(sandbox);
}

afterEach(() => sandbox.close());

const names = async (calls: readonly Promise<unknown>[]) => {
  const results = await Promise.allSettled(calls);
  return results.flatMap((result) =>
    result.status === 'rejected' ? [(result.reason as Error).name] : [],
  );
};

test('of one operation one write a second goes through, and another a second later', async () => {
  await start(true);
  const client = cloudTrail(sandbox, { credentials: administrator(sandbox, SEC) });
  const stop = () => client.send(new StopLoggingCommand({ Name: 'SEC-CLOUDTRAIL' }));
  await stop();
  expect(await refusalOf(stop())).toEqual({
    name: 'ThrottlingException',
    message: 'Rate exceeded',
    status: 400,
  });
  await client.send(new StartLoggingCommand({ Name: 'SEC-CLOUDTRAIL' }));
  await new Promise((later) => {
    setTimeout(later, 1050);
  });
  await stop();
});

test('ten reads a second go through, counted by Region', async () => {
  await start(true);
  const credentials = administrator(sandbox, SEC);
  const read = (at: string) =>
    cloudTrail(sandbox, { credentials, region: at }).send(new DescribeTrailsCommand());
  await read('eu-west-1');
  const refused = await names(Array.from({ length: 12 }, () => read(region)));
  expect(refused).toEqual(['ThrottlingException', 'ThrottlingException']);
});

test('nothing is throttled unasked', async () => {
  await start(false);
  const client = cloudTrail(sandbox, { credentials: administrator(sandbox, SEC) });
  const stops = Array.from({ length: 3 }, () =>
    client.send(new StopLoggingCommand({ Name: 'SEC-CLOUDTRAIL' })),
  );
  expect(await names(stops)).toEqual([]);
});
