import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { requestHandler } from '../../src/aws/http.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** What comes of a call to a server that answers like this, with time-outs of a fraction of a second. */
async function callTo(listener: RequestListener): Promise<unknown> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const s3 = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: requestHandler({
      connectionTimeout: 300,
      requestTimeout: 300,
      socketTimeout: 300,
    }),
  });
  const call = s3.send(new GetBucketPolicyCommand({ Bucket: 'logs' }));
  return call.catch((error: unknown) => error);
}

test('a server that never answers is given up', async () => {
  expect(await callTo(() => {})).toMatchObject({ name: 'TimeoutError' });
});

test('so is one that begins to answer and falls silent', async () => {
  const answer = callTo((_request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"Version"');
  });
  expect(await answer).toMatchObject({ name: 'TimeoutError' });
});
