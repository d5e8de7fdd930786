// Runners behind a proxy: every call goes through it, but for the hosts that NO_PROXY names.

import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { closeStages, openStage } from './stage.js';

const proxies: Server[] = [];
afterEach(async () => {
  for (const proxy of proxies.splice(0)) proxy.closeAllConnections();
  await closeStages();
});

/** A proxy that tunnels every host to one address, and remembers which hosts were asked for. */
async function openProxy(
  target: URL,
): Promise<{ readonly url: string; readonly hosts: Set<string> }> {
  const hosts = new Set<string>();
  const proxy = createServer((request, response) => {
    hosts.add(new URL(request.url ?? '').host);
    response.writeHead(502).end();
  });
  proxy.on('connect', ({ url = '' }, socket, head) => {
    hosts.add(url);
    const upstream = connect(Number(target.port), target.hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  proxy.unref();
  proxies.push(proxy);
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, hosts };
}

test('AWS is reached through the proxy', async () => {
  const { sandbox, apply } = await openStage();
  const proxy = await openProxy(new URL(sandbox.url));
  const env = {
    AWS_ENDPOINT_URL_STS: 'http://sts.aws.test',
    AWS_ENDPOINT_URL_CLOUDTRAIL: 'http://cloudtrail.aws.test:8080',
    http_proxy: proxy.url,
  };
  const run = await apply({}, { env });
  expect(run.outputs['result']).toBe('applied');
  expect([...proxy.hosts].toSorted()).toEqual(['cloudtrail.aws.test:8080', 'sts.aws.test:80']);
});

test("GitHub's API, here an Enterprise Server's, is reached through the proxy too", async () => {
  const { sandbox, plan } = await openStage();
  const proxy = await openProxy(new URL(sandbox.url));
  const variables = {
    GITHUB_API_URL: 'http://github.corp.test/_github/api',
    GITHUB_SERVER_URL: 'http://github.corp.test',
  };
  const run = await plan({}, { env: { http_proxy: proxy.url }, variables });
  expect(run.outputs['findings']).toBe('[]');
  expect([...proxy.hosts]).toEqual(['github.corp.test:80']);
  expect(sandbox.github.comments).toMatchObject([
    { body: expect.stringContaining('(http://github.corp.test/example-org/log-archive/actions/') },
  ]);
});

test('a host that NO_PROXY names is reached without it', async () => {
  const { sandbox, apply } = await openStage();
  const proxy = await openProxy(new URL(sandbox.url));
  const env = {
    AWS_ENDPOINT_URL_STS: 'http://sts.aws.test',
    AWS_ENDPOINT_URL_CLOUDTRAIL: 'http://cloudtrail.invalid',
    http_proxy: proxy.url,
    no_proxy: '.invalid',
  };
  const run = await apply({}, { env });
  expect(run.outputs['result']).toBe('failed');
  expect(run.log).toContain('ENOTFOUND');
  expect([...proxy.hosts]).toEqual(['sts.aws.test:80']);
});
