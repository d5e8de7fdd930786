import { setTimeout as sleep } from 'node:timers/promises';
import { gate, inParallel } from '../../src/plan/in-parallel.js';

test('so many at once and no more, with the results in order', async () => {
  let working = 0;
  let most = 0;
  const work = async (item: number): Promise<number> => {
    working += 1;
    most = Math.max(most, working);
    await sleep(item % 3);
    working -= 1;
    return item * 2;
  };
  const items = Array.from({ length: 30 }, (_, item) => item);
  expect(await inParallel(4, items, work)).toEqual(items.map((item) => item * 2));
  expect(most).toBe(4);
});

test('nothing is begun after a failure, and nothing for no items', async () => {
  const begun: number[] = [];
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    if (item === 1) throw new Error('no');
    await sleep(1);
  };
  await expect(inParallel(2, [0, 1, 2, 3, 4], work)).rejects.toThrow('no');
  await sleep(5);
  expect(begun).toEqual([0, 1]);
  expect(await inParallel(2, [], work)).toEqual([]);
});

test('a place that was left is free again', async () => {
  const enter = gate(1);
  expect(await enter(async () => 'one')).toBe('one');
  expect(await enter(async () => 'two')).toBe('two');
});

test('whatever waits fails with the error that ended the others', async () => {
  const enter = gate(1);
  const failing = enter(() => Promise.reject(new Error('no')));
  const waiting = enter(async () => 'never');
  await expect(failing).rejects.toThrow('no');
  await expect(waiting).rejects.toThrow('no');
});
