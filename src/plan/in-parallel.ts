// Does some things at a time and keeps the rest waiting. What they are is not known here. Twenty lines, where a library would
// bring pausing and priorities.

/** Runs what it is given; waits first while as many are running as have a place. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** After the first failure nothing more is begun: whatever waits fails with the same error. */
export function gate(places: number): Gate {
  const waiting: (() => void)[] = [];
  let free = places;
  let failure: { readonly error: unknown } | null = null;
  const enter = async (): Promise<void> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((enterNow) => waiting.push(enterNow));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return async (work) => {
    await enter();
    try {
      if (failure !== null) throw failure.error;
      return await work();
    } catch (error) {
      failure ??= { error };
      throw error;
    } finally {
      leave();
    }
  };
}

/** The same done to many: results in the items' order. The first failure rejects, and nothing more is begun. */
export function inParallel<T, R>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const enter = gate(limit);
  return Promise.all(items.map((item) => enter(() => work(item))));
}
