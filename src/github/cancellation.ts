// How the runner tells an action to stop: SIGINT, 7.5 seconds later SIGTERM, 2.5 seconds later the end. The first signal is the
// order to stop, at a safe point and with a report; whoever sends a second one does not want to wait for that.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation

import { setMaxListeners } from 'node:events';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Aborted by the first signal; at the second one the process ends. */
export function cancellation(process: Pick<NodeJS.Process, 'on' | 'exit'>): AbortSignal {
  const controller = new AbortController();
  const { signal } = controller;
  // Everything that waits listens.
  setMaxListeners(0, signal);
  for (const name of SIGNALS)
    process.on(name, () => {
      if (signal.aborted) process.exit(1);
      controller.abort();
    });
  return signal;
}
