import { EventEmitter } from 'node:events';
import { cancellation } from '../../src/github/cancellation.js';

function stage() {
  const exits: unknown[] = [];
  const emitter = new EventEmitter();
  const fake = Object.assign(emitter, { exit: (code: unknown) => exits.push(code) });
  const signal = cancellation(fake as unknown as NodeJS.Process);
  return { signal, exits, send: (name: NodeJS.Signals) => emitter.emit(name, name) };
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s tells the run to stop, and it may', (name) => {
  const { signal, exits, send } = stage();
  expect(signal.aborted).toBe(false);
  send(name);
  expect(signal.aborted).toBe(true);
  expect(exits).toEqual([]);
});

test('the second signal, whichever, ends it', () => {
  const { exits, send } = stage();
  send('SIGINT');
  send('SIGTERM');
  expect(exits).toEqual([1]);
});
