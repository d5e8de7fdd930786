// A run that is told to stop: what is thrown then, and how a wait ends early. Who tells it, and what becomes of the work, is
// not decided here.

/** Thrown by whatever waits or asks once the run is cancelled. It is nobody's failure, so it ends all that is not told to go on. */
export class Cancelled extends Error {
  /** A write was on its way, and nobody saw whether it was done. */
  readonly begun: boolean;

  constructor(begun = false) {
    super('The run was cancelled.');
    this.name = 'Cancelled';
    this.begun = begun;
  }
}

/** What `work` gives, or `Cancelled` as soon as the signal tells; the work itself goes on unseen. */
export function unlessCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Cancelled());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
