// Lets so many pieces of work run at once and keeps the rest waiting. What the work is, is not known here.

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
