// How many runs compute at once. A run that has begun to wait gives its place to another: waiting costs nothing.

export type Places = {
  /** Resolves when there is a place; the function gives it back, and may be called more than once. */
  readonly take: () => Promise<() => void>;
};

export function createPlaces(count: number): Places {
  let free = count;
  const queue: (() => void)[] = [];
  const giveBack = (): void => {
    const next = queue.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    take: async () => {
      if (free > 0) free -= 1;
      else await new Promise<void>((served) => queue.push(served));
      let mine = true;
      return () => {
        if (mine) giveBack();
        mine = false;
      };
    },
  };
}

/** The results of all `work`, in its order, at most `limit` of it begun and not ended. */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
