// moto's server: another AWS, written by others from AWS's documentation, on a free port of this machine. What of it is real
// enough to judge by is said in peers.ts.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const START_MS = 60_000;

export type Moto = { readonly url: string; readonly close: () => Promise<void> };

/** @throws Error where the server ends or says nothing for a minute. */
export async function startMoto(programs: string): Promise<Moto> {
  const server = spawn(join(programs, 'moto_server'), ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.once('exit', () => server.kill());
  const ended = new Promise<void>((done) => {
    server.once('close', () => done());
  });
  const close = async (): Promise<void> => {
    server.kill();
    await ended;
  };
  try {
    return { url: await address(server), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The server chooses the port and tells it in its log. */
function address(server: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    let log = '';
    const timer = setTimeout(() => failed(new Error(`moto does not start:\n${log}`)), START_MS);
    server.once('error', failed);
    server.once('exit', () => failed(new Error(`moto ended:\n${log}`)));
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-10_000);
      const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(log)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      found(url);
    });
  });
}
