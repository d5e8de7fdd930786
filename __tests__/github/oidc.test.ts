import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { idToken } from '../../src/github/oidc.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Asks a GitHub whose answers are these, the last one for good; with half a second for each try. */
async function askOf(...answers: readonly RequestListener[]) {
  let asked = 0;
  const server = createServer((request, response) => {
    answers[Math.min(asked, answers.length - 1)]?.(request, response);
    asked += 1;
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const environment = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/?api-version=2`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
  };
  const token = await idToken(environment, 'sts.amazonaws.com', 500).catch(
    (error: unknown) => (error as Error).message,
  );
  return { token, asked };
}

const TOKEN: RequestListener = (request, response) => {
  const isRight =
    request.headers.authorization === 'Bearer bearer' &&
    request.url === '/?api-version=2&audience=sts.amazonaws.com';
  response.end(JSON.stringify({ value: isRight ? 'a.b.c' : 'wrong request' }));
};
const status =
  (code: number): RequestListener =>
  (_request, response) =>
    response.writeHead(code).end('{}');
const NO_JWT: RequestListener = (_request, response) =>
  response.end(JSON.stringify({ value: 'a.b.c\n::error::made up' }));
const CUT: RequestListener = (request) => request.socket.destroy();
const FALLS_SILENT: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-length': '1000' }).write('{"value":');
};

test('the token is asked for with the audience', async () => {
  expect(await askOf(TOKEN)).toEqual({ token: 'a.b.c', asked: 1 });
});

test.each([
  ['is cut', CUT],
  ['falls silent half-way', FALLS_SILENT],
  ['is an error of the server', status(503)],
  ['is that there were too many', status(429)],
  ['holds no token', status(200)],
  ['holds a text that is no token', NO_JWT],
])('an answer that %s is asked for again', async (_what, answer) => {
  expect(await askOf(answer, TOKEN)).toEqual({ token: 'a.b.c', asked: 2 });
});

test('a refusal is not', async () => {
  expect(await askOf(status(403))).toMatchObject({
    token: expect.stringContaining('GitHub gave no OIDC token'),
    asked: 1,
  });
});

test('a GitHub that stays silent is given up', async () => {
  expect(await askOf(FALLS_SILENT)).toMatchObject({
    token: 'GitHub gave no OIDC token: no whole answer in 0.5 seconds',
    asked: 3,
  });
});
