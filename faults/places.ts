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
