// Answers that are none: whatever stands between the runner and AWS may cut, empty or withhold them. The run must end, say
// what happened, and never take silence for a fact.

import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { closeStages, findings, openStage } from './stage.js';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await closeStages();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('an empty answer does not mean "no policy": nothing is written over', async () => {
  const { apply } = await openStage();
  const methods: string[] = [];
  const url = await serve((request, response) => {
    methods.push(request.method ?? '');
    response.writeHead(200).end();
  });
  const run = await apply({}, { env: { AWS_ENDPOINT_URL_S3: url } });
  expect(run.outputs['result']).toBe('failed');
  expect(findings(run)).toMatchObject([
    {
      code: 'aws-empty-answer',
      message: expect.stringContaining('The answer holds no policy'),
      remedy: expect.stringContaining('proxy'),
    },
  ]);
  expect(new Set(methods)).toEqual(new Set(['GET']));
});

test('an answer that is no JSON is not S3’s, and is not told as a policy to be corrected', async () => {
  const { apply, sandbox } = await openStage();
  sandbox.faults.inject({ operation: 'GetBucketPolicy', answer: 'malformed' });
  const run = await apply();
  expect(findings(run)).toMatchObject([
    {
      code: 'aws-unreadable',
      account: '111111111111',
      message: expect.stringContaining(
        "in account 111111111111 failed: an answer that is not AWS's",
      ),
    },
  ]);
});

test('trails of another account in the answer are told as that', async () => {
  const { apply, sandbox } = await openStage();
  await apply();
  const rewrite = (body: string): string => body.replaceAll('222222222222', '999999999999');
  sandbox.faults.inject({ operation: 'DescribeTrails', answer: { rewrite } });
  const run = await apply({ 'log-file-validation': 'false' });
  expect(run.exitCode).toBe(1);
  expect(findings(run)).toContainEqual(
    expect.objectContaining({ code: 'trail-of-another-account', account: '222222222222' }),
  );
});

test('a proxy that takes the connection and says nothing holds up neither the call nor the end of the process', async () => {
  const { apply } = await openStage();
  const proxy = createTcpServer().listen(0, '127.0.0.1');
  await new Promise((done) => proxy.once('listening', done));
  const env = {
    AWS_ENDPOINT_URL_STS: 'http://sts.aws.test',
    AWS_MAX_ATTEMPTS: '1',
    http_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  };
  const run = await apply({}, { env, timeoutMs: 20_000 });
  proxy.close();
  expect(run.signal).toBeNull();
  expect(run.outputs['result']).toBe('failed');
  expect(findings(run)[0]?.message).toContain('did not establish a connection');
});
