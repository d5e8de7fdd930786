import { kept } from '../../src/aws/kept.js';

/** What is taken is numbered; the number given here fails. */
function stage(failing = 0) {
  let [now, taken] = [0, 0];
  const take = async (): Promise<{ readonly number: number }> => {
    taken += 1;
    if (taken === failing) throw new Error('no');
    return { number: taken };
  };
  const { get, drop } = kept(take, 600_000, () => now);
  return { get, drop, taken: () => taken, wait: (ms: number) => (now += ms) };
}

test('nothing is taken before somebody asks, and all who ask get the same', async () => {
  const { get, taken } = stage();
  expect(taken()).toBe(0);
  await Promise.all([get(), get()]);
  expect(await get()).toEqual({ number: 1 });
  expect(taken()).toBe(1);
});

test('it is taken anew when its time is over', async () => {
  const { get, wait } = stage();
  await get();
  wait(599_999);
  expect(await get()).toEqual({ number: 1 });
  wait(1);
  expect(await get()).toEqual({ number: 2 });
});

test('what is no longer good is taken anew, once for all who notice', async () => {
  const { get, drop, taken } = stage();
  const first = await get();
  drop(first);
  expect(await get()).toEqual({ number: 2 });
  drop(first);
  await get();
  expect(taken()).toBe(2);
});

test('a failure is not kept for long', async () => {
  const { get, wait, taken } = stage(1);
  await expect(get()).rejects.toThrow('no');
  await expect(get()).rejects.toThrow('no');
  expect(taken()).toBe(1);
  wait(5_000);
  expect(await get()).toEqual({ number: 2 });
});
