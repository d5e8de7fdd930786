// So many at once and no more, whatever the number of accounts.

/** Runs what it is given; waits first while `most` are running. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

export function limiter(most: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < most) running += 1;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
